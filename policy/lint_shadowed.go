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
	by := l.byFirst()
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

// byFirst lists the rules by the subjects of the first parts of their
// alternatives, so that not every rule is held against every other one.
func (l *linter) byFirst() map[subject][]int {
	by := map[subject][]int{}
	for i, r := range l.rules {
		for _, term := range r.terms {
			s := subject{}
			if len(term) > 0 {
				s = subjectOf(term[0])
			}
			if list := by[s]; len(list) == 0 || list[len(list)-1] != i {
				by[s] = append(list, i)
			}
		}
	}
	return by
}

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
			if j != i && l.shadows(j, i) && (j < i || !l.shadows(i, j)) {
				return j, true
			}
		}
	}
	return 0, false
}

// shadows reports whether rule j fires, with at least the same effect, wherever
// rule i does.
func (l *linter) shadows(j, i int) bool {
	a, b := l.rules[i], l.rules[j]
	if b.shadow && !a.shadow || !l.outweighs(b.rule, a.rule) || a.fires && !b.fires {
		return false
	}
	for _, pattern := range a.patterns() {
		if !slices.ContainsFunc(b.patterns(), func(q string) bool { return covers(q, pattern) }) {
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
