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
	entries []entry   // the texts of the glossaries
	texts   []string  // the longer ones of them
	places  []uint8   // their numbers by their hash, from 1; 0 is free
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
// several in a row, of which one at most is ever found.
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
		unknown := truths[i] & unknowns[i]
		truth := p.fold(i, truths[i]&^unknown)
		if unknown != 0 {
			unknown = p.fold(i, unknown) &^ truth
		}
		truths[i], unknowns[i] = truth, unknown
	}
}

// fold returns the first bits of the rules that have any bit. One true
// alternative makes a rule true, whatever the others are, and one unknown one
// makes it unknown otherwise.
func (p *Plan) fold(word int, bits uint64) uint64 {
	w := &p.words[word]
	for range p.folds {
		bits |= bits >> 1 & w.inner
	}
	return bits & w.first
}

// nothing is known of a request without signals. It is never written.
var nothing risk.Signals

// sift applies every column to the bits.
func (p *Plan) sift(f *Frame, alive, unknown []uint64) {
	for i := range p.words {
		alive[i], unknown[i] = p.words[i].used, 0
	}
	s := sieve{plan: p, alive: alive, unknown: unknown}
	spans := p.spans
	for i := range p.levels {
		l := &p.levels[i]
		s.apply(spans[i], l.rows, l.class(f))
	}
	spans = spans[len(p.levels):]
	for i := range p.scales {
		c := &p.scales[i]
		s.apply(spans[i], c.rows, p.scaleClass(c, f))
	}
	spans = spans[len(p.scales):]
	for i := range p.terms {
		g := &p.terms[i]
		s.apply(spans[i], g.rows, p.textClass(g, f))
	}
	spans = spans[len(p.terms):]
	for i := range p.walks {
		w := &p.walks[i]
		s.apply(spans[i], w.rows, w.class(f))
	}
	for _, row := range s.waiting[:s.count] {
		keep(alive, row)
	}
}

// sieve applies rows to the bits of a plan of several words.
type sieve struct {
	plan           *Plan
	alive, unknown []uint64

	// Rows of all words wait until there are four, which together take a third
	// of the time.
	waiting [4][]uint64
	count   int
}

// apply keeps the bits that can hold in a class, or marks those that are
// unknown.
func (s *sieve) apply(at span, rows, class int32) {
	row := s.plan.rows[rows+class*at.width:][:at.width]
	switch {
	case class == unknownClass:
		unknown := s.unknown[at.first:][:len(row)]
		for k, bits := range row {
			unknown[k] |= bits
		}
	case len(row) < len(s.alive):
		keep(s.alive[at.first:], row)
	default:
		s.waiting[s.count] = row
		if s.count++; s.count == len(s.waiting) {
			keepAll(s.alive, &s.waiting)
			s.count = 0
		}
	}
}

func keep(alive, row []uint64) {
	alive = alive[:len(row)]
	for k, bits := range row {
		alive[k] &= bits
	}
}

func keepAll(alive []uint64, rows *[4][]uint64) {
	n := len(alive)
	a, b, c, d := rows[0][:n], rows[1][:n], rows[2][:n], rows[3][:n]
	for k := range alive {
		alive[k] &= a[k] & b[k] & c[k] & d[k]
	}
}

// planes are the bits of a plan of one word.
type planes struct{ alive, unknown uint64 }

// siftWord is sift for a plan of one word, as nearly all are. Its planes stay
// in registers, and its levels are gates, which hold their rows: that takes
// half the time.
func (p *Plan) siftWord(f *Frame) planes {
	b := planes{alive: p.words[0].used}
	values, known := f.Signals.Slots()
	for i := range p.gates {
		g := &p.gates[i]
		x, is := 0.0, uint64(0)
		if g.slot >= 0 {
			x, is = values[g.slot], known>>(g.slot&63)&1
		} else if v := &f.Facts[^g.slot]; v.Known {
			x, is = v.Number, 1
		}
		below, row := g.below, g.above
		if x < g.key {
			row = below
		}
		if is == 0 {
			b.unknown |= ^(g.below & g.above)
			continue
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
