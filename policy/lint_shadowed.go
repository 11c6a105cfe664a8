// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"

	"github.com/proportion-go/proportion/policy/internal/expression"
)

// lintShadowed finds rules beside which another always asks for as much.
//
// A rule that implies another by its condition has, in each of its
// alternatives, all that some alternative of the other needs. Kleene's `and`
// is a minimum and `or` a maximum, so that the other is then also at least
// unknown wherever the first is.
func (l *linter) lintShadowed() {
	by := l.bySubject()
	for i, r := range l.rules {
		if j, found := l.shadowing(i, by); found {
			other := l.rules[j]
			l.add(r.spot, "shadowed-rule", "",
				"wherever %s fires, %s (%s:%d) asks for as much", r.id, other.id, other.rule.file, other.line)
		}
	}
}

// subject is what a literal is about. A literal implies only literals of its
// own subject.
type subject struct {
	test *expression.Test
	slot int
	fact bool
}

func subjectOf(l expression.Literal) subject {
	if slot, fact, ok := l.Number(); ok {
		return subject{slot: slot, fact: fact}
	}
	return subject{test: l.Test}
}

// bySubject lists the rules, for each of their alternatives, by the rarest
// subject in it, so that few rules are held against each other.
func (l *linter) bySubject() map[subject][]int {
	seen := map[subject]int{}
	for _, r := range l.rules {
		for _, term := range r.terms {
			for _, literal := range term {
				seen[subjectOf(literal)]++
			}
		}
	}
	by := map[subject][]int{}
	for i, r := range l.rules {
		for _, term := range r.terms {
			rarest := subject{}
			for _, literal := range term {
				if s := subjectOf(literal); seen[rarest] == 0 || seen[s] < seen[rarest] {
					rarest = s
				}
			}
			if list := by[rarest]; len(list) == 0 || list[len(list)-1] != i {
				by[rarest] = append(list, i)
			}
		}
	}
	return by
}

// maxPairs bounds how many rules are held against each other: some seconds.
const maxPairs = 20_000_000

// shadowing returns a rule that makes another one superfluous. Of two equal
// rules the first is kept.
func (l *linter) shadowing(i int, by map[subject][]int) (int, bool) {
	terms := l.rules[i].terms
	if len(terms) == 0 {
		return 0, false
	}
	subjects := []subject{{}}
	for _, literal := range terms[0] {
		subjects = append(subjects, subjectOf(literal))
	}
	for _, s := range subjects {
		for _, j := range by[s] {
			if l.pairs++; l.pairs > maxPairs {
				return 0, false
			}
			if j != i && l.shadows(j, i) && (j < i || !l.shadows(i, j)) {
				return j, true
			}
		}
	}
	return 0, false
}

// shadows reports whether rule j fires, with at least the same effect,
// wherever rule i does.
func (l *linter) shadows(j, i int) bool {
	a, b := &l.rules[i], &l.rules[j]
	if b.shadow && !a.shadow || a.fires && !b.fires || !l.outweighs(b.rule, a.rule) {
		return false
	}
	for _, pattern := range a.on {
		if !slices.ContainsFunc(b.on, func(q string) bool { return covers(q, pattern) }) {
			return false
		}
	}
	return implies(a.terms, b.terms)
}

// outweighs reports whether the effect of one rule leaves nothing for that of
// another.
func (l *linter) outweighs(b, a *rule) bool {
	floor := func(r *rule) int {
		switch r.effect.kind {
		case denies:
			return len(l.policy.ladder) - 1
		case requires:
			return r.effect.step
		}
		return none
	}
	switch a.effect.kind {
	case caps:
		return b.effect.kind == caps && b.effect.limit == nil &&
			b.effect.step <= a.effect.step && b.effect.upTo >= a.effect.upTo
	case scores:
		return b.effect.kind == scores && a.effect.group != none &&
			a.effect.group == b.effect.group && b.effect.score >= a.effect.score
	}
	return floor(b) >= floor(a)
}

// implies reports whether a condition is provably at least as narrow as
// another.
func implies(a, b [][]expression.Literal) bool {
	for _, term := range a {
		within := func(other []expression.Literal) bool {
			for _, m := range other {
				if !slices.ContainsFunc(term, func(l expression.Literal) bool { return l.Implies(m) }) {
					return false
				}
			}
			return true
		}
		if !slices.ContainsFunc(b, within) {
			return false
		}
	}
	return len(b) > 0
}
