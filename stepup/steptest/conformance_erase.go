// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

func erasureChecks() []check {
	return []check{
		{"erasing forgets a subject", erases},
		{"erasing ends a subject's challenges", erasingEndsChallenges},
		{"erasing buys no guesses", erasingBuysNoGuesses},
		{"erasing buys no second use of a TOTP step", erasingKeepsSteps},
		{"erasing an unknown subject leaves nothing", erasesUnknown},
	}
}

var tombstone = stepup.Key{0xa1, 0x1c, 0x70, 0x3b}

// erase erases the subject, which may be found again by its tombstone.
func (p *probe) erase() {
	p.want(nil, p.store.Erase(p.ctx, stepup.Erasure{Subject: p.subject, Tombstone: tombstone, Now: p.now}),
		"a subject can be erased")
	p.subject.Tombs = []stepup.Key{tombstone}
}

func erases(p *probe) {
	p.update(func(u *stepup.Update) { u.Profile = []byte("fake profile") })
	p.enrol(stepup.Authenticator{Method: stepup.Recovery, Sealed: []byte("ten codes")})
	p.pass(p.open(), held(1, 2))
	p.open()
	p.want(nil, p.spend(policy.Charge{Rule: "once", Count: 2}), "a charge within its count")
	p.erase()
	p.newcomer(p.state(all), "an erased subject is forgotten, under its tombstone too")
	p.subject.Former = nil
	p.newcomer(p.state(all), "an erased subject is forgotten")
	p.pass(p.open(from(4)), held(1, 2))
	if got := p.state().Devices; len(got) != 1 || got[0].Counter != 1 {
		p.violated("a subject that comes back begins anew: got %v", got)
	}
}

func erasingEndsChallenges(p *probe) {
	attempted, open := p.open(from(1)), p.open(from(2))
	other := p.open(of(stepup.Ref{Key: stepup.Key{0xb0, 0xb0}}))
	s := p.settlement(attempted, p.attempted(attempted))
	p.erase()
	s.Version = p.state().Version
	_, err := p.store.Settle(p.ctx, s)
	p.want(stepup.ErrRefused, err, "a challenge of an erased subject cannot be settled")
	a, err := p.attempt(open)
	p.want(stepup.ErrRefused, err, "a challenge of an erased subject cannot be attempted")
	equal(p, "", string(a.Demand), "the demand of an erased subject's challenge")
	if seen, err := p.look(open); err == nil && (seen.Pending || seen.Passed || len(seen.Demand) > 0) {
		p.violated("a challenge of an erased subject has ended, and its ticket is gone: got pending %t", seen.Pending)
	}
	p.attempted(other)
}

func erasingBuysNoGuesses(p *probe) {
	limit := within(3*cost, 3*cost)
	for range 3 {
		p.want(nil, p.guess(limit, by(stepup.TOTP)), "a guess within the budget")
	}
	p.advance(time.Second)
	for range 2 {
		p.erase()
		equal(p, 3*cost, p.state().Guesses[stepup.StrangerLane].All,
			"the guesses of an erased subject, under its tombstone")
		equal(p, 3, p.failures(stepup.StrangerLane, stepup.TOTP), "the run of an erased subject")
		p.want(stepup.ErrRefused, p.guess(limit), "a guess past the budget, after erasing")
	}
	p.subject = stepup.Ref{
		Key: stepup.Key{0xa1, 0x1c, 0xe9}, Former: []stepup.Key{p.subject.Key}, Tombs: p.subject.Tombs,
	}
	p.want(stepup.ErrRefused, p.guess(limit), "a guess past the budget, after erasing and a new key")
	p.advance(32 * 24 * time.Hour)
	p.want(nil, p.guess(limit), "a guess within the budget, a month later")
}

func erasingKeepsSteps(p *probe) {
	p.enrol(step(5))
	p.erase()
	st := p.state()
	if len(st.Authenticators) != 1 || st.Authenticators[0].LastStep != 5 || len(st.Authenticators[0].Sealed) > 0 {
		p.violated("of an erased authenticator the last step is kept, without its secret: got %d", len(st.Authenticators))
	}
	err := p.settle(p.open(by(stepup.TOTP)), using(step(6), "fake"))
	p.want(stepup.ErrRefused, err, "an erased authenticator proves nothing")
}

func erasesUnknown(p *probe) {
	p.erase()
	p.newcomer(p.state(), "erasing an unknown subject leaves nothing")
}
