// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Finish checks the answer to a challenge, presented with the binding it was
// begun with. The attempt is counted in the store before the comparison, and
// stays counted if the caller hangs up (L8, L28). On success the subject's
// profile learns from the proof, the session holds it, and the grant carries
// it to [Guard.Redeem].
//
// A code of an authenticator app counts once (RFC 6238 s5.2). A second proof by
// totp within the same step of 30 seconds is refused, and counted as a guess:
// have the customer wait for the next code.
//
// Errors: [ErrMalformed] for input that is no code of the method, which costs
// nothing; [ErrRefused] for everything else that does not count;
// [ErrUnavailable] when the store failed, so that nothing was proven.
func (g *Guard) Finish(ctx context.Context, binding, id, code string) (Grant, error) {
	cid, m, ok := parseID(id)
	if !ok {
		return Grant{}, ErrRefused
	}
	code, err := canonical(m, code)
	if err != nil {
		return Grant{}, err
	}
	f := finishing{id: cid, now: g.config.Now()}
	from := pseudonym(g.keys.binding, binding)
	f.attempted, err = g.attempt(context.WithoutCancel(ctx), Attempt{ // hanging up refunds no guess
		ID: cid, Try: newTry(), Method: m, Binding: from, Now: f.now, Cost: cost(m), Limits: limits,
	})
	if err != nil {
		_ = g.verify(ctx, g.refusedAnswer(m, f.now), code)
		return Grant{}, g.notCompared(ctx, cid, m, err)
	}
	ctx = context.WithoutCancel(ctx)
	if !g.openDemand(cid, f.attempted.Demand, &f.demand) {
		return Grant{}, ErrRefused
	}
	if right := g.verify(ctx, g.compared(&f), code); !right || f.demand.Decoy {
		return Grant{}, g.wrong(ctx, &f)
	}
	settled, err := g.pass(ctx, &f)
	if err != nil {
		return Grant{}, err
	}
	return g.grant(&f.demand, from.Key, m, f.strong(), settled.Counter, f.now)
}

// pass settles a right answer, and records it before anybody hears of it.
func (g *Guard) pass(ctx context.Context, f *finishing) (Settled, error) {
	settled, err := g.settle(ctx, f)
	if err != nil {
		return Settled{}, errors.Join(err, g.answered(ctx, f, "refused"))
	}
	if err := g.answered(ctx, f, "right"); err != nil {
		return Settled{}, err
	}
	e := g.event(&f.demand, journal.KindProof, "passed")
	e.Detail.Method, e.Detail.Band = f.attempted.Method.String(), f.demand.Band.String()
	e.Detail.ACR, e.Detail.Bound = f.demand.ACR, f.demand.bound()
	if via := f.demand.Via; via != 0 {
		e.Detail.Via = via.String()
	}
	if err := g.follow(ctx, &f.demand, e); err != nil {
		return Settled{}, err
	}
	return settled, g.learnt(ctx, f)
}

// learnt records what a proof made of its device.
func (g *Guard) learnt(ctx context.Context, f *finishing) error {
	id := f.demand.device()
	for _, outcome := range f.learns {
		e := g.event(&f.demand, journal.KindDevice, outcome)
		e.Detail.Lane, e.Detail.Device = "", g.alias("device", string(id[:]))
		if err := g.follow(ctx, &f.demand, e); err != nil {
			return err
		}
	}
	return nil
}

// wrong records a wrong answer, tells the owner of a method that it shut, and
// returns the refusal.
func (g *Guard) wrong(ctx context.Context, f *finishing) error {
	err := g.answered(ctx, f, "wrong")
	if f.attempted.Last {
		e := g.event(&f.demand, journal.KindFailure, "failed")
		e.Detail.Method = f.attempted.Method.String()
		err = errors.Join(err, g.follow(ctx, &f.demand, e))
	}
	if err = errors.Join(err, g.noticeShut(ctx, f)); err != nil {
		return err
	}
	return ErrRefused
}

// noticeShut tells the owner of a method that an answer shut it in its lane.
func (g *Guard) noticeShut(ctx context.Context, f *finishing) error {
	if !f.attempted.Shut || f.demand.Decoy {
		return nil
	}
	return g.notify(ctx, Notice{
		Subject: f.demand.Subject, Kind: MethodShut, Method: f.attempted.Method, Lane: f.attempted.Lane,
	})
}

