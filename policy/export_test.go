// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "github.com/proportion-go/proportion/risk"

// EvaluateByWalk is Evaluate without the index and without bits: every rule
// is looked at, and its condition is walked.
func (p *Policy) EvaluateByWalk(in Input) Verdict {
	var v Verdict
	a := p.lookup(in.Action)
	v.reset(p, &in, a)
	p.gather(&v, a)
	for i := range p.rules {
		r := &p.rules[i]
		applies := len(r.on) == 0
		for _, pattern := range r.on {
			applies = applies || covers(pattern, in.Action)
		}
		if !applies {
			continue
		}
		truth := risk.True
		if r.when != nil {
			truth = r.when.Truth(&v.work.frame)
		}
		if truth != risk.False {
			v.note(i, truth)
		}
	}
	p.decide(&v, a)
	return v
}

// Walked returns how many rules for the action are not evaluated by bits.
func (p *Policy) Walked(action string) int {
	walked := 0
	for _, b := range p.lookup(action).bundles {
		walked += b.plan.Walked()
	}
	return walked
}
