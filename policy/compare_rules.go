// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"slices"
	"strings"
)

func (c *comparison) facts() {
	after := map[string]*fact{}
	for i := range c.after.facts {
		after[c.after.facts[i].Name] = &c.after.facts[i]
	}
	for i := range c.before.facts {
		b := &c.before.facts[i]
		a, where := after[b.Name], "fact "+b.Name
		if a == nil {
			continue // no rule reads it any more, or it says so
		}
		if a.Type != b.Type {
			c.add(Unclear, where, "%s became %s", b.Type, a.Type)
		}
		if a.Unit != b.Unit { // the same limit is another sum, and is shown as one
			c.add(Unclear, where, "unit: %q became %q", b.Unit, a.Unit)
		}
		if a.Optional != b.Optional {
			c.add(stronger(b.Optional), where, "optional: %v became %v", b.Optional, a.Optional)
		}
		c.limit(where, "min", b.min, a.min, func(x, y *Decimal) bool { return y.Compare(*x) > 0 })
		c.limit(where, "max", b.max, a.max, func(x, y *Decimal) bool { return y.Compare(*x) < 0 })
	}
}

// limit compares two bounds of a fact; the tighter one is the stronger.
func (c *comparison) limit(where, what string, before, after *Decimal, tighter func(x, y *Decimal) bool) {
	if bound(before) == bound(after) {
		return
	}
	c.add(stronger(before == nil || after != nil && tighter(before, after)), where,
		"%s: %q became %q", what, bound(before), bound(after))
}

// actions compares every name that either policy tells apart, and what stands
// for all others.
func (c *comparison) actions() {
	names := map[string]*[2]*action{}
	for _, p := range []*Policy{c.before, c.after} {
		for name := range p.index.exact {
			if names[name] == nil {
				names[name] = &[2]*action{c.before.lookup(name), c.after.lookup(name)}
			}
		}
		for _, prefix := range p.index.prefixes {
			// No action ends in a star: this stands for the unlisted ones.
			name := prefix.prefix + "*"
			names[name] = &[2]*action{c.before.lookup(name), c.after.lookup(name)}
		}
	}
	names["*"] = &[2]*action{c.before.lookup("*"), c.after.lookup("*")}
	for name, pair := range names {
		c.action("action "+name, pair[0], pair[1])
	}
}

func (c *comparison) action(where string, b, a *action) {
	if a.Sensitivity != b.Sensitivity {
		c.add(stronger(a.Sensitivity < b.Sensitivity), where, "%s became %s", b.Sensitivity,
			a.Sensitivity)
	}
	if a.unlisted != b.unlisted {
		c.add(stronger(a.unlisted), where, "listed: %v became %v", !b.unlisted, !a.unlisted)
	}
	if a.NoSession != b.NoSession {
		c.add(Unclear, where, "session: none: %v became %v", b.NoSession, a.NoSession)
	}
	members(c, where, "bind", b.Bind, a.Bind)
	members(c, where, "touches", b.Touches, a.Touches)
	members(c, where, "without", b.Without, a.Without)
	// A fact that is needed no more is missed no more.
	members(c, where, "needed facts", c.before.needed(b), c.after.needed(a))
}

// needed returns the facts whose absence is a gap, by name.
func (p *Policy) needed(a *action) []string {
	var facts []int
	facts = append(facts, a.bind...)
	for _, b := range a.bundles {
		for _, r := range b.reads {
			if r.needed {
				facts = append(facts, r.fact)
			}
		}
	}
	slices.Sort(facts)
	var names []string
	for _, f := range slices.Compact(facts) {
		names = append(names, p.facts[f].Name)
	}
	return names
}

// members compares two sets of which a larger one is stronger.
func members[T comparable](c *comparison, where, what string, before, after []T) {
	lost, gained := !within(before, after), !within(after, before)
	switch {
	case lost && gained:
		c.add(Unclear, where, "%s %v became %v", what, before, after)
	case lost || gained:
		c.add(stronger(gained), where, "%s %v became %v", what, before, after)
	}
}

func (c *comparison) rules() {
	before, after := c.before.inForce(), c.after.inForce()
	for id, b := range before {
		a := after[id]
		if a == nil {
			c.add(stronger(!b.effect.strict()), "rule "+id, "%s is no longer in force",
				b.exported(c.before.ladder))
			continue
		}
		c.rule("rule "+id, b, a)
	}
	for id, a := range after {
		if before[id] == nil {
			c.add(stronger(a.effect.strict()), "rule "+id, "%s is now in force",
				a.exported(c.after.ladder))
		}
	}
}

