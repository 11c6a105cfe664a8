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
	words := (len(b.plan.bits) + 63) / 64
	b.most = min(max(minKeys, maxCells/max(words, 1)), maxKeys)
	b.group()
	p := b.plan // whose slices grew: copies are as long as they must be
	return &Plan{
		columns: slices.Clone(p.columns), nodes: slices.Clone(p.nodes),
		numbers: slices.Clone(p.numbers), texts: slices.Clone(p.texts),
		words: slices.Clone(p.words), rows: slices.Clone(p.rows),
		bits: slices.Clone(p.bits), walked: slices.Clone(p.walked),
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
			b.plan.walked = append(b.plan.walked, walked{rule, program.root})
			return
		}
	}
	for _, term := range terms {
		bit := int32(len(b.plan.bits))
		b.plan.bits = append(b.plan.bits, rule)
		for _, l := range term {
			if b.places[l.Test] == nil {
				b.places[l.Test] = &[2][]int32{}
				b.tests = append(b.tests, l.Test)
			}
			side := 0
			if l.Negated {
				side = 1
			}
			b.places[l.Test][side] = append(b.places[l.Test][side], bit)
		}
	}
}

// group makes columns of the tests: those of one name follow each other, by
// ascending numbers.
func (b *planner) group() {
	slices.SortStableFunc(b.tests, func(x, y *Test) int {
		return cmp.Or(cmp.Compare(x.form, y.form), cmp.Compare(x.slot, y.slot),
			cmp.Compare(x.number, y.number))
	})
	var d draft
	for _, t := range b.tests {
		if !d.take(t, b.most) {
			b.finish(&d)
			d = newDraft(t, b.most)
		}
	}
	b.finish(&d)
}

// draft is a column while its tests are found.
type draft struct {
	form    form
	tests   []*Test
	numbers []float64 // ascending
	texts   []string  // ascending
}

func newDraft(t *Test, most int) draft {
	if len(t.texts()) > most {
		return draft{form: formWalk, tests: []*Test{t}}
	}
	return draft{t.form, []*Test{t}, t.numbers(), with(nil, t.texts()...)}
}

// take adds a test of the same name, if there is room for its constants.
func (d *draft) take(t *Test, most int) bool {
	if d.form == formWalk || d.form != t.form || d.tests[0].slot != t.slot ||
		len(t.texts()) > most {
		return false
	}
	numbers, texts := with(d.numbers, t.numbers()...), with(d.texts, t.texts()...)
	if len(numbers)+len(texts) > most {
		return false
	}
	d.tests, d.numbers, d.texts = append(d.tests, t), numbers, texts
	return true
}

// with returns an ascending set with some more members.
func with[T cmp.Ordered](set []T, more ...T) []T {
	set = append(slices.Clip(set), more...)
	slices.Sort(set)
	return slices.Compact(set)
}

// classes returns how many classes the values have, the unknown one included.
func (d *draft) classes() int32 {
	switch {
	case len(d.numbers) > 0:
		return otherClass + 2*int32(len(d.numbers)) + 1
	case len(d.texts) > 0:
		return otherClass + int32(len(d.texts)) + 1
	}
	return trueClass + 1
}

// holds reports whether a test is true of the values of a known class.
func (d *draft) holds(t *Test, class int32) bool {
	i := class - otherClass
	switch {
	case len(d.numbers) > 0:
		return compareNumbers(t.op, d.representative(i), t.number)
	case len(d.texts) > 0:
		return (i > 0 && slices.Contains(t.texts(), d.texts[i-1])) == (t.op != opNotEqual)
	}
	return class == trueClass
}

// representative returns a number of the i-th class. Between neighbours there
// is none, and it does not matter.
func (d *draft) representative(i int32) float64 {
	switch {
	case i%2 == 1:
		return d.numbers[i/2]
	case i == 0:
		return math.Nextafter(d.numbers[0], math.Inf(-1))
	}
	return math.Nextafter(d.numbers[i/2-1], math.Inf(1))
}

// finish appends the column to the plan.
func (b *planner) finish(d *draft) {
	if len(d.tests) == 0 {
		return
	}
	p, words := b.plan, b.wordsOf(d)
	c := column{
		form: d.form, slot: int32(d.tests[0].slot), width: int32(len(words)),
		words: int32(len(p.words)), rows: int32(len(p.rows)),
	}
	switch d.form {
	case formWalk:
		c.slot = int32(len(p.nodes))
		p.nodes = append(p.nodes, d.tests[0].node)
	case formSignalNumber, formFactNumber:
		c.from = int32(len(p.numbers))
		p.numbers = append(p.numbers, d.numbers...)
		c.to = int32(len(p.numbers))
	case formSignalText, formFactText:
		c.from = int32(len(p.texts))
		p.texts = append(p.texts, d.texts...)
		c.to = int32(len(p.texts))
	}
	p.columns, p.words = append(p.columns, c), append(p.words, words...)
	for class := range d.classes() {
		p.rows = append(p.rows, b.row(d, class, words)...)
	}
}

// wordsOf returns the words in which the tests of a column have bits.
func (b *planner) wordsOf(d *draft) []int32 {
	var words []int32
	for _, t := range d.tests {
		for _, side := range b.places[t] {
			for _, bit := range side {
				words = append(words, bit/64)
			}
		}
	}
	return with(nil, words...)
}

// row returns the bits that cannot hold in a class, or of the unknown class
// all bits, in the words of the column.
func (b *planner) row(d *draft, class int32, words []int32) []uint64 {
	row := make([]uint64, len(words))
	for _, t := range d.tests {
		for side, places := range b.places[t] {
			if class != unknownClass && d.holds(t, class) == (side == 0) {
				continue
			}
			for _, bit := range places {
				k, _ := slices.BinarySearch(words, bit/64)
				row[k] |= 1 << (bit % 64)
			}
		}
	}
	return row
}
