// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"

	"github.com/proportion-go/proportion/risk"
)

// lintUnknown finds rules that are evaded by hiding what they read.
func (l *linter) lintUnknown() {
	heeding := l.heeding()
	for i, r := range l.rules {
		if r.shadow || !r.effect.strict() || r.fires || r.when == nil {
			continue
		}
		if _, may := r.when.MayBeUnknown(); !may {
			continue
		}
		if r.effect.kind != scores && l.reach[i].harmful() {
			l.add(r.key("unknown"), "sensitive-skips", "write unknown: fire, or say why not",
				"%s guards a sensitive action, and skips what is unknown", r.id)
		}
		for _, g := range groups(r.when.Groups() &^ risk.ActionGroup) {
			if l.unheeded(i, g, heeding[g]) {
				l.add(r.key("when"), "unknown-skipped",
					"fire where it is unknown, in this rule or in another",
					"%s reads %s and skips; no rule for its actions fires where that is unknown",
					r.id, g)
			}
		}
	}
}

// groups returns the groups of a set, one by one.
func groups(set risk.Groups) []risk.Groups {
	var each []risk.Groups
	for g := risk.Groups(1); g != 0 && g <= set; g <<= 1 {
		if set.Has(g) {
			each = append(each, g)
		}
	}
	return each
}

// heeding returns, for each group, the actions of rules that can fire since
// the group is unknown.
func (l *linter) heeding() map[risk.Groups][]string {
	by := map[risk.Groups][]string{}
	for _, r := range l.rules {
		if r.shadow || !r.effect.strict() || r.when == nil {
			continue
		}
		for _, g := range groups(r.when.Groups()) {
			if r.terms == nil && r.fires || r.heeds(g) {
				by[g] = append(by[g], r.on...)
			}
		}
	}
	return by
}

// unheeded reports whether no rule fires on an unknown group for some action
// of rule i, where that rule itself does not either.
func (l *linter) unheeded(i int, g risk.Groups, heeding []string) bool {
	for _, pattern := range l.rules[i].on {
		if !slices.ContainsFunc(heeding, func(q string) bool { return covers(q, pattern) }) {
			return true
		}
	}
	return false
}

// heeds reports whether some alternative of the condition can hold, or is
// unknown and fires, because a group is unknown.
func (r linedRule) heeds(g risk.Groups) bool {
	for _, term := range r.terms {
		read, possible := false, true
		for _, literal := range term {
			truth, reads := literal.Without(g)
			read = read || reads
			possible = possible && (!reads || truth == risk.True || truth == risk.Unknown && r.fires)
		}
		if read && possible {
			return true
		}
	}
	return false
}
