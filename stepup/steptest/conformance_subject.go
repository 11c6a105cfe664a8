// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

func subjectChecks() []check {
	return []check{
		{"an unknown subject gains no memory by being asked for", unknownSubject},
		{"an update has its parts", updateParts},
		{"an update of an old profile conflicts", updateConflicts},
		{"concurrent updates lose nothing", updatesLoseNothing},
		{"sessions are rebound", rebinds},
		{"revoking a device ends its proofs", revokes},
		{"what is returned is a copy", copies},
		{"a cancelled context does nothing", cancelledDoesNothing},
	}
}

func unknownSubject(p *probe) {
	for range 2 {
		st := p.state()
		p.newcomer(st, "an unknown subject has the zero state")
		equal(p, 0, st.Version, "an unknown subject's version")
	}
	p.want(nil, p.store.Update(p.ctx, stepup.Update{Subject: p.subject, Now: p.now}),
		"a subject that was only asked for is updated as an unknown one")
}

func updateParts(p *probe) {
	p.pass(p.open(), held(1, 2))
	p.pass(p.open(), held(1, 3))
	p.update(func(u *stepup.Update) {
		u.Profile = []byte("fake profile")
		u.Add = []stepup.Authenticator{
			{Method: stepup.TOTP, Sealed: []byte("old"), LastStep: 3},
			{Method: stepup.Mobile4, Sealed: []byte("key"), Settles: p.now.Add(time.Hour), Device: stepup.Key{3}},
		}
	})
	p.update(func(u *stepup.Update) {
		u.Add = []stepup.Authenticator{{Method: stepup.TOTP, Sealed: []byte("new"), LastStep: 4}}
		u.Rename = []stepup.Device{{ID: stepup.Key{2}, Name: "Kitchen"}, {ID: stepup.Key{0xff}, Name: "Nowhere"}}
	})
	st := p.state()
	equal(p, "fake profile", string(st.Profile), "an update keeps the profile it is given")
	for _, a := range st.Authenticators {
		switch {
		case a.Method == stepup.TOTP && string(a.Sealed) == "new" && a.LastStep == 4:
		case a.Method == stepup.Mobile4 && a.Settles.Equal(p.now.Add(time.Hour)) && a.Device == stepup.Key{3}:
		default:
			p.violated("an added authenticator takes the place of its method's: got %v, last step %d",
				a.Method, a.LastStep)
		}
	}
	equal(p, 2, len(st.Authenticators), "authenticators after one was replaced")
	names := map[stepup.Key]string{}
	for _, d := range st.Devices {
		names[d.ID] = d.Name
		equal(p, 1, d.Counter, "a device's counter after it got a name")
	}
	if len(names) != 2 || names[stepup.Key{2}] != "Kitchen" || names[stepup.Key{3}] != "" {
		p.violated("a device gets its name, an unknown one is left alone: got %v", names)
	}
	p.update(func(u *stepup.Update) { u.Remove = []stepup.Method{stepup.TOTP, stepup.Recovery} })
	if st := p.state(); len(st.Authenticators) != 1 || st.Authenticators[0].Method != stepup.Mobile4 {
		p.violated("a removed authenticator is gone, and it alone: got %d", len(st.Authenticators))
	}
}

func updateConflicts(p *probe) {
	p.update(func(u *stepup.Update) { u.Profile = []byte("first") })
	version := p.state().Version
	p.attempted(p.open())
	equal(p, version, p.state().Version, "an attempt changes no version")
	err := p.store.Update(p.ctx, stepup.Update{
		Subject: p.subject, Profile: []byte("second"), Version: version + 1, Now: p.now,
		Add: []stepup.Authenticator{step(1)}, Unlock: []stepup.Lane{stepup.StrangerLane},
	})
	p.want(stepup.ErrConflict, err, "an update from another version")
	st := p.state()
	equal(p, "first", string(st.Profile), "the profile after a conflict")
	equal(p, cost, st.Guesses[stepup.StrangerLane].All, "the guesses after a conflict")
	equal(p, 0, len(st.Authenticators), "authenticators after a conflict")
}

