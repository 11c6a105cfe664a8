// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"reflect"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

func repeatChecks() []check {
	return []check{
		{"a repeated opening opens once", repeatsOpening},
		{"a repeated attempt counts once", repeatsAttempt},
		{"a repeated settlement proves once", repeatsSettlement},
		{"a repeated change changes once", repeatsChange},
		{"a repeated redemption redeems once", repeatsRedemption},
		{"repeated charges count once", repeatsCharges},
		{"the name of a call is good for that call alone", reusesTry},
	}
}

func repeatsOpening(p *probe) {
	c := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 2, Per: time.Hour}
	o := p.opening(capped(c))
	o.Try = p.try()
	for range 3 {
		p.want(nil, p.store.Open(p.ctx, o), "an opening whose reply was lost")
	}
	p.attempted(o)
	next := p.opening(capped(c), from(1))
	next.Try = p.try()
	if n := atOnce(20, func() error { return p.store.Open(p.ctx, next) }); n != 20 {
		p.violated("an opening repeated at once succeeds each time: got %d of 20", n)
	}
	p.want(stepup.ErrBusy, p.store.Open(p.ctx, p.opening(capped(c), from(2))), "two openings fill a cap of two")
	again := next
	again.Try = p.try()
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, again), "the same opening by another call")
}

func repeatsAttempt(p *probe) {
	o := p.open(func(o *stepup.Opening) { o.Attempts = 2 })
	limit := within(2*cost, 2*cost)
	for n := 1; n <= 2; n++ {
		try := p.try()
		repeated := func(a *stepup.Attempt) { a.Try = try }
		first := p.attempted(o, limit, repeated)
		for range 3 {
			if got := p.attempted(o, limit, repeated); !reflect.DeepEqual(got, first) {
				p.violated("an attempt whose reply was lost is answered as before: got last %t, shut %t, want %t, %t",
					got.Last, got.Shut, first.Last, first.Shut)
			}
		}
		equal(p, n == 2, first.Last, "an attempt is the last one of two")
		equal(p, n*cost, p.state().Guesses[o.Lane].All, "the cost of an attempt that was repeated")
		equal(p, n, p.failures(o.Lane, stepup.Code6), "the run of wrong answers after a repetition")
	}
	_, err := p.attempt(o, func(a *stepup.Attempt) { a.Try = p.try() })
	p.want(stepup.ErrRefused, err, "a third attempt of two")
	at := p.open(by(stepup.TOTP))
	try := p.try()
	if n := atOnce(20, func() error {
		_, err := p.attempt(at, func(a *stepup.Attempt) { a.Try = try })
		return err
	}); n != 20 {
		p.violated("an attempt repeated at once succeeds each time: got %d of 20", n)
	}
	equal(p, 1, p.failures(o.Lane, stepup.TOTP), "the run after an attempt that was repeated at once")
	_, err = p.attempt(at, func(a *stepup.Attempt) { a.Try, a.Binding = try, stepup.Ref{Key: stepup.Key{1}} })
	p.want(stepup.ErrRefused, err, "another binding repeats nothing")
}

func repeatsSettlement(p *probe) {
	o := p.open()
	s := p.settlement(o, p.attempted(o))
	s.Try, s.Profile = p.try(), []byte("fake profile")
	held(1, 2)(&s)
	var counters []uint32
	for range 3 {
		settled, err := p.store.Settle(p.ctx, s)
		p.want(nil, err, "a proof whose reply was lost")
		counters = append(counters, settled.Counter)
	}
	st := p.state(func(q *stepup.Query) { q.Session.Key = stepup.Key{1} })
	if len(st.Proofs) != 1 || st.Prompts != 1 || len(st.Devices) != 1 || st.Devices[0].Counter != 1 {
		p.violated("a proof that was repeated is recorded once: got %d held, %d prompts, %v",
			len(st.Proofs), st.Prompts, st.Devices)
	}
	if counters[1] != counters[0] || counters[2] != counters[0] {
		p.violated("a proof that was repeated is answered as before: got counters %v", counters)
	}
	s.Try = p.try()
	_, err := p.store.Settle(p.ctx, s)
	p.want(stepup.ErrRefused, err, "a second proof of one challenge")
}

