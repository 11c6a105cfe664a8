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

// ConfirmTOTP ends the enrolment with the first code of the app, which is used
// up by it. It replaces the authenticator that the subject had: every device
// but the one that asked is then no longer known. Where the grant was not by a
// strong proof, the new one proves nothing sensitive for 72 hours (L19). A
// wrong code leaves the enrolment pending: who enrols knows the secret, so
// there is nothing to guess. Errors: [ErrMalformed]; [ErrRefused] for a wrong
// code, and for an enrolment that is expired, used or another client's;
// [ErrBusy]; [ErrUnavailable].
func (g *Guard) ConfirmTOTP(ctx context.Context, binding, pending, code string) error {
	code, err := canonical(TOTP, code)
	if err != nil {
		return err
	}
	now := g.config.Now()
	var p pendingTOTP
	if !openJSON(g.keys.enrol, pending, &p) || !isSum(g.keys.binding, p.Binding, binding) ||
		!lives(p.Issued, TicketLife, now) {
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

// add enrols an authenticator and tells its owner. In place of another, it
// makes every device unknown but the one that asked for it: who replaces a
// method may have lost it, and a device that was known by it.
func (g *Guard) add(ctx context.Context, subject string, a Authenticator, w warrant) error {
	a.Settles = w.Settles
	var revoked []Key
	err := g.act(ctx, subject, &w, func(r *recollection, st *State, u *Update) error {
		u.Add, revoked = []Authenticator{a}, nil
		if enrolled(st.Authenticators, a.Method) != nil {
			revoked = forget(&r.Profile, st, u, otherThan(w.Device))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(g.added(ctx, subject, a.Method, &w), g.revoked(ctx, subject, &w, revoked))
}

// added records that a method was enrolled, and tells its owner.
func (g *Guard) added(ctx context.Context, subject string, m Method, w *warrant) error {
	return errors.Join(
		g.acted(ctx, subject, w, journal.KindEnrol, "added", journal.Detail{Method: m.String()}),
		g.notify(ctx, Notice{Subject: subject, Kind: MethodAdded, Method: m, Event: w.Event}))
}

// EnrolRecovery gives the subject ten recovery codes in place of any earlier
// ones; every device but the one that asks is then no longer known. The grant
// is of the action [ActionEnrol] and is redeemed here. Show the codes once.
// Errors: those of [Guard.Redeem], and [ErrBusy].
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
// [ActionRemove] and is redeemed here. Errors: those of [Guard.Redeem], and
// [ErrBusy].
func (g *Guard) RemoveMethod(ctx context.Context, grant string, req Request, m Method) error {
	w, err := g.redeemFor(ctx, ActionRemove, grant, req)
	if err != nil {
		return err
	}
	var revoked []Key
	err = g.act(ctx, req.Subject, &w, func(r *recollection, st *State, u *Update) error {
		u.Remove = []policy.Method{m}
		revoked = forget(&r.Profile, st, u, everyDevice)
		return nil
	})
	if err != nil {
		return err
	}
	return errors.Join(
		g.acted(ctx, req.Subject, &w, journal.KindEnrol, "removed", journal.Detail{Method: m.String()}),
		g.revoked(ctx, req.Subject, &w, revoked),
		g.notify(ctx, Notice{Subject: req.Subject, Kind: MethodRemoved, Method: m, Event: w.Event}))
}
