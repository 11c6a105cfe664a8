// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"slices"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// Evaluate returns what the policy says of the input. It is a pure function:
// the same input gives the same verdict, whatever the order of the rules.
func (p *Policy) Evaluate(in Input) Verdict {
	var v Verdict
	p.EvaluateInto(&v, &in)
	return v
}

// EvaluateInto is [Policy.Evaluate] that reuses the slices of v, so that a
// verdict that is used again and again costs no memory. Nothing of what v
// held before remains.
func (p *Policy) EvaluateInto(v *Verdict, in *Input) {
	a := p.lookup(in.Action)
	v.reset(p, in, a)
	if len(p.ladder) == 0 {
		v.refuse(Gap{ActionGap, in.Action, "the policy is empty"})
		return
	}
	p.gather(v, a)
	p.fire(v, a)
	p.decide(v, a)
}

// work is what an evaluation needs besides what it tells, kept with the
// verdict so that its memory is used again.
type work struct {
	policy *Policy
	action *action
	in     Input
	frame  expression.Frame
	groups []int // the largest score of each group so far

	findings expression.Findings
	strict   bool // L2: there is a gap, and every unknown is taken strictly

	// What is to be decided again with: see Without and AtScore.
	score  *int
	others []firing

	fired   []firing // in the policy's order
	unknown []int    // enforced rules, likewise
	sum     sum
	shadow  int // the step with every shadow rule enforced
}

// firing is a rule that fired, in force or in shadow.
type firing struct {
	rule      int
	byUnknown bool
}

// reset makes v a new verdict that keeps the memory of its slices. It goes
// field by field: zeroing the whole takes longer than many a decision.
func (v *Verdict) reset(p *Policy, in *Input, a *action) {
	w := &v.work
	w.policy, w.action, w.in, w.strict, w.score = p, a, *in, false, nil
	w.frame.Facts, w.fired, w.unknown = w.frame.Facts[:0], w.fired[:0], w.unknown[:0]
	v.Degraded, v.Charges = v.Degraded[:0], v.Charges[:0]
	v.Sensitivity, v.Bind = a.Sensitivity, a.Bind
	v.Prompts = Budget{Used: in.Prompts, Most: p.prompts.most}
	v.Outcome, v.HeldOK, v.Held = Deny, false, Proof{}
}

// refuse fills what decide does not, for a policy without a ladder.
func (v *Verdict) refuse(gap Gap) {
	v.Degraded = append(v.Degraded, gap)
	v.Score, v.Band, v.Step = 0, 0, Step{}
	v.work.sum, v.work.shadow = sum{base: none, floor: none, cap: none, failure: none}, none
}

// gather reads the facts that the action's rules need, and lists the gaps.
func (p *Policy) gather(v *Verdict, a *action) {
	w := &v.work
	w.frame.Signals = w.in.Signals
	w.frame.Action = w.in.Action
	w.frame.Sensitivity = a.Sensitivity.String()
	if a.unlisted {
		v.Degraded = append(v.Degraded, Gap{ActionGap, w.in.Action,
			`not listed, and there is no "*"`})
	}
	v.Degraded = append(v.Degraded, w.in.Gaps...)
	if n := len(p.facts); cap(w.frame.Facts) < n {
		w.frame.Facts = make([]expression.Value, n)
	} else {
		w.frame.Facts = w.frame.Facts[:n]
		for i := range w.frame.Facts {
			w.frame.Facts[i].Known = false // what a value was does not matter then
		}
	}
	for _, f := range a.bind {
		v.readFact(f, true)
	}
	for _, b := range a.bundles {
		for _, r := range b.reads {
			v.readFact(r.fact, r.needed)
		}
	}
	for _, g := range v.Degraded {
		w.strict = w.strict || g.Kind != SignalGap
	}
}

// readFact reads a fact into the frame, once. One that is needed and missing
// or mistyped is a gap.
func (v *Verdict) readFact(i int, needed bool) {
	w := &v.work
	if w.frame.Facts[i].Known {
		return
	}
	f := &w.policy.facts[i]
	raw := w.in.Facts[f.Name]
	if raw == nil && f.Optional {
		return
	}
	problem := f.read(raw, &w.frame.Facts[i])
	if problem == "" || !needed {
		return
	}
	gap := Gap{FactGap, f.Name, problem}
	if !slices.Contains(v.Degraded, gap) {
		v.Degraded = append(v.Degraded, gap)
	}
}

// fire evaluates every rule that applies to the action, and records those
// that fire or are unknown, in the policy's order.
func (p *Policy) fire(v *Verdict, a *action) {
	w := &v.work
	w.findings.Found = w.findings.Found[:0]
	for _, b := range a.bundles {
		b.plan.Evaluate(&w.frame, &w.findings)
	}
	if !slices.IsSortedFunc(w.findings.Found, byRule) {
		slices.SortFunc(w.findings.Found, byRule)
	}
	for _, f := range w.findings.Found {
		v.note(int(f.Rule), f.Truth)
	}
}

func byRule(a, b expression.Found) int { return cmp.Compare(a.Rule, b.Rule) }

// note records the truth of one rule's condition, and whether it fires.
func (v *Verdict) note(i int, truth risk.Truth) {
	r := &v.work.policy.rules[i]
	unknown := !truth.Known()
	if unknown && !r.shadow {
		v.work.unknown = append(v.work.unknown, i)
	}
	fires := truth == risk.True
	if unknown {
		fires = r.fires
		if v.work.strict {
			fires = r.effect.strict()
		}
	}
	if fires {
		v.work.fired = append(v.work.fired, firing{i, unknown})
	}
}
