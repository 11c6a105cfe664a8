// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"maps"
	"slices"
)

// guarded is what the policy says of an action, or of all that begin so.
type guarded struct {
	name string // with a star, if of several
	*action
}

// guarded returns the classes of actions in the order of their names.
func (l *linter) guarded() []guarded {
	var all []guarded
	index := &l.policy.index
	for _, name := range slices.Sorted(maps.Keys(index.exact)) {
		all = append(all, guarded{name, index.exact[name]})
	}
	for _, p := range index.prefixes {
		all = append(all, guarded{p.prefix + "*", p.action})
	}
	return append(all, guarded{"*", index.rest})
}

// lintLadder finds four digits where they are not enough.
func (l *linter) lintLadder() {
	for _, a := range l.guarded() {
		critical := a.Sensitivity == Critical
		if a.unlisted || !critical && !a.NoSession {
			continue
		}
		step, ok := l.weakens(a.action)
		if !ok {
			continue
		}
		id, what := "code4-critical", "is critical"
		if a.NoSession {
			id, what = "code4-no-session", "has no session"
		}
		l.add(l.placeOf(a.name), id, "add without: [code4], or take code4 out of the step",
			"%s %s, and %s can be passed with four digits", a.name, what, step)
	}
}

// placeOf returns where an action is listed, or what stands for it.
func (l *linter) placeOf(name string) spot {
	for _, n := range []string{name, "*"} {
		if at, ok := l.actions[n]; ok && (n == name || l.policy.actions[name] == nil) {
			return at
		}
	}
	for _, f := range l.files {
		for _, section := range f.doc.Root.Pairs {
			if section.Key.Text == "matrix" {
				return spot{f, section.Value}.key(Critical.String())
			}
		}
	}
	return spot{l.files[0], l.files[0].doc.Root}
}

// weakens returns a step that an action can come to and that code4 passes:
// one of its row of the matrix, or of a rule.
func (l *linter) weakens(a *action) (string, bool) {
	var steps []int
	row := l.policy.matrix[a.Sensitivity]
	steps = append(steps, row[:]...)
	l.policy.each(a, func(r *rule) {
		switch r.effect.kind {
		case requires:
			if r.effect.step > row[0] || l.capped(r, r.effect.step) {
				steps = append(steps, r.effect.step)
			}
		case caps:
			steps = append(steps, r.effect.step)
		}
	})
	for _, i := range steps {
		if s := a.steps[i]; s.Do == Challenge && slices.Contains(s.Methods, Code4) {
			return s.Name, true
		}
	}
	return "", false
}

// slowCost is how many steps of a decision are worth a warning: some
// milliseconds.
const slowCost = maxCost / 16

// lintCost finds actions whose rules can take long.
func (l *linter) lintCost() {
	for _, a := range l.guarded() {
		total := l.policy.costOf(a.action)
		if total <= slowCost {
			continue
		}
		dearest := none
		for i, r := range l.rules {
			applies := slices.ContainsFunc(a.bundles, func(b *bundle) bool {
				_, in := slices.BinarySearch(b.rules, i)
				return in
			})
			if applies && r.when != nil &&
				(dearest == none || r.when.Cost() > l.rules[dearest].when.Cost()) {
				dearest = i
			}
		}
		if dearest != none {
			l.add(l.rules[dearest].key("when"), "costly", "this is the dearest of them",
				"the rules for %s can take %d steps together, more than %d", a.name, total, slowCost)
		}
	}
}
