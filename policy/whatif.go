// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

// Without returns what the policy would have said, had one of the rules that
// fired not done so; the verdict's own answer for any other rule, and for one
// in shadow. Gaps, prompts, limits and proofs are those of the verdict.
//
// The verdict must be one of [Policy.Evaluate], and its input unchanged. It is
// worked in, and so for one goroutine.
func (v *Verdict) Without(rule string) (Outcome, Step) {
	w := &v.work
	plain, others := w.plain, w.others
	defer func() { w.plain, w.others = plain, others }()
	w.plain, w.others = nothing, nil
	w.listed = v.found(w.listed[:0])
	for i := range w.listed {
		switch f := &w.listed[i]; {
		case !f.fired || f.id == rule:
		case f.plain():
			w.plain.addOne(f.rule, len(w.policy.ladder)-1)
		default:
			w.others = append(w.others, f.index)
		}
	}
	return v.again()
}

// AtScore returns what the policy would have said, had the scores added up to
// another sum. All else is that of the verdict, which must be one of
// [Policy.Evaluate], and its input unchanged. It is worked in, and so for one
// goroutine.
func (v *Verdict) AtScore(score int) (Outcome, Step) {
	v.work.scored, v.work.score = true, score
	defer func() { v.work.scored = false }()
	return v.again()
}

// again decides again, and leaves the verdict as it was.
func (v *Verdict) again() (Outcome, Step) {
	w := &v.work
	if w.policy == nil || len(w.policy.ladder) == 0 {
		return v.Outcome, v.Step
	}
	var s sum
	w.policy.combine(v, w.action, &s, false)
	step := w.action.steps[s.step]
	if len(w.in.Proofs) == 0 {
		return step.Do, step
	}
	was, band := v.Step, v.Band
	v.Step, v.Band = step, s.band
	_, held := v.hold()
	v.Step, v.Band = was, band
	if held {
		return Allow, step
	}
	return step.Do, step
}

// AppendFired appends the names of the enforced rules that fired, in the
// policy's order: [Verdict.Fired] for whoever counts millions of them. The
// verdict is worked in, and so for one goroutine.
func (v *Verdict) AppendFired(ids []string) []string {
	w := &v.work
	w.listed = v.found(w.listed[:0])
	for i := range w.listed {
		if f := &w.listed[i]; f.fired && !f.shadow {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// BandStarts returns the scores at which medium, high and extreme begin; low
// begins at 0. All are 0 for the zero Policy.
func (p *Policy) BandStarts() (medium, high, extreme int) {
	return p.bands[0], p.bands[1], p.bands[2]
}
