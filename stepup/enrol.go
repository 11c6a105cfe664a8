// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// The built-in actions whose grants the guard itself takes (L20), as do
// [Guard.EnrolTOTP], [Guard.RemoveMethod], [Guard.Report] and [Guard.Consent]. A
// policy sets how much proof they take; "*" never covers them. Where a proof
// that the session holds allows the action, no challenge gives a grant: it is
// then empty. The other built-in actions are for the host to decide on and to
// redeem before it acts: contact.change, device.trust, profile.export and
// profile.erase.
const (
	ActionEnrol   = "method.enrol"
	ActionRemove  = "method.remove"
	ActionRevoke  = "device.revoke"
	ActionConsent = "consent.change"
)

// Enrolment is an authenticator that is not enrolled yet: it is once its first
// code was typed. It prints as "[redacted]".
type Enrolment struct {
	redacted

	// Secret is what the customer's app has to learn, most easily by the URI
	// of an [otp.Enrolment] as a QR code. Show it once, and keep it nowhere.
	Secret otp.Secret

	// Pending is for [Guard.ConfirmTOTP]. It is good for 10 minutes, once.
	Pending string
}

// pendingTOTP is what Enrolment.Pending seals.
type pendingTOTP struct {
	ID      ID
	Issued  time.Time
	Subject string
	Binding digest
	Secret  []byte
	Warrant warrant
}

// EnrolTOTP begins the enrolment of an authenticator app. The grant is of the
// action [ActionEnrol], and the request is the one it was proven for: it is
// redeemed here, so do not redeem it before. Errors: those of [Guard.Redeem].
func (g *Guard) EnrolTOTP(ctx context.Context, grant string, req Request) (Enrolment, error) {
	w, err := g.redeemFor(ctx, ActionEnrol, grant, req)
	if err != nil {
		return Enrolment{}, err
	}
	secret, err := otp.GenerateSecret()
	if err != nil {
		return Enrolment{}, fmt.Errorf("stepup: %w", err)
	}
	pending, err := sealJSON(g.keys.enrol, pendingTOTP{
		ID: newID(g.subjectRef(req.Subject).Key), Issued: g.config.Now(), Subject: req.Subject,
		Binding: sum(g.keys.binding, req.Binding), Secret: secret.Bytes(), Warrant: w,
	})
	if err != nil {
		return Enrolment{}, fmt.Errorf("stepup: seal enrolment: %w", err)
	}
	return Enrolment{Secret: secret, Pending: pending}, nil
}

// warrant is what the grant of a built-in action allows.
type warrant struct {
	// Proven is when. It enrols nothing for a subject that was erased since.
	Proven time.Time

	// Settles is until when what the action adds proves nothing sensitive: a
	// strong proof needs no such time (L19).
	Settles time.Time

	// Event names what was proven, for the notice of it.
	Event string
}

// redeemFor redeems the grant of a built-in action.
func (g *Guard) redeemFor(ctx context.Context, action, grant string, req Request) (w warrant, err error) {
	if req.Action != action {
		return warrant{}, &RequestError{"Action", "is not " + action}
	}
	if grant == "" {
		return g.heldFor(ctx, req)
	}
	p, err := g.redeem(ctx, grant, req)
	if err != nil {
		return warrant{}, err
	}
	h := happening{
		id: p.ID, time: p.Issued, device: g.openDevice(req.Device, req.Subject, new(tokenRoom)).ID, session: req.Session,
		binding: pseudonym(g.keys.binding, req.Binding).Key, subject: req.Subject, sealer: g.keys.event,
	}
	w.Event = h.seal()
	if w.Proven = p.Issued; !p.Strong {
		w.Settles = g.config.Now().Add(settling)
	}
	return w, nil
}

// heldFor stands in for redeeming where a proof that the session holds allows
// the action, since no challenge then gives a grant.
func (g *Guard) heldFor(ctx context.Context, req Request) (warrant, error) {
	d, err := g.Decide(ctx, req)
	if err != nil {
		return warrant{}, err
	}
	if d.Outcome != Allow || !d.Verdict.HeldOK {
		return warrant{}, ErrRefused
	}
	now := g.config.Now()
	return warrant{Proven: now, Settles: now.Add(settling), Event: d.Event()}, nil
}