// answered records an answer that was counted.
func (g *Guard) answered(ctx context.Context, f *finishing, outcome string) error {
	e := g.event(&f.demand, journal.KindAttempt, outcome)
	e.Detail.Method, e.Detail.Cost = f.attempted.Method.String(), int64(cost(f.attempted.Method))
	return g.follow(ctx, &f.demand, e)
}

// notCompared records an answer that was refused before it was compared, as a
// wrong one is recorded: writing may take longer than all the rest (L14).
func (g *Guard) notCompared(ctx context.Context, id ID, m Method, err error) error {
	if !errors.Is(err, ErrRefused) {
		return err
	}
	failed := g.follow(ctx, new(demand), &journal.Event{
		Kind: journal.KindAttempt, ID: id.reference(), Outcome: "refused",
		Detail: journal.Detail{Method: m.String(), Reason: "refused"},
	})
	if failed != nil {
		return failed
	}
	return err
}

// finishing is one answer on its way to a grant.
type finishing struct {
	id        ID
	now       time.Time
	demand    demand
	attempted Attempted
	used      Authenticator // as the right answer leaves it, if it used one
	was       []byte
	learns    []string // what the proof makes of the device: known, trusted
	nowhere   bool     // it was refused, and is only compared
	settles   []Ref    // caps on what stayed unanswered
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

// settle makes the challenge passed, exactly once, and teaches the profile.
// Where another proof taught it meanwhile, it is read again.
func (g *Guard) settle(ctx context.Context, f *finishing) (Settled, error) {
	d, a := &f.demand, &f.attempted
	s := Settlement{
		ID: f.id, Try: newTry(), Now: f.now, Refund: cost(a.Method), Version: a.Version, Reset: d.Step,
		Renewal: d.Renewal, Used: f.used, Was: f.was, Answered: f.settles,
		Held: Held{Session: d.Session, Device: d.device(), ACR: d.ACR, Proof: policy.Proof{
			Method: a.Method, Via: d.Via, Action: d.Action, Time: f.now, Band: d.Band, Bound: d.bound(),
		}},
	}
	encoded := a.Profile
	for range conflicts {
		var err error
		s.Profile, err = f.teach(encoded)
		switch {
		case errors.Is(err, ErrRefused):
			return Settled{}, ErrRefused
		case err != nil:
			return Settled{}, unavailable("profile", err)
		}
		settled, err := g.config.Store.Settle(ctx, s)
		switch {
		case err == nil:
			g.habits.learn(f.demand.Evidence, f.now)
			return settled, nil
		case errors.Is(err, ErrRefused):
			return Settled{}, ErrRefused
		case !errors.Is(err, ErrConflict):
			return Settled{}, unavailable("settle", err)
		}
		state, err := g.config.Store.Subject(ctx, Query{Subject: g.subjectRef(d.Subject), Now: f.now})
		if err != nil {
			return Settled{}, unavailable("subject", err)
		}
		encoded, s.Version = state.Profile, state.Version
	}
	return Settled{}, unavailable("settle", ErrConflict)
}

// conflicts is how often a change is tried again because another came first.
const conflicts = 100

// teach returns the encoded profile with what the proof adds (L21), or ErrRefused
// where its code went to a contact that was changed meanwhile.
func (f *finishing) teach(encoded []byte) ([]byte, error) {
	var r recollection
	if err := r.UnmarshalBinary(encoded); err != nil {
		return nil, err
	}
	r.Expire(f.now)
	if r.memo.outdated(&f.demand) {
		return nil, ErrRefused
	}
	before, _ := r.Device(risk.DeviceID(f.demand.device()))
	r.Learn(f.demand.Evidence, risk.Proof{ID: formatID(f.id, f.attempted.Method), Time: f.now, Strong: f.strong()})
	after, _ := r.Device(risk.DeviceID(f.demand.device()))
	f.learns = nil // it may be taught again
	if before.First.IsZero() && !after.First.IsZero() {
		f.learns = append(f.learns, "known")
	}
	if before.Trusted.IsZero() && !after.Trusted.IsZero() {
		f.learns = append(f.learns, "trusted")
	}
	return r.MarshalBinary()
}

// strong reports whether the proof makes a device trusted (L11) and lets what
// it enrols count at once (L19): it is by a strong method, which was not itself
// enrolled too lately.
func (f *finishing) strong() bool {
	m := f.attempted.Method
	a := enrolled(f.attempted.Authenticators, m)
	return strong(m) && a != nil && !f.now.Before(a.Settles)
}