func repeatsChange(p *probe) {
	c := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 3, Per: time.Hour}
	o := p.open(capped(c))
	change := stepup.Change{
		ID: o.ID, Try: p.try(), Binding: o.Binding, Now: p.now, Code: [32]byte{8}, Caps: []stepup.Cap{c},
	}
	for range 3 {
		_, err := p.store.Change(p.ctx, change)
		p.want(nil, err, "a new code whose reply was lost")
	}
	change.Try = p.try()
	_, err := p.store.Change(p.ctx, change)
	p.want(nil, err, "another new code, the third of three messages")
	p.attempted(o)
	p.attempted(o)
	end := stepup.Change{ID: o.ID, Try: p.try(), Binding: o.Binding, Now: p.now, Refund: cost}
	for range 3 {
		expires, err := p.store.Change(p.ctx, end)
		if p.want(nil, err, "a cancelling whose reply was lost"); !expires.Equal(o.Expires) {
			p.violated("a cancelling that was repeated is answered as before: got %v, want %v", expires, o.Expires)
		}
	}
	equal(p, cost, p.state().Guesses[o.Lane].All, "a cancelling that was repeated takes one attempt back")
	end.Try = p.try()
	_, err = p.store.Change(p.ctx, end)
	p.want(stepup.ErrRefused, err, "another cancelling")
}

func repeatsRedemption(p *probe) {
	r := p.redemption()
	r.Try = p.try()
	if n := atOnce(20, func() error { return p.store.Redeem(p.ctx, r) }); n != 20 {
		p.violated("a redemption whose reply was lost succeeds each time: got %d of 20", n)
	}
	r.Try = p.try()
	p.want(stepup.ErrRedeemed, p.store.Redeem(p.ctx, r), "another redemption of the grant")
}

func repeatsCharges(p *probe) {
	p.update(func(*stepup.Update) {})
	twice := stepup.Spending{
		Subject: p.subject, Try: p.try(), Now: p.now, Charges: []policy.Charge{{Rule: "twice", Count: 2}},
	}
	for range 3 {
		p.want(nil, p.store.Spend(p.ctx, twice), "charges whose reply was lost")
	}
	twice.Try = p.try()
	p.want(nil, p.store.Spend(p.ctx, twice), "another charge, the second of two")
	p.want(nil, p.store.Spend(p.ctx, twice), "its repetition, though the limit is full")
	twice.Try = p.try()
	p.want(stepup.ErrRefused, p.store.Spend(p.ctx, twice), "a third charge")
}

// A name that was used for another call, of another challenge or operation or
// before the last, makes no call a repetition.
func reusesTry(p *probe) {
	try, other := p.try(), p.try()
	named := func(t stepup.Try) func(*stepup.Attempt) { return func(a *stepup.Attempt) { a.Try = t } }
	o := p.open(long, by(stepup.TOTP), from(1), func(o *stepup.Opening) { o.Try = try })
	for n, t := range []stepup.Try{try, other, try} { // of the opening, and then of the last but one
		p.attempted(o, named(t))
		equal(p, n+1, p.failures(o.Lane, stepup.TOTP), "answers under names of other calls")
		p.advance(time.Hour)
	}
	next := p.open(long, by(stepup.Recovery), from(2))
	p.attempted(next, named(try))
	equal(p, 1, p.failures(next.Lane, stepup.Recovery), "an answer under the name of another challenge's")
	end := stepup.Change{ID: next.ID, Binding: next.Binding, Try: try, Now: p.now, Code: [32]byte{8}}
	_, err := p.store.Change(p.ctx, end)
	p.want(nil, err, "a new code under the name of the last answer")
	equal(p, [32]byte{8}, p.attempted(next).Code, "a new code under the name of the last answer")
	s := p.settlement(next, p.attempted(next, named(other)))
	s.Try = other
	_, err = p.store.Settle(p.ctx, s)
	p.want(nil, err, "a proof under the name of its answer")
	equal(p, 1, p.state().Prompts24h, "a proof under the name of its answer")
	r := p.redemption()
	r.Try = other
	p.want(nil, p.store.Redeem(p.ctx, r), "a grant redeemed under another call's name")
	again := p.redemption()
	again.Try = other
	p.want(nil, p.store.Redeem(p.ctx, again), "another grant, under that of the first")
	r.Try = try
	p.want(stepup.ErrRedeemed, p.store.Redeem(p.ctx, r), "the first grant, under another name")
}
