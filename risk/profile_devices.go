// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"slices"
	"time"
)

// Device is a device that the profile remembers.
type Device struct {
	ID        DeviceID
	First     time.Time // its first proof
	Last      time.Time // its last proof or allowed action, to the day
	Trusted   time.Time // its first strong proof; zero: none
	UserAgent string    // coarse family, as "Firefox on Linux"
}

// Device returns what the profile remembers of a device. Times are in UTC, to
// the second.
func (p *Profile) Device(id DeviceID) (Device, bool) {
	i := p.find(id)
	if i < 0 {
		return Device{}, false
	}
	return p.devices[i].public(), true
}

// Devices returns the devices that the profile remembers, the one first proven
// first. The slice is the caller's.
func (p *Profile) Devices() []Device {
	list := make([]Device, len(p.devices))
	for i := range p.devices {
		list[i] = p.devices[i].public()
	}
	return list
}

func (d *device) public() Device {
	return Device{
		ID: d.id, First: unixTime(d.first), Last: unixTime(d.last),
		Trusted: unixTime(d.trusted), UserAgent: d.agent.String(),
	}
}

// RemoveDevice forgets a device, and reports whether it was remembered. A copy
// of the profile that still has it cannot bring it back by [Profile.Merge];
// only a later proof on it can.
func (p *Profile) RemoveDevice(id DeviceID, now time.Time) bool {
	i := p.find(id)
	if i < 0 {
		return false
	}
	p.devices = slices.Delete(p.devices, i, i+1)
	p.detach()
	p.gone = append(p.gone, gone{at: max(unixSeconds(now), 1), tag: deviceTag(id)})
	p.sort()
	return true
}

// Unlearn takes back what one proof taught, or one identity check established:
// the answer to "it was not me". What other proofs taught as well stays. It
// reports whether there was anything to take back.
func (p *Profile) Unlearn(proofID string, now time.Time) bool {
	id := proofTag(proofID)
	if !p.forget(id) {
		return false
	}
	p.gone = append(p.gone, gone{at: max(unixSeconds(now), 1), tag: id})
	p.sort()
	return true
}

// forget removes everything that rests on a proof alone.
func (p *Profile) forget(by tag) (found bool) {
	for _, e := range p.proofs {
		if i := p.find(e.device); e.by == by && i >= 0 {
			// Which proof taught what the device says of itself is not kept:
			// it has to be shown again.
			p.devices[i].agent = agent{}
		}
	}
	size := len(p.proofs) + len(p.devices)
	p.proofs = slices.DeleteFunc(p.proofs, func(e proven) bool { return e.by == by })
	p.devices = slices.DeleteFunc(p.devices, func(d device) bool {
		return d.by == by && !p.provenOn(d.id)
	})
	found = len(p.proofs)+len(p.devices) < size
	for i := range p.devices {
		found = p.devices[i].rebase(p.proofs, by) || found
	}
	if p.place.by == by {
		p.place, found = place{}, true
	}
	if p.home.by == by {
		p.home, found = home{}, true
	}
	return found
}

func (p *Profile) provenOn(id DeviceID) bool {
	return slices.ContainsFunc(p.proofs, func(e proven) bool { return e.device == id })
}

// rebase lets a device rest on the proofs that remain, oldest first, where it
// rested on one that was taken back. An hour that is all that is known of a
// proof counts from its end, so that trust is never older than it was.
func (d *device) rebase(proofs []proven, by tag) (changed bool) {
	if d.by != by && d.trustedBy != by {
		return false
	}
	if d.trustedBy == by {
		d.trusted, d.trustedBy = 0, tag{}
	}
	for i := range proofs {
		e := &proofs[i]
		if e.device != d.id {
			continue
		}
		end := e.hour*3600 + 3599
		if d.by == by {
			d.first, d.by = end, e.by
		}
		if e.strong && d.trusted == 0 {
			d.trusted, d.trustedBy = end, e.by
		}
	}
	if d.trusted != 0 {
		d.first = min(d.first, d.trusted)
	}
	d.last = max(d.last, d.first, d.trusted)
	return true
}
