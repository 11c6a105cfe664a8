// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// TuneConfig says what may be changed of a policy, and what for. Policy, Rules,
// and Budget or Share are required.
type TuneConfig struct {
	Policy *policy.Policy

	// Rules are the rules whose score may change: at most 64, each an enforced
	// one with a positive score. What a rule scores in the policy does not
	// matter; Score is where the search begins.
	Rules []TunedRule

	// Budget is how many of a thousand legitimate requests may be challenged or
	// denied. Share says the same as a share of those that the policy challenges
	// or denies as it is: 0.5 is half of them. Above 0 it takes the place of
	// Budget. A setting is over the budget if it is so by more than a standard
	// error: what cannot be told from chance is no reason to let attacks through.
	Budget, Share float64

	// Since and Until bound the time that is learnt from. Judge what comes out
	// on what came later. With raw events begin some way into the log: at its
	// beginning everything is new, because the log begins there.
	Since, Until time.Time
}

// TunedRule is a rule whose score may change.
type TunedRule struct {
	ID    string
	Group string // of several rules of a group only the largest score counts; empty: none
	Score int    // what it scores now; 0 for a rule that is not there yet
}

// Setting is one choice of scores and bands, with what it did on what was
// learnt from.
type Setting struct {
	Scores                []int // of TuneConfig.Rules; 0: the rule is not needed
	Medium, High, Extreme int   // where the bands begin

	Friction float64 // of a thousand legitimate requests, those stopped
	Doubt    float64 // the standard error of Friction
	Stopped  float64 // the share of attacks stopped

	// Expected is what settings are compared by: the share of attacks to expect
	// stopped, if each combination of rules had one attack more than were seen,
	// less one attack for each rule that is used. A combination that no attack
	// showed is thus not taken to be safe, nor a rule to last that one attack
	// speaks for.
	Expected float64
}

// Tuning is what a search found.
type Tuning struct {
	Attacks, Legit int64     // that were learnt from
	NotComparable  int64     // labelled, but lacking what the policy reads: not learnt from
	Frontier       []Setting // the best at each friction, from less to more
	Now            Setting   // the policy as it is
	Best           Setting   // of the frontier, what stops most within the budget, or comes nearest to it
}

// The fewest labels that a search learns from: with fewer, a share of attacks
// is known to no better than a tenth.
const (
	MinAttacks = 50
	MinLegit   = 500
)

// Tune searches the scores and bands that stop the most attacks within a
// budget of friction. It reads the labelled cases of the source once, keeps
// how often each combination of rules fired, and searches in memory: the same
// input gives the same answer. The error is [ErrFewLabels], [ErrNoPolicy], or
// the source's.
func Tune(ctx context.Context, src Source, c TuneConfig) (*Tuning, error) {
	cells := newCells(c)
	var judged *judge
	t := new(Tuning)
	add := func(d *Decided) error {
		switch {
		case d.Label == Unlabelled:
		case !d.After.Comparable:
			t.NotComparable++
		default:
			cells.add(d, &judged.verdict)
		}
		return nil
	}
	r, err := New(src, Config{
		Policy: c.Policy, Since: c.Since, Until: c.Until, Examples: -1, Subjects: 1, Decided: add,
	})
	if err != nil {
		return nil, err
	}
	judged = r.after
	if _, err := r.Run(ctx); err != nil {
		return nil, err
	}
	t.Attacks, t.Legit = cells.totals.attacks, cells.totals.legit
	if t.Attacks < MinAttacks || t.Legit < MinLegit {
		return t, fmt.Errorf("%w: %d attacks and %d legitimate requests to learn from, "+
			"want at least %d and %d; %d more lack what the policy reads",
			ErrFewLabels, t.Attacks, t.Legit, MinAttacks, MinLegit, t.NotComparable)
	}
	s := newSearch(cells)
	s.run()
	t.Now, t.Frontier = s.now, s.front()
	budget := c.Budget
	if c.Share > 0 {
		budget = c.Share * t.Now.Friction
	}
	t.Best = s.best(t.Frontier, budget)
	return t, ctx.Err()
}

// cells count labelled cases by all that matters to the search: which of the
// rules fired, what the others scored, and which bands stop the case. There
// are few: some hundred for a policy of twenty rules.
type cells struct {
	config TuneConfig
	place  map[string]int // of a rule
	of     map[cell]*weights
	totals weights
}

type cell struct {
	fired uint64 // bit i: rule i
	fixed int16  // what other rules score
	stops uint8  // bit b: band b stops it
}

type weights struct{ attacks, legit int64 }

// maxCells bounds the combinations that are told apart.
const maxCells = 1 << 16

func newCells(c TuneConfig) *cells {
	c.Rules = c.Rules[:min(len(c.Rules), 64)]
	k := &cells{config: c, place: map[string]int{}, of: map[cell]*weights{}}
	for i, r := range c.Rules {
		k.place[r.ID] = i
	}
	return k
}

func (k *cells) add(d *Decided, v *policy.Verdict) {
	var at cell
	for _, f := range v.Fired() {
		if i, tuned := k.place[f.ID]; tuned {
			at.fired |= 1 << i
		} else {
			at.fixed += int16(f.Effect.Score)
		}
	}
	medium, high, extreme := k.config.Policy.BandStarts()
	for b, start := range [...]int{0, medium, high, extreme} {
		if o, _ := v.AtScore(start); stops(o) {
			at.stops |= 1 << b
		}
	}
	w := k.of[at]
	if w == nil {
		if len(k.of) >= maxCells {
			return
		}
		w = &weights{}
		k.of[at] = w
	}
	if d.Label == Attack {
		w.attacks++
		k.totals.attacks++
	} else {
		w.legit++
		k.totals.legit++
	}
}

// sorted returns the cells in an order that does not change.
func (k *cells) sorted() []cell {
	all := make([]cell, 0, len(k.of))
	for c := range k.of {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.fired, b.fired),
			cmp.Compare(a.fixed, b.fixed), cmp.Compare(a.stops, b.stops))
	})
	return all
}
