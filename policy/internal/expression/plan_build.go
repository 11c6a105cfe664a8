// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"cmp"
	"math"
	"slices"
)

// NewPlan returns the plan of rules, given by ascending numbers. Program
// returns the condition of one, or nil for a rule that always applies. Tests
// are shared over all plans of a policy.
func NewPlan(rules []int, program func(rule int) *Program, known Tests) *Plan {
	b := planner{plan: &Plan{}, places: map[*Test]*[2][]int32{}}
	for _, rule := range rules {
		b.add(int32(rule), program(rule), known)
	}
	// Beside what the columns of a few rules need, what they hold grows with
	// words times keys.
	b.most = min(max(minKeys, maxCells/max(len(b.plan.words), 1)), maxKeys)
	b.group()
	return b.plan.fixed()
}

// fixed returns a plan with copies of the slices, which are as long as they
// must be.
func (p *Plan) fixed() *Plan {
	return &Plan{
		words: slices.Clone(p.words), rules: slices.Clone(p.rules), folds: p.folds, walked: p.walked,
		gates: slices.Clone(p.gates), levels: slices.Clone(p.levels), scales: slices.Clone(p.scales),
		terms: slices.Clone(p.terms), walks: slices.Clone(p.walks), spans: slices.Clone(p.spans),
		rows: slices.Clone(p.rows), numbers: slices.Clone(p.numbers),
		entries: slices.Clone(p.entries), texts: slices.Clone(p.texts), places: slices.Clone(p.places),
	}
}

// Bounds of the constants of a column, and about of its words times those.
const (
	minKeys  = 4
	maxKeys  = 64
	maxCells = 4096
)

// planner makes a plan.
type planner struct {
	plan   *Plan
	tests  []*Test
	places map[*Test]*[2][]int32 // the bits that need a test, and its negation
	most   int                   // constants of a column
}

// add gives a rule its bits.
func (b *planner) add(rule int32, program *Program, known Tests) {
	terms := [][]Literal{nil}
	if program != nil {
		var ok bool
		if terms, ok = program.Terms(MaxTerms, known); !ok {
			b.plan.walked++
			terms = [][]Literal{{{Test: &Test{node: program.tree()}}}}
		}
	}
	first := b.room(rule, len(terms))
	for i, term := range terms {
		for _, l := range term {
			if b.places[l.Test] == nil {
				b.places[l.Test] = &[2][]int32{}
				b.tests = append(b.tests, l.Test)
			}
			side := 0
			if l.Negated {
				side = 1
			}
			b.places[l.Test][side] = append(b.places[l.Test][side], first+int32(i))
		}
	}
}

// room returns the first of so many bits for a rule, all in one word.
func (b *planner) room(rule int32, bits int) (first int32) {
	p := b.plan
	for len(p.rules)%64+bits > 64 {
		p.rules = append(p.rules, rule) // padding
	}
	first = int32(len(p.rules))
	if first%64 == 0 {
		p.words = append(p.words, word{})
	}
	w, at := &p.words[first/64], first%64
	w.first |= 1 << at
	for i := range bits {
		p.rules = append(p.rules, rule)
		bit := uint64(1) << (int(at) + i)
		w.used |= bit
		if i < bits-1 {
			w.inner |= bit
		}
	}
	p.folds = max(p.folds, bits-1)
	return first
}

// group makes columns of the tests: those of one name follow each other, by
// ascending numbers.
func (b *planner) group() {
	slices.SortStableFunc(b.tests, func(x, y *Test) int {
		return cmp.Or(cmp.Compare(x.form, y.form), cmp.Compare(x.slot, y.slot),
			cmp.Compare(x.number, y.number))
	})
	var drafts []*draft
	for _, t := range b.tests {
		if n := len(drafts); n == 0 || !drafts[n-1].take(t, b.most) {
			drafts = append(drafts, newDraft(t, b.most))
		}
	}
	slices.SortStableFunc(drafts, func(x, y *draft) int {
		return cmp.Or(cmp.Compare(x.kind(), y.kind()), cmp.Compare(y.slot(), x.slot()))
	})
	for _, d := range drafts {
		b.finish(d)
	}
}

// finish appends the draft to the plan.
func (b *planner) finish(d *draft) {
	p, s, rows := b.plan, b.spanOf(d), int32(len(b.plan.rows))
	switch d.kind() {
	case levelKind:
		if len(p.words) == 1 {
			p.gates = append(p.gates, gate{d.numbers[0], d.slot(), b.row(d, falseClass, s)[0],
				b.row(d, trueClass, s)[0]})
			return
		}
		p.levels = append(p.levels, level{d.numbers[0], d.slot(), rows})
	case scaleKind:
		p.scales = append(p.scales, p.scale(d, rows))
	case glossaryKind:
		p.terms = append(p.terms, p.glossary(d, rows))
	case walkKind:
		p.walks = append(p.walks, walk{d.tests[0].node, rows})
	}
	if len(p.words) > 1 {
		p.spans = append(p.spans, s)
	}
	for class := range d.classes() {
		p.rows = append(p.rows, b.row(d, class, s)...)
	}
}

// scale returns the scale of the draft, and adds its constants to the plan.
func (p *Plan) scale(d *draft, rows int32) scale {
	s := scale{slot: d.slot(), rows: rows, from: int32(len(p.numbers))}
	p.numbers = append(p.numbers, d.numbers...)
	for (len(p.numbers)-int(s.from))%short > 0 {
		p.numbers = append(p.numbers, math.Inf(1)) // above every number
	}
	s.to = int32(len(p.numbers))
	return s
}

// glossary returns the glossary of the draft, and gives its texts places: a
// power of two, of which at least half stay free.
func (p *Plan) glossary(d *draft, rows int32) glossary {
	n := 2
	for n < 2*len(d.texts) {
		n *= 2
	}
	g := glossary{
		slot: d.slot(), rows: rows, entries: int32(len(p.entries)), places: int32(len(p.places)),
		mask: uint32(n - 1),
	}
	places := make([]uint8, n)
	for i, text := range d.texts {
		e := entry{head: headOf(text), length: int32(len(text))}
		h := hash(e.head, len(text))
		for places[h&g.mask] != 0 {
			h++
		}
		places[h&g.mask] = uint8(i + 1)
		if len(text) > headLength {
			e.text = int32(len(p.texts))
			p.texts = append(p.texts, text)
		}
		p.entries = append(p.entries, e)
	}
	p.places = append(p.places, places...)
	return g
}

// spanOf returns the words in which the tests of a draft have bits.
func (b *planner) spanOf(d *draft) span {
	first, last := int32(len(b.plan.words)), int32(-1)
	for _, t := range d.tests {
		for _, side := range b.places[t] {
			for _, bit := range side {
				first, last = min(first, bit/64), max(last, bit/64)
			}
		}
	}
	return span{first, last - first + 1}
}

// row returns the bits that a class keeps, or of the unknown class those of
// the column, in the words of the span.
func (b *planner) row(d *draft, class int32, s span) []uint64 {
	row := make([]uint64, s.width)
	for _, t := range d.tests {
		for side, places := range b.places[t] {
			if class != unknownClass && d.holds(t, class) == (side == 0) {
				continue
			}
			for _, bit := range places {
				row[bit/64-s.first] |= 1 << (bit % 64)
			}
		}
	}
	if class != unknownClass {
		for i := range row {
			row[i] = ^row[i]
		}
	}
	return row
}
