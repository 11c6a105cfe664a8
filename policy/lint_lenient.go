// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// lintLenient finds rules for all actions that ask for less of critical ones,
// those that are built in among them: what is meant for a visit to a page
// should not make it easier to take an account over.
func (l *linter) lintLenient() {
	found := map[int]bool{}
	for _, a := range l.guarded() {
		if a.Sensitivity != Critical || a.unlisted {
			continue
		}
		for _, b := range a.bundles {
			for _, i := range b.rules {
				r := l.rules[i]
				if found[i] || !slices.Contains(r.on, everywhere) || !l.eases(r.rule) {
					continue
				}
				found[i] = true
				l.add(r.spot, "eases-critical", "name the actions that it is for in `on`",
					"%s is for all actions, and asks for less of %s, which is critical", r.id, a.name)
			}
		}
	}
}

// eases reports whether a rule can lower the step of a critical action.
func (l *linter) eases(r *rule) bool {
	row := l.policy.matrix[Critical]
	switch r.effect.kind {
	case caps:
		return row[r.effect.upTo-Low] > r.effect.step
	case scores:
		return r.effect.score < 0 && row[0] != row[bandCount-1]
	}
	return false
}
