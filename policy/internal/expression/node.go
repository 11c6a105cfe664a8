// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"regexp"

	"github.com/proportion-go/proportion/risk"
)

// op is what a node does.
type op uint8

const (
	opConstant op = iota
	opSignal      // slot is a risk.Signal
	opFact        // slot is an index
	opElement     // the `#` of a predicate

	opNot
	opAnd // of two or more
	opOr  // of two or more
	opTernary
	opCoalesce
	opKnown

	opEqual
	opNotEqual
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opIn
	opMatches
	opContains
	opStartsWith
	opEndsWith

	opAdd
	opSubtract
	opMultiply
	opDivide
	opRemainder
	opPower
	opNegate

	opLen
	opLower
	opUpper
	opAbs
	opMin
	opMax
	opRound

	opAny
	opAll
	opNone
	opCount

	opIndex
)

// symbols are how operations are written, which is also how they are parsed.
var symbols = [...]string{
	opNot: "not", opAnd: "and", opOr: "or", opCoalesce: "??", opKnown: "known",
	opEqual: "==", opNotEqual: "!=", opLess: "<", opLessEqual: "<=",
	opGreater: ">", opGreaterEqual: ">=", opIn: "in", opMatches: "matches",
	opContains: "contains", opStartsWith: "startsWith", opEndsWith: "endsWith",
	opAdd: "+", opSubtract: "-", opMultiply: "*", opDivide: "/",
	opRemainder: "%", opPower: "**", opNegate: "-",
	opLen: "len", opLower: "lower", opUpper: "upper", opAbs: "abs",
	opMin: "min", opMax: "max", opRound: "round",
	opAny: "any", opAll: "all", opNone: "none", opCount: "count",
	opIndex: "[]",
}

// node is one node of a condition.
type node struct {
	op       op
	kind     Kind
	whole    bool  // a number that is always an integer, as expr types it
	optional bool  // of a fact
	at       int32 // offset in characters, of the first condition that has the node
	slot     int32 // of a signal or fact
	args     []*node
	number   float64 // a constant; of a bool 0 or 1
	*literal         // what few nodes have; nil for all others
}

// literal is a constant that is not a number, a pattern, or a name.
type literal struct {
	name    string // of a fact or a named list
	text    string
	list    List
	set     map[string]struct{} // of a long list of texts
	pattern *regexp.Regexp
	size    int // of the pattern
}

// name returns what a signal, a fact or a named list is called, and "" for any
// other node.
func (n *node) name() string {
	switch {
	case n.op == opSignal:
		return risk.Signal(n.slot).String()
	case n.literal == nil:
		return ""
	}
	return n.literal.name
}

// constantText returns the text of a constant, and "" of any other node.
func (n *node) constantText() string {
	if n.literal == nil {
		return ""
	}
	return n.text
}

// hasSet reports whether the node is a long list, which is looked up.
func (n *node) hasSet() bool { return n.literal != nil && n.set != nil }

// walk calls visit for the node and all below it, parents first.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, a := range n.args {
		a.walk(visit)
	}
}

// named reports whether the node reads a signal or a fact.
func (n *node) named() bool {
	found := false
	n.walk(func(m *node) {
		found = found || m.op == opSignal || m.op == opFact
	})
	return found
}

// alwaysKnown are the signals that every request has.
func alwaysKnown(s risk.Signal) bool {
	return s == risk.ActionName || s == risk.ActionSensitivity ||
		s == risk.TimeHourUTC || s == risk.TimeWeekdayUTC
}

// mayBeUnknown returns the first node that can make this one unknown: a read
// of a signal or optional fact, a division, a remainder or an index, outside
// known() and the left of `??`. It is nil if there is none.
func (n *node) mayBeUnknown() *node {
	switch n.op {
	case opKnown:
		return nil
	case opCoalesce:
		return n.args[1].mayBeUnknown()
	case opSignal:
		if !alwaysKnown(risk.Signal(n.slot)) {
			return n
		}
		return nil
	case opFact:
		if n.optional {
			return n
		}
		return nil
	}
	var first *node
	if n.op == opDivide || n.op == opRemainder || n.op == opIndex {
		first = n
	}
	for _, a := range n.args {
		if m := a.mayBeUnknown(); m != nil && (first == nil || m.at < first.at) {
			first = m
		}
	}
	return first
}

// connective reports whether the node only joins conditions, so that what it
// joins are predicates of their own.
func (n *node) connective() bool {
	switch n.op {
	case opNot, opAnd, opOr:
		return true
	case opTernary:
		return n.kind == Bool
	}
	return false
}

// atoms appends the predicates that the node joins, from left to right.
func (n *node) atoms(list []*node) []*node {
	if !n.connective() {
		return append(list, n)
	}
	for _, a := range n.args {
		list = a.atoms(list)
	}
	return list
}
