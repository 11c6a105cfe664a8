// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"maps"
	"slices"
)

// maxCost is the most steps that one decision may take.
const maxCost = 16 << 20

// Cost returns how many steps a decision on the action takes at most, over any
// input: each is about a comparison, some nanoseconds. Nearly all decisions
// take far fewer.
func (p *Policy) Cost(action string) int { return p.costOf(p.lookup(action)) }

func (p *Policy) costOf(a *action) int {
	total := 0
	for _, b := range a.bundles {
		total += b.cost
	}
	return total
}

// checkCost bounds the cost of every action. The finding stands at the dearest
// rule.
func (l *loader) checkCost() {
	p := l.policy
	for _, name := range slices.Sorted(maps.Keys(p.index.exact)) {
		l.checkAction(name, p.index.exact[name])
	}
	for _, prefix := range p.index.prefixes {
		l.checkAction(prefix.prefix+"*", prefix.action)
	}
	l.checkAction("what is not listed", p.index.rest)
}

func (l *loader) checkAction(name string, a *action) {
	total := l.policy.costOf(a)
	if total <= maxCost {
		return
	}
	var dearest *rule
	l.policy.each(a, func(r *rule) {
		if r.when != nil && (dearest == nil || r.when.Cost() > dearest.when.Cost()) {
			dearest = r
		}
	})
	line, column := dearest.positions.At(0)
	l.add(Finding{
		File: dearest.file, Line: line, Column: column, ID: "cost",
		Message: fmt.Sprintf("the rules for %s can take %d steps together, more than %d", name,
			total, maxCost),
		Source: l.lineOf(dearest.file, line),
		Hint:   "this is the dearest: match shorter patterns, or texts instead of lists",
	})
}

func (l *loader) lineOf(name string, line int) string {
	for _, f := range l.files {
		if f.name == name {
			return f.doc.Shown(line)
		}
	}
	return ""
}
