// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// index finds what applies to an action.
type index struct {
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
	for i := range p.facts {
		p.facts[i].narrow()
	}
	p.rules = slices.Clip(slices.Clone(p.rules))
	p.index = index{exact: map[string]*action{}}
	b := builder{p, p.patterns(), map[string]*bundle{}, map[string][]Step{}, expression.Tests{}}
	for name, a := range p.actions {
		p.index.exact[name] = b.complete(*a, b.named(name))
	}
	for pattern := range b.rules {
		if prefix, star := strings.CutSuffix(pattern, "*"); star {
			p.index.prefixes = append(p.index.prefixes, prefixed{prefix, b.complete(*base,
				b.starred(prefix))})
		} else if p.index.exact[pattern] == nil {
			p.index.exact[pattern] = b.complete(*base, b.named(pattern))
		}
	}
	slices.SortFunc(p.index.prefixes, func(a, b prefixed) int {
		return cmp.Or(cmp.Compare(len(b.prefix), len(a.prefix)), strings.Compare(a.prefix,
			b.prefix))
	})
	p.index.rest = b.complete(*base, b.starred(""))
	p.hash = p.fingerprint()
}

// builder completes the actions of a policy.
type builder struct {
	*Policy
	rules   map[string][]int // by pattern
	bundles map[string]*bundle
	ladders map[string][]Step // by what they go without
	tests   expression.Tests
}

// named returns the bundles for an action. Where it has most of its rules for
// itself they become one, since one plan is quicker than several.
func (b *builder) named(name string) []*bundle {
	shared, own := b.starred(name), b.rules[name]
	if own == nil {
		return shared
	}
	others := 0
	for _, some := range shared {
		others += len(some.rules)
	}
	if others > len(own) {
		return append(shared, b.of(name))
	}
	all := slices.Clone(own)
	for _, some := range shared {
		all = append(all, some.rules...)
	}
	slices.Sort(all)
	return []*bundle{b.bundle(all, b.tests)}
}

// of returns the bundle of a pattern, or nil.
func (b *builder) of(pattern string) *bundle {
	if b.bundles[pattern] == nil && b.rules[pattern] != nil {
		b.bundles[pattern] = b.bundle(b.rules[pattern], b.tests)
	}
	return b.bundles[pattern]
}

// starred returns the bundles for all actions that begin so: first, by the
// empty beginning, that of the rules for every action.
func (b *builder) starred(prefix string) []*bundle {
	var bundles []*bundle
	for i := range len(prefix) + 1 {
		if some := b.of(prefix[:i] + "*"); some != nil {
			bundles = append(bundles, some)
		}
	}
	return slices.Clip(bundles)
}

// complete fills what an action's rules imply.
func (b *builder) complete(a action, bundles []*bundle) *action {
	a.bundles, a.steps = bundles, b.without(a.Without)
	for _, some := range bundles {
		a.needs |= some.needs
		a.shadowed = a.shadowed || some.shadowed
		a.words += some.plan.Words()
	}
	a.reads = readsOf(a.bind, bundles)
	if a.softens = b.canSoften(&a); a.softens {
		a.needs |= risk.DeviceGroup
	}
	return &a
}

// without returns the ladder without some methods.
func (b *builder) without(methods []Method) []Step {
	if len(methods) == 0 {
		return b.ladder
	}
	key := fmt.Sprint(methods)
	if b.ladders[key] == nil {
		for _, s := range b.ladder {
			b.ladders[key] = append(b.ladders[key], s.less(methods))
		}
	}
	return b.ladders[key]
}

// canSoften reports whether the prompt budget can matter for an action (L7).
func (p *Policy) canSoften(a *action) bool {
	if p.prompts.most == 0 || len(a.bind) > 0 || a.unlisted || a.Sensitivity.AtLeast(Sensitive) {
		return false
	}
	row := p.matrix[a.Sensitivity]
	return p.ladder[row[0]].Do == Challenge || p.ladder[row[1]].Do == Challenge
}
