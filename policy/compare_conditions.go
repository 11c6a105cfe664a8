// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "github.com/proportion-go/proportion/policy/internal/expression"

// condition compares the conditions of a rule. One that provably holds
// wherever the other does is wider; what a rule does when it is unknown is
// compared beside it. All else is unclear, as where effects that ask for more
// became ones that ask for less.
func (c *comparison) condition(where string, b, a *rule) {
	before, after := conditionOf(b), conditionOf(a)
	if before == after {
		return
	}
	d := Unclear
	if old, ok := c.terms(b); ok && b.effect.strict() == a.effect.strict() {
		now, ok := c.terms(a)
		wider, narrower := ok && implies(old, now), ok && implies(now, old)
		switch {
		case wider && narrower:
			return // the same in other words
		case wider || narrower:
			d = stronger(wider == a.effect.strict())
		}
	}
	c.add(d, where, "its condition was %s and is %s", before, after)
}

// terms returns the alternatives of a condition as the policy after would have
// it: conditions of two policies share no predicates. It is not ok if that
// policy has other names, or there are too many alternatives.
func (c *comparison) terms(r *rule) ([][]expression.Literal, bool) {
	if r.when == nil {
		return [][]expression.Literal{{}}, true
	}
	if c.env == nil {
		c.env = expression.NewEnvironment(c.after.declared(), c.after.lists)
		c.tests = expression.Tests{}
	}
	program, problems := c.env.Compile(r.when.String())
	if len(problems) > 0 {
		return nil, false
	}
	return program.Terms(expression.MaxTerms, c.tests)
}
