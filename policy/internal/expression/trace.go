// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/risk"
)

// A Predicate is one part of a condition that is true, false or unknown by
// itself, as it was found over a frame.
type Predicate struct {
	Text   string // canonical
	Offset int    // of its beginning, in characters
	Truth  risk.Truth
	Reads  []Read
}

// A Read is one name in a predicate and what it stood for. Value is "unknown"
// where Known is false.
type Read struct {
	Name  string
	Value string
	Known bool
}

// Trace evaluates every predicate of the condition, also those that did not
// matter, in the order in which they are written.
func (p *Program) Trace(f *Frame) []Predicate {
	var predicates []Predicate
	for i, n := range p.tree().atoms(nil) {
		predicates = append(predicates, Predicate{
			Text: n.String(), Offset: int(p.offsets[i]), Truth: n.truth(f), Reads: n.reads(f),
		})
	}
	return predicates
}

// reads returns the signals and facts below a node, each once.
func (n *node) reads(f *Frame) []Read {
	var reads []Read
	seen := map[string]bool{}
	n.walk(func(m *node) {
		name := m.name()
		if (m.op != opSignal && m.op != opFact) || seen[name] {
			return
		}
		seen[name] = true
		value, known := m.show(f)
		if !known {
			value = "unknown"
		}
		reads = append(reads, Read{name, value, known})
	})
	return reads
}

func (n *node) show(f *Frame) (string, bool) {
	switch n.kind {
	case Bool:
		t := n.truth(f)
		return t.String(), t.Known()
	case Number:
		x, ok := n.value(f)
		return formatNumber(x), ok
	case Text:
		s, ok := n.string(f)
		return strconv.Quote(s), ok
	}
	list, ok := n.elements(f)
	var b strings.Builder
	list.print(&b)
	return b.String(), ok
}
