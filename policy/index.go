// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// index finds what applies to an action.
type index struct {
	global   []int              // rules for every action
	all      *plan              // of those
	cost     int                // of those
	exact    map[string]*action // listed, or named by a rule
	prefixes []prefixed         // longest first
	rest     *action            // all others
}

// prefixed is what applies to unlisted actions whose name begins with prefix
// and with no longer one. All patterns that cover such a name are beginnings
// of each other, so that there are no more classes than patterns.
type prefixed struct {
	prefix string
	action *action
}

// unlisted is an action of which the policy says nothing (L2).
var unlisted = &action{unlisted: true}

// lookup returns what applies to an action. It never returns nil.
func (p *Policy) lookup(name string) *action {
	if a, ok := p.index.exact[name]; ok {
		return a
	}
	for i := range p.index.prefixes {
		if strings.HasPrefix(name, p.index.prefixes[i].prefix) {
			return p.index.prefixes[i].action
		}
	}
	if p.index.rest != nil {
		return p.index.rest
	}
	return unlisted
}

// finish builds all that follows from what was loaded.
func (p *Policy) finish() {
	base := p.star
	if base == nil {
		base = unlisted
	}
	p.rules = slices.Clip(slices.Clone(p.rules))
	p.index = index{exact: map[string]*action{}}
	patterns := map[string][]int{} // the rules that name each
	for i := range p.rules {
		r := &p.rules[i]
		only := r.on
		if only == nil && r.when != nil {
			only = r.when.Actions()
		}
		if only == nil {
			p.index.global = append(p.index.global, i)
		}
		for _, on := range only {
			patterns[on] = append(patterns[on], i)
		}
	}
	b := builder{p, patterns, expression.Tests{}}
	p.index.all = newPlan(p.rules, p.index.global, b.tests)
	p.index.cost = p.costOfRules(p.index.global)
	for name, a := range p.actions {
		p.index.exact[name] = b.complete(*a, b.named(name))
	}
	for pattern := range patterns {
		if prefix, star := strings.CutSuffix(pattern, "*"); star {
			p.index.prefixes = append(p.index.prefixes, prefixed{prefix, b.complete(*base, b.starred(prefix))})
		} else if p.index.exact[pattern] == nil {
			p.index.exact[pattern] = b.complete(*base, b.named(pattern))
		}
	}
	slices.SortFunc(p.index.prefixes, func(a, b prefixed) int {
		return cmp.Or(cmp.Compare(len(b.prefix), len(a.prefix)), strings.Compare(a.prefix, b.prefix))
	})
	p.index.rest = b.complete(*base, b.starred(""))
	p.hash = p.fingerprint()
}

// builder completes the actions of a policy.
type builder struct {
	*Policy
	patterns map[string][]int
	tests    expression.Tests
}

// named returns the rules for an action.
func (b *builder) named(name string) []int {
	return ascending(append(b.starred(name), b.patterns[name]...))
}

// starred returns the rules for all actions that begin so.
func (b *builder) starred(prefix string) []int {
	var rules []int
	for i := range len(prefix) + 1 {
		rules = append(rules, b.patterns[prefix[:i]+"*"]...)
	}
	return ascending(rules)
}

func ascending(rules []int) []int {
	slices.Sort(rules)
	return slices.Compact(rules)
}

// complete fills what an action's rules imply: those for it alone.
func (b *builder) complete(a action, rules []int) *action {
	p := b.Policy
	a.rules = rules
	a.plan = newPlan(p.rules, a.rules, b.tests)
	a.steps = p.ladder
	if len(a.Without) > 0 {
		a.steps = make([]Step, 0, len(p.ladder))
		for _, s := range p.ladder {
			a.steps = append(a.steps, s.less(a.Without))
		}
	}
	enforced, shadow := map[int]bool{}, map[int]bool{}
	for _, f := range a.bind {
		enforced[f] = true
	}
	p.each(&a, func(r *rule) {
		if r.when != nil {
			a.needs |= r.when.Groups()
		}
		facts := enforced
		if r.shadow {
			facts = shadow
			a.shadowed = true
		}
		for _, f := range r.facts {
			facts[f] = true
		}
	})
	for f := range p.facts {
		if enforced[f] || shadow[f] {
			a.reads = append(a.reads, read{f, enforced[f]})
		}
	}
	if a.softens = p.canSoften(&a); a.softens {
		a.needs |= risk.DeviceGroup
	}
	return &a
}

// each calls visit for every rule that applies to the action, in the policy's
// order.
func (p *Policy) each(a *action, visit func(*rule)) {
	global, own := p.index.global, a.rules
	for len(global)+len(own) > 0 {
		from := &global
		if len(global) == 0 || len(own) > 0 && own[0] < global[0] {
			from = &own
		}
		visit(&p.rules[(*from)[0]])
		*from = (*from)[1:]
	}
}

// canSoften reports whether the prompt budget can matter for an action (L7).
func (p *Policy) canSoften(a *action) bool {
	if p.prompts.most == 0 || len(a.bind) > 0 || a.unlisted || a.Sensitivity.AtLeast(Sensitive) {
		return false
	}
	row := p.matrix[a.Sensitivity]
	return p.ladder[row[0]].Do == Challenge || p.ladder[row[1]].Do == Challenge
}