// ConfirmTOTP ends the enrolment with the first code of the app, which is used
// up by it. It replaces the authenticator that the subject had. Where the
// grant was not by a strong proof, the new one proves nothing sensitive for 72
// hours (L19). A wrong code leaves the enrolment pending: who enrols knows the
// secret, so there is nothing to guess. Errors: [ErrMalformed]; [ErrRefused] for
// a wrong code, and for an enrolment that is expired, used or another client's;
// [ErrBusy]; [ErrUnavailable].
func (g *Guard) ConfirmTOTP(ctx context.Context, binding, pending, code string) error {
	code, err := canonical(TOTP, code)
	if err != nil {
		return err
	}
	now := g.config.Now()
	var p pendingTOTP
	if !openJSON(g.keys.enrol, pending, &p) || !isSum(g.keys.binding, p.Binding, binding) ||
		now.Before(p.Issued) || now.Sub(p.Issued) >= TicketLife {
		return ErrRefused
	}
	secret, err := otp.NewSecret(p.Secret)
	if err != nil {
		return ErrRefused
	}
	step, err := totp.Verify(secret, code, now, 0)
	if err != nil {
		return ErrRefused
	}
	if err := g.redeemOnce(ctx, Redemption{
		ID: p.ID, Try: newTry(), Issued: p.Issued, Expires: p.Issued.Add(TicketLife), Now: now,
	}); err != nil {
		return err
	}
	a, err := g.sealTOTP(secret, p.Subject, now)
	if err != nil {
		return err
	}
	a.LastStep = step
	return g.add(ctx, p.Subject, a, p.Warrant)
}

// add enrols an authenticator and tells its owner.
func (g *Guard) add(ctx context.Context, subject string, a Authenticator, w warrant) error {
	a.Settles = w.Settles
	err := g.update(ctx, subject, g.config.Now(), func(_ *recollection, st *State, u *Update) error {
		if st.Since.IsZero() || w.Proven.Before(st.Since) {
			return ErrRefused // the subject was erased since
		}
		u.Add = []Authenticator{a}
		return nil
	})
	if err != nil {
		return err
	}
	return g.added(ctx, subject, a.Method, w.Event)
}

// added records that a method was enrolled, and tells its owner.
func (g *Guard) added(ctx context.Context, subject string, m Method, event string) error {
	return errors.Join(
		g.outside(ctx, subject, journal.KindEnrol, "added", journal.Detail{Method: m.String()}),
		g.notify(ctx, Notice{Subject: subject, Kind: MethodAdded, Method: m, Event: event}))
}

// EnrolRecovery gives the subject ten recovery codes in place of any earlier
// ones. The grant is of the action [ActionEnrol] and is redeemed here. Show the
// codes once. Errors: those of [Guard.Redeem], and [ErrBusy].
func (g *Guard) EnrolRecovery(ctx context.Context, grant string, req Request) ([]otp.RecoveryCode, error) {
	w, err := g.redeemFor(ctx, ActionEnrol, grant, req)
	if err != nil {
		return nil, err
	}
	codes, set, err := otp.GenerateRecovery()
	if err != nil {
		return nil, fmt.Errorf("stepup: %w", err)
	}
	sealed, err := g.sealRecovery(set, req.Subject)
	if err != nil {
		return nil, fmt.Errorf("stepup: seal recovery codes: %w", err)
	}
	if err := g.add(ctx, req.Subject, Authenticator{Method: Recovery, Sealed: sealed}, w); err != nil {
		return nil, err
	}
	return codes, nil
}

// RemoveMethod takes a method away from the subject, and with it every known
// device: who removes a method may have lost one. The grant is of the action
// [ActionRemove] and is redeemed here. Errors: those of [Guard.Redeem].
func (g *Guard) RemoveMethod(ctx context.Context, grant string, req Request, m Method) error {
	w, err := g.redeemFor(ctx, ActionRemove, grant, req)
	if err != nil {
		return err
	}
	err = g.update(ctx, req.Subject, g.config.Now(), func(r *recollection, st *State, u *Update) error {
		u.Remove = []policy.Method{m}
		u.Revoke = forget(&r.Profile, st, g.config.Now())
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(
		g.outside(ctx, req.Subject, journal.KindEnrol, "removed", journal.Detail{Method: m.String()}),
		g.notify(ctx, Notice{Subject: req.Subject, Kind: MethodRemoved, Method: m, Event: w.Event}))
}
