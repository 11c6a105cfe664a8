// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// Finish checks the answer to a challenge, presented with the binding it was
// begun with. The attempt is counted in the store before the comparison, and
// stays counted if the caller hangs up (L8, L28). On success the subject's
// profile learns from the proof, the session holds it, and the grant carries
// it to [Guard.Redeem].
//
// Errors: [ErrMalformed] for input that is no code of the right length, which
// costs nothing; [ErrRefused] for everything else that does not count;
// [ErrUnavailable] when the store failed, so that nothing was proven.
func (g *Guard) Finish(ctx context.Context, binding, id, code string) (Grant, error) {
	cid, m, ok := parseID(id)
	if !ok || m != Code4 && m != Code6 && m != TOTP {
		return Grant{}, ErrRefused
	}
	code, err := otp.Canonical(code, digits(m))
	if err != nil {
		return Grant{}, ErrMalformed
	}
	now := g.config.Now()
	ctx = context.WithoutCancel(ctx) // hanging up does not refund a guess
	a, err := g.attempt(ctx, Attempt{
		ID: cid, Method: m, Binding: pseudonym(g.keys.binding, binding), Now: now, Cost: cost(m), Limits: limits,
	})
	if err != nil {
		return Grant{}, err
	}
	var t ticket
	if !openJSON(g.keys.ticket, string(a.Ticket), &t) {
		return Grant{}, ErrRefused
	}
	step, ok := g.verify(&t, &a, code, now)
	if !ok {
		return Grant{}, ErrRefused
	}
	if err := g.settle(ctx, &t, &a, cid, step, now); err != nil {
		return Grant{}, err
	}
	return g.grant(&t, m, now)
}

func (g *Guard) attempt(ctx context.Context, a Attempt) (Attempted, error) {
	counted, err := g.config.Store.Attempt(ctx, a)
	switch {
	case err == nil:
		return counted, nil
	case errors.Is(err, ErrRefused):
		return Attempted{}, ErrRefused
	}
	return Attempted{}, unavailable("attempt", err)
}

// verify compares. For TOTP it returns the step that matched, which settling
// accepts at most once.
func (g *Guard) verify(t *ticket, a *Attempted, code string, now time.Time) (step int64, ok bool) {
	if a.Method != TOTP {
		return 0, g.keys.code.Verify(a.Code, t.codeParts(a.Method, code)...)
	}
	enrolled := (&State{Authenticators: a.Authenticators}).authenticator(TOTP)
	if enrolled == nil {
		return 0, false
	}
	secret, err := otp.OpenSecret(g.keys.seal, enrolled.Sealed, t.Subject, TOTP.String())
	if err != nil {
		return 0, false
	}
	step, err = totp.Verify(secret, code, now, enrolled.LastStep)
	return step, err == nil
}

// settle makes the challenge passed, exactly once, and teaches the profile.
// Where another proof taught it meanwhile, it is read again and merged.
func (g *Guard) settle(ctx context.Context, t *ticket, a *Attempted, id ID, step int64, now time.Time) error {
	s := Settlement{
		ID: id, Now: now, Refund: cost(a.Method), Step: step, Version: a.Version, Reset: t.Step,
		Session: t.session(), Device: t.Device,
		Proof: policy.Proof{Method: a.Method, Action: t.Action, Time: now, Band: t.Band, Bound: t.bound()},
	}
	encoded := a.Profile
	for range conflicts {
		var err error
		if s.Profile, err = taught(encoded, t, id, a.Method, now); err != nil {
			return unavailable("profile", err)
		}
		err = g.config.Store.Settle(ctx, s)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrRefused):
			return ErrRefused
		case !errors.Is(err, ErrConflict):
			return unavailable("settle", err)
		}
		state, err := g.config.Store.Subject(ctx, Query{Subject: pseudonym(g.keys.subject, t.Subject), Now: now})
		if err != nil {
			return unavailable("subject", err)
		}
		encoded, s.Version = state.Profile, state.Version
	}
	return unavailable("settle", ErrConflict)
}

// conflicts is how often a change is tried again because another came first.
const conflicts = 100

// taught returns the encoded profile with what the proof teaches.
func taught(encoded []byte, t *ticket, id ID, m Method, now time.Time) ([]byte, error) {
	var p risk.Profile
	if err := p.UnmarshalBinary(encoded); err != nil {
		return nil, err
	}
	var e risk.Evidence
	if err := e.UnmarshalBinary(t.Evidence); err != nil {
		return nil, err
	}
	p.Learn(e, risk.Proof{ID: formatID(id, m), Time: now, Strong: m.Strength() >= TOTP.Strength()})
	return p.MarshalBinary()
}
