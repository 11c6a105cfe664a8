// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"time"

	"github.com/proportion-go/proportion/stepup/journal"
)

// Choice is what a subject says of the signals that need his consent. The zero
// Choice is none.
type Choice uint8

// The choices.
const (
	Given Choice = iota + 1
	Withdrawn
)

// ChangeConsent records that a subject agrees to the signals that need it, or
// no longer does (L24). Until he does, and once he does not, they are not
// computed: their basis is [risk.Consent], or [Config.Consent] lists them. Both
// ways take a grant of the action [ActionConsent], since whoever holds a session
// must neither turn signals off, nor agree in the subject's name.
//
// A new subject has not agreed. Erasing forgets what he said. Errors: a
// [*RequestError], those of [Guard.Redeem], and [ErrBusy].
func (g *Guard) ChangeConsent(ctx context.Context, grant string, req Request, c Choice) error {
	if c != Given && c != Withdrawn {
		return &RequestError{"Choice", "is none"}
	}
	w, err := g.redeemFor(ctx, ActionConsent, grant, req)
	if err != nil {
		return err
	}
	err = g.act(ctx, req.Subject, &w, func(r *recollection, _ *State, u *Update) error {
		switch {
		case c == Withdrawn:
			r.memo.consent = time.Time{}
		case r.memo.consent.IsZero():
			r.memo.consent = u.Now
		}
		return nil
	})
	if err != nil {
		return err
	}
	outcome := "given"
	if c == Withdrawn {
		outcome = "withdrawn"
	}
	return errors.Join(
		g.acted(ctx, req.Subject, &w, journal.KindConsent, outcome, journal.Detail{Purpose: "signals"}),
		g.notify(ctx, Notice{Subject: req.Subject, Kind: ConsentChanged, Event: w.Event}))
}
