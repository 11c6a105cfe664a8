// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"slices"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// ChangeContact takes the proof by which a customer changes, adds or removes a
// contact, before the host does so in its directory. The grant is of the action
// [ActionContact], or of one of the policy's own that touches contacts of that
// kind, as sim.swap touches [sms]. Have the policy bind it to the new address, so
// that the proof is for that one alone. Former is the contact that is replaced;
// where one is added it has a Kind alone.
//
// The contact's own kind must not have carried the code (L19), whatever the
// policy says in touches. Every device of the subject is no longer known, the
// one that asks too, and a code that was asked for before proves nothing any
// more if it went to a contact of that kind. The owner is told, and the notice
// has the former contact, where to tell him. Unless the proof was strong, the
// guard remembers for 72 hours that no contact of this kind proves anything
// sensitive. That memory and [Contact.Since] both count, so a host that leaves
// Since zero for what is changed here loses nothing.
//
// Errors: [ErrWeak] where a contact of the same kind carried the code; a
// [*RequestError]; [ErrBusy]; and those of [Guard.Redeem].
func (g *Guard) ChangeContact(
	ctx context.Context, grant string, req Request, former Contact,
) error {
	if former.Kind < policy.SMS || former.Kind > policy.App {
		return &RequestError{"Contact", "has no kind"}
	}
	action := ActionContact
	if slices.Contains(g.Policy().Action(req.Action).Touches, former.Kind) {
		action = req.Action
	}
	w, err := g.redeemIf(ctx, action, grant, req, func(s showing) error {
		if s.via == former.Kind {
			return ErrWeak
		}
		return nil
	})
	if err != nil {
		return err
	}
	var revoked []Key
	err = g.act(ctx, req.Subject, &w, func(r *recollection, st *State, u *Update) error {
		r.memo.settles[former.Kind-policy.SMS] = w.Settles
		r.memo.changed[former.Kind-policy.SMS] = u.Now
		revoked = forget(&r.Profile, st, u, everyDevice)
		return nil
	})
	if err != nil {
		return err
	}
	d := journal.Detail{Via: former.Kind.String()}
	return errors.Join(
		g.acted(ctx, req.Subject, &w, journal.KindEnrol, "changed", d),
		g.revoked(ctx, req.Subject, &w, revoked),
		g.notify(ctx, Notice{Subject: req.Subject, Kind: ContactChanged, Former: former, Event: w.Event}))
}

// fresh reports whether the contact was changed so lately that it proves nothing
// sensitive (L19), by the directory's word or the guard's own memory.
func (s *situation) fresh(c *Contact) bool {
	if c.Kind < policy.SMS || c.Kind > policy.App || s.now.Before(s.memo.settles[c.Kind-policy.SMS]) {
		return true
	}
	return !c.Since.IsZero() && s.now.Sub(c.Since) < settling
}
