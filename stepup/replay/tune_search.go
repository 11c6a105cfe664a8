// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"cmp"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// search looks for the settings that are best at each friction. From several
// starts it moves one score or band at a time, for several prices of friction,
// and keeps whatever nothing that it saw is better than.
type search struct {
	cells  []cell
	weight []weights
	groups []int // of each rule, from 1; 0: none
	totals weights

	now   Setting
	dice  *rand.Rand
	found []Setting // the frontier so far
	most  []int     // the largest score of each group of the case at hand
}

// grid is what a score or a band may be.
const (
	grid     = 5
	maxTuned = 60 // points of one rule
	starts   = 8
	sweeps   = 6
)

// prior is how many attacks each combination of rules is taken to have had
// beside those that were seen: that none was seen of a rare one does not make
// it safe (the rule of succession).
const prior = 1.0

// fee is how many attacks a rule must be worth to be used: what stops fewer was
// learnt by chance, and does not last.
const fee = 1.0

// prices are how many attacks let through one per mille of friction is worth,
// in per mille of all attacks.
var prices = [...]float64{0.3, 1, 3, 8, 20, 60}

func newSearch(k *cells) *search {
	s := &search{
		cells: k.sorted(), totals: k.totals,
		dice: rand.New(rand.NewPCG(1, 2)), // the same every time
	}
	for _, c := range s.cells {
		s.weight = append(s.weight, *k.of[c])
	}
	names := map[string]int{"": 0}
	for _, r := range k.config.Rules {
		if _, ok := names[r.Group]; !ok {
			names[r.Group] = len(names)
		}
		s.groups = append(s.groups, names[r.Group])
		s.now.Scores = append(s.now.Scores, r.Score)
	}
	s.most = make([]int, len(names))
	s.now.Medium, s.now.High, s.now.Extreme = k.config.Policy.BandStarts()
	s.judge(&s.now)
	return s
}

// judge computes what a setting does.
func (s *search) judge(set *Setting) {
	var stopped weights
	combinations := 0
	for i, c := range s.cells {
		if c.stops>>s.band(set, c)&1 != 0 {
			stopped.attacks += s.weight[i].attacks
			stopped.legit += s.weight[i].legit
			combinations++
		}
	}
	set.Friction = per(1000, stopped.legit, s.totals.legit)
	// Who is stopped comes one by one: the standard error of a count is its root.
	set.Doubt = 1000 * math.Sqrt(float64(stopped.legit)) / float64(max(s.totals.legit, 1))
	set.Stopped = per(1, stopped.attacks, s.totals.attacks)
	worth := float64(stopped.attacks) + prior*float64(combinations) - fee*float64(set.rules())
	set.Expected = worth / (float64(s.totals.attacks) + prior*float64(len(s.cells)))
}

// rules returns how many rules are used.
func (set *Setting) rules() (n int) {
	for _, score := range set.Scores {
		if score > 0 {
			n++
		}
	}
	return n
}

// band returns the band that a case falls in.
func (s *search) band(set *Setting, c cell) int {
	score := int(c.fixed)
	clear(s.most)
	for fired := c.fired; fired != 0; fired &= fired - 1 {
		i := bits.TrailingZeros64(fired)
		points := set.Scores[i]
		if g := s.groups[i]; g > 0 {
			points = max(0, points-s.most[g])
			s.most[g] += points
		}
		score += points
	}
	switch score = min(max(score, 0), 100); {
	case score >= set.Extreme:
		return 3
	case score >= set.High:
		return 2
	case score >= set.Medium:
		return 1
	}
	return 0
}

// run searches.
func (s *search) run() {
	s.keep(s.now)
	for range starts {
		begin := s.clone(s.now)
		for i := range begin.Scores {
			if s.dice.IntN(3) > 0 {
				begin.Scores[i] = grid * s.dice.IntN(maxTuned/grid+1)
			}
		}
		for _, price := range prices {
			s.climb(begin, price)
		}
	}
	for _, price := range prices {
		s.climb(s.clone(s.now), price)
	}
}

