// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// The built-in actions (L20). Every policy has them, "*" never covers them, and
// what proof each takes is the policy's to say. The guard itself redeems their
// grants, in the call named beside each: it takes the grant and the [Request]
// that was proven, so that nothing is left to redeem before. The grant is empty
// where none was given, because the policy allows the action as it stands, or
// for a proof that the session already holds: the guard then decides again.
//
// A customer enrols a first method only where method.enrol can be proven without
// one: a policy that makes it sensitive lets a code do, and what is then enrolled
// proves nothing sensitive for 72 hours (L19).
const (
	ActionEnrol   = "method.enrol"   // EnrolTOTP, EnrolRecovery, EnrolMobile, EnrolPasskey
	ActionRemove  = "method.remove"  // RemoveMethod
	ActionContact = "contact.change" // ChangeContact
	ActionTrust   = "device.trust"   // TrustDevice
	ActionRevoke  = "device.revoke"  // RevokeDevice, RevokeOtherDevices, Report
	ActionConsent = "consent.change" // ChangeConsent
	ActionExport  = "profile.export" // ExportProfile
	ActionErase   = "profile.erase"  // EraseProfile
)

// builtIn reports whether an action is one of these: what its proof allows is
// then done once.
func builtIn(action string) bool {
	switch action {
	case ActionEnrol, ActionRemove, ActionContact, ActionTrust, ActionRevoke, ActionConsent,
		ActionExport, ActionErase:
		return true
	}
	return false
}

// warrant is what allows a built-in action.
type warrant struct {
	// ID is of the decision, which what is done follows from.
	ID ID

	// Proven is when: see stands.
	Proven time.Time

	// Settles is until when what the action adds proves nothing sensitive: a
	// strong proof needs no such time (L19).
	Settles time.Time

	// Event names what was proven, for the notice of it.
	Event string

	// Device is the one that the request presented; zero: none.
	Device Key

	// bare says that no proof stands behind it: the policy asks for none.
	bare bool
}

// showing is what a proof was given by and where, for an action that not every
// proof of it is good for.
type showing struct {
	via    policy.ContactKind // what carried the code; zero: nothing did
	strong bool
	device Key
}

// fits is for an action that any proof of it is good for.
func fits(showing) error { return nil }

// redeemFor redeems the grant of a built-in action.
func (g *Guard) redeemFor(ctx context.Context, action, grant string, req Request) (warrant, error) {
	return g.redeemIf(ctx, action, grant, req, fits)
}

// redeemIf redeems the grant of an action, unless fit returns what keeps
// its proof from being good for it: the grant is then not used up.
func (g *Guard) redeemIf(
	ctx context.Context, action, grant string, req Request, fit func(showing) error,
) (w warrant, err error) {
	if req.Action != action {
		return warrant{}, &RequestError{"Action", "is not " + action}
	}
	if grant == "" {
		return g.allowedFor(ctx, req, fit)
	}
	p, err := g.redeem(ctx, grant, req, fit)
	if err != nil {
		return warrant{}, err
	}
	device := g.presented(&req)
	h := happening{
		id: p.ID, time: p.Issued, device: device, session: req.Session,
		binding: pseudonym(g.keys.binding, req.Binding).Key, subject: req.Subject, sealer: g.keys.event,
	}
	w = warrant{ID: p.ID, Proven: p.Issued, Event: h.seal(), Device: device}
	if !p.Strong {
		w.Settles = g.config.Now().Add(settling)
	}
	return w, nil
}

// allowedFor stands in for redeeming where no challenge gives a grant: the
// policy allows the action as it stands, or for a proof that the session holds.
func (g *Guard) allowedFor(
	ctx context.Context, req Request, fit func(showing) error,
) (warrant, error) {
	d, err := g.judge(ctx, req, true)
	if err != nil {
		return warrant{}, err
	}
	if d.Outcome != Allow && d.Outcome != Notify {
		return warrant{}, ErrRefused
	}
	device := g.presented(&req)
	var shown showing // nothing, unless the session holds a proof
	if held := d.Verdict.Held; d.Verdict.HeldOK {
		shown = showing{held.Via, strong(held.Method), device}
	}
	if err := fit(shown); err != nil {
		return warrant{}, err
	}
	now := g.config.Now()
	return warrant{
		ID: d.happening.id, Proven: now, Settles: now.Add(settling), Event: d.Event(), Device: device,
		bare: !d.Verdict.HeldOK,
	}, nil
}

// stands reports whether a warrant still is one: the subject was not erased
// since, and reported nothing since that was not him (L21).
func (w *warrant) stands(r *recollection, st *State) bool {
	return !st.Since.IsZero() && !w.Proven.Before(st.Since) && w.Proven.After(r.memo.since)
}

// act changes what is remembered of a subject, by a warrant that stands.
func (g *Guard) act(
	ctx context.Context, subject string, w *warrant, change func(*recollection, *State, *Update) error,
) error {
	return g.update(ctx, subject, g.config.Now(), func(r *recollection, st *State, u *Update) error {
		if !w.stands(r, st) {
			return ErrRefused
		}
		return change(r, st, u)
	})
}

// acted records what was done by a warrant, under the decision that it follows
// from.
func (g *Guard) acted(
	ctx context.Context, subject string, w *warrant,
	kind journal.Kind, outcome string, d journal.Detail,
) error {
	return g.follow(ctx, &demand{Subject: subject}, &journal.Event{
		Kind: kind, ID: w.ID.reference(), Outcome: outcome, Detail: d,
	})
}

// presented returns the device whose token the request presents, if any.
func (g *Guard) presented(req *Request) Key {
	return g.openDevice(req.Device, req.Subject, new(tokenRoom)).ID
}
