// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// heaviest returns the most that any 30 days of the year saw, by lane.
func heaviest(all []guess) (worst [3]stepup.Guesses) {
	const month = 30 * 24 * time.Hour
	for _, first := range all {
		var window []guess
		for _, g := range all {
			if since := g.at.Sub(first.at); since >= 0 && since < month {
				window = append(window, g)
			}
		}
		for lane, sum := range used(window) {
			worst[lane].All = max(worst[lane].All, sum.All)
			worst[lane].Code4 = max(worst[lane].Code4, sum.Code4)
		}
	}
	return worst
}

// An attacker with unlimited parallelism guesses whenever anything can be
// guessed, for a year, while the owner succeeds beside him on new devices too,
// so that no run of wrong answers holds. The guesses compared stay within the
// bound in every 30 days; the owner's own device proves every day (L9, L10,
// L11).
func TestAttackerWithUnlimitedParallelism(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	start := s.Clock.Now()
	for day := range 365 {
		for range 2 {
			s.storm(t, strangers(4), []string{"address.change", "login"}, 6)
			s.Clock.Advance(12 * time.Hour)
		}
		if day%3 == 2 { // the owner's successes on a new device
			for _, action := range []string{"address.change", "login"} {
				c := alice(fmt.Sprint("new-", action, day))
				for _, m := range []stepup.Method{stepup.Code6, stepup.TOTP} {
					s.Clock.Advance(time.Minute)
					_ = s.prove(t, c, action, m)
				}
			}
		}
		if err := s.prove(t, owner, "address.change", stepup.Code4); err != nil {
			t.Fatalf("day %d: the owner: got error %v", day, err)
		}
	}
	all := s.meter.wrong()
	for lane, worst := range heaviest(all) {
		if !worst.Within(bounds[lane]) {
			t.Errorf("%v lane: got %+v ppm compared in 30 days, want at most %+v",
				stepup.Lane(lane), worst, bounds[lane])
		}
	}
	var month []guess
	for _, g := range all {
		if g.at.Sub(start) < 30*24*time.Hour {
			month = append(month, g)
		}
	}
	for _, lane := range []stepup.Lane{stepup.StrangerLane, stepup.FirstFactorLane} {
		first, year := used(month)[lane].All, used(all)[lane].All
		t.Logf("%v lane: %d ppm compared in 30 days, %d in 365", lane, first, year)
		if first < 400 || year < 11*400 {
			t.Errorf("%v lane: got %d ppm compared in 30 days and %d in 365, want an attack", lane, first, year)
		}
		if year > 13*500 {
			t.Errorf("%v lane: got %d ppm compared in 365 days, want at most 6,500", lane, year)
		}
	}
}

// The bound, measured as luck: of 2,000 subjects, each attacked with as many
// four-digit guesses as a stranger has, no more are taken than 0.05 % allows.
// The number taken is then at most Poisson with mean 1; more than 10 come of
// chance in one run in a hundred million.
func TestAttackersLuckIsWithinTheBound(t *testing.T) {
	s := newScene(t)
	guesses := rand.New(rand.NewPCG(1, 2))
	taken, tried := 0, 0
	for i := range 2_000 {
		if i%25 == 0 { // few enough a day that spraying does not stop it first
			s.Clock.Advance(24 * time.Hour)
		}
		subject := fmt.Sprintf("+336399%05d", i)
		for round := range 2 {
			c := steptest.NewClient(subject, fmt.Sprint("thief-", round))
			d := s.Decide(c, "address.change", nil)
			if d.Outcome != stepup.Challenge || d.Offers[0].Method != stepup.Code4 {
				break
			}
			begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
			if err != nil {
				break
			}
			for range 3 {
				code := fmt.Sprintf("%04d", guesses.IntN(10_000))
				if _, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err == nil {
					taken++
				}
			}
			tried++
			s.Clock.Advance(31 * time.Second)
		}
	}
	t.Logf("%d of 2,000 subjects taken", taken)
	if got := used(s.meter.wrong())[stepup.StrangerLane].Code4 / 100; got < 7_900 {
		t.Fatalf("got %d guesses compared in %d challenges, want an attack on everyone", got, tried)
	}
	if taken > 10 {
		t.Errorf("got %d of 2,000 subjects taken, want about 1 and no more than 10", taken)
	}
}

