// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A year in which every other day another reset is tried, after all that could be
// guessed was guessed: resends, cancellings, channels, restarts, rotations,
// policies, erasures, and the owner's own successes and revocations. In no
// thirty days of it is more compared than the bounds (L9, L10).
func TestAYearOfResets(t *testing.T) {
	s := newScene(t)
	all := resets()
	names := slices.Sorted(maps.Keys(all))
	for n := range 365 / 2 {
		s.storm(t, strangers(1), []string{[]string{"address.change", "login"}[n%2]}, 3)
		all[names[n%len(names)]](t, s)
		s.Clock.Advance(2 * 24 * time.Hour)
	}
	compared := s.meter.wrong()
	for lane, worst := range heaviest(compared) {
		if !worst.Within(bounds[lane]) {
			t.Errorf("%v lane: got %+v ppm compared in 30 days, want at most %+v",
				stepup.Lane(lane), worst, bounds[lane])
		}
	}
	if year := used(compared)[stepup.StrangerLane].All; year < 11*400 || year > 13*500 {
		t.Errorf("got %d ppm compared in the stranger's lane, want an attack of at most 6,500", year)
	}
}

// The bound of a year, measured as luck: of 30 subjects, each attacked every
// month with as many four-digit guesses as are let through, no more are taken
// than 13 budgets allow. The number taken is then at most Poisson with mean
// 0.16; more than 5 come of chance in one run in fifty million.
func TestAttackersLuckInAYear(t *testing.T) {
	const subjects, daily, months = 30, 15, 12
	s := newScene(t)
	guesses := rand.New(rand.NewPCG(3, 4))
	taken := map[string]bool{}
	for day := range subjects / daily * months {
		for range 5 { // an hour apart: no wait is longer
			for i := range daily { // few enough a day that spraying does not stop it
				subject := fmt.Sprintf("+336399%05d", (day*daily+i)%subjects)
				if s.luck(t, subject, guesses) {
					taken[subject] = true
				}
			}
			s.Clock.Advance(time.Hour)
		}
		s.Clock.Advance(15*24*time.Hour + 8*time.Hour) // a round of all takes 31 days
	}
	tried := used(s.meter.wrong())[stepup.StrangerLane].Code4 / 100
	t.Logf("%d guesses, %d of %d subjects taken", tried, len(taken), subjects)
	if tried < subjects*months*4*9/10 || tried > subjects*13*4 {
		t.Fatalf("got %d guesses compared, want an attack on everyone, of at most %d", tried, subjects*13*4)
	}
	if len(taken) > 5 {
		t.Errorf("got %d of %d subjects taken, want none or so, and no more than 5", len(taken), subjects)
	}
}

// luck guesses four digits once, if it is let, and reports whether they were
// right.
func (s *scene) luck(t *testing.T, subject string, guesses *rand.Rand) bool {
	t.Helper()
	c := steptest.NewClient(subject, "thief")
	d := s.Decide(c, "address.change", nil)
	if d.Outcome != stepup.Challenge || d.Offers[0].Method != stepup.Code4 {
		return false
	}
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Guard.Finish(t.Context(), c.Binding, begun.ID, fmt.Sprintf("%04d", guesses.IntN(10_000)))
	return err == nil
}
