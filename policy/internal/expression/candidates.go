// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A Candidate is a value that a name could have, at which some predicate of a
// condition may change.
type Candidate struct {
	Name   string
	Kind   Kind
	Signal risk.Signal // if not IsFact
	IsFact bool
	Value  Value
}

// Shown returns the value as text.
func (c Candidate) Shown() string {
	n := node{op: opConstant, kind: c.Kind, number: c.Value.Number,
		literal: &literal{text: c.Value.Text}}
	return n.String()
}

// otherText is a text that no policy names.
const otherText = "something else"

// maxMembers is how many members of a list are tried.
const maxMembers = 4

// Candidates calls visit for values on either side of every comparison of a
// name with a constant. Lists have no candidates, nor has the action.
func (p *Program) Candidates(visit func(Candidate)) {
	p.tree().walk(func(n *node) {
		switch {
		case (n.op == opSignal || n.op == opFact) && n.kind == Bool:
			n.try(visit, Value{Known: true, Number: 0})
			n.try(visit, Value{Known: true, Number: 1})
		case len(n.args) == 2 && n.args[1].op == opConstant:
			n.args[0].around(n.args[1], visit)
		}
	})
}

func (n *node) try(visit func(Candidate), v Value) {
	if n.op == opSignal && alwaysKnown(risk.Signal(n.slot)) {
		return
	}
	visit(Candidate{n.name(), n.kind, risk.Signal(n.slot), n.op == opFact, v})
}

// around tries the values about a constant, and one beside the members of a
// list.
func (n *node) around(c *node, visit func(Candidate)) {
	if n.op != opSignal && n.op != opFact {
		return
	}
	switch c.kind {
	case Number:
		for _, x := range []float64{c.number, c.number + 1, c.number - 1} {
			if x >= 0 || c.number < 0 {
				n.try(visit, Value{Known: true, Number: x})
			}
		}
	case Text:
		n.try(visit, Value{Known: true, Text: c.text})
		n.try(visit, Value{Known: true, Text: otherText})
	case Texts:
		for _, t := range c.list.Texts[:min(len(c.list.Texts), maxMembers)] {
			n.try(visit, Value{Known: true, Text: t})
		}
		n.try(visit, Value{Known: true, Text: otherText})
	case Numbers:
		for _, x := range c.list.Numbers[:min(len(c.list.Numbers), maxMembers)] {
			n.try(visit, Value{Known: true, Number: x})
		}
	}
}