// A hundred thousand accounts sprayed in a day give a hundred four-digit guesses
// in all; the rest have six digits asked of them (L29).
func TestSprayingAHundredThousandAccounts(t *testing.T) {
	s := newScene(t)
	four, six := 0, 0
	const accounts = 100_000
	for i := range accounts {
		c := steptest.NewClient(fmt.Sprintf("+336%08d", i), "stranger")
		d := s.Decide(c, "address.change", nil)
		if d.Outcome != stepup.Challenge {
			t.Fatalf("account %d: got %v, want a challenge", i, &d)
		}
		if d.Offers[0].Method != stepup.Code4 {
			six++
			continue
		}
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(s.mail.code(begun.ID)))
		refused(t, err)
		four++
	}
	if four > 101 || four+six != accounts {
		t.Errorf("got %d four-digit guesses and %d accounts with six digits, want at most 101", four, six)
	}
	owner := s.owner(t)
	d := s.Decide(owner, "address.change", nil)
	if d.Outcome != stepup.Challenge || d.Offers[0].Method != stepup.Code4 {
		t.Errorf("a trusted device meanwhile: got %v with %v, want four digits", &d, d.Offers)
	}
}

// Tickets taken before spraying is noticed are good for no more four-digit
// guesses than any (L29).
func TestTicketsTakenBeforeSprayingIsNoticed(t *testing.T) {
	s := newScene(t)
	tickets := map[*steptest.Client]string{}
	for i := range 900 {
		c := steptest.NewClient(fmt.Sprintf("+336%08d", i*1000), "stranger")
		d := s.Decide(c, "address.change", nil)
		tickets[c] = d.Ticket()
	}
	for c, ticket := range tickets {
		begun, err := s.Guard.Begin(t.Context(), ticket, stepup.Code4)
		if err != nil {
			continue
		}
		for range 3 {
			_, _ = s.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(s.mail.code(begun.ID)))
		}
	}
	four := 0
	for _, g := range s.meter.wrong() {
		if g.method == stepup.Code4 {
			four++
		}
	}
	if four < 90 || four > 101 {
		t.Errorf("got %d four-digit guesses, want an attack of at most 101", four)
	}
}

// Caps hold in any window of time, wherever it begins: of a mobile that is
// asked again and again, three questions in 24 hours stay unanswered.
func TestCapsHoldInEveryWindow(t *testing.T) {
	b, c, _ := withMobile(t)
	start := b.Clock.Now()
	var asked []time.Duration
	for at := time.Duration(0); at < 80*time.Hour; at += 10 * time.Minute {
		if at > 0 && at < 23*time.Hour {
			continue // one at first, and the rest about the change of a day
		}
		b.Clock.Set(start.Add(at))
		d := b.Decide(c, "transfer", transfer("250"))
		if _, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Mobile4); err == nil {
			asked = append(asked, at)
		}
	}
	var limit *stepup.BusyError
	d := b.Decide(c, "transfer", transfer("250"))
	_, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Mobile4)
	again := asked[len(asked)-3] + 24*time.Hour - b.Clock.Now().Sub(start)
	if !errors.As(err, &limit) || limit.RetryAfter != again {
		t.Errorf("one question more: got error %v, want one that says %v", err, again)
	}
	if len(asked) < 9 {
		t.Fatalf("got %d questions in 80 h, want three a day: %v", len(asked), asked)
	}
	for i := range asked[3:] {
		if apart := asked[i+3] - asked[i]; apart < 24*time.Hour {
			t.Errorf("got four questions within %v: %v", apart, asked)
		}
	}
}

// However often strangers ask in her name, the owner's telephone gets no more
// messages than the caps of two lanes, and the owner can still have one sent.
func TestPromptBombing(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	before := s.mail.sent
	for range 20 {
		for _, c := range strangers(30) {
			for _, action := range []string{"address.change", "login"} {
				d := s.Decide(c.From(risktest.ParisAddr), action, nil)
				if ticket := d.Ticket(); ticket != "" {
					begun, err := s.Guard.Begin(t.Context(), ticket, stepup.Code6)
					if err == nil {
						_ = s.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket)
						_ = s.Guard.Cancel(t.Context(), c.Binding, begun.ID)
					}
				}
			}
		}
		s.Clock.Advance(3*time.Minute - time.Nanosecond)
	}
	if got := s.mail.sent - before; got != 20 {
		t.Errorf("got %d messages in an hour of bombing, want the caps' 20 and no more", got)
	}
	if err := s.prove(t, owner, "address.change", stepup.Code6); err != nil {
		t.Errorf("the owner meanwhile: got error %v", err)
	}
}
