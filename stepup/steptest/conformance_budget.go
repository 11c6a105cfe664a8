// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func budgetChecks() []check {
	return []check{
		{"parallel wrong answers are all counted", parallelWrong},
		{"a budget is shared by all challenges of a lane", budgetShared},
		{"four-digit codes have a part of the budget", fourDigitPart},
		{"a budget holds at once across challenges", budgetHoldsAtOnce},
		{"one device has half of the trusted lane", deviceHalf},
		{"a wrong guess counts for thirty days", countsThirtyDays},
		{"a clock that goes back forgives nothing", backwardsForgivesNothing},
		{"an attempt says when it shut its method", saysShut},
		{"wrong four-digit codes of everyone are counted", sprayCounted},
	}
}

func within(all, code4 int) func(*stepup.Attempt) {
	return func(a *stepup.Attempt) {
		for i := range a.Limits {
			a.Limits[i] = stepup.Guesses{All: all, Code4: code4}
		}
	}
}

func parallelWrong(p *probe) {
	o := p.open(func(o *stepup.Opening) { o.Attempts = 2 })
	if n := atOnce(50, func() error { _, err := p.attempt(o); return err }); n != 2 {
		p.violated("of 50 answers at once a challenge of two attempts takes 2: got %d", n)
	}
	st := p.state()
	equal(p, 2*cost, st.Guesses[o.Lane].All, "answers at once all cost")
	if len(st.Failures) != 1 || st.Failures[0].Count != 2 {
		p.violated("answers at once are all in the run of wrong ones: got %v", st.Failures)
	}
	rest := p.open(from(1))
	if n := atOnce(50, func() error { _, err := p.attempt(rest); return err }); n != 1 {
		p.violated("of 50 answers at once, the third in a row is the last without a wait: got %d more", n)
	}
}

// guess counts one attempt in a fresh challenge, a wait later.
func (p *probe) guess(limit func(*stepup.Attempt), changes ...func(*stepup.Opening)) error {
	p.advance(2 * time.Hour)
	_, err := p.attempt(p.open(changes...), limit)
	return err
}

func budgetShared(p *probe) {
	limit := within(3*cost, 3*cost)
	for i, m := range []stepup.Method{stepup.Code6, stepup.TOTP, stepup.Mobile4} {
		p.want(nil, p.guess(limit, by(m), from(byte(i+1)), on(byte(i+1))), "a guess within the budget")
	}
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP, stepup.Recovery, stepup.Mobile4} {
		p.want(stepup.ErrRefused, p.guess(limit, by(m)), "a guess past the budget, by whatever method")
	}
	equal(p, stepup.Guesses{All: 3 * cost, Code4: cost}, p.state().Guesses[stepup.StrangerLane],
		"a refused guess costs nothing")
	for _, lane := range []stepup.Lane{stepup.TrustedLane, stepup.FirstFactorLane} {
		p.want(nil, p.guess(limit, in(lane)), "another lane has a budget of its own")
	}
	other := stepup.Ref{Key: stepup.Key{0xb0, 0xb0}}
	p.want(nil, p.guess(limit, of(other)), "another subject has a budget of its own")
}

func fourDigitPart(p *probe) {
	limit := within(10*cost, 2*cost)
	p.want(nil, p.guess(limit, by(stepup.Code4)), "a four-digit guess within its part")
	p.want(nil, p.guess(limit, by(stepup.Mobile4)), "another, by mobile4")
	p.want(stepup.ErrRefused, p.guess(limit, by(stepup.Code4)), "a four-digit guess past its part")
	p.want(stepup.ErrRefused, p.guess(limit, by(stepup.Mobile4)), "a guess by mobile4 past the part")
	p.want(nil, p.guess(limit, by(stepup.Code6)), "a six-digit guess, which needs no such part")
	equal(p, stepup.Guesses{All: 3 * cost, Code4: 2 * cost}, p.state().Guesses[stepup.StrangerLane],
		"the part is within the whole")
}

