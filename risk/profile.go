// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "time"

// Profile is what is remembered about a subject: devices, places, habits. It
// is bounded, and every entry keeps when and by which proof it was learnt.
// Only Learn and Seed add to it.
//
// The zero value is the profile of a newcomer. A Profile is not safe for
// concurrent use.
type Profile struct {
	// unexported fields
}

// Proof is the passed challenge from which a profile learns.
type Proof struct {
	ID     string // names the proof, so that what it taught can be unlearnt
	Time   time.Time
	Strong bool // strong enough to trust a device
}

// Learn adds what was proven: place, network, device and habit.
func (p *Profile) Learn(e Evidence, by Proof) {}

// Refresh renews what a proof once added, after an allowed action. It adds
// nothing: ten thousand unproven requests move nothing (L21).
func (p *Profile) Refresh(e Evidence) {}

// Home is what an identity check of the host established.
type Home struct {
	Countries []string // ISO 3166-1 alpha-2
	Timezone  string   // IANA name
}

// Seed adds what the host established by an identity check.
func (p *Profile) Seed(h Home, by Proof) {}

// Device is a device that the profile remembers.
type Device struct {
	ID        DeviceID
	First     time.Time // its first proof
	Last      time.Time // its last proof or allowed action
	Trusted   time.Time // its first strong proof; zero: none
	UserAgent string    // coarse family, as "Firefox on Linux"
}

// Device returns what the profile remembers of a device.
func (p *Profile) Device(id DeviceID) (Device, bool) { return Device{}, false }

// AppendBinary appends the profile in a compact, versioned form.
func (p *Profile) AppendBinary(b []byte) ([]byte, error) { return b, nil }

// MarshalBinary returns the profile in a compact, versioned form.
func (p *Profile) MarshalBinary() ([]byte, error) { return p.AppendBinary(nil) }

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is an error,
// and leaves the profile as it was. No data reads as a newcomer's profile.
func (p *Profile) UnmarshalBinary(data []byte) error { return nil }

// Merge adds what another copy of the same subject's profile learnt, so that
// of two concurrent updates neither is lost.
func (p *Profile) Merge(other *Profile) {}
