// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"strconv"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// lintValues looks for comparisons with what a signal never is.
func (l *linter) lintValues() {
	for _, r := range l.rules {
		if r.when == nil {
			continue
		}
		for _, c := range r.when.Comparisons() {
			if !c.Signal.CanBe(c.Number) {
				l.impossible(r, c.Offset, c.Signal, number(c.Number))
			}
		}
		for _, c := range r.when.TextComparisons() {
			l.lintText(r, c)
		}
	}
}

func (l *linter) lintText(r linedRule, c expression.TextComparison) {
	switch {
	case c.Ordered:
		line, column := r.positions.At(c.Offset)
		l.addAt(r.spot.file, line, column, "text-order", "name the values: "+
			c.Signal.String()+` in ["…", "…"]`,
			"%s is a text, and its order is that of letters", c.Signal)
	case !c.Signal.CanRead(c.Text), c.Signal == risk.ActionName && !l.policy.can(c.Text):
		l.impossible(r, c.Offset, c.Signal, strconv.Quote(c.Text))
	}
}

// can reports whether an action of that name has an entry, or that of "*".
func (p *Policy) can(name string) bool { return p.star != nil || p.actions[name] != nil }

func (l *linter) impossible(r linedRule, offset int, s risk.Signal, text string) {
	line, column := r.positions.At(offset)
	hint := s.String() + " is " + s.Spec().Range
	if s == risk.ActionName {
		hint = "list it under actions"
	}
	l.addAt(r.spot.file, line, column, "impossible-value", hint, "%s is never %s", s, text)
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
