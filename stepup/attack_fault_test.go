// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Whichever calls of the store fail, or lose their replies, in whatever
// rhythm: no request is allowed that would not be otherwise, no challenge
// gives two proofs, no grant is redeemed twice, and no wrong answer goes
// uncounted (L2, L8, L12).
func TestStoreFailingEveryNthCall(t *testing.T) {
	for n := 1; n <= 12; n++ {
		for name, set := range map[string]func(*steptest.Faulty, int, error){
			"fails": (*steptest.Faulty).FailEvery, "loses its reply": (*steptest.Faulty).LoseEvery,
		} {
			t.Run(fmt.Sprintf("every call %d %s", n, name), func(t *testing.T) {
				meter := newMeter()
				store := steptest.NewFaulty(meter)
				b := newBench(t, func(c *stepup.Config) { c.Store = store })
				set(store, n, errStore)
				for round := range 30 {
					b.Clock.Advance(2 * time.Hour)
					insist(t, b, alice(fmt.Sprint("laptop-", round%3)))
				}
				for id, answers := range meter.proofs() {
					if answers > 1 {
						t.Errorf("challenge %x: got %d proofs, want at most 1", id, answers)
					}
				}
				withinBounds(t, meter.wrong())
			})
		}
	}
}

// A store's client that repeats every n-th call because its reply was lost
// changes nothing: a wrong code costs once, a right one proves, a grant is
// redeemed, a message is counted once, and no answer differs (L8, L12).
func TestRepeatedCallsAreOne(t *testing.T) {
	type outcome struct {
		wrong           int
		proofs, grants  int
		used            stepup.Guesses
		counter, prompt int
	}
	run := func(t *testing.T, every int) (o outcome) {
		meter := newMeter()
		store := steptest.NewFaulty(meter.Store)
		meter.Store = store
		s := newScene(t, func(c *stepup.Config) { c.Store = meter })
		s.meter = meter
		store.RepeatEvery(every, 2)
		c := alice("laptop").From(risktest.ParisAddr)
		for range 6 {
			s.Clock.Advance(2 * time.Hour)
			d := s.Decide(c, "address.change", nil)
			begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(s.mail.code(begun.ID))); err != nil {
				o.wrong++
			}
			if err := s.Guard.Resend(t.Context(), c.Binding, begun.ID, d.Ticket()); err != nil {
				t.Fatal(err)
			}
			grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, s.mail.code(begun.ID))
			if err != nil {
				t.Fatal(err)
			}
			c.Keep(grant)
			o.proofs++
			if s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)) == nil {
				o.grants++
			}
		}
		st := s.state(t)
		o.used, o.counter, o.prompt = st.Guesses[stepup.StrangerLane], int(st.Devices[0].Counter), st.Prompts24h
		return o
	}
	want := run(t, 0)
	if want.used.All != 6 || want.grants != 6 || want.counter != 6 || want.prompt != 6 {
		t.Fatalf("without repetitions: got %+v, want 6 of each", want)
	}
	for every := 1; every <= 5; every++ {
		if got := run(t, every); got != want {
			t.Errorf("every call %d repeated: got %+v, want %+v", every, got, want)
		}
	}
}

// An idempotency token is used for one call: were one used again, a second guess
// would pass for a repetition of the first, and be free (L8).
func TestIdempotencyTokensAreNotReused(t *testing.T) {
	store := spying(stepup.NewMemory(stepup.MemoryConfig{}))
	b := newBench(t, func(c *stepup.Config) { c.Store = store })
	known(b, nil)
	for range 2 {
		c := alice("laptop")
		d := b.Decide(c, "transfer", map[string]any{"amount": "20", "payee": "FR76", "payee_trusted": true})
		if d.Outcome == stepup.Challenge {
			t.Fatalf("got %v, want the limit spent", &d)
		}
		d = b.Decide(c, "address.change", nil)
		begun, code := b.Begin(d, stepup.Code6)
		for range 2 {
			_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
			refused(t, err)
		}
		if err := b.Guard.Resend(t.Context(), c.Binding, begun.ID, d.Ticket()); err != nil {
			t.Fatal(err)
		}
		sent, _ := b.Sender.Last(steptest.AlicePhone)
		grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, sent.Code)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)); err != nil {
			t.Fatal(err)
		}
		b.Clock.Advance(time.Hour)
	}
	used := map[stepup.Try]string{{}: "no call"}
	named := 0
	for _, given := range store.kept {
		v := reflect.ValueOf(given)
		if !v.IsValid() || v.Kind() != reflect.Struct || !v.FieldByName("Try").IsValid() {
			continue
		}
		try := v.FieldByName("Try").Interface().(stepup.Try)
		if by, again := used[try]; again {
			t.Errorf("%T has the token of %s", given, by)
		}
		used[try] = fmt.Sprintf("%T", given)
		named++
	}
	if named != 2*8 { // a charge, an opening, three attempts, a change, a proof, a redemption
		t.Errorf("got %d calls with a token, want 16", named)
	}
}