func updatesLoseNothing(p *probe) {
	mark := make(chan byte, 20)
	for i := range cap(mark) {
		mark <- byte('a' + i)
	}
	var read sync.WaitGroup
	read.Add(cap(mark))
	n := atOnce(cap(mark), func() error {
		own := <-mark
		for try := range 10_000 {
			st, err := p.store.Subject(p.ctx, stepup.Query{Subject: p.subject, Now: p.now})
			if try == 0 { // all of them read the same version first
				read.Done()
				read.Wait()
			}
			if err != nil {
				return err
			}
			err = p.store.Update(p.ctx, stepup.Update{
				Subject: p.subject, Now: p.now, Version: st.Version,
				Profile: append(slices.Clone(st.Profile), own),
			})
			if !errors.Is(err, stepup.ErrConflict) {
				return err
			}
		}
		return errors.New("no update in 10,000 tries")
	})
	equal(p, cap(mark), n, "updates at once that succeed after reading again")
	profile := string(p.state().Profile)
	for i := range cap(mark) {
		if c := string(rune('a' + i)); strings.Count(profile, c) != 1 {
			p.violated("concurrent updates lose nothing: got %q, want each letter of 20 once", profile)
			return
		}
	}
}

func rebinds(p *probe) {
	p.pass(p.open(), held(1, 2))
	p.pass(p.open(), held(3, 2))
	p.update(func(*stepup.Update) {})
	equal(p, 1, len(p.proofs(stepup.Ref{Key: stepup.Key{1}})),
		"proofs after an update that rebinds nothing")
	p.update(func(u *stepup.Update) {
		u.Rebind = stepup.Rebinding{From: stepup.Ref{Key: stepup.Key{9}, Former: []stepup.Key{{1}}}, To: stepup.Key{4}}
	})
	for session, want := range map[byte]int{1: 0, 3: 1, 4: 1} {
		got := len(p.proofs(stepup.Ref{Key: stepup.Key{session}}))
		equal(p, want, got, fmt.Sprintf("proofs of session %d after 1 was rebound to 4", session))
	}
}

func revokes(p *probe) {
	p.pass(p.open(), held(1, 2))
	p.pass(p.open(), held(1, 3))
	p.pass(p.open(), held(4, 0))
	p.update(func(u *stepup.Update) { u.Revoke = []stepup.Key{{2}} })
	none := stepup.Ref{Key: stepup.Key{4}}
	equal(p, 1, len(p.proofs(none)), "proofs given without a device, after one was revoked")
	p.update(func(u *stepup.Update) { u.Revoke = []stepup.Key{{}} })
	equal(p, 0, len(p.proofs(none)), "proofs given without a device, after those were")
	st := p.state(func(q *stepup.Query) { q.Session.Key = stepup.Key{1} })
	if len(st.Devices) != 1 || st.Devices[0].ID != (stepup.Key{3}) {
		p.violated("a revoked device is no longer known, and it alone: got %d devices", len(st.Devices))
	}
	if len(st.Proofs) != 1 || st.Proofs[0].Device != (stepup.Key{3}) {
		p.violated("proofs held on a revoked device end, and they alone: got %d", len(st.Proofs))
	}
}

func rotates(p *probe) {
	old := p.subject
	p.enrol(step(3))
	p.attempted(p.open(from(1)))
	o := p.open(from(2))
	p.subject = stepup.Ref{Key: stepup.Key{0xa1, 0x1c, 0xe1}, Former: []stepup.Key{{0xee}, old.Key}}
	if st := p.state(); len(st.Authenticators) != 1 || st.Guesses[stepup.StrangerLane].All != cost {
		p.violated("a subject is found under a former pseudonym: got %d authenticators",
			len(st.Authenticators))
	}
	p.update(func(u *stepup.Update) { u.Profile = []byte("fake profile") })
	p.attempted(o)
	st := p.state()
	equal(p, 2*cost, st.Guesses[stepup.StrangerLane].All,
		"guesses of a challenge begun before the rotation")
	p.pass(o, held(1, 2))
	p.subject.Former = nil
	st = p.state()
	if string(st.Profile) != "fake profile" || len(st.Authenticators) != 1 || len(st.Devices) != 1 {
		p.violated("a subject is kept under its new pseudonym: got profile %q, %d devices",
			st.Profile, len(st.Devices))
	}
	p.subject = old
	st = p.state()
	equal(p, "fake profile", string(st.Profile), "the profile, to a process that knows the former key alone")
	equal(p, 2*cost, st.Guesses[stepup.StrangerLane].All, "the guesses, likewise")
}

