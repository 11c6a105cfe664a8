// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"math"
	"strconv"
	"strings"
)

// binding orders operations by how tightly they bind: what binds less tightly
// than its surroundings is printed in parentheses.
func (n *node) binding() int {
	switch n.op {
	case opTernary:
		return 1
	case opOr:
		return 2
	case opAnd:
		return 3
	case opEqual, opNotEqual, opLess, opLessEqual, opGreater, opGreaterEqual,
		opIn, opMatches, opContains, opStartsWith, opEndsWith:
		return 4
	case opAdd, opSubtract:
		return 5
	case opNot:
		return 6
	case opMultiply, opDivide, opRemainder:
		return 7
	case opNegate:
		return 8
	case opPower:
		return 9
	case opCoalesce:
		return 0 // expr wants it alone or in parentheses
	}
	return 10
}

// String returns the canonical text of the node, which parses to it again.
func (n *node) String() string {
	var b strings.Builder
	n.print(&b, 0)
	return b.String()
}

func (n *node) print(b *strings.Builder, around int) {
	if n.binding() < around {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch n.op {
	case opConstant:
		n.printConstant(b)
	case opSignal, opFact:
		b.WriteString(n.name())
	case opElement:
		b.WriteByte('#')
	case opNot:
		b.WriteString("not ")
		n.args[0].print(b, n.binding()+1)
	case opNegate:
		b.WriteByte('-')
		n.args[0].print(b, n.binding()+1)
	case opTernary:
		n.args[0].print(b, 2)
		b.WriteString(" ? ")
		n.args[1].print(b, 2)
		b.WriteString(" : ")
		n.args[2].print(b, 2)
	case opIndex:
		n.args[0].print(b, 10)
		b.WriteByte('[')
		n.args[1].print(b, 0)
		b.WriteByte(']')
	default:
		n.printOperation(b)
	}
}

func (n *node) printOperation(b *strings.Builder) {
	separator, inner := " "+symbols[n.op]+" ", n.binding()+1
	if n.binding() == 10 {
		b.WriteString(symbols[n.op] + "(")
		defer b.WriteByte(')')
		separator, inner = ", ", 0
	}
	if n.op == opCoalesce {
		inner = 10 // of all operators it binds most tightly
	}
	for i, a := range n.args {
		if i > 0 {
			b.WriteString(separator)
		}
		a.print(b, inner)
	}
}

func (n *node) printConstant(b *strings.Builder) {
	switch {
	case n.name() != "":
		b.WriteString(n.name())
	case n.kind == Bool:
		b.WriteString(strconv.FormatBool(n.number != 0))
	case n.kind == Number:
		b.WriteString(formatNumber(n.number))
	case n.kind == Text:
		b.WriteString(strconv.Quote(n.text))
	default:
		n.list.print(b)
	}
}

func (l List) print(b *strings.Builder) {
	b.WriteByte('[')
	for i, t := range l.Texts {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(t))
	}
	for i, x := range l.Numbers {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(formatNumber(x))
	}
	b.WriteByte(']')
}

func formatNumber(x float64) string {
	if size := math.Abs(x); size >= 1e15 || size < 1e-6 && size > 0 {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