func budgetHoldsAtOnce(p *probe) {
	// Answers at once are not yet wrong in a row: three methods, so that each
	// has its own run of three before the waits.
	var all []stepup.Opening
	for i, m := range []stepup.Method{stepup.Code6, stepup.TOTP, stepup.Recovery} {
		all = append(all, p.open(by(m), from(byte(i+1))))
	}
	answers := make(chan stepup.Opening, 60)
	for i := range cap(answers) {
		answers <- all[i%len(all)]
	}
	limit := within(5*cost, 5*cost)
	if n := atOnce(60, func() error { _, err := p.attempt(<-answers, limit); return err }); n != 5 {
		p.violated("of 60 answers at once to three challenges, a budget of five takes 5: got %d", n)
	}
}

func deviceHalf(p *probe) {
	limit := within(8*cost, 8*cost)
	for range 4 {
		p.want(nil, p.guess(limit, in(stepup.TrustedLane), on(1)), "a guess within the device's half")
	}
	p.want(stepup.ErrRefused, p.guess(limit, in(stepup.TrustedLane), on(1)),
		"a guess past the device's half")
	p.want(nil, p.guess(limit, in(stepup.TrustedLane), on(2)), "a guess on another device")
	st := p.state(func(q *stepup.Query) { q.Device = stepup.Key{1} })
	equal(p, 4*cost, st.DeviceGuesses.All, "a device's own guesses are told")
	equal(p, 5*cost, st.Guesses[stepup.TrustedLane].All, "the lane's guesses are those of all devices")
	for range 3 {
		p.want(nil, p.guess(limit, in(stepup.TrustedLane), on(2)), "a guess within the other device's half")
	}
	p.want(stepup.ErrRefused, p.guess(limit, in(stepup.TrustedLane), on(3)),
		"a guess past the lane's budget")
	for i := range 8 {
		p.want(nil, p.guess(limit, on(byte(i%2))),
			"a stranger's device divides nothing: anybody can name one")
	}
}

// A store may count by days, and so keep a guess up to a day longer.
func countsThirtyDays(p *probe) {
	const month = 30 * 24 * time.Hour
	for range 24 {
		p.advance(time.Hour)
		at := p.now
		o := p.open(from(1))
		p.attempted(o)
		p.until(at.Add(month - time.Nanosecond))
		if got := p.state().Guesses[stepup.StrangerLane].All; got < cost {
			p.violated("a guess at %v counts for 30 days: got %d", at, got)
			return
		}
		p.until(at.Add(month + 25*time.Hour))
		equal(p, 0, p.state().Guesses[stepup.StrangerLane].All, "a guess of 31 days ago no longer counts")
	}
}

func backwardsForgivesNothing(p *probe) {
	p.want(nil, p.guess(within(cost, cost)), "a guess within the budget")
	p.advance(-stepup.MostLeap)
	equal(p, cost, p.state().Guesses[stepup.StrangerLane].All, "a guess made later than now counts")
}

func saysShut(p *probe) {
	limit := within(3*cost, 2*cost)
	for i, shut := range []bool{false, true} {
		p.advance(2 * time.Hour)
		a, err := p.attempt(p.open(by(stepup.Code4), from(byte(i+1))), limit)
		p.want(nil, err, "a guess within the budget")
		equal(p, shut, a.Shut, "the last guess that fits, and only that, says that its method is shut")
	}
	p.advance(2 * time.Hour)
	a, err := p.attempt(p.open(by(stepup.TOTP), from(3)), limit)
	p.want(nil, err, "a guess by another method")
	equal(p, true, a.Shut, "the last guess of the whole budget says so")
}

func sprayCounted(p *probe) {
	for i := range 5 {
		p.attempted(p.open(by(stepup.Code4), of(stepup.Ref{Key: stepup.Key{byte(i + 1)}})))
	}
	p.attempted(p.open(by(stepup.Code6), from(1)))
	p.pass(p.open(by(stepup.Code4), from(2)))
	equal(p, stepup.Spray{Day: 5, Month: 5}, p.state().Spray,
		"the wrong four-digit codes of everyone, and they alone")
	p.advance(3 * 24 * time.Hour)
	equal(p, stepup.Spray{Day: 0, Month: 5}, p.state().Spray, "they leave the day")
	p.advance(40 * 24 * time.Hour)
	equal(p, stepup.Spray{}, p.state().Spray, "and then the month")
}
