// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A Comparison is a number that a condition compares a signal with.
type Comparison struct {
	Signal risk.Signal
	Number float64
	Offset int // of the predicate, in characters
}

// Comparisons returns the numbers that the condition compares signals with,
// in the order in which they are written.
func (p *Program) Comparisons() []Comparison {
	var found []Comparison
	for i, atom := range p.tree().atoms(nil) {
		atom.walk(func(n *node) {
			if n.op < opEqual || n.op > opGreaterEqual {
				return
			}
			a, b := n.args[0], n.args[1]
			if a.op == opConstant {
				a, b = b, a
			}
			if a.op == opSignal && b.op == opConstant && b.kind == Number {
				found = append(found,
					Comparison{risk.Signal(a.slot), b.number, int(p.offsets[i])})
			}
		})
	}
	return found
}

// A TextComparison is a text that a condition compares a signal with.
type TextComparison struct {
	Signal  risk.Signal
	Text    string
	Ordered bool // by its letters
	Offset  int  // of the predicate, in characters
}

// TextComparisons returns the texts that the condition compares signals with,
// in the order in which they are written: those of lists too.
func (p *Program) TextComparisons() []TextComparison {
	var found []TextComparison
	for i, atom := range p.tree().atoms(nil) {
		atom.walk(func(n *node) {
			if n.op < opEqual || n.op > opIn {
				return
			}
			a, b := n.args[0], n.args[1]
			if a.op == opConstant {
				a, b = b, a
			}
			if a.op != opSignal || a.kind != Text || b.op != opConstant {
				return
			}
			ordered := n.op != opEqual && n.op != opNotEqual && n.op != opIn
			for _, text := range b.texts() {
				found = append(found, TextComparison{risk.Signal(a.slot), text, ordered,
					int(p.offsets[i])})
			}
		})
	}
	return found
}

// texts returns the texts of a constant or of a list.
func (n *node) texts() []string {
	switch {
	case n.literal == nil:
		return nil
	case n.kind == Text:
		return []string{n.text}
	}
	return n.list.Texts
}

// Implies reports whether m is true wherever l is, and not false wherever l is
// unknown. It sees this of equal predicates and of comparisons of one name
// with numbers; otherwise it says no.
func (l Literal) Implies(m Literal) bool {
	if l.Test == m.Test {
		return l.Negated == m.Negated
	}
	number := l.Test.form == formSignalNumber || l.Test.form == formFactNumber
	if !number || l.Test.form != m.Test.form || l.Test.slot != m.Test.slot {
		return false
	}
	return impliesNumber(l.comparison(), l.Test.number, m.comparison(), m.Test.number)
}

// comparison returns the operator of a comparison with a number, turned round
// where the literal is negated.
func (l Literal) comparison() op {
	if !l.Negated {
		return l.Test.op
	}
	return map[op]op{
		opEqual: opNotEqual, opNotEqual: opEqual, opLess: opGreaterEqual,
		opGreaterEqual: opLess, opGreater: opLessEqual, opLessEqual: opGreater,
	}[l.Test.op]
}

// impliesNumber reports whether every x with `x o a` has `x p b`.
func impliesNumber(o op, a float64, p op, b float64) bool {
	switch o {
	case opEqual:
		return compareNumbers(p, a, b)
	case opNotEqual:
		return p == opNotEqual && a == b
	case opLess, opLessEqual:
		if p == opLess || p == opNotEqual {
			return a < b || a == b && o == opLess
		}
		return p == opLessEqual && a <= b
	default:
		if p == opGreater || p == opNotEqual {
			return a > b || a == b && o == opGreater
		}
		return p == opGreaterEqual && a >= b
	}
}

// Without returns what the literal is where no signal of the groups is known,
// and whether it reads one. Where other names matter too, a literal that
// cannot be unknown counts as true, since it may be.
func (l Literal) Without(groups risk.Groups) (truth risk.Truth, reads bool) {
	alone := true
	l.Test.node.walk(func(n *node) {
		switch {
		case n.op == opSignal && groups.Has(risk.Signal(n.slot).Group()):
			reads = true
		case n.op == opSignal || n.op == opFact:
			alone = false
		}
	})
	switch {
	case !reads:
		return risk.Unknown, false
	case alone:
		truth = l.Test.node.truth(&Frame{})
	case l.Test.node.mayBeUnknown() != nil:
		return risk.Unknown, true
	default:
		return risk.True, true
	}
	if l.Negated {
		truth = not(truth)
	}
	return truth, true
}

// Number returns the name that the literal compares with a number, as a
// signal or the index of a fact, and whether it is such a comparison.
func (l Literal) Number() (slot int, fact, ok bool) {
	return l.Test.slot, l.Test.form == formFactNumber,
		l.Test.form == formSignalNumber || l.Test.form == formFactNumber
}
