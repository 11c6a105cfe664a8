// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// deviceToken is what a client presents to be recognised. Its counter moves
// with every proof, so that a copy goes stale and gives itself away.
type deviceToken struct {
	ID      Key
	Counter uint32
}

// tabGrace is how long the token before the last one is still accepted once
// the last one was presented: tabs of one browser may have requests under way
// when it is replaced. Until it is presented, the response that carried it may
// be lost.
const tabGrace = 2 * time.Minute

// longestDevice is the most characters of a device token.
const longestDevice = 256

// tokenRoom is memory in which a device token is read.
type tokenRoom struct {
	sealed  [longestDevice]byte
	subject [longestSubject]byte
	opened  [longestDevice + longestSubject]byte
}

// openDevice reads a device token, sealed for one subject so that it is worth
// nothing to another. An empty, forged or foreign one is no device: the client
// is then simply not known.
func (g *Guard) openDevice(text, subject string, room *tokenRoom) (t deviceToken) {
	if text == "" || len(text) > longestDevice {
		return deviceToken{}
	}
	sealed, err := base64.RawURLEncoding.AppendDecode(room.sealed[:0], []byte(text))
	if err != nil {
		return deviceToken{}
	}
	plain, err := g.keys.token.OpenIn(room.opened[:0], sealed, append(room.subject[:0], subject...))
	if err != nil || len(plain) != len(t.ID)+4 {
		return deviceToken{}
	}
	copy(t.ID[:], plain)
	t.Counter = binary.BigEndian.Uint32(plain[len(t.ID):])
	return t
}

// sealDevice returns the token of the device that a proof made known, or none
// where the client cannot keep one.
func (g *Guard) sealDevice(d *demand, counter uint32) (string, error) {
	if counter == 0 {
		return "", nil
	}
	id := d.device()
	sealed, err := g.keys.token.Seal(binary.BigEndian.AppendUint32(id[:], counter), []byte(d.Subject))
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// recognise decides whether the token is its device's latest. A stale one means
// that there are two copies: the series then dies, and the owner is told.
func (g *Guard) recognise(ctx context.Context, s *situation, token deviceToken) {
	for _, d := range s.state.Devices {
		if d.ID != token.ID {
			continue
		}
		switch {
		case token.Counter == d.Counter,
			token.Counter+1 == d.Counter && (d.Seen.IsZero() || s.now.Sub(d.Seen) < tabGrace):
			s.device = risk.DeviceID(d.ID)
		case token.Counter < d.Counter:
			g.disown(ctx, s, d.ID)
		}
		// A counter of the future is a store that lost some of its memory.
		return
	}
}

// disown ends a device series of which there are two copies.
func (g *Guard) disown(ctx context.Context, s *situation, id Key) {
	s.profile.RemoveDevice(risk.DeviceID(id), s.now)
	encoded, err := (&recollection{*s.profile, s.memo}).MarshalBinary()
	if err == nil {
		err = g.config.Store.Update(context.WithoutCancel(ctx), Update{
			Subject: s.subject, Profile: encoded, Version: s.state.Version, Now: s.now, Revoke: []Key{id},
		})
	}
	if err != nil {
		// The next request with either copy tries again.
		s.gap(policy.SignalGap, "device", "a copied device token could not be revoked")
	}
	h := g.happening(s)
	h.device = id
	err = errors.Join(
		g.outside(ctx, s.req.Subject, journal.KindDevice, "stolen", journal.Detail{Device: g.alias("device", string(id[:]))}),
		g.notify(ctx, Notice{Subject: s.req.Subject, Kind: DeviceCopied, Event: h.seal()}))
	if err != nil {
		s.gap(policy.StoreGap, "journal", "cannot be written")
	}
}

// KnownDevice is a device on which the subject proved who he is. Of one whose
// habits are forgotten there is no more than its name and its last proof.
type KnownDevice struct {
	ID      string    `json:"id"`   // for RenameDevice, RevokeDevice and Revoke; it authorizes nothing
	Name    string    `json:"name"` // the subject's own name for it, if any
	Kind    string    `json:"kind"` // coarse, as "Firefox on Linux"
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last"`
	Trusted bool      `json:"trusted"` // by a strong proof
}

// Devices returns the subject's known devices, for the page on which he keeps
// them in order. Errors: a [*RequestError], [ErrUnavailable].
func (g *Guard) Devices(ctx context.Context, subject string) ([]KnownDevice, error) {
	if err := checkSubject(subject); err != nil {
		return nil, err
	}
	r, st, err := g.look(ctx, subject)
	if err != nil {
		return nil, err
	}
	return knownDevices(&r.Profile, st), nil
}

func knownDevices(p *risk.Profile, st *State) []KnownDevice {
	known := make([]KnownDevice, 0, len(st.Devices))
	for _, d := range st.Devices {
		k := KnownDevice{ID: hex.EncodeToString(d.ID[:]), Name: d.Name, Last: d.Rotated}
		if seen, ok := p.Device(risk.DeviceID(d.ID)); ok {
			k.Kind, k.First, k.Last, k.Trusted = seen.UserAgent, seen.First, seen.Last, !seen.Trusted.IsZero()
		}
		known = append(known, k)
	}
	return known
}

// longestName is the most bytes of a device's name.
const longestName = 64

// RenameDevice gives a known device the subject's own name for it, of at most
// 64 bytes. An unknown device is left alone. It takes no proof: the name is for
// the subject to read, and nothing else. Errors: a [*RequestError], [ErrBusy],
// [ErrUnavailable].
func (g *Guard) RenameDevice(ctx context.Context, subject, id, name string) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	if err := checkField("Name", name, 0, longestName); err != nil {
		return err
	}
	keys, err := parseDevices([]string{id})
	if err != nil {
		return err
	}
	return g.update(ctx, subject, g.config.Now(), func(_ *recollection, _ *State, u *Update) error {
		u.Rename = []Device{{ID: keys[0], Name: name}}
		return nil
	})
}