// worth is what a setting is worth at a price of friction. Of two that do the
// same the one with fewer points is better, and with the bands as they are: it
// says what matters.
func (s *search) worth(set *Setting, price float64) float64 {
	points := 2 * math.Abs(float64(set.High-s.now.High))
	for _, n := range set.Scores {
		points += float64(n)
	}
	return 1000*set.Expected - price*set.Friction - 1e-4*points
}

// climb moves one score or band at a time to its best place, until none moves.
func (s *search) climb(from Setting, price float64) {
	best := s.clone(from)
	s.judge(&best)
	for range sweeps {
		before := s.worth(&best, price)
		for i := range best.Scores {
			best = s.place(best, price, 0, maxTuned, func(set *Setting, n int) bool {
				set.Scores[i] = n
				return true
			})
		}
		best = s.place(best, price, grid, 95, func(set *Setting, n int) bool {
			set.High = n
			return set.Medium < n && n < set.Extreme
		})
		if s.worth(&best, price) <= before {
			break
		}
	}
	s.keep(best)
}

// place tries every value of one number, and returns the best setting.
func (s *search) place(best Setting, price float64, from, to int, set func(*Setting, int) bool) Setting {
	trial := s.clone(best)
	for n := from; n <= to; n += grid {
		if !set(&trial, n) {
			continue
		}
		s.judge(&trial)
		s.keep(trial)
		if s.worth(&trial, price) > s.worth(&best, price) {
			best = s.clone(trial)
		}
	}
	return best
}

func (s *search) clone(set Setting) Setting {
	set.Scores = slices.Clone(set.Scores)
	return set
}

// keep adds a setting to the frontier, unless another is as good in both.
func (s *search) keep(set Setting) {
	worse := func(f Setting) bool { return f.Friction >= set.Friction && f.Expected <= set.Expected }
	for i := range s.found {
		if f := &s.found[i]; f.Friction <= set.Friction && f.Expected >= set.Expected {
			return
		}
	}
	s.found = append(slices.DeleteFunc(s.found, worse), s.clone(set))
}

// best returns the setting that stops the most attacks of those that are within
// the budget. One that stopped fewer than the policy as it is is the second
// choice; one above the budget, the least so, the last.
func (s *search) best(front []Setting, budget float64) Setting {
	class := func(f *Setting) int {
		switch {
		case f.Friction-f.Doubt > budget:
			return 2
		case f.Stopped < s.now.Stopped:
			return 1
		}
		return 0
	}
	return slices.MinFunc(front, func(a, b Setting) int {
		order := cmp.Compare(class(&a), class(&b))
		if order == 0 && class(&a) == 2 {
			order = cmp.Compare(a.Friction, b.Friction)
		}
		return cmp.Or(order, cmp.Compare(b.Expected, a.Expected))
	})
}

// front returns the frontier, from less friction to more, without needless
// rules.
func (s *search) front() []Setting {
	all := s.found
	s.found = nil
	for i := range all {
		s.prune(&all[i])
		s.keep(all[i])
	}
	slices.SortFunc(s.found, func(a, b Setting) int { return cmp.Compare(a.Friction, b.Friction) })
	return s.found
}

// prune takes away what is not needed for the same cases to be stopped: that a
// band begins elsewhere, and rules, the ones that are not there yet first.
func (s *search) prune(set *Setting) {
	if set.High != s.now.High {
		level := s.clone(*set)
		level.High = s.now.High
		for i, score := range set.Scores {
			level.Scores[i] = (score*level.High/set.High + grid - 1) / grid * grid
		}
		if s.same(set, &level) {
			*set = level
		}
	}
	for i := len(set.Scores) - 1; i >= 0; i-- {
		less := s.clone(*set)
		less.Scores[i] = 0
		if set.Scores[i] > 0 && s.same(set, &less) {
			*set = less
		}
	}
	s.judge(set)
}

// same reports whether two settings stop the same cases.
func (s *search) same(a, b *Setting) bool {
	for _, c := range s.cells {
		if (c.stops>>s.band(a, c)^c.stops>>s.band(b, c))&1 != 0 {
			return false
		}
	}
	return true
}
