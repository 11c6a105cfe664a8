// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// A clock that goes back brings no budget, challenge, wait, code or grant back
// that is over, while the store remembers it.
func TestClockGoingBack(t *testing.T) {
	s, c := newScene(t), alice("laptop")
	d := s.Decide(c, "address.change", nil)
	late, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(late.Expires)
	_, err = s.Guard.Finish(t.Context(), c.Binding, late.ID, s.mail.code(late.ID))
	refused(t, err)
	s.Clock.Advance(24 * time.Hour)
	grant, err := s.grant(t, alice("laptop"), "address.change", stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	s.storm(t, strangers(4), []string{"address.change"}, 6)
	spent := used(s.meter.wrong())
	if err := s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)); err != nil {
		t.Fatal(err)
	}
	for _, back := range []time.Duration{time.Nanosecond, time.Minute, time.Hour, 24 * time.Hour, 40 * 24 * time.Hour} {
		s.Clock.Leap(-back)
		if _, err := s.Guard.Finish(t.Context(), c.Binding, late.ID, s.mail.code(late.ID)); err == nil {
			t.Errorf("%v back: an expired code was accepted", back)
		}
		if s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)) == nil {
			t.Errorf("%v back: a redeemed grant was redeemed again", back)
		}
		s.storm(t, strangers(4), []string{"address.change"}, 6)
		s.Clock.Leap(back)
	}
	if got := used(s.meter.wrong()); got != spent {
		t.Errorf("got %+v ppm compared, want no more than the %+v of before the clock went back", got, spent)
	}
}

// What a process issued whose clock is ahead is good in the others, as far as
// clocks of a deployment may differ, and no further.
func TestClocksOfADeploymentDiffer(t *testing.T) {
	for _, test := range []struct {
		behind time.Duration
		good   bool
	}{{time.Millisecond, true}, {stepup.MostLeap, true}, {stepup.MostLeap + time.Nanosecond, false}} {
		b, c := newBench(t), alice("laptop")
		d := b.Decide(c, "address.change", nil)
		b.Clock.Leap(-test.behind)
		_, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
		if test.good != (err == nil) || !test.good && !errors.Is(err, stepup.ErrTicket) {
			t.Errorf("a ticket of %v ahead: got error %v", test.behind, err)
		}
		b.Clock.Leap(test.behind)
		grant := b.Prove(c, "address.change", nil, stepup.Code6)
		b.Clock.Leap(-test.behind)
		err = b.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil))
		if test.good != (err == nil) || !test.good && !errors.Is(err, stepup.ErrExpired) {
			t.Errorf("a grant of %v ahead: got error %v", test.behind, err)
		}
	}
}

// While a clock is a month ahead everything is refused, and nothing is
// forgotten: once it is right again, what was used up is used up, and what was
// open goes on (L2, L12, L28).
func TestClockAMonthAheadForgetsNothing(t *testing.T) {
	const month = 31 * 24 * time.Hour
	s, c := newScene(t), alice("laptop")
	first := s.Decide(c, "address.change", nil)
	used := first.Ticket()
	begun, err := s.Guard.Begin(t.Context(), used, stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, s.mail.code(begun.ID))
	if err != nil {
		t.Fatal(err)
	}
	req := c.Request("address.change", nil)
	if err := s.Guard.Redeem(t.Context(), grant.Token, req); err != nil {
		t.Fatal(err)
	}
	s.storm(t, strangers(4), []string{"address.change"}, 6)
	spent, open := used4(s), s.Decide(alice("tablet"), "address.change", nil)
	tablet, err := s.Guard.Begin(t.Context(), open.Ticket(), stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Leap(month)
	for range 5 {
		d := s.Decide(c, "address.change", nil)
		if d.Outcome == stepup.Allow || d.Outcome == stepup.Notify || len(d.Degraded) == 0 {
			t.Errorf("a month ahead: got %v, degraded %v, want it stopped, and said why", &d, d.Degraded)
		}
		s.storm(t, strangers(4), []string{"address.change"}, 6)
		if err := s.Guard.Redeem(t.Context(), grant.Token, req); err == nil {
			t.Error("a month ahead: a redeemed grant was redeemed again")
		}
	}
	s.Clock.Leap(-month)
	if got := used4(s); got != spent {
		t.Errorf("got %+v ppm compared, want the %+v of before the leap", got, spent)
	}
	if err := s.Guard.Redeem(t.Context(), grant.Token, req); !errors.Is(err, stepup.ErrRedeemed) {
		t.Errorf("the redeemed grant: got error %v, want %v", err, stepup.ErrRedeemed)
	}
	if _, err := s.Guard.Begin(t.Context(), used, stepup.Code6); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("the used ticket: got error %v, want %v", err, stepup.ErrTicket)
	}
	s.Clock.Advance(time.Minute) // past the wait after the storm
	if _, err := s.Guard.Finish(t.Context(), alice("tablet").Binding, tablet.ID, s.answer(t, tablet)); err != nil {
		t.Errorf("the challenge that was open: got error %v", err)
	}
}

// used4 is what was compared in the stranger's lane.
func used4(s *scene) stepup.Guesses { return used(s.meter.wrong())[stepup.StrangerLane] }

// A store without calls for a month is not locked: time that passed is no leap.
func TestIdleStoreGoesOn(t *testing.T) {
	s := newScene(t)
	for _, idle := range []time.Duration{time.Hour, 31 * 24 * time.Hour, 366 * 24 * time.Hour} {
		s.Clock.Advance(idle)
		if err := s.prove(t, alice("laptop"), "address.change", stepup.Code6); err != nil {
			t.Errorf("after %v without a call: got error %v", idle, err)
		}
	}
}

// A clock that stays ahead, as that of a host that slept, is believed once all
// agreed on it for five minutes; a month of guesses is not forgotten sooner.
func TestClockThatStaysAheadIsBelieved(t *testing.T) {
	s := newScene(t)
	s.Clock.Leap(time.Hour)
	for range 5 {
		if err := s.prove(t, alice("laptop"), "address.change", stepup.TOTP); err == nil {
			t.Error("a clock an hour ahead was believed before five minutes had passed")
		}
		s.Clock.Advance(time.Minute)
	}
	if err := s.prove(t, alice("laptop"), "address.change", stepup.TOTP); err != nil {
		t.Errorf("after five minutes: got error %v", err)
	}
}
