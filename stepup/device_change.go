// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// TrustDevice takes the proof by which a customer has the device that he uses
// trusted. Any strong proof does that to the device it is given on, whatever it
// was asked for, and nothing weaker ever does (L11): the action [ActionTrust] is
// how a customer asks for one himself, and is offered nothing weaker; where
// nothing is left, [Decision.Enrol] has what to enrol. Its wrong guesses are
// then his own, a day later. The request presents the device token of the grant.
//
// Errors: [ErrWeak] for a proof that is not strong, or was given elsewhere; a
// [*RequestError] where no device is presented; and those of [Guard.Redeem].
func (g *Guard) TrustDevice(ctx context.Context, grant string, req Request) error {
	device := g.presented(&req)
	if device == (Key{}) {
		return &RequestError{"Device", "names no device"}
	}
	w, err := g.redeemIf(ctx, ActionTrust, grant, req, func(s showing) error {
		if !s.strong || s.device != device {
			return ErrWeak
		}
		return nil
	})
	if err != nil {
		return err
	}
	r, st, err := g.look(ctx, req.Subject)
	if err != nil {
		return err
	}
	if d, ok := r.Device(risk.DeviceID(device)); !ok || !w.stands(r, st) {
		return ErrRefused // it was revoked since, for one
	} else if d.Trusted.IsZero() {
		return ErrWeak // the held proof was by a method of late
	}
	return g.notify(ctx, Notice{Subject: req.Subject, Kind: DeviceTrusted, Event: w.Event})
}

// RevokeDevice makes a device of the subject unknown, and ends the proofs held
// on it. The grant is of the action [ActionRevoke]. An unknown device is left
// alone. Errors: a [*RequestError], [ErrBusy], and those of [Guard.Redeem].
func (g *Guard) RevokeDevice(ctx context.Context, grant string, req Request, id string) error {
	named, err := parseDevices([]string{id})
	if err != nil {
		return err
	}
	return g.revokeFor(ctx, grant, req, func(known Key) bool { return known == named[0] })
}

// RevokeOtherDevices makes every device of the subject unknown but the one that
// the request presents, and ends the proofs held on them or on none, its own too
// where it presents none. The grant is of the action [ActionRevoke]. Errors: as
// [Guard.RevokeDevice].
func (g *Guard) RevokeOtherDevices(ctx context.Context, grant string, req Request) error {
	return g.revokeFor(ctx, grant, req, otherThan(g.presented(&req)))
}

// revokeFor revokes the known devices that are meant, by a grant.
func (g *Guard) revokeFor(
	ctx context.Context, grant string, req Request, meant func(Key) bool,
) error {
	w, err := g.redeemFor(ctx, ActionRevoke, grant, req)
	if err != nil {
		return err
	}
	var revoked []Key
	err = g.act(ctx, req.Subject, &w, func(r *recollection, st *State, u *Update) error {
		revoked = forget(&r.Profile, st, u, meant)
		return nil
	})
	if err != nil || len(revoked) == 0 {
		return err
	}
	return errors.Join(
		g.revoked(ctx, req.Subject, &w, revoked),
		g.notify(ctx, Notice{Subject: req.Subject, Kind: DevicesRevoked, Event: w.Event}))
}

// revoked records, by a warrant, the devices that are no longer known.
func (g *Guard) revoked(ctx context.Context, subject string, w *warrant, devices []Key) error {
	for _, id := range devices {
		d := journal.Detail{Device: g.alias("device", string(id[:]))}
		if err := g.acted(ctx, subject, w, journal.KindDevice, "revoked", d); err != nil {
			return err
		}
	}
	return nil
}

// forget takes the devices that are meant out of the profile and out of the
// store, which may know of more, and returns those. Where the zero Key is meant,
// the proofs end that were given without a device.
func forget(p *risk.Profile, st *State, u *Update, meant func(Key) bool) (devices []Key) {
	for _, d := range p.Devices() {
		if meant(Key(d.ID)) {
			p.RemoveDevice(d.ID, u.Now)
		}
	}
	for _, d := range st.Devices {
		if meant(d.ID) {
			devices = append(devices, d.ID)
		}
	}
	if u.Revoke = devices; meant(Key{}) {
		u.Revoke = append(slices.Clip(devices), Key{})
	}
	return devices
}

// otherThan means every device but this one; where it is none, also none.
func otherThan(own Key) func(Key) bool {
	return func(known Key) bool { return known != own || own == Key{} }
}

// everyDevice is meant.
func everyDevice(Key) bool { return true }

// parseDevices returns the keys that a [KnownDevice] shows in hexadecimal.
func parseDevices(ids []string) ([]Key, error) {
	keys := make([]Key, len(ids))
	for i, id := range ids {
		b, err := hex.DecodeString(id)
		if err != nil || len(b) != len(Key{}) {
			return nil, &RequestError{"Device", "is no identifier of a device"}
		}
		keys[i] = Key(b)
	}
	return keys, nil
}
