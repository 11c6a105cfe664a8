// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"math/bits"
	"slices"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// maxTerms is how many alternatives a condition may have to be evaluated by
// bits. One with more is walked.
const maxTerms = 16

// plan evaluates a set of rules at once. Every alternative of every condition
// is a bit. All begin alive; each distinct predicate is evaluated once, and
// clears the bits that cannot hold with it, or marks those it leaves unknown.
// What is alive in the end is true, or unknown if it is marked.
type plan struct {
	tests  []planned
	shared []shared
	rows   []row
	rules  []int32 // of each bit; bits of one rule follow each other
	walked []int32 // rules that do not fit
}

// planned is a predicate and the rows it acts on: rows[from:negated] need it
// true, rows[negated:to] false.
type planned struct {
	test              *expression.Test
	from, negated, to int32
}

// shared are tests[from:to], which compare one signal with numbers. They stand
// before all others.
type shared struct {
	signal   risk.Signal
	from, to int32
}

// row is some bits of one word.
type row struct {
	word int32
	mask uint64
}

// found is a rule that is not false.
type found struct {
	rule  int32
	truth risk.Truth
}

// newPlan compiles rules, given in ascending order. Tests are shared over all
// plans of a policy.
func newPlan(all []rule, rules []int, known expression.Tests) *plan {
	p := &plan{}
	pairs := map[*expression.Test]*[2][]row{}
	var order []*expression.Test
	for _, i := range rules {
		terms, ok := [][]expression.Literal{nil}, true
		if when := all[i].when; when != nil {
			terms, ok = when.Terms(maxTerms, known)
		}
		if !ok {
			p.walked = append(p.walked, int32(i))
			continue
		}
		for _, term := range terms {
			bit := len(p.rules)
			p.rules = append(p.rules, int32(i))
			for _, l := range term {
				if pairs[l.Test] == nil {
					pairs[l.Test] = &[2][]row{}
					order = append(order, l.Test)
				}
				side := &pairs[l.Test][sideOf(l)]
				*side = mark(*side, bit)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b *expression.Test) int {
		return cmp.Compare(placeOf(a), placeOf(b))
	})
	for _, test := range order {
		p.share(test)
		from := int32(len(p.rows))
		p.rows = append(p.rows, pairs[test][0]...)
		negated := int32(len(p.rows))
		p.rows = append(p.rows, pairs[test][1]...)
		p.tests = append(p.tests, planned{test, from, negated, int32(len(p.rows))})
	}
	p.rows, p.rules = slices.Clip(p.rows), slices.Clip(p.rules)
	return p
}

// placeOf orders tests so that those of one signal follow each other.
func placeOf(t *expression.Test) int {
	if s, ok := t.Compares(); ok {
		return int(s)
	}
	return 1 << 16
}

// share adds the next test to those of its signal.
func (p *plan) share(t *expression.Test) {
	s, ok := t.Compares()
	next := int32(len(p.tests))
	switch last := len(p.shared) - 1; {
	case !ok:
	case last >= 0 && p.shared[last].signal == s:
		p.shared[last].to = next + 1
	default:
		p.shared = append(p.shared, shared{s, next, next + 1})
	}
}

func sideOf(l expression.Literal) int {
	if l.Negated {
		return 1
	}
	return 0
}

// mark adds a bit to rows that ascend by word.
func mark(rows []row, bit int) []row {
	word := int32(bit / 64)
	if n := len(rows); n > 0 && rows[n-1].word == word {
		rows[n-1].mask |= 1 << (bit % 64)
		return rows
	}
	return append(rows, row{word, 1 << (bit % 64)})
}

// evaluate appends the rules that are true or unknown, ascending but for
// those that are walked.
func (p *plan) evaluate(w *work) {
	if len(p.rules) > 0 {
		p.begin(w)
		next := p.compare(w)
		for i := next; i < len(p.tests); i++ {
			t := &p.tests[i]
			p.apply(w, t, t.test.Truth(&w.frame))
		}
		p.collect(w)
	}
	for _, i := range p.walked {
		truth := w.policy.rules[i].when.Truth(&w.frame)
		if truth != risk.False {
			w.found = append(w.found, found{i, truth})
		}
	}
}

// compare evaluates the tests that share readings, and returns the next one.
func (p *plan) compare(w *work) (next int) {
	for i := range p.shared {
		s := &p.shared[i]
		x, known := 0.0, false
		if w.in.Signals != nil {
			x, known = w.in.Signals.Number(s.signal)
		}
		for j := s.from; j < s.to; j++ {
			t := &p.tests[j]
			truth := risk.Unknown
			if known {
				truth = risk.TruthOf(t.test.Holds(x))
			}
			p.apply(w, t, truth)
		}
		next = int(s.to)
	}
	return next
}

// apply clears the bits that a test makes false, or marks the unknown ones.
func (p *plan) apply(w *work, t *planned, truth risk.Truth) {
	switch truth {
	case risk.False:
		clearRows(w.alive, p.rows[t.from:t.negated])
	case risk.True:
		clearRows(w.alive, p.rows[t.negated:t.to])
	default:
		for _, r := range p.rows[t.from:t.to] {
			w.unknown[r.word] |= r.mask
		}
	}
}

// begin makes all bits alive, and none unknown.
func (p *plan) begin(w *work) {
	words := (len(p.rules) + 63) / 64
	if cap(w.alive) < words {
		w.alive, w.unknown = make([]uint64, words), make([]uint64, words)
	}
	w.alive, w.unknown = w.alive[:words], w.unknown[:words]
	for i := range w.alive {
		w.alive[i] = ^uint64(0)
	}
	if rest := len(p.rules) % 64; rest > 0 {
		w.alive[words-1] = 1<<rest - 1
	}
	clear(w.unknown)
}

func clearRows(alive []uint64, rows []row) {
	for _, r := range rows {
		alive[r.word] &^= r.mask
	}
}

// collect turns the bits that are left into rules. One true alternative makes
// a rule true, whatever the others are.
func (p *plan) collect(w *work) {
	first := len(w.found)
	for i, word := range w.alive {
		for ; word != 0; word &= word - 1 {
			bit := bits.TrailingZeros64(word)
			truth := risk.True
			if w.unknown[i]>>bit&1 != 0 {
				truth = risk.Unknown
			}
			rule := p.rules[i*64+bit]
			if n := len(w.found); n > first && w.found[n-1].rule == rule {
				w.found[n-1].truth = max(w.found[n-1].truth, truth)
				continue
			}
			w.found = append(w.found, found{rule, truth})
		}
	}
}

// fire evaluates every rule that applies to the action, and records those
// that fire or are unknown, in the policy's order.
func (p *Policy) fire(v *Verdict, a *action) {
	w := &v.work
	w.found = w.found[:0]
	for _, b := range a.bundles {
		b.plan.evaluate(w)
	}
	if !slices.IsSortedFunc(w.found, byRule) {
		slices.SortFunc(w.found, byRule)
	}
	for _, f := range w.found {
		v.note(int(f.rule), f.truth)
	}
}

func byRule(a, b found) int { return cmp.Compare(a.rule, b.rule) }