// insist goes on after every error, as a bad client would, and checks that
// nothing came of it that should not.
func insist(t *testing.T, b *steptest.Bench, c *steptest.Client) {
	t.Helper()
	req := c.Request("transfer", transfer("250"))
	d, _ := b.Guard.Decide(t.Context(), req)
	if d.Outcome == stepup.Allow || d.Outcome == stepup.Notify {
		t.Fatalf("got %v of a store that fails", &d)
	}
	if d.Outcome == stepup.Deny {
		return
	}
	begun, err := b.Guard.Begin(t.Context(), d.Ticket(), d.Offers[0].Method)
	if err != nil {
		_, _ = b.Guard.Begin(t.Context(), d.Ticket(), d.Offers[0].Method)
		return
	}
	m, _ := b.Sender.Last(steptest.AlicePhone)
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(m.Code)); err == nil {
		t.Fatal("a wrong answer was accepted")
	}
	_ = b.Guard.Resend(t.Context(), c.Binding, begun.ID, d.Ticket())
	m, _ = b.Sender.Last(steptest.AlicePhone)
	grants := 0
	for range 4 {
		grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, m.Code)
		if err != nil {
			continue
		}
		grants++
		redeemed := 0
		for range 3 {
			if b.Guard.Redeem(t.Context(), grant.Token, req) == nil {
				redeemed++
			}
		}
		if redeemed > 1 {
			t.Errorf("got %d redemptions of one grant, want at most 1", redeemed)
		}
	}
	if grants > 1 {
		t.Errorf("got %d grants of one challenge, want at most 1", grants)
	}
}

// A store that fails while limits are counted spares nobody: transfers under a
// limit are asked for as if it were spent.
func TestLimitThatCannotBeCountedSparesNothing(t *testing.T) {
	for _, lost := range []bool{false, true} {
		store := faulty()
		b := newBench(t, func(c *stepup.Config) { c.Store = store })
		known(b, nil)
		if store.Fail("Spend", errStore); lost {
			store.Fail("Spend", nil)
			store.LoseReply("Spend", errStore)
		}
		facts := map[string]any{"amount": "20", "payee": "FR76", "payee_trusted": true}
		d := b.Decide(alice("laptop"), "transfer", facts)
		if d.Outcome == stepup.Allow || d.Outcome == stepup.Notify || len(d.Degraded) == 0 {
			t.Errorf("reply lost %t: got %v degraded %v, want it stopped, and said why", lost, &d, d.Degraded)
		}
	}
}

// Transfers under a limit, from many sessions and devices at once, go through
// unproven until the limit is full, and again only after a proof (L7).
func TestSalamiTransfersInParallel(t *testing.T) {
	s := newScene(t)
	slice := func(amount string) int {
		clients := make(chan *steptest.Client, 40)
		for _, c := range strangers(cap(clients)) {
			clients <- c.From(risktest.ParisAddr)
		}
		return each(cap(clients), func() error {
			facts := map[string]any{"amount": amount, "payee": "FR76", "payee_trusted": true}
			d, err := s.Guard.Decide(t.Context(), (<-clients).Request("transfer", facts))
			if err == nil && d.Outcome == stepup.Challenge {
				return errors.New("challenged")
			}
			return err
		})
	}
	if n := slice("0.01"); n != 3 { // the limit's count
		t.Errorf("got %d transfers of a cent unproven, want 3", n)
	}
	for range 5 {
		s.Clock.Advance(24 * time.Hour)
		if n := slice("0.01"); n != 0 {
			t.Errorf("got %d more unproven, a day later, want none", n)
		}
	}
	if err := s.prove(t, alice("laptop"), "address.change", stepup.Code6); err != nil {
		t.Fatal(err)
	}
	if n := slice("25.01"); n != 1 { // twice would be above the limit's 50
		t.Errorf("after a proof: got %d transfers of 25.01 unproven, want 1", n)
	}
}