// A caller that changes what it was given changes nothing in the store.
func copies(p *probe) {
	p.enrol(step(3))
	p.pass(p.open(), held(1, 2))
	for range 2 {
		st := p.state(func(q *stepup.Query) { q.Session.Key = stepup.Key{1} })
		a := p.attempted(p.open())
		if len(st.Authenticators)+len(st.Devices)+len(st.Proofs)+len(a.Authenticators) != 4 ||
			st.Authenticators[0].LastStep != 3 || a.Authenticators[0].LastStep != 3 ||
			st.Devices[0].Counter != 1 || st.Proofs[0].Proof.Action != "fake action" {
			p.violated("what a caller does to a state changes nothing in the store")
			return
		}
		st.Authenticators[0].LastStep, a.Authenticators[0].LastStep = 0, 0
		st.Devices[0].Counter, st.Proofs[0].Proof.Action = 0, ""
	}
}

// operations are one call of each, which would all have an effect.
type operations struct {
	open, fresh stepup.Opening
	settlement  stepup.Settlement
	redemption  stepup.Redemption
	version     uint64
}

func (p *probe) operations() (o operations) {
	p.update(func(u *stepup.Update) { u.Profile = []byte("fake profile") })
	o.open, o.fresh = p.open(from(1)), p.opening(from(2))
	settling := p.open(from(3))
	o.settlement = p.settlement(settling, p.attempted(settling))
	o.redemption, o.version = p.redemption(), p.state().Version
	return o
}

// errors makes each call at the probe's time.
func (o operations) errors(ctx context.Context, p *probe) map[string]error {
	id, binding, s := o.open.ID, o.open.Binding, p.store
	o.fresh.Now, o.settlement.Now, o.redemption.Now = p.now, p.now, p.now
	_, subject := s.Subject(ctx, stepup.Query{Subject: p.subject, Now: p.now})
	_, attempt := s.Attempt(ctx, stepup.Attempt{
		ID: id, Method: o.open.Method, Binding: binding, Now: p.now, Cost: cost, Limits: wide(),
	})
	_, settle := s.Settle(ctx, o.settlement)
	_, change := s.Change(ctx, stepup.Change{ID: id, Binding: binding, Now: p.now})
	_, look := s.Look(ctx, stepup.Look{ID: id, Binding: binding, Now: p.now})
	return map[string]error{
		"Subject": subject, "Attempt": attempt, "Settle": settle, "Change": change, "Look": look,
		"Open": s.Open(ctx, o.fresh), "Redeem": s.Redeem(ctx, o.redemption),
		"Spend": s.Spend(ctx, stepup.Spending{
			Subject: p.subject, Now: p.now, Charges: []policy.Charge{{Rule: "fake", Count: 1}},
		}),
		"Update": s.Update(ctx, stepup.Update{Subject: p.subject, Version: o.version, Now: p.now}),
		"Erase":  s.Erase(ctx, stepup.Erasure{Subject: p.subject, Now: p.now}),
	}
}

// undone notes a broken promise unless none of the calls had its effect.
func (o operations) undone(p *probe) {
	st := p.state()
	equal(p, "fake profile", string(st.Profile), "the profile after calls that failed")
	equal(p, cost, st.Guesses[stepup.StrangerLane].All, "the guesses after calls that failed")
	equal(p, 0, len(st.Spent), "what was spent by calls that failed")
	p.want(nil, p.store.Open(p.ctx, o.fresh), "a challenge that was not opened can be")
	p.want(nil, p.store.Redeem(p.ctx, o.redemption), "a grant that was not redeemed can be")
	p.attempted(o.open)
	_, err := p.store.Settle(p.ctx, o.settlement)
	p.want(nil, err, "a challenge that was not settled can be")
}

func cancelledDoesNothing(p *probe) {
	o := p.operations()
	ctx, cancel := context.WithCancel(p.ctx)
	cancel()
	for operation, err := range o.errors(ctx, p) {
		p.want(context.Canceled, err, operation+" with a cancelled context")
	}
	o.undone(p)
}
