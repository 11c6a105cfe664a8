// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"slices"
	"strconv"
	"strings"
)

// Op is what a [Condition] is made of.
type Op uint8

// The operators. Those before Not are predicates over one field.
const (
	Is      Op = iota // a boolean field
	Compare           // a number with a constant, by Sign
	Equal             // a text with a constant
	In                // a text in a list
	Not
	And
	Or
)

// Condition is a tree: what a rule demands.
type Condition struct {
	Op     Op
	Field  Field
	Sign   string // of Compare: < <= > >=
	Number int
	Text   string
	List   List
	Parts  []Condition // of Not, And and Or
}

// List is a list of countries with a name.
type List struct {
	Name    string
	Members []string
}

// Holds evaluates the condition, plainly.
func (c *Condition) Holds(q *Request) bool {
	holds := func(part Condition) bool { return part.Holds(q) }
	fails := func(part Condition) bool { return !part.Holds(q) }
	switch c.Op {
	case Is:
		return c.Field.Value(q).(bool)
	case Compare:
		return compare(c.Field.Value(q).(int), c.Sign, c.Number)
	case Equal:
		return c.Field.Value(q) == c.Text
	case In:
		return slices.Contains(c.List.Members, c.Field.Value(q).(string))
	case Not:
		return fails(c.Parts[0])
	case And:
		return !slices.ContainsFunc(c.Parts, fails)
	default:
		return slices.ContainsFunc(c.Parts, holds)
	}
}

func compare(a int, sign string, b int) bool {
	switch sign {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	default:
		return a >= b
	}
}

// Language is how an engine writes conditions.
type Language struct {
	And, Or, Not string
	Name         func(Field) string
	In           func(name string, l List) string
}

// Write returns the condition in a language.
func (c *Condition) Write(l Language) string {
	switch c.Op {
	case Is:
		return l.Name(c.Field)
	case Compare:
		return l.Name(c.Field) + " " + c.Sign + " " + strconv.Itoa(c.Number)
	case Equal:
		return l.Name(c.Field) + " == " + strconv.Quote(c.Text)
	case In:
		return l.In(l.Name(c.Field), c.List)
	case Not:
		return l.Not + c.Parts[0].operand(l, c.Parts[0].Op != Is)
	case And:
		return c.join(l, l.And)
	default:
		return c.join(l, l.Or)
	}
}

func (c *Condition) join(l Language, word string) string {
	parts := make([]string, len(c.Parts))
	for i := range c.Parts {
		parts[i] = c.Parts[i].operand(l, c.Parts[i].Op >= And)
	}
	return strings.Join(parts, word)
}

func (c *Condition) operand(l Language, composed bool) string {
	if composed {
		return "(" + c.Write(l) + ")"
	}
	return c.Write(l)
}

// Literal is a predicate or its negation.
type Literal struct {
	Condition
	Negated bool
}

// Disjuncts returns the condition as alternatives, each of which demands all
// of its literals: the disjunctive normal form.
func (c *Condition) Disjuncts() [][]Literal { return c.disjuncts(false) }

func (c *Condition) disjuncts(negated bool) [][]Literal {
	switch {
	case c.Op < Not:
		return [][]Literal{{{*c, negated}}}
	case c.Op == Not:
		return c.Parts[0].disjuncts(!negated)
	case (c.Op == Or) != negated:
		var all [][]Literal
		for _, p := range c.Parts {
			all = append(all, p.disjuncts(negated)...)
		}
		return all
	}
	product := [][]Literal{nil}
	for _, p := range c.Parts {
		var next [][]Literal
		for _, left := range product {
			for _, right := range p.disjuncts(negated) {
				next = append(next, slices.Concat(left, right))
			}
		}
		product = next
	}
	return product
}

// Quoted returns the members between brackets, in double quotes.
func (l List) Quoted(open, end string) string {
	quoted := make([]string, len(l.Members))
	for i, m := range l.Members {
		quoted[i] = strconv.Quote(m)
	}
	return open + strings.Join(quoted, ", ") + end
}
