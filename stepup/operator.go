// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"

	"github.com/proportion-go/proportion/stepup/journal"
)

// operatorKey is of the context's value that names the operator.
type operatorKey struct{}

// WithOperator returns a context for what the host does on its own authority,
// without a proof of the customer's, as [Guard.Unlock] and [Guard.Erase]: the
// journal then says by whom, under a keyed pseudonym. The name is the host's own
// for one of its people or programs, as "desk-7". It allows nothing. Without it
// the journal does not say.
func WithOperator(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, operatorKey{}, name)
}

// by is the journal's pseudonym of the operator who acts, if he is named.
func (g *Guard) by(ctx context.Context) journal.Pseudonym {
	name, _ := ctx.Value(operatorKey{}).(string)
	return g.alias("operator", name)
}

// Unlock forgets the wrong guesses of a subject in one lane, so that its
// methods open again: for an operator who has established who the customer is.
// Nothing else but time does that (L9). Errors: a [*RequestError], [ErrBusy],
// [ErrUnavailable].
func (g *Guard) Unlock(ctx context.Context, subject string, lane Lane) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	err := g.update(ctx, subject, g.config.Now(), func(_ *recollection, _ *State, u *Update) error {
		u.Unlock = []Lane{lane}
		return nil
	})
	if err != nil {
		return err
	}
	d := journal.Detail{Lane: lane.String(), By: g.by(ctx)}
	return g.outside(ctx, subject, journal.KindUnlock, "unlocked", d)
}

// Revoke makes devices of a subject unknown, by the identifiers of
// [Guard.Devices], or every one where none is named, and ends the proofs held
// on them. It is for the host to call when it resets a password or changes a
// contact itself, and for an operator whom a customer tells of a loss; for a
// customer who can prove that he may there is [Guard.RevokeDevice]. An unknown
// device is left alone. The owner is told. Errors: a [*RequestError],
// [ErrBusy], [ErrUnavailable].
func (g *Guard) Revoke(ctx context.Context, subject string, devices ...string) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	named, err := parseDevices(devices)
	if err != nil {
		return err
	}
	var revoked []Key
	err = g.update(ctx, subject, g.config.Now(), func(r *recollection, st *State, u *Update) error {
		revoked = forget(&r.Profile, st, u, func(known Key) bool {
			return len(named) == 0 || slices.Contains(named, known)
		})
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range revoked {
		d := journal.Detail{Device: g.alias("device", string(id[:])), By: g.by(ctx)}
		if err := g.outside(ctx, subject, journal.KindDevice, "revoked", d); err != nil {
			return err
		}
	}
	if len(revoked) == 0 {
		return nil
	}
	return g.notifyBy(ctx, Notice{Subject: subject, Kind: DevicesRevoked}, g.by(ctx))
}
