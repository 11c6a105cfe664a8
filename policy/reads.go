// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// Reads returns the names of the facts that rules for the action read, sorted.
// Facts that the action only binds are not among them. With [Policy.Needs] it
// says what a decision must have recorded to be decided again.
func (p *Policy) Reads(action string) []string {
	var names []string
	for _, b := range p.lookup(action).bundles {
		for _, r := range b.reads {
			names = append(names, p.facts[r.fact].Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
