// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"math"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

// newTestSearch returns a search over cells, whose cases are stopped in the
// bands high and extreme, which begin at 60.
func newTestSearch(t *testing.T, rules []TunedRule, of map[uint64]weights) *search {
	t.Helper()
	p, err := policy.Load("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	k := newCells(TuneConfig{Policy: p, Rules: rules})
	for fired, w := range of {
		k.of[cell{fired: fired, stops: 1<<2 | 1<<3}] = &w
		k.totals.attacks += w.attacks
		k.totals.legit += w.legit
	}
	s := newSearch(k)
	s.now.High = 60
	s.judge(&s.now)
	return s
}

var twoRules = []TunedRule{{ID: "tells", Score: 60}, {ID: "idle"}}

// A rule that stopped no attack is not worth its fee, even where it costs
// nothing that was seen: it would be taken for the attacks that there might be.
func TestRuleMustBeWorthItsFee(t *testing.T) {
	s := newTestSearch(t, twoRules, map[uint64]weights{
		0b00: {legit: 1000}, 0b01: {attacks: 100}, 0b10: {},
	})
	s.run()
	for _, f := range s.front() {
		if f.Scores[1] > 0 {
			t.Errorf("%+v uses a rule that stopped nothing", f)
		}
	}
	one, both := s.clone(s.now), s.clone(s.now)
	both.Scores[1] = 60
	s.judge(&one)
	s.judge(&both)
	if gain := (both.Expected - one.Expected) * float64(s.totals.attacks+3); math.Abs(gain-(prior-fee)) > 1e-9 {
		t.Errorf("a rule that stops one more combination gains %v attacks, want %v", gain, prior-fee)
	}
}

// A rule without which the same cases are stopped is taken away, one that may
// be added before one that is there. The others stay.
func TestPruneTakesNeedlessRulesAway(t *testing.T) {
	of := map[uint64]weights{0b00: {legit: 1000}, 0b01: {attacks: 10, legit: 1}, 0b11: {attacks: 100}}
	for name, c := range map[string]struct{ scores, want []int }{
		"a companion":        {[]int{60, 30}, []int{60, 0}},
		"of two alike":       {[]int{0, 60}, []int{0, 60}},
		"together":           {[]int{30, 30}, []int{30, 30}},
		"below every band":   {[]int{5, 5}, []int{0, 0}},
		"nothing to be done": {[]int{60, 0}, []int{60, 0}},
	} {
		s := newTestSearch(t, twoRules, of)
		set := s.clone(s.now)
		copy(set.Scores, c.scores)
		s.judge(&set)
		stopped := set.Stopped
		s.prune(&set)
		if set.Scores[0] != c.want[0] || set.Scores[1] != c.want[1] || set.Stopped != stopped {
			t.Errorf("%s: %v became %v, want %v", name, c.scores, set.Scores, c.want)
		}
	}
}

// A band that begins elsewhere only for the scores to be others is put back.
func TestPrunePutsBandsBack(t *testing.T) {
	s := newTestSearch(t, twoRules, map[uint64]weights{0b00: {legit: 1000}, 0b01: {attacks: 10}, 0b11: {attacks: 100}})
	set := s.clone(s.now)
	set.High, set.Scores[0] = 40, 40
	s.prune(&set)
	if set.High != 60 || set.Scores[0] != 60 || set.Stopped != 1 {
		t.Errorf("got %+v, want a score of 60 in a band from 60", set)
	}
}

// Of the settings within the budget the one that stops the most is best, first
// of all one that stops as many as the policy does as it is. What may be over
// the budget by chance is within it; where all are over it, the least is best.
func TestBestWithinTheBudget(t *testing.T) {
	s := &search{now: Setting{Stopped: 0.8}}
	front := []Setting{
		{Friction: 1, Doubt: 0.1, Stopped: 0.5, Expected: 0.9},
		{Friction: 4, Doubt: 0.5, Stopped: 0.8, Expected: 0.6},
		{Friction: 5.2, Doubt: 0.5, Stopped: 0.9, Expected: 0.7},
		{Friction: 9, Doubt: 0.5, Stopped: 1, Expected: 1},
	}
	for budget, want := range map[float64]float64{0.5: 1, 2: 1, 3.6: 4, 4.6: 4, 4.8: 5.2, 5: 5.2, 8.6: 9, 1000: 9} {
		if got := s.best(front, budget); got.Friction != want {
			t.Errorf("a budget of %v: got %v, want %v", budget, got.Friction, want)
		}
	}
}
