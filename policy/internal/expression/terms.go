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
	return d.distribute(p.root, false)
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

// form is how a test reads its value: the common ones without a walk.
type form uint8

const (
	formWalk form = iota
	formSignal
	formFact
	formSignalNumber
	formFactNumber
	formSignalText
	formSignalIn
)

// A Test is one predicate in the form in which it is quickest to evaluate. It
// never changes and is safe for concurrent use.
type Test struct {
	form   form
	op     op
	slot   int
	number float64
	text   string
	node   *node
}

// newTest finds the form of a predicate.
func newTest(n *node) *Test {
	t := &Test{op: n.op, node: n}
	if n.op == opSignal || n.op == opFact {
		t.slot, t.form = int(n.slot), formSignal
		if n.op == opFact {
			t.form = formFact
		}
		return t
	}
	if len(n.args) != 2 || n.args[1].op != opConstant {
		return t
	}
	a, b := n.args[0], n.args[1]
	t.slot, t.number, t.text = int(a.slot), b.number, b.constantText()
	comparison := n.op >= opEqual && n.op <= opGreaterEqual
	switch signal, fact := a.op == opSignal, a.op == opFact; {
	case comparison && signal && a.kind == Number:
		t.form = formSignalNumber
	case comparison && fact && a.kind == Number:
		t.form = formFactNumber
	case (n.op == opEqual || n.op == opNotEqual) && signal && a.kind == Text:
		t.form = formSignalText
	case n.op == opIn && signal && a.kind == Text:
		t.form = formSignalIn
	}
	return t
}

// Compares returns the signal that the test compares with a number, and
// whether it is such a test. Tests of one signal can share the reading of it.
func (t *Test) Compares() (s risk.Signal, ok bool) {
	return risk.Signal(t.slot), t.form == formSignalNumber
}

// Holds evaluates a test that [Test.Compares] for a value of its signal.
func (t *Test) Holds(x float64) bool { return compareNumbers(t.op, x, t.number) }

// Truth evaluates the predicate.
func (t *Test) Truth(f *Frame) risk.Truth {
	switch t.form {
	case formSignal:
		if f.Signals == nil {
			return risk.Unknown
		}
		return f.Signals.Bool(risk.Signal(t.slot))
	case formFact:
		v := &f.Facts[t.slot]
		return truthIf(v.Known, v.Number != 0)
	case formSignalNumber:
		if f.Signals == nil {
			return risk.Unknown
		}
		x, known := f.Signals.Number(risk.Signal(t.slot))
		return truthIf(known, compareNumbers(t.op, x, t.number))
	case formFactNumber:
		v := &f.Facts[t.slot]
		return truthIf(v.Known, compareNumbers(t.op, v.Number, t.number))
	case formSignalText:
		s, known := f.signalText(risk.Signal(t.slot))
		return truthIf(known, (s == t.text) == (t.op == opEqual))
	case formSignalIn:
		s, known := f.signalText(risk.Signal(t.slot))
		list := t.node.args[1]
		if list.hasSet() {
			_, in := list.set[s]
			return truthIf(known, in)
		}
		return truthIf(known, containsText(list.list.Texts, s))
	}
	return t.node.truth(f)
}

// Actions returns the names of actions outside of which the condition is
// false, by an `action.name ==` that must hold; nil if there is none.
func (p *Program) Actions() []string {
	parts := []*node{p.root}
	if p.root.op == opAnd {
		parts = p.root.args
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
