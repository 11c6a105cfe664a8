// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/proportion-go/proportion/policy/internal/suggest"
	"github.com/proportion-go/proportion/risk"
)

func (l *lowering) integer(n *ast.IntegerNode) *node {
	if int64(n.Value) > maxWhole {
		return l.report(n, TooLarge, "", "%d is larger than a number can hold exactly", n.Value)
	}
	return &node{op: opConstant, kind: Number, whole: true, at: at(n), number: float64(n.Value)}
}

// array lowers a literal list. Its elements are constants, so that a list is
// known, of one type, and built once.
func (l *lowering) array(n *ast.ArrayNode) *node {
	var list List
	for _, item := range n.Nodes {
		c := l.lower(item, MaxDepth-1)
		if c == nil {
			return nil
		}
		if c.op == opNegate && c.args[0].op == opConstant {
			c = &node{op: opConstant, kind: Number, number: -c.args[0].number}
		}
		if c.op != opConstant || c.kind != Text && c.kind != Number {
			return l.report(item, Refused, "write x == a or x == b",
				"a list holds texts or numbers, written out")
		}
		if c.kind == Text {
			list.Texts = append(list.Texts, c.text)
		} else {
			list.Numbers = append(list.Numbers, c.number)
		}
	}
	switch {
	case len(n.Nodes) == 0:
		return l.report(n, BadType, "", "the list is empty")
	case list.Texts != nil && list.Numbers != nil:
		return l.report(n, BadType, "", "a list holds texts or numbers, not both")
	}
	c := listNode("", list)
	c.at = at(n)
	return c
}

func (l *lowering) identifier(n *ast.IdentifierNode) *node {
	if f, ok := l.env.facts[n.Value]; ok {
		return &node{op: opFact, kind: f.Kind, at: at(n), slot: int32(f.index),
			optional: f.Optional, literal: f.name}
	}
	if list, ok := l.env.lists[n.Value]; ok {
		c := *list
		c.at = at(n)
		return &c
	}
	switch {
	case groups[n.Value]:
		return l.report(n, Refused, "name one: "+n.Value+"."+l.fields(n.Value)[0],
			"%s is a group of signals, not a value", n.Value)
	case n.Value == "$env":
		return l.report(n, Refused, "use names alone", "$env is not part of the language")
	}
	return l.unknown(n, l.meant(n.Value), "%s is neither a signal, nor a fact, nor a list",
		n.Value)
}

// meant suggests a name: one that is spelt like it, or the signal that ends
// in it.
func (l *lowering) meant(name string) string {
	for _, spec := range risk.Catalogue() {
		if strings.HasSuffix(spec.Name, "."+name) {
			return "did you mean " + spec.Name + "?"
		}
	}
	if near := suggest.Nearest(name, l.env.names()); near != "" {
		return "did you mean " + near + "?"
	}
	return "declare it under facts: if the host passes it"
}

// meantSignal suggests a signal for a name with a group that there is none of.
func (l *lowering) meantSignal(name string) string {
	if near := suggest.Nearest(name, l.env.names()); near != "" {
		return "did you mean " + near + "?"
	}
	return "the groups of signals are " + strings.Join(slices.Sorted(maps.Keys(groups)), ", ")
}

func (l *lowering) fields(group string) []string {
	var fields []string
	for _, spec := range risk.Catalogue() {
		if g, name, _ := strings.Cut(spec.Name, "."); g == group {
			fields = append(fields, name)
		}
	}
	return fields
}

// member lowers a signal, as geo.country, or an element, as list[0].
func (l *lowering) member(n *ast.MemberNode, depth int) *node {
	field, isField := n.Property.(*ast.StringNode)
	group, isGroup := n.Node.(*ast.IdentifierNode)
	if isGroup && isField && groups[group.Value] {
		return l.signal(group, field)
	}
	if isGroup && isField && group.Value != "$env" {
		if _, known := l.env.facts[group.Value]; !known {
			name := group.Value + "." + field.Value
			return l.unknown(group, l.meantSignal(name), "%s is not a signal", name)
		}
	}
	list := l.lower(n.Node, depth+1)
	if list == nil {
		return nil
	}
	if isField {
		return l.report(n.Property, Refused, "", "a %s has no fields", list.kind)
	}
	index := l.lower(n.Property, depth+1)
	if index == nil {
		return nil
	}
	if list.kind != Texts && list.kind != Numbers || !index.whole {
		return l.report(n.Property, BadType, "", "an index is a whole number into a list")
	}
	kind := Text
	if list.kind == Numbers {
		kind = Number
	}
	return &node{op: opIndex, kind: kind, at: list.at, args: []*node{list, index}}
}

func (l *lowering) signal(group *ast.IdentifierNode, field *ast.StringNode) *node {
	name := group.Value + "." + field.Value
	s, ok := risk.ParseSignal(name)
	if !ok {
		fields := l.fields(group.Value)
		hint := suggest.Hint(field.Value, fields)
		if near := suggest.Nearest(field.Value, fields); near != "" {
			hint = "did you mean " + group.Value + "." + near + "?"
		}
		return l.report(field, UnknownName, hint, "there is no signal %s", name)
	}
	return &node{op: opSignal, kind: kindOf(s.Type()), at: at(group), slot: int32(s)}
}

func (l *lowering) unary(n *ast.UnaryNode, depth int) *node {
	a := l.lower(n.Node, depth+1)
	if a == nil {
		return nil
	}
	negation := n.Operator == "not" || n.Operator == "!"
	switch {
	case negation && a.kind == Bool:
		return &node{op: opNot, kind: Bool, at: at(n), args: []*node{a}}
	case !negation && a.kind == Number && n.Operator == "-":
		return &node{op: opNegate, kind: Number, whole: a.whole, at: at(n), args: []*node{a}}
	case !negation && a.kind == Number:
		return a
	}
	hint := ""
	if negation {
		hint = "`not` binds tighter than comparisons: write not (a == b), a != b, or a not in b"
	}
	return l.report(n, BadType, hint, "`%s` does not apply to a %s", n.Operator, a.kind)
}

func (l *lowering) ternary(n *ast.ConditionalNode, depth int) *node {
	c := l.lower(n.Cond, depth+1)
	a, b := l.lower(n.Exp1, depth+1), l.lower(n.Exp2, depth+1)
	if c == nil || a == nil || b == nil {
		return nil
	}
	if c.kind != Bool {
		return l.reportAt(c.at, BadType, "", "what stands before `?` is true or false, not a %s",
			c.kind)
	}
	if a.kind != b.kind {
		return l.reportAt(b.at, BadType, "", "both sides of `:` have one type, not %s and %s",
			a.kind, b.kind)
	}
	return &node{op: opTernary, kind: a.kind, whole: a.whole && b.whole, at: c.at,
		args: []*node{c, a, b}}
}

func (l *lowering) pointer(n *ast.PointerNode) *node {
	if n.Name != "" {
		return l.report(n, Refused, "use # for the element", "#%s is not part of the language",
			n.Name)
	}
	return &node{op: opElement, kind: l.element, at: at(n)}
}
