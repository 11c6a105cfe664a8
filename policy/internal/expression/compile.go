// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Compile reads a condition. The program is nil if there are problems.
func (e *Environment) Compile(text string) (*Program, []Problem) {
	if len(text) > MaxLength {
		return nil, []Problem{{Kind: TooLarge,
			Message: fmt.Sprintf("the condition has %d bytes, more than %d", len(text), MaxLength),
			Hint:    "split it into several rules, or put values into a list"}}
	}
	if problem := hidden(text); problem != nil {
		return nil, []Problem{*problem}
	}
	tree, problem := e.parse(text)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	l := lowering{env: e}
	root := l.lower(tree.Node, 1)
	if len(l.problems) == 0 && root.kind != Bool {
		l.report(tree.Node, BadType, "compare it with something",
			"a condition is true or false, not a %s", root.kind)
	}
	if len(l.problems) == 0 {
		l.confirm(tree)
		l.checkConstant(root)
	}
	if len(l.problems) == 0 && root.cost() > MaxCost {
		l.reportAt(0, TooLarge, "match a text instead of a list, or a shorter pattern",
			"the condition can take more than %d steps", MaxCost)
	}
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	p := &Program{leaves: e.leaves}
	p.analyse(root)
	p.code = string(e.encode(nil, e.share(root)))
	return p, nil
}

// hidden finds what leaves no trace in the tree: comments, which would cut a
// condition that YAML has folded into one line, pipes, and `::`.
func hidden(text string) *Problem {
	refused := func(offset int, what, hint string) *Problem {
		return &Problem{Kind: Refused, Offset: offset, Hint: hint,
			Message: what + " not part of the language"}
	}
	var quote, before rune
	offset := 0
	for i, r := range text {
		rest := text[i:]
		switch {
		case quote != 0:
			if r == quote && (before != '\\' || quote == '`') {
				quote = 0
			}
			if before == '\\' {
				r = 0 // an escaped backslash escapes nothing
			}
		case r == '"' || r == '\'' || r == '`':
			quote = r
		case strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*"):
			return refused(offset, "comments are", "use a comment of YAML, or note:")
		case strings.HasPrefix(rest, "::"):
			return refused(offset, "`::` is", "")
		case r == '|' && before != '|' && !strings.HasPrefix(rest, "||"):
			return refused(offset, "pipes are", "write f(x)")
		}
		before = r
		offset++
	}
	return nil
}

// parse calls expr's parser. The recover is a second line of defence: the
// parser has answered malformed text with a nil node before.
func (e *Environment) parse(text string) (tree *parser.Tree, problem *Problem) {
	defer func() {
		if r := recover(); r != nil {
			problem = &Problem{Kind: BadSyntax, Message: "the condition cannot be parsed"}
		}
	}()
	tree, err := parser.ParseWithConfig(text, e.config)
	if err != nil {
		return nil, syntaxProblem(text, err)
	}
	if tree.Node == nil {
		return nil, &Problem{Kind: BadSyntax, Message: "the condition is empty"}
	}
	return tree, nil
}

func syntaxProblem(text string, err error) *Problem {
	p := &Problem{Kind: BadSyntax, Message: err.Error()}
	var at *file.Error
	if errors.As(err, &at) {
		p.Message = at.Message
		p.Offset = min(at.From, utf8.RuneCountInString(text))
	}
	switch {
	case strings.Contains(p.Message, "coalesce"):
		p.Message = "`??` cannot be mixed with other operators"
		p.Hint = "put parentheses round it: (a ?? b) > c"
	case strings.Contains(p.Message, "exceeds maximum"):
		p.Kind = TooLarge
	case strings.Contains(p.Message, `("=")`):
		p.Hint = "write == to compare"
	case strings.HasPrefix(p.Message, "unexpected token EOF"):
		p.Message = "the condition ends too early"
	}
	return p
}

// confirm lets expr's checker type the tree too. What it refuses and the
// lowering did not is still refused.
func (l *lowering) confirm(tree *parser.Tree) {
	defer func() {
		if r := recover(); r != nil {
			l.report(tree.Node, BadType, "", "the condition cannot be typed")
		}
	}()
	if _, err := checker.Check(tree, l.env.config); err != nil {
		p := syntaxProblem(tree.Source.String(), err)
		p.Kind = BadType
		l.problems = append(l.problems, *p)
	}
}

