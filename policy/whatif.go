// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "slices"

// Without returns what the policy would have said, had one of the rules that
// fired not done so; the verdict's own answer for any other rule, and for one
// in shadow. Gaps, prompts, limits and proofs are those of the verdict.
//
// The verdict must be one of [Policy.Evaluate], and its input unchanged.
func (v *Verdict) Without(rule string) (Outcome, Step) {
	return v.instead(func(w *work) {
		w.fired = slices.DeleteFunc(slices.Clone(w.fired), func(f firing) bool {
			return w.policy.rules[f.rule].id == rule
		})
	})
}

// AtScore returns what the policy would have said, had the scores added up to
// another sum. All else is that of the verdict, which must be one of
// [Policy.Evaluate], and its input unchanged.
func (v *Verdict) AtScore(score int) (Outcome, Step) {
	return v.instead(func(w *work) { w.score = &score })
}

// instead decides again, with the work of the verdict changed.
func (v *Verdict) instead(change func(*work)) (Outcome, Step) {
	if v.work.policy == nil || len(v.work.policy.ladder) == 0 {
		return v.Outcome, v.Step
	}
	other := *v
	other.Charges, other.work.groups = nil, nil
	other.Held, other.HeldOK = Proof{}, false
	change(&other.work)
	other.work.policy.decide(&other, other.work.action)
	return other.Outcome, other.Step
}

// AppendFired appends the names of the enforced rules that fired, in the
// policy's order: [Verdict.Fired] for whoever counts millions of them.
func (v *Verdict) AppendFired(ids []string) []string {
	for _, f := range v.work.fired {
		if r := &v.work.policy.rules[f.rule]; !r.shadow {
			ids = append(ids, r.id)
		}
	}
	return ids
}

// BandStarts returns the scores at which medium, high and extreme begin; low
// begins at 0. All are 0 for the zero Policy.
func (p *Policy) BandStarts() (medium, high, extreme int) {
	return p.bands[0], p.bands[1], p.bands[2]
}
