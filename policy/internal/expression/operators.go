// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"regexp"
	"regexp/syntax"

	"github.com/expr-lang/expr/ast"
)

var binaryOps = map[string]op{
	"and": opAnd, "&&": opAnd, "or": opOr, "||": opOr, "??": opCoalesce,
	"==": opEqual, "!=": opNotEqual, "<": opLess, "<=": opLessEqual,
	">": opGreater, ">=": opGreaterEqual, "in": opIn, "matches": opMatches,
	"contains": opContains, "startsWith": opStartsWith, "endsWith": opEndsWith,
	"+": opAdd, "-": opSubtract, "*": opMultiply, "/": opDivide,
	"%": opRemainder, "**": opPower, "^": opPower,
}

func (l *lowering) binary(n *ast.BinaryNode, depth int) *node {
	o, ok := binaryOps[n.Operator]
	switch {
	case !ok && n.Operator == "..":
		return l.report(n, Refused, "compare with >= and <=", "ranges are not part of the language")
	case !ok:
		return l.report(n, Refused, "", "`%s` is not part of the language", n.Operator)
	case o == opAnd || o == opOr:
		return l.connect(n, o, depth)
	case o == opMatches:
		return l.matches(n, depth)
	}
	a, b := l.lower(n.Left, depth+1), l.lower(n.Right, depth+1)
	if a == nil || b == nil {
		return nil
	}
	result := &node{op: o, at: a.at, args: []*node{a, b}}
	if result.kind = resultOf(o, a, b); result.kind == 0 {
		return l.mismatch(n, o, a, b)
	}
	result.whole = a.whole && b.whole && o != opDivide && o != opPower
	return result
}

// connect lowers a chain of one connective to one node, so that a long list
// of alternatives is not deep nesting.
func (l *lowering) connect(n *ast.BinaryNode, o op, depth int) *node {
	var operands []ast.Node
	var left ast.Node = n
	for {
		b, ok := left.(*ast.BinaryNode)
		if !ok || binaryOps[b.Operator] != o {
			break
		}
		operands, left = append(operands, b.Right), b.Left
	}
	operands = append(operands, left)
	result := &node{op: o, kind: Bool}
	for i := len(operands) - 1; i >= 0; i-- {
		a := l.lower(operands[i], depth+1)
		if a == nil {
			continue
		}
		if a.kind != Bool {
			l.reportAt(a.at, BadType, "compare it with something",
				"`%s` joins conditions, not a %s", n.Operator, a.kind)
			continue
		}
		result.add(a)
	}
	if len(result.args) < len(operands) && len(l.problems) > 0 {
		return nil
	}
	result.at = result.args[0].at
	return result
}

// add appends an operand; one of the same connective brings its own.
func (n *node) add(a *node) {
	if a.op == n.op {
		n.args = append(n.args, a.args...)
		return
	}
	n.args = append(n.args, a)
}

// resultOf types a binary operation; 0 means that it does not apply.
func resultOf(o op, a, b *node) Kind {
	same := a.kind == b.kind
	scalar := a.kind == Number || a.kind == Text
	switch o {
	case opCoalesce:
		if same {
			return a.kind
		}
	case opEqual, opNotEqual:
		if same && (scalar || a.kind == Bool) {
			return Bool
		}
	case opLess, opLessEqual, opGreater, opGreaterEqual:
		if same && scalar {
			return Bool
		}
	case opIn:
		if a.kind == Text && b.kind == Texts || a.kind == Number && b.kind == Numbers {
			return Bool
		}
	case opContains, opStartsWith, opEndsWith:
		if same && a.kind == Text {
			return Bool
		}
	case opRemainder:
		if a.whole && b.whole {
			return Number
		}
	default:
		if same && a.kind == Number {
			return Number
		}
	}
	return 0
}

func (l *lowering) mismatch(n *ast.BinaryNode, o op, a, b *node) *node {
	hint := ""
	switch {
	case a.op == opNot:
		hint = "`not` binds tighter than comparisons: write not (a == b)"
		if o == opIn {
			hint = "write a not in b"
		}
	case o == opRemainder:
		hint = "whole numbers are len(), count() and literals such as 7"
	case o == opAdd && a.kind == Text:
		hint = "texts are not joined; compare them one by one"
	case o == opIn:
		hint = "in looks for a text in a list of texts, or a number in one of numbers"
	case a.kind == Bool || b.kind == Bool:
		hint = "put parentheses round the comparison"
	}
	return l.report(n, BadType, hint, "`%s` does not apply to a %s and a %s", n.Operator, a.kind,
		b.kind)
}

func (l *lowering) matches(n *ast.BinaryNode, depth int) *node {
	a := l.lower(n.Left, depth+1)
	quoted, ok := n.Right.(*ast.StringNode)
	switch {
	case a == nil:
		return nil
	case !ok:
		return l.report(n.Right, Refused, "write the pattern in quotes",
			"a pattern is a literal text")
	case a.kind != Text:
		return l.mismatch(n, opMatches, a, &node{kind: Text})
	}
	tree, err := syntax.Parse(quoted.Value, syntax.Perl)
	if err != nil {
		return l.report(quoted, BadSyntax, "patterns have the syntax of RE2", "%s", err)
	}
	// The size is counted before the pattern is compiled: the checker
	// compiles it too, and .{1000} repeated would take megabytes.
	size := patternSize(tree)
	if size > maxPattern {
		return l.report(quoted, TooLarge, "repeat less, or use a list",
			"the pattern is too large: %d steps, more than %d", size, maxPattern)
	}
	pattern, err := regexp.Compile(quoted.Value)
	if err != nil {
		return l.report(quoted, BadSyntax, "patterns have the syntax of RE2", "%s", err)
	}
	right := &node{op: opConstant, kind: Text, at: at(quoted),
		literal: &literal{text: quoted.Value}}
	return &node{op: opMatches, kind: Bool, at: a.at, args: []*node{a, right},
		literal: &literal{pattern: pattern, size: size}}
}

// patternSize estimates the instructions of a compiled pattern.
func patternSize(re *syntax.Regexp) int {
	size := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		size += patternSize(sub)
	}
	if re.Op == syntax.OpRepeat {
		size *= max(re.Min, re.Max, 1)
	}
	return size
}
