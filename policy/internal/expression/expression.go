// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package expression is the language of conditions: the total, bounded part
// of the expr language, with Kleene's three-valued logic.
//
// [Compile] parses with expr's own parser, refuses what is not on the
// allow-list, types the tree, lets expr's checker confirm it, and keeps a
// small tree of its own. Nothing of expr is left after that.
package expression

import (
	"slices"

	"github.com/proportion-go/proportion/risk"
)

// Limits on one expression. The length is checked before anything is parsed,
// since the parser recurses; the others keep the cost of a decision known.
const (
	MaxLength  = 4096 // bytes
	MaxDepth   = 64
	maxPattern = 1000 // instructions of a compiled pattern, roughly
	maxWhole   = 1 << 53

	maxProblems = 20 // of one condition, since looking for what was meant takes time
)

// Kind is the type of an expression. The zero Kind is none.
type Kind uint8

// The kinds.
const (
	Bool Kind = iota + 1
	Number
	Text
	Texts
	Numbers
)

// String returns the kind as it reads in a message.
func (k Kind) String() string {
	switch k {
	case Bool:
		return "bool"
	case Number:
		return "number"
	case Text:
		return "string"
	case Texts:
		return "list of strings"
	case Numbers:
		return "list of numbers"
	}
	return "invalid"
}

// A List is a named or literal list. Exactly one of the fields is in use.
type List struct {
	Texts   []string
	Numbers []float64
}

func (l List) kind() Kind {
	if l.Numbers != nil {
		return Numbers
	}
	return Texts
}

// A Fact declares a name that the host service gives a value.
type Fact struct {
	Name     string
	Kind     Kind
	Optional bool
}

// ProblemKind is what sort of thing is wrong with an expression.
type ProblemKind uint8

// The kinds of problems.
const (
	BadSyntax ProblemKind = iota
	BadType
	UnknownName
	Refused
	TooLarge
	Constant // a predicate without a name
)

// A Problem is one thing that is wrong with an expression.
type Problem struct {
	Kind    ProblemKind
	Offset  int // in characters
	Message string
	Hint    string
	Name    string // of UnknownName: the fact or list that there is none of
}

// A Program is a compiled condition. It never changes and is safe for
// concurrent use.
type Program struct {
	code    string
	leaves  *leaves
	offsets []uint16 // of the predicates, in characters
	unknown int32    // offset of the first read that may be unknown, or -1
	cost    int32
	groups  risk.Groups
}

// Groups returns the groups of signals that the condition reads.
func (p *Program) Groups() risk.Groups { return p.groups }

// Facts returns the facts that the condition reads, as indexes, ascending.
func (p *Program) Facts() []int {
	var facts []int
	p.tree().walk(func(n *node) {
		if n.op == opFact {
			facts = append(facts, int(n.slot))
		}
	})
	slices.Sort(facts)
	return slices.Compact(facts)
}

// MayBeUnknown reports whether the condition has no value where something is
// unknown or impossible, and the offset of the first such thing.
func (p *Program) MayBeUnknown() (offset int, may bool) { return int(p.unknown), p.unknown >= 0 }

// String returns the condition in canonical form: two conditions that differ
// only in layout, quotes or needless parentheses have the same.
func (p *Program) String() string { return p.tree().String() }

// Truth evaluates the condition.
func (p *Program) Truth(f *Frame) risk.Truth { return p.tree().truth(f) }

// analyse fills what a program knows of itself.
func (p *Program) analyse(root *node) {
	root.walk(func(n *node) {
		if n.op == opSignal {
			p.groups |= risk.Signal(n.slot).Group()
		}
	})
	for _, n := range root.atoms(nil) {
		p.offsets = append(p.offsets, uint16(n.at)) // less than MaxLength
	}
	p.offsets = slices.Clone(p.offsets)
	p.cost, p.unknown = int32(root.cost()), -1
	if n := root.mayBeUnknown(); n != nil {
		p.unknown = n.at
	}
}
