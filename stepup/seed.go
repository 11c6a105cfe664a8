// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
)

// Identity is what the host established about a subject by an identity check
// of its own: in a shop, by post, or when it migrates existing customers.
type Identity struct {
	// Home is where the subject lives; it may be empty.
	Home risk.Home

	// TOTP is the secret of an authenticator that the subject already uses
	// with the host. Zero: none. Its codes count from the next time step on,
	// since those before may have been used elsewhere (L12).
	TOTP otp.Secret
}

// Seed records what the host established. Nothing but a proof or a Seed ever
// adds to a profile (L21), so it must never follow from an unproven request.
//
// Errors: a [*RequestError] for a missing subject, [ErrBusy], [ErrUnavailable].
func (g *Guard) Seed(ctx context.Context, subject string, id Identity) error {
	if subject == "" || len(subject) > 256 {
		return &RequestError{"Subject", "is empty or longer than 256 bytes"}
	}
	now := g.config.Now()
	u := Update{Subject: pseudonym(g.keys.subject, subject), Now: now}
	if !id.TOTP.IsZero() {
		sealed, err := otp.SealSecret(g.keys.seal, id.TOTP, subject, TOTP.String())
		if err != nil {
			return fmt.Errorf("stepup: seal secret: %w", err)
		}
		step, err := totp.Step(now)
		if err != nil {
			return fmt.Errorf("stepup: %w", err)
		}
		u.Authenticators = []Authenticator{{Method: TOTP, Sealed: sealed, LastStep: step}}
	}
	by := risk.Proof{ID: rand.Text(), Time: now, Strong: true}
	for range conflicts {
		state, err := g.config.Store.Subject(ctx, Query{Subject: u.Subject, Now: now})
		if err != nil {
			return unavailable("subject", err)
		}
		var p risk.Profile
		if err := p.UnmarshalBinary(state.Profile); err != nil {
			return unavailable("profile", err)
		}
		p.Seed(id.Home, by)
		if u.Profile, err = p.MarshalBinary(); err != nil {
			return unavailable("profile", err)
		}
		u.Version = state.Version
		err = g.config.Store.Update(ctx, u)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrBusy):
			return ErrBusy
		case !errors.Is(err, ErrConflict):
			return unavailable("update", err)
		}
	}
	return unavailable("update", ErrConflict)
}
