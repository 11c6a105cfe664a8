// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/proportion-go/proportion/risk"
)

// truth evaluates a node of kind Bool.
func (n *node) truth(f *Frame) risk.Truth {
	switch n.op {
	case opConstant:
		return risk.TruthOf(n.number != 0)
	case opSignal, opFact:
		return f.bool(n)
	case opNot:
		return not(n.args[0].truth(f))
	case opAnd:
		return n.join(f, risk.False)
	case opOr:
		return n.join(f, risk.True)
	case opTernary:
		if branch := n.branch(f); branch != nil {
			return branch.truth(f)
		}
		return risk.Unknown
	case opCoalesce:
		if t := n.args[0].truth(f); t.Known() {
			return t
		}
		return n.args[1].truth(f)
	case opKnown:
		return risk.TruthOf(n.args[0].known(f))
	case opAny, opAll, opNone:
		return n.quantify(f)
	}
	return n.relation(f)
}

func not(t risk.Truth) risk.Truth {
	if !t.Known() {
		return t
	}
	return risk.TruthOf(t == risk.False)
}

// join is `and` for a decisive False, `or` for a decisive True. One decisive
// operand decides, whatever else is unknown and wherever it stands.
func (n *node) join(f *Frame, decisive risk.Truth) risk.Truth {
	result := not(decisive)
	for _, a := range n.args {
		switch t := a.truth(f); t {
		case decisive:
			return decisive
		case risk.Unknown:
			result = risk.Unknown
		}
	}
	return result
}

// branch returns the branch of a ternary that holds, or nil.
func (n *node) branch(f *Frame) *node {
	switch n.args[0].truth(f) {
	case risk.True:
		return n.args[1]
	case risk.False:
		return n.args[2]
	}
	return nil
}

// known reports whether a node of any kind has a value.
func (n *node) known(f *Frame) bool {
	switch n.kind {
	case Bool:
		return n.truth(f).Known()
	case Number:
		_, ok := n.value(f)
		return ok
	case Text:
		_, ok := n.string(f)
		return ok
	}
	_, ok := n.elements(f)
	return ok
}

// relation compares two values of one kind.
func (n *node) relation(f *Frame) risk.Truth {
	a, b := n.args[0], n.args[1]
	switch {
	case n.op == opIn:
		return n.member(f)
	case n.op == opMatches:
		text, ok := a.string(f)
		return truthIf(ok, ok && n.pattern.MatchString(text))
	case a.kind == Bool:
		s, t := a.truth(f), b.truth(f)
		return truthIf(s.Known() && t.Known(), (s == t) == (n.op == opEqual))
	case a.kind == Number:
		x, ok := a.value(f)
		y, also := b.value(f)
		return truthIf(ok && also, compareNumbers(n.op, x, y))
	}
	x, ok := a.string(f)
	y, also := b.string(f)
	return truthIf(ok && also, compareTexts(n.op, x, y))
}

func truthIf(known, value bool) risk.Truth {
	if !known {
		return risk.Unknown
	}
	return risk.TruthOf(value)
}

func compareNumbers(o op, x, y float64) bool {
	switch o {
	case opEqual:
		return x == y
	case opNotEqual:
		return x != y
	case opLess:
		return x < y
	case opLessEqual:
		return x <= y
	case opGreater:
		return x > y
	}
	return x >= y
}

func compareTexts(o op, x, y string) bool {
	switch o {
	case opEqual:
		return x == y
	case opNotEqual:
		return x != y
	case opContains:
		return strings.Contains(x, y)
	case opStartsWith:
		return strings.HasPrefix(x, y)
	case opEndsWith:
		return strings.HasSuffix(x, y)
	case opLess:
		return x < y
	case opLessEqual:
		return x <= y
	case opGreater:
		return x > y
	}
	return x >= y
}

func (n *node) member(f *Frame) risk.Truth {
	a, b := n.args[0], n.args[1]
	if a.kind == Number {
		x, ok := a.value(f)
		list, also := b.elements(f)
		return truthIf(ok && also, ok && also && containsNumber(list.Numbers, x))
	}
	x, ok := a.string(f)
	if !ok {
		return risk.Unknown
	}
	if b.hasSet() {
		_, in := b.set[x]
		return risk.TruthOf(in)
	}
	list, ok := b.elements(f)
	return truthIf(ok, ok && containsText(list.Texts, x))
}

func containsNumber(list []float64, x float64) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

func containsText(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// string evaluates a node of kind Text.
func (n *node) string(f *Frame) (string, bool) {
	switch n.op {
	case opConstant:
		return n.text, true
	case opTernary:
		if branch := n.branch(f); branch != nil {
			return branch.string(f)
		}
		return "", false
	case opCoalesce:
		if s, ok := n.args[0].string(f); ok {
			return s, true
		}
		return n.args[1].string(f)
	case opLower:
		s, ok := n.args[0].string(f)
		return strings.ToLower(s), ok
	case opUpper:
		s, ok := n.args[0].string(f)
		return strings.ToUpper(s), ok
	case opIndex:
		list, i, ok := n.place(f)
		if !ok || i >= len(list.Texts) {
			return "", false
		}
		return list.Texts[i], true
	}
	return f.text(n)
}

// place evaluates the list and the index of an opIndex. The index is not
// negative; the caller compares it with the length.
func (n *node) place(f *Frame) (list List, index int, ok bool) {
	list, ok = n.args[0].elements(f)
	i, also := n.args[1].value(f)
	if !ok || !also || i < 0 || i > math.MaxInt32 {
		return List{}, 0, false
	}
	return list, int(i), true
}

// elements evaluates a node that is a list.
func (n *node) elements(f *Frame) (List, bool) {
	switch n.op {
	case opConstant:
		return n.list, true
	case opTernary:
		if branch := n.branch(f); branch != nil {
			return branch.elements(f)
		}
		return List{}, false
	case opCoalesce:
		if l, ok := n.args[0].elements(f); ok {
			return l, true
		}
		return n.args[1].elements(f)
	}
	texts, ok := f.texts(n)
	return List{Texts: texts}, ok
}

// length is len(): characters of a text, elements of a list.
func (n *node) length(f *Frame) (float64, bool) {
	if n.kind == Text {
		s, ok := n.string(f)
		return float64(utf8.RuneCountInString(s)), ok
	}
	l, ok := n.elements(f)
	return float64(len(l.Texts) + len(l.Numbers)), ok
}
