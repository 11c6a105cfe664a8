// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"maps"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// bundle is the rules of one pattern, with what follows from them. All actions
// that the pattern covers share it, so that what a policy keeps grows with its
// rules, and not with rules times actions.
type bundle struct {
	rules    []int           // ascending
	plan     expression.Plan // by value: one look less into cold memory
	reads    []read          // facts, ascending
	needs    risk.Groups
	cost     int
	shadowed bool // one of the rules is in shadow

	masks  []mask // of each word of the plan
	scores []tally
	floors []tally
	caps   []tally
}

// everywhere is the pattern of rules for every action.
const everywhere = "*"

// patterns returns the rules by pattern. No rule is in two patterns that cover
// one action.
func (p *Policy) patterns() map[string][]int {
	patterns := map[string][]int{}
	for i := range p.rules {
		for _, pattern := range p.rules[i].patterns() {
			patterns[pattern] = append(patterns[pattern], i)
		}
	}
	return patterns
}

// patterns returns what the rule is for, without what another pattern of it
// covers. A rule without `on` may be for some actions by its condition.
func (r *rule) patterns() []string {
	on := r.on
	if on == nil && r.when != nil {
		on = r.when.Actions()
	}
	if on == nil {
		return []string{everywhere}
	}
	var patterns []string
	for _, name := range on {
		covered := slices.Contains(patterns, name) || slices.ContainsFunc(on,
			func(other string) bool {
				return other != name && strings.HasSuffix(other, "*") && covers(other, name)
			})
		if !covered {
			patterns = append(patterns, name)
		}
	}
	return patterns
}

// bundle returns the bundle of rules, given in ascending order.
func (p *Policy) bundle(rules []int, tests expression.Tests) *bundle {
	b := &bundle{rules: slices.Clip(rules)}
	b.plan = *expression.NewPlan(p.byDeed(rules), func(rule int) *expression.Program {
		return p.rules[rule].when
	}, tests)
	needed := map[int]bool{}
	for _, i := range b.rules {
		r := &p.rules[i]
		b.cost++
		if r.when != nil {
			b.needs |= r.when.Groups()
			b.cost += r.when.Cost()
		}
		b.shadowed = b.shadowed || r.shadow
		for _, f := range r.facts() {
			needed[f] = needed[f] || !r.shadow
		}
	}
	for f, is := range needed {
		b.reads = append(b.reads, read{f, is})
	}
	slices.SortFunc(b.reads, func(x, y read) int { return x.fact - y.fact })
	b.reads = slices.Clip(b.reads)
	b.tally(p)
	return b
}

// readsOf returns the facts that a decision reads, each once: those that are
// bound, in the policy's order, then those that only rules read.
func readsOf(bound []int, bundles []*bundle) []read {
	needed := map[int]bool{}
	for _, b := range bundles {
		for _, r := range b.reads {
			needed[r.fact] = needed[r.fact] || r.needed
		}
	}
	var reads []read
	for _, f := range bound {
		reads = append(reads, read{f, true})
		delete(needed, f)
	}
	for _, f := range slices.Sorted(maps.Keys(needed)) {
		reads = append(reads, read{f, needed[f]})
	}
	return slices.Clip(reads)
}

// each calls visit for every rule that applies to the action, in the policy's
// order.
func (p *Policy) each(a *action, visit func(*rule)) {
	var rules []int
	for _, b := range a.bundles {
		rules = append(rules, b.rules...)
	}
	slices.Sort(rules)
	for _, i := range rules {
		visit(&p.rules[i])
	}
}
