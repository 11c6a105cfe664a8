// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Cancel ends a pending challenge that the customer gave up. It must be
// presented with the binding it was begun with; otherwise, and where it is no
// longer pending, the error is [ErrRefused].
func (g *Guard) Cancel(ctx context.Context, binding, id string) error {
	cid, m, ok := parseID(id)
	if !ok {
		return ErrRefused
	}
	_, err := g.change(ctx, Change{
		ID: cid, Try: newTry(), Binding: pseudonym(g.keys.binding, binding), Now: g.config.Now(),
	})
	if err != nil {
		return err
	}
	return g.follow(ctx, new(demand), &journal.Event{
		Kind: journal.KindAbandon, ID: cid.reference(), Outcome: "cancelled", Detail: journal.Detail{Method: m.String()},
	})
}

// Resend sends a new code for a pending challenge to the same contact; the
// code before is no longer good (L15). Attempts already used stay used, and
// the challenge ends when it would have. The ticket is the one the challenge
// was begun with: keep it beside the challenge's ID.
//
// Errors: [ErrTicket], [ErrMethod] for a method that sends nothing,
// [ErrRefused], [ErrBusy], [ErrDelivery], [ErrUnavailable].
func (g *Guard) Resend(ctx context.Context, binding, id, sealed string) error {
	cid, m, ok := parseID(id)
	if !ok {
		return ErrRefused
	}
	var t ticket
	if !g.openTicket(sealed, &t) || t.ID != cid {
		return ErrTicket
	}
	o, ok := t.offer(m)
	if !ok || o.Address == "" || m == Mobile4 {
		return ErrMethod
	}
	code, err := otp.Generate(digits(m))
	if err != nil {
		return fmt.Errorf("stepup: %w", err)
	}
	if err := g.stillReachable(ctx, &t, o); err != nil {
		return err
	}
	now := g.config.Now()
	expires, err := g.change(ctx, Change{
		ID: cid, Try: newTry(), Binding: pseudonym(g.keys.binding, binding), Now: now,
		Code: g.keys.code.Sum(t.codeParts(m, code)...), Caps: g.caps(&t, o),
	})
	if err != nil {
		return err
	}
	return g.send(ctx, &t, o, id, code, expires)
}

func (g *Guard) change(ctx context.Context, c Change) (expires time.Time, err error) {
	expires, err = g.config.Store.Change(context.WithoutCancel(ctx), c)
	switch {
	case err == nil:
		return expires, nil
	case errors.Is(err, ErrRefused):
		return time.Time{}, ErrRefused
	case errors.Is(err, ErrBusy):
		return time.Time{}, busy(err)
	}
	return time.Time{}, unavailable("change", err)
}
