// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"sort"

	"github.com/expr-lang/expr/ast"

	"github.com/proportion-go/proportion/policy/internal/suggest"
)

var functions = map[string]op{
	"len": opLen, "lower": opLower, "upper": opUpper, "abs": opAbs,
	"min": opMin, "max": opMax, "round": opRound, "any": opAny, "all": opAll,
	"none": opNone, "count": opCount, "known": opKnown,
}

// instead says what to write for the functions people look for.
var instead = map[string]string{
	"now":    "use the signals of the group time",
	"date":   "use the signals of the group time",
	"filter": "use any, all, none or count",
	"map":    "use any, all, none or count",
	"find":   "use any",
	"one":    "write count(list, condition) == 1",
	"sum":    "add up in the host, and pass the sum as a fact",
	"reduce": "add up in the host, and pass the sum as a fact",
	"repeat": "write the text out",
	"floor":  "use round, or compare with >=",
	"ceil":   "use round, or compare with <=",
	"trim":   "trim in the host",
	"int":    "use round",
}

func (l *lowering) builtin(n *ast.BuiltinNode, depth int) *node {
	o, ok := functions[n.Name]
	switch {
	case !ok:
		return l.noFunction(n, n.Name)
	case o == opAny || o == opAll || o == opNone || o == opCount:
		return l.quantifier(n, o, depth)
	}
	result := &node{op: o, at: at(n)}
	for _, arg := range n.Arguments {
		a := l.lower(arg, depth+1)
		if a == nil {
			return nil
		}
		result.args = append(result.args, a)
	}
	return l.function(n, result)
}

func (l *lowering) noFunction(n ast.Node, name string) *node {
	hint := instead[name]
	if hint == "" {
		var names []string
		for f := range functions {
			names = append(names, f)
		}
		sort.Strings(names)
		hint = suggest.Hint(name, names)
	}
	return l.report(n, Refused, hint, "%s() is not part of the language", name)
}

// function types a call whose arguments are lowered.
func (l *lowering) function(n *ast.BuiltinNode, f *node) *node {
	least, most := 1, 1
	f.kind = Number
	fits := func(k Kind) bool { return k == Number }
	switch f.op {
	case opMin, opMax:
		least, most = 2, MaxDepth
	case opLower, opUpper:
		f.kind = Text
		fits = func(k Kind) bool { return k == Text }
	case opLen:
		fits = func(k Kind) bool { return k == Text || k == Texts || k == Numbers }
	}
	if len(f.args) < least || len(f.args) > most {
		return l.report(n, BadType, "", "%s() takes %s", n.Name, argumentsOf(f.op))
	}
	f.whole = f.op != opRound
	for _, a := range f.args {
		if !fits(a.kind) {
			return l.reportAt(a.at, BadType, "", "%s() takes %s, not a %s", n.Name,
				argumentsOf(f.op), a.kind)
		}
		f.whole = f.whole && (a.whole || f.op == opLen)
	}
	return f
}

func argumentsOf(o op) string {
	switch o {
	case opMin, opMax:
		return "two or more numbers"
	case opLower, opUpper:
		return "one text"
	case opLen:
		return "one text or list"
	}
	return "one number"
}

func (l *lowering) quantifier(n *ast.BuiltinNode, o op, depth int) *node {
	if l.predicate {
		return l.report(n, Refused, "split it into several rules",
			"%s() cannot stand inside another predicate", n.Name)
	}
	if len(n.Arguments) != 2 {
		return l.report(n, BadType, "write count(list, condition), or len(list)",
			"%s() takes a list and a condition", n.Name)
	}
	list := l.lower(n.Arguments[0], depth+1)
	if list == nil {
		return nil
	}
	switch list.kind {
	case Texts:
		l.element = Text
	case Numbers:
		l.element = Number
	default:
		return l.reportAt(list.at, BadType, "", "%s() takes a list, not a %s", n.Name, list.kind)
	}
	predicate, ok := n.Arguments[1].(*ast.PredicateNode)
	if !ok {
		return l.refuse(n.Arguments[1])
	}
	l.predicate = true
	body := l.lower(predicate.Node, depth+1)
	l.predicate = false
	if body == nil {
		return nil
	}
	if body.kind != Bool {
		return l.reportAt(body.at, BadType, `compare the element: # == "x"`,
			"the condition of %s() is true or false, not a %s", n.Name, body.kind)
	}
	kind := Bool
	if o == opCount {
		kind = Number
	}
	return &node{op: o, kind: kind, whole: o == opCount, at: at(n), args: []*node{list, body}}
}

// call lowers known(x), the one function that expr does not bring along.
func (l *lowering) call(n *ast.CallNode) *node {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return l.report(n, Refused, "", "values have no methods")
	}
	if name.Value != "known" {
		return l.noFunction(n, name.Value)
	}
	if len(n.Arguments) != 1 {
		return l.report(n, BadType, "", "known() takes one signal or fact")
	}
	a := l.lower(n.Arguments[0], MaxDepth-2)
	if a == nil {
		return nil
	}
	if a.op != opSignal && a.op != opFact {
		return l.reportAt(a.at, BadType, "known(geo.country)", "known() takes one signal or fact")
	}
	return &node{op: opKnown, kind: Bool, at: at(n), args: []*node{a}}
}