// inForce returns the rules that are not in shadow, by id.
func (p *Policy) inForce() map[string]*rule {
	rules := map[string]*rule{}
	for i := range p.rules {
		if !p.rules[i].shadow {
			rules[p.rules[i].id] = &p.rules[i]
		}
	}
	return rules
}

func (c *comparison) rule(where string, b, a *rule) {
	c.condition(where, b, a)
	c.reach(where, b, a)
	if a.fires != b.fires && a.when != nil && b.when != nil {
		c.add(stronger(a.fires), where, "when unknown, %s became %s", firesOf(b), firesOf(a))
	}
	x, y := b.exported(c.before.ladder), a.exported(c.after.ladder)
	switch {
	case b.effect.kind == scores && a.effect.kind == scores:
		c.ordered(where, "score ", b.effect.score, a.effect.score)
		if a.group != b.group {
			c.add(Unclear, where, "group %q became %q", b.group, a.group)
		}
	case b.effect.kind == requires && a.effect.kind == requires:
		c.step(where, "require ", &c.before.ladder[b.effect.step], &c.after.ladder[a.effect.step])
	case b.effect.kind == caps && a.effect.kind == caps:
		c.step(where, "at_most ", &c.before.ladder[b.effect.step], &c.after.ladder[a.effect.step])
		c.capped(where, b, a)
	case b.effect.kind != a.effect.kind:
		d := Unclear
		switch {
		case b.effect.strict() && !a.effect.strict() || b.effect.kind == denies:
			d = Weaker
		case a.effect.strict() && !b.effect.strict() || a.effect.kind == denies:
			d = Stronger
		}
		c.add(d, where, "%s became %s", x, y)
	}
}

// reach compares the actions a rule is for.
func (c *comparison) reach(where string, b, a *rule) {
	wider := len(a.on) == 0 && len(b.on) > 0 || len(b.on) > 0 && within(b.on, a.on)
	narrower := len(b.on) == 0 && len(a.on) > 0 || len(a.on) > 0 && within(a.on, b.on)
	strict := a.effect.strict()
	switch {
	case wider && narrower || len(a.on)+len(b.on) == 0:
	case wider:
		c.add(stronger(strict), where, "on %s became %s", onOf(b), onOf(a))
	case narrower:
		c.add(stronger(!strict), where, "on %s became %s", onOf(b), onOf(a))
	default:
		c.add(Unclear, where, "on %s became %s", onOf(b), onOf(a))
	}
}

// capped compares what bounds two caps.
func (c *comparison) capped(where string, b, a *rule) {
	if b.effect.upTo != a.effect.upTo {
		c.add(stronger(a.effect.upTo < b.effect.upTo), where, "up_to %s became %s",
			b.effect.upTo, a.effect.upTo)
	}
	x, y := b.effect.limit, a.effect.limit
	switch {
	case x == nil && y == nil:
		return
	case x == nil || y == nil:
		c.add(stronger(x == nil), where, "its limit was %s and is %s", c.before.limitText(x),
			c.after.limitText(y))
		return
	}
	more := y.count == 0 && x.count > 0 || y.count > x.count && x.count > 0 || x.sum != none &&
		(y.sum == none || y.most.Compare(x.most) > 0)
	less := x.count == 0 && y.count > 0 || y.count < x.count && y.count > 0 || y.sum != none &&
		(x.sum == none || y.most.Compare(x.most) < 0)
	moved := x.sum != none && y.sum != none &&
		c.before.facts[x.sum].Name != c.after.facts[y.sum].Name
	switch {
	case moved || more && less:
		c.add(Unclear, where, "its limit was %s and is %s", c.before.limitText(x),
			c.after.limitText(y))
	case more || less:
		c.add(stronger(less), where, "its limit was %s and is %s", c.before.limitText(x),
			c.after.limitText(y))
	}
}

func (p *Policy) limitText(l *limit) string {
	if l == nil {
		return "none"
	}
	var parts []string
	if l.count > 0 {
		parts = append(parts, fmt.Sprintf("count %d", l.count))
	}
	if l.sum != none {
		parts = append(parts, fmt.Sprintf("%s in sum %s", l.most, p.facts[l.sum].Name))
	}
	return strings.Join(parts, " and ")
}

func conditionOf(r *rule) string {
	if r.when == nil {
		return "none"
	}
	return r.when.String()
}

func firesOf(r *rule) string {
	if r.fires {
		return "fire"
	}
	return "skip"
}

func onOf(r *rule) string {
	if len(r.on) == 0 {
		return "every action"
	}
	return strings.Join(slices.Sorted(slices.Values(r.on)), ", ")
}
