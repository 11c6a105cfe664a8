// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"math"

	"github.com/proportion-go/proportion/risk"
)

// value evaluates a node of kind Number. What is not finite, or too large to
// be a whole number exactly, is unknown (L3).
func (n *node) value(f *Frame) (float64, bool) {
	switch n.op {
	case opConstant:
		return n.number, true
	case opSignal, opFact, opElement:
		return f.number(n)
	case opTernary:
		if branch := n.branch(f); branch != nil {
			return branch.value(f)
		}
		return 0, false
	case opCoalesce:
		if v, ok := n.args[0].value(f); ok {
			return v, true
		}
		return n.args[1].value(f)
	case opLen:
		return n.args[0].length(f)
	case opCount:
		return n.count(f)
	case opMin, opMax:
		return n.extreme(f)
	case opIndex:
		list, i, ok := n.place(f)
		if !ok || i >= len(list.Numbers) {
			return 0, false
		}
		return list.Numbers[i], true
	}
	return n.calculate(f)
}

func (n *node) calculate(f *Frame) (float64, bool) {
	x, ok := n.args[0].value(f)
	if !ok {
		return 0, false
	}
	switch n.op {
	case opNegate:
		return -x, true
	case opAbs:
		return math.Abs(x), true
	case opRound:
		return math.Round(x), true
	}
	y, ok := n.args[1].value(f)
	if !ok {
		return 0, false
	}
	v := apply(n.op, x, y)
	if math.IsNaN(v) || math.IsInf(v, 0) || n.whole && math.Abs(v) > maxWhole {
		return 0, false
	}
	return v, true
}

func apply(o op, x, y float64) float64 {
	switch o {
	case opAdd:
		return x + y
	case opSubtract:
		return x - y
	case opMultiply:
		return x * y
	case opDivide:
		return x / y
	case opRemainder:
		return math.Mod(x, y)
	case opPower:
		return math.Pow(x, y)
	}
	return math.NaN()
}

func (n *node) extreme(f *Frame) (float64, bool) {
	best, ok := n.args[0].value(f)
	for _, a := range n.args[1:] {
		v, also := a.value(f)
		ok = ok && also
		if n.op == opMin {
			best = min(best, v)
		} else {
			best = max(best, v)
		}
	}
	return best, ok
}

// quantify is any, all and none. Over a known list it is the `or`, or the
// `and`, of the predicate over the elements.
func (n *node) quantify(f *Frame) risk.Truth {
	list, ok := n.args[0].elements(f)
	if !ok {
		return risk.Unknown
	}
	decisive := risk.True
	if n.op == opAll {
		decisive = risk.False
	}
	result := not(decisive)
	for i := range len(list.Texts) + len(list.Numbers) {
		f.bind(list, i)
		if t := n.args[1].truth(f); t == decisive {
			result = decisive
			break
		} else if !t.Known() {
			result = risk.Unknown
		}
	}
	if n.op == opNone {
		return not(result)
	}
	return result
}

func (n *node) count(f *Frame) (float64, bool) {
	list, ok := n.args[0].elements(f)
	if !ok {
		return 0, false
	}
	total := 0
	for i := range len(list.Texts) + len(list.Numbers) {
		f.bind(list, i)
		switch n.args[1].truth(f) {
		case risk.True:
			total++
		case risk.Unknown:
			return 0, false
		}
	}
	return float64(total), true
}

// bind makes the i-th element of a list the `#`.
func (f *Frame) bind(list List, i int) {
	if list.Numbers != nil {
		f.element = Value{Known: true, Number: list.Numbers[i]}
		return
	}
	f.element = Value{Known: true, Text: list.Texts[i]}
}
