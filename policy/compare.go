// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/expression"
)

// Direction says which way a change goes. The zero value is the one to be
// careful with.
type Direction uint8

// The directions.
const (
	// Unclear is a change that asks for less of some request, or may: a
	// condition that was rewritten, a list with other members.
	Unclear Direction = iota
	Weaker
	Stronger
)

// String returns "unclear", "weaker" or "stronger".
func (d Direction) String() string {
	switch d {
	case Weaker:
		return "weaker"
	case Stronger:
		return "stronger"
	}
	return "unclear"
}

// A Change is one difference between two policies in what they ask for.
type Change struct {
	Where     string // for example "matrix normal medium", "rule tor-changes"
	Direction Direction
	Text      string // for example "confirm became notice"
}

// String returns the change on one line.
func (c Change) String() string {
	return fmt.Sprintf("%s: %s: %s", c.Direction, c.Where, c.Text)
}

// Compare lists what became weaker or stronger from one policy to the next:
// steps, bands, cells of the matrix, actions, facts, lists, rules, their
// limits, and the budget of prompts, sorted by place. Texts for people and
// what the journal keeps are no such changes.
//
// If all changes are [Stronger], or there is none, no request gets a weaker
// step than before.
func Compare(before, after *Policy) []Change {
	c := comparison{before: before, after: after}
	c.steps()
	c.cells()
	c.bands()
	c.failure()
	c.prompts()
	c.facts()
	c.lists()
	c.actions()
	c.rules()
	slices.SortStableFunc(c.changes, func(a, b Change) int {
		return cmp.Or(strings.Compare(a.Where, b.Where), strings.Compare(a.Text, b.Text))
	})
	return c.changes
}

type comparison struct {
	before, after *Policy
	changes       []Change
	env           *expression.Environment // of the policy after, once it is needed
	tests         expression.Tests
}

func (c *comparison) add(d Direction, where, format string, args ...any) {
	c.changes = append(c.changes, Change{where, d, fmt.Sprintf(format, args...)})
}

// ordered adds a change of a quantity of which more is stronger.
func (c *comparison) ordered(where, what string, before, after int) {
	if before != after {
		c.add(stronger(after > before), where, "%s%d became %d", what, before, after)
	}
}

func stronger(is bool) Direction {
	if is {
		return Stronger
	}
	return Weaker
}

// byStep compares what two steps ask for. It is not ok if they ask the same.
func byStep(before, after *Step) (d Direction, ok bool) {
	if before.Do != after.Do {
		return stronger(after.Do < before.Do), true
	}
	more := !within(after.Methods, before.Methods) || after.Fresh > before.Fresh ||
		before.ACR != "" && after.ACR == ""
	less := !within(before.Methods, after.Methods) || after.Fresh < before.Fresh ||
		before.ACR == "" && after.ACR != ""
	unclear := before.ACR != after.ACR && before.ACR != "" && after.ACR != ""
	for _, m := range after.Methods {
		if slices.Contains(before.Methods, m) {
			b, a := before.ways[m], after.ways[m]
			more = more || a.channels&^b.channels|a.via&^b.via != 0
			less = less || b.channels&^a.channels|b.via&^a.via != 0
		}
	}
	switch {
	case unclear || more && less:
		return Unclear, true
	case more || less:
		return stronger(less), true
	}
	return 0, false
}

func within[T comparable](some, all []T) bool {
	return !slices.ContainsFunc(some, func(x T) bool { return !slices.Contains(all, x) })
}

func (p *Policy) stepByName(name string) *Step {
	for i := range p.ladder {
		if p.ladder[i].Name == name {
			return &p.ladder[i]
		}
	}
	return nil
}

func (c *comparison) steps() {
	for i := range c.before.ladder {
		s := &c.before.ladder[i]
		after := c.after.stepByName(s.Name)
		if after == nil {
			continue // whatever led to it leads elsewhere, and says so
		}
		if d, ok := byStep(s, after); ok {
			c.add(d, "step "+s.Name, "%s became %s", s.describe(), after.describe())
		}
	}
	if c.top(c.before) != c.top(c.after) {
		c.add(Unclear, "ladder", "the strongest challenge was %s and is %s", c.top(c.before),
			c.top(c.after))
	}
}

func (c *comparison) top(p *Policy) string {
	if p.top == none || len(p.ladder) == 0 {
		return "none"
	}
	return p.ladder[p.top].Name
}

func (s *Step) describe() string {
	if s.Do != Challenge {
		return s.Do.String()
	}
	text := fmt.Sprintf("%v fresh %v", s.Methods, s.Fresh)
	if s.ACR != "" {
		text += " acr " + s.ACR
	}
	return text
}

// step adds the change from one step to another, of another name: that of a
// step itself is already told.
func (c *comparison) step(where, what string, before, after *Step) {
	if before.Name == after.Name {
		return
	}
	d, ok := byStep(before, after)
	if !ok {
		return
	}
	c.add(d, where, "%s%s became %s", what, before.Name, after.Name)
}

func (c *comparison) cells() {
	if len(c.before.ladder) == 0 || len(c.after.ladder) == 0 {
		if len(c.before.ladder) != len(c.after.ladder) {
			c.add(stronger(len(c.after.ladder) == 0), "policy",
				"one of the two is empty and denies everything")
		}
		return
	}
	for s := range c.before.matrix {
		for b := range c.before.matrix[s] {
			c.step(fmt.Sprintf("matrix %s %s", Sensitivity(s), Low+Band(b)), "",
				&c.before.ladder[c.before.matrix[s][b]], &c.after.ladder[c.after.matrix[s][b]])
		}
	}
}

func (c *comparison) bands() {
	for i, b := range c.before.bands {
		if a := c.after.bands[i]; a != b {
			c.add(stronger(a < b), "bands "+(Medium+Band(i)).String(), "%d became %d", b, a)
		}
	}
}

func (c *comparison) failure() {
	for s, o := range c.before.onFailure {
		if n := c.after.onFailure[s]; n != o {
			c.add(stronger(n < o), "on_failure "+Sensitivity(s).String(), "%s became %s", o, n)
		}
	}
}

// prompts compares the budgets: one that is spent sooner softens more.
func (c *comparison) prompts() {
	b, a := c.before.prompts, c.after.prompts
	switch {
	case b == a:
	case b.most == 0 || a.most == 0:
		c.add(stronger(a.most == 0), "prompts", "%v became %v", b, a)
	case (a.most >= b.most) && (a.per <= b.per):
		c.add(Stronger, "prompts", "%v became %v", b, a)
	case (a.most <= b.most) && (a.per >= b.per):
		c.add(Weaker, "prompts", "%v became %v", b, a)
	default:
		c.add(Unclear, "prompts", "%v became %v", b, a)
	}
}

// String returns the budget in words.
func (p prompts) String() string {
	if p.most == 0 {
		return "none"
	}
	return fmt.Sprintf("%d per %v", p.most, p.per)
}

func (c *comparison) lists() {
	names := map[string]expression.List{} // not a clone: an empty policy has no map
	maps.Copy(names, c.before.lists)
	maps.Copy(names, c.after.lists)
	for name := range names {
		b, inBefore := c.before.lists[name]
		a, inAfter := c.after.lists[name]
		if inBefore && inAfter && (!slices.Equal(b.Texts, a.Texts) || !slices.Equal(b.Numbers,
			a.Numbers)) {
			c.add(Unclear, "list "+name, "its members changed")
		}
	}
}
