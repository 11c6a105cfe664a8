// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"math/bits"

	"github.com/proportion-go/proportion/risk"
)

// MaxTerms is how many alternatives a condition may have to be evaluated by
// bits. One with more is walked.
const MaxTerms = 16

// A Plan evaluates many conditions at once. Every alternative of every
// condition is a bit, and all begin alive. Each column finds the class of its
// value, and that class clears the bits that cannot hold in it, or marks all
// bits of the column where the value is unknown. What is alive in the end is
// true, or unknown if it is marked.
//
// A Plan never changes and is safe for concurrent use.
type Plan struct {
	columns []column  // by their forms
	nodes   []*node   // of the columns that are walked
	numbers []float64 // the constants of all columns
	texts   []string
	words   []int32  // of each column: those in which it has bits
	rows    []uint64 // of each column: one row a class, as long as its words
	bits    []int32  // the rule of each bit; bits of one rule follow each other
	walked  []walked
}

// walked is a condition that has too many alternatives.
type walked struct {
	rule int32
	root *node
}

// Found is a rule whose condition is not false.
type Found struct {
	Rule  int32
	Truth risk.Truth
}

// Findings is what evaluations find, and memory for them that is used again.
// The zero value is ready for use, by one goroutine at a time.
type Findings struct {
	Found []Found

	alive, unknown []uint64
}

// Walked returns how many conditions are not evaluated by bits.
func (p *Plan) Walked() int { return len(p.walked) }

// Evaluate appends the rules that are true or unknown: in the order in which
// the plan was made, but for those that are walked, which come last.
func (p *Plan) Evaluate(f *Frame, to *Findings) {
	if len(p.bits) > 0 {
		p.begin(to)
		if len(to.alive) == 1 {
			p.siftWord(f, to)
		} else {
			p.sift(f, to)
		}
		p.collect(to)
	}
	for _, w := range p.walked {
		if truth := w.root.truth(f); truth != risk.False {
			to.Found = append(to.Found, Found{w.rule, truth})
		}
	}
}

// begin makes all bits alive, and none unknown.
func (p *Plan) begin(to *Findings) {
	words := (len(p.bits) + 63) / 64
	if cap(to.alive) < words {
		to.alive, to.unknown = make([]uint64, words), make([]uint64, words)
	}
	to.alive, to.unknown = to.alive[:words], to.unknown[:words]
	for i := range to.alive {
		to.alive[i], to.unknown[i] = ^uint64(0), 0
	}
	if rest := len(p.bits) % 64; rest > 0 {
		to.alive[words-1] = 1<<rest - 1
	}
}

// sift applies every column to the bits.
func (p *Plan) sift(f *Frame, to *Findings) {
	for i := range p.columns {
		c := &p.columns[i]
		class := p.class(c, f)
		words := p.words[c.words:][:c.width]
		row := p.rows[c.rows+class*c.width:][:len(words)]
		if class == unknownClass {
			for k, w := range words {
				to.unknown[w] |= row[k]
			}
			continue
		}
		for k, w := range words {
			to.alive[w] &^= row[k]
		}
	}
}

// siftWord is sift for a plan of one word, as nearly all are.
func (p *Plan) siftWord(f *Frame, to *Findings) {
	alive, unknown := to.alive[0], uint64(0)
	for i := range p.columns {
		c := &p.columns[i]
		class := p.class(c, f)
		row := p.rows[c.rows+class]
		if class == unknownClass {
			unknown |= row
			continue
		}
		alive &^= row
	}
	to.alive[0], to.unknown[0] = alive, unknown
}

// collect turns the bits that are left into rules. One true alternative makes
// a rule true, whatever the others are.
func (p *Plan) collect(to *Findings) {
	last := int32(-1)
	for i, word := range to.alive {
		for ; word != 0; word &= word - 1 {
			bit := bits.TrailingZeros64(word)
			truth := risk.True
			if to.unknown[i]>>bit&1 != 0 {
				truth = risk.Unknown
			}
			rule := p.bits[i*64+bit]
			if rule == last {
				n := len(to.Found) - 1
				to.Found[n].Truth = max(to.Found[n].Truth, truth)
				continue
			}
			last = rule
			to.Found = append(to.Found, Found{rule, truth})
		}
	}
}
