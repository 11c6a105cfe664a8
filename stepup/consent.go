// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
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

// Consent records that a subject agrees to the signals that need it, or no
// longer does (L24). Until he does, and once he does not, they are not
// computed: their basis is [risk.Consent], or [Config.Consent] lists them. Both
// ways take a grant of the action [ActionConsent], which is redeemed here, and
// the request that it was proven for; where a held proof allows the action, the
// grant is empty. Whoever holds a session must neither turn signals off,
// nor agree in the subject's name.
//
// A new subject has not agreed. Erasing forgets what he said. Errors: a
// [*RequestError], those of [Guard.Redeem], and [ErrBusy].
func (g *Guard) Consent(ctx context.Context, grant string, req Request, c Choice) error {
	if c != Given && c != Withdrawn {
		return &RequestError{"Choice", "is none"}
	}
	if _, err := g.redeemFor(ctx, ActionConsent, grant, req); err != nil {
		return err
	}
	now := g.config.Now()
	err := g.update(ctx, req.Subject, now, func(r *recollection, _ *State, _ *Update) error {
		switch {
		case c == Withdrawn:
			r.memo.consent = time.Time{}
		case r.memo.consent.IsZero():
			r.memo.consent = now
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
	return g.outside(ctx, req.Subject, journal.KindConsent, outcome, journal.Detail{Purpose: "signals"})
}
