// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// MaxTerms is how many alternatives a condition may have to be evaluated by
// bits. One with more is walked.
const MaxTerms = 16

// A Plan evaluates many conditions at once. Every alternative of every
// condition is a bit, and all begin alive. Each column finds the class of its
// value, and that class keeps the bits that can hold in it, or marks all bits
// of the column where the value is unknown. What is alive in the end is
// true, or unknown if it is marked.
//
// Nothing branches on a value, since nobody can foresee it: a branch foretold
// wrongly takes as long as three columns.
//
// A Plan never changes and is safe for concurrent use.
type Plan struct {
	words  []word
	rules  []int32 // of each bit
	folds  int     // the most alternatives of a rule, less one
	walked int     // rules that have too many, and are a single bit

	gates  []gate // of a plan of one word, in place of levels
	levels []level
	scales []scale
	terms  []glossary
	walks  []walk

	spans   []span    // of the columns, in that order
	rows    []uint64  // of each column: one row a class, as long as its span
	numbers []float64 // of the scales
	texts   []string  // of the glossaries
	places  []uint8   // of their texts, by their hash
}

// word says what 64 bits stand for. The bits of one rule follow each other in
// one word.
type word struct {
	used  uint64 // alternatives; the other bits are padding
	first uint64 // the first bit of each rule
	inner uint64 // those whose next bit is of the same rule
}

// span is the words in which a column has bits.
type span struct{ first, width int32 }

// Words returns how many words the plan has.
func (p *Plan) Words() int { return len(p.words) }

// Walked returns how many conditions are not evaluated by bits.
func (p *Plan) Walked() int { return p.walked }

// Bits returns the rule of every bit that the plan has. One rule may have
// several in a row, of which only the first is ever found.
func (p *Plan) Bits() []int32 { return p.rules }

// Evaluate sets the bits of the rules that are true, and of those that are
// unknown. Both have the plan's words: what they held does not matter.
func (p *Plan) Evaluate(f *Frame, truths, unknowns []uint64) {
	if f.Signals == nil {
		f.Signals = &nothing
	}
	if len(p.words) == 1 {
		b := p.siftWord(f)
		truths[0], unknowns[0] = b.alive, b.unknown
	} else {
		p.sift(f, truths, unknowns)
	}
	for i := range p.words {
		w := &p.words[i]
		unknown := truths[i] & unknowns[i]
		truth := truths[i] &^ unknown
		// One true alternative makes a rule true, whatever the others are, and
		// one unknown one makes it unknown otherwise.
		for range p.folds {
			truth |= truth >> 1 & w.inner
			unknown |= unknown >> 1 & w.inner
		}
		truths[i], unknowns[i] = truth&w.first, unknown&w.first&^truth
	}
}

// nothing is known of a request without signals. It is never written.
var nothing risk.Signals

// sift applies every column to the bits.
func (p *Plan) sift(f *Frame, alive, unknown []uint64) {
	for i := range p.words {
		alive[i], unknown[i] = p.words[i].used, 0
	}
	spans := p.spans
	for i := range p.levels {
		l := &p.levels[i]
		p.apply(spans[i], l.rows, l.class(f), alive, unknown)
	}
	spans = spans[len(p.levels):]
	for i := range p.scales {
		s := &p.scales[i]
		p.apply(spans[i], s.rows, p.scaleClass(s, f), alive, unknown)
	}
	spans = spans[len(p.scales):]
	for i := range p.terms {
		g := &p.terms[i]
		p.apply(spans[i], g.rows, p.textClass(g, f), alive, unknown)
	}
	spans = spans[len(p.terms):]
	for i := range p.walks {
		w := &p.walks[i]
		p.apply(spans[i], w.rows, w.class(f), alive, unknown)
	}
}

// apply keeps the bits that can hold in a class, or marks those that are
// unknown.
func (p *Plan) apply(s span, rows, class int32, alive, unknown []uint64) {
	row := p.rows[rows+class*s.width:][:s.width]
	if class == unknownClass {
		unknown = unknown[s.first:][:len(row)]
		for k, bits := range row {
			unknown[k] |= bits
		}
		return
	}
	alive = alive[s.first:][:len(row)]
	for len(row) >= 4 { // four at a time, which takes half as long
		a, r := (*[4]uint64)(alive), (*[4]uint64)(row)
		a[0] &= r[0]
		a[1] &= r[1]
		a[2] &= r[2]
		a[3] &= r[3]
		alive, row = alive[4:], row[4:]
	}
	for k, bits := range row {
		alive[k] &= bits
	}
}

// planes are the bits of a plan of one word.
type planes struct{ alive, unknown uint64 }

// siftWord is sift for a plan of one word, as nearly all are. Its planes stay
// in registers, and its levels are gates, which hold their rows: that takes
// half the time.
func (p *Plan) siftWord(f *Frame) planes {
	b := planes{alive: p.words[0].used}
	for i := range p.gates {
		g := &p.gates[i]
		x, known := f.at(g.slot)
		if !known {
			b.unknown |= ^(g.below & g.above)
			continue
		}
		below, row := g.below, g.above
		if x < g.key {
			row = below
		}
		b.alive &= row
	}
	for i := range p.scales {
		s := &p.scales[i]
		class := p.scaleClass(s, f)
		b = b.apply(class, p.rows[s.rows+class])
	}
	for i := range p.terms {
		g := &p.terms[i]
		class := p.textClass(g, f)
		b = b.apply(class, p.rows[g.rows+class])
	}
	for i := range p.walks {
		w := &p.walks[i]
		class := w.class(f)
		b = b.apply(class, p.rows[w.rows+class])
	}
	return b
}

func (b planes) apply(class int32, row uint64) planes {
	if class == unknownClass {
		b.unknown |= row
		return b
	}
	b.alive &= row
	return b
}
