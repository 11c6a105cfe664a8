// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A Literal is a predicate, or its negation.
type Literal struct {
	Test    *Test
	Negated bool
}

// Tests are those of the predicates of several conditions of one environment,
// which share equal predicates. Make one with make.
type Tests map[*node]*Test

// Terms returns the condition as alternatives, each of literals that must all
// hold. Kleene's logic is distributive, so that both have the same truth over
// every frame. It is not ok if there would be more than so many alternatives.
//
// A ternary is one literal: it is unknown with its condition, which no
// combination of its parts is. Tests that are equal are taken from known, or
// added to it.
func (p *Program) Terms(most int, known Tests) (terms [][]Literal, ok bool) {
	d := distribution{most, known}
	return d.distribute(p.tree(), false)
}

type distribution struct {
	most  int
	known Tests
}

func (d *distribution) distribute(n *node, negated bool) ([][]Literal, bool) {
	switch {
	case n.op == opNot:
		return d.distribute(n.args[0], !negated)
	case n.op == opOr && !negated || n.op == opAnd && negated:
		return d.either(n, negated)
	case n.op == opAnd || n.op == opOr:
		return d.both(n, negated)
	}
	test := d.known[n]
	if test == nil {
		test = newTest(n)
		d.known[n] = test
	}
	return [][]Literal{{{test, negated}}}, true
}

func (d *distribution) either(n *node, negated bool) ([][]Literal, bool) {
	var terms [][]Literal
	for _, a := range n.args {
		more, ok := d.distribute(a, negated)
		if terms = append(terms, more...); !ok || len(terms) > d.most {
			return nil, false
		}
	}
	return terms, true
}

func (d *distribution) both(n *node, negated bool) ([][]Literal, bool) {
	terms := [][]Literal{nil}
	for _, a := range n.args {
		more, ok := d.distribute(a, negated)
		if !ok || len(terms)*len(more) > d.most {
			return nil, false
		}
		var product [][]Literal
		for _, t := range terms {
			for _, m := range more {
				product = append(product, append(append([]Literal(nil), t...), m...))
			}
		}
		terms = product
	}
	return terms, true
}

// form is what a test compares with constants, if it does.
type form uint8

const (
	formWalk         form = iota // none of the below
	formSignal                   // a boolean signal
	formFact                     // a boolean fact
	formSignalNumber             // by ==, !=, <, <=, > or >=
	formFactNumber
	formSignalText // by ==, != or in
	formFactText
)

// A Test is one predicate. It never changes and is safe for concurrent use.
type Test struct {
	form   form
	op     op
	slot   int
	number float64 // of a form that compares numbers
	node   *node
}

// newTest finds the form of a predicate.
func newTest(n *node) *Test {
	t := &Test{op: n.op, node: n}
	a := n
	if len(n.args) == 2 && n.args[1].op == opConstant {
		a = n.args[0]
	}
	if a.op != opSignal && a.op != opFact {
		return t
	}
	comparison := n.op >= opEqual && n.op <= opGreaterEqual
	switch t.slot = int(a.slot); {
	case a == n:
		t.form = formSignal
	case comparison && a.kind == Number:
		t.form, t.number = formSignalNumber, n.args[1].number
	case a.kind == Text && (n.op == opEqual || n.op == opNotEqual || n.op == opIn):
		t.form = formSignalText
	default:
		return t
	}
	if a.op == opFact {
		t.form++
	}
	return t
}

// texts returns what the test compares a text with.
func (t *Test) texts() []string {
	switch {
	case t.form != formSignalText && t.form != formFactText:
		return nil
	case t.op == opIn:
		return t.node.args[1].list.Texts
	}
	return []string{t.node.args[1].text}
}

// Actions returns the names of actions outside of which the condition is
// false, by an `action.name ==` that must hold; nil if there is none.
func (p *Program) Actions() []string {
	root := p.tree()
	parts := []*node{root}
	if root.op == opAnd {
		parts = root.args
	}
	for _, n := range parts {
		if len(n.args) != 2 || n.args[0].op != opSignal ||
			risk.Signal(n.args[0].slot) != risk.ActionName {
			continue
		}
		switch b := n.args[1]; {
		case n.op == opEqual && b.op == opConstant:
			return []string{b.text}
		case n.op == opIn && b.op == opConstant:
			return b.list.Texts
		}
	}
	return nil
}