// checkConstant refuses predicates that no request can change: they are
// mistakes, or a rule that should have no condition.
func (l *lowering) checkConstant(root *node) {
	for _, n := range root.atoms(nil) {
		if !n.named() {
			l.reportAt(n.at, Constant, "name a signal or a fact, or leave it out",
				"%s is the same for every request", n)
		}
	}
}

// lowering turns a tree of expr into one of ours, refusing what is not on the
// list. Every function returns nil exactly if it reported a problem.
type lowering struct {
	env       *Environment
	problems  []Problem
	predicate bool // inside any(), all(), none() or count()
	element   Kind // of the `#` there
}

func (l *lowering) report(at ast.Node, kind ProblemKind, hint, format string, args ...any) *node {
	return l.reportAt(int32(at.Location().From), kind, hint, format, args...)
}

func (l *lowering) reportAt(offset int32, kind ProblemKind, hint, format string, args ...any) *node {
	l.problems = append(l.problems, Problem{Kind: kind, Offset: int(offset),
		Message: fmt.Sprintf(format, args...), Hint: hint})
	return nil
}

// unknown reports a name that neither is a signal nor declared.
func (l *lowering) unknown(n *ast.IdentifierNode, hint, format, name string) *node {
	l.report(n, UnknownName, hint, format, name)
	l.problems[len(l.problems)-1].Name = n.Value
	return nil
}

func (l *lowering) lower(n ast.Node, depth int) *node {
	if len(l.problems) >= maxProblems {
		return nil
	}
	if depth > MaxDepth {
		return l.report(n, TooLarge, "split it into several rules", "nesting is deeper than %d",
			MaxDepth)
	}
	switch n := n.(type) {
	case *ast.BoolNode:
		c := &node{op: opConstant, kind: Bool, at: at(n)}
		if n.Value {
			c.number = 1
		}
		return c
	case *ast.IntegerNode:
		return l.integer(n)
	case *ast.FloatNode:
		return &node{op: opConstant, kind: Number, at: at(n), number: n.Value}
	case *ast.StringNode:
		return &node{op: opConstant, kind: Text, at: at(n), literal: &literal{text: n.Value}}
	case *ast.ArrayNode:
		return l.array(n)
	case *ast.IdentifierNode:
		return l.identifier(n)
	case *ast.MemberNode:
		return l.member(n, depth)
	case *ast.UnaryNode:
		return l.unary(n, depth)
	case *ast.BinaryNode:
		return l.binary(n, depth)
	case *ast.ConditionalNode:
		return l.ternary(n, depth)
	case *ast.BuiltinNode:
		return l.builtin(n, depth)
	case *ast.CallNode:
		return l.call(n)
	case *ast.PointerNode:
		return l.pointer(n)
	}
	return l.refuse(n)
}

func at(n ast.Node) int32 { return int32(n.Location().From) }

// refuse names what the language leaves out, and what to do instead.
func (l *lowering) refuse(n ast.Node) *node {
	switch n.(type) {
	case *ast.NilNode:
		return l.report(n, Refused, "known(x) says whether x has a value",
			"nil is not a value here")
	case *ast.ChainNode:
		return l.report(n, Refused, "write a plain `.`: what is unknown stays unknown",
			"`?.` is not part of the language")
	case *ast.SliceNode:
		return l.report(n, Refused, "use startsWith, endsWith or one index",
			"slices are not part of the language")
	case *ast.MapNode:
		return l.report(n, Refused, "declare a fact instead",
			"map literals are not part of the language")
	case *ast.SequenceNode:
		return l.report(n, Refused, "join conditions with and", "`;` is not part of the language")
	case *ast.VariableDeclaratorNode:
		return l.report(n, Refused, "write the value where it is used",
			"`let` is not part of the language")
	case *ast.PredicateNode:
		return l.report(n, Refused, "", "a predicate can only stand in any, all, none or count")
	case *ast.BytesNode:
		return l.report(n, Refused, "write a text in quotes",
			"byte strings are not part of the language")
	}
	return l.report(n, Refused, "", "this is not part of the language")
}
