// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"math/bits"
	"slices"

	"github.com/proportion-go/proportion/policy/internal/expression"
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

// work is what an evaluation needs besides what it tells, and what it found,
// kept with the verdict so that its memory is used again.
type work struct {
	policy *Policy
	action *action
	in     Input
	frame  expression.Frame
	strict bool // L2: there is a gap, and every unknown is taken strictly

	storeless bool // L2: there is a StoreGap, and no attempt can be counted

	// A bit for each rule that is true, and that is unknown, in the words of
	// the action's bundles. Nobody need know which ones they are to decide.
	truths, unknowns []uint64

	fired  []uint64 // a bit for each rule of a bundle that fires
	plain  count    // what the plain ones of them come to
	others []int    // those that are not plain
	groups []int    // the largest score of each group so far
	sum    sum
	shadow int // the step with every shadow rule enforced

	// To decide again with: see Without and AtScore.
	scored bool // the scores add up to score, whatever they are
	score  int
	listed []firing
}

// reset makes v a new verdict that keeps the memory of its slices. It goes
// field by field: zeroing the whole takes longer than many a decision.
func (v *Verdict) reset(p *Policy, in *Input, a *action) {
	w := &v.work
	w.policy, w.action, w.in = p, a, *in
	w.strict, w.storeless, w.scored = false, false, false
	if n := a.words; len(w.truths) < n {
		all := make([]uint64, 3*n)
		w.truths, w.unknowns, w.fired = all[:n], all[n:2*n], all[2*n:]
	}
	w.plain, w.others = nothing, w.others[:0]
	v.Degraded, v.Charges = v.Degraded[:0], v.Charges[:0]
	v.Sensitivity, v.Bind = a.Sensitivity, a.Bind
	v.Prompts = Budget{Used: in.Prompts, Most: p.prompts.most}
	v.Outcome = Deny
	if v.HeldOK {
		v.Held, v.HeldOK = Proof{}, false
	}
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
	w.frame.Signals, w.frame.Action = w.in.Signals, w.in.Action
	w.frame.Sensitivity = a.Sensitivity.String()
	if a.unlisted {
		v.Degraded = append(v.Degraded, Gap{ActionGap, w.in.Action,
			`not listed, and there is no "*"`})
	}
	v.Degraded = append(v.Degraded, w.in.Gaps...)
	if len(w.frame.Facts) < len(p.facts) {
		w.frame.Facts = make([]expression.Value, len(p.facts))
	}
	for _, r := range a.reads {
		f, value := &p.facts[r.fact], &w.frame.Facts[r.fact]
		if raw := w.in.Facts[f.Name]; !f.readUsual(raw, value) {
			v.readUnusual(f, raw, r.needed, value)
		}
	}
	for i := range v.Degraded {
		kind := v.Degraded[i].Kind
		w.strict, w.storeless = w.strict || kind != SignalGap, w.storeless || kind == StoreGap
	}
}

// readUnusual reads any fact. One that is needed and missing or mistyped is a
// gap.
func (v *Verdict) readUnusual(f *fact, raw any, needed bool, value *expression.Value) {
	if value.Known = false; raw == nil && f.Optional {
		return
	}
	problem := f.read(raw, value)
	if problem == "" || !needed {
		return
	}
	gap := Gap{FactGap, f.Name, problem}
	if !slices.Contains(v.Degraded, gap) {
		v.Degraded = append(v.Degraded, gap)
	}
}

// fire evaluates every rule that applies to the action, and counts what those
// that fire do.
func (p *Policy) fire(v *Verdict, a *action) {
	w := &v.work
	at := 0
	for _, b := range a.bundles {
		words := len(b.masks)
		truths, unknowns := w.truths[at:][:words], w.unknowns[at:][:words]
		b.plan.Evaluate(&w.frame, truths, unknowns)
		others, fired := uint64(0), w.fired[:words]
		for i := range fired {
			m := &b.masks[i]
			fired[i] = m.fired(truths[i], unknowns[i], w.strict)
			others |= fired[i] &^ m.plain
		}
		w.plain.add(b, fired)
		if others != 0 {
			w.list(b)
		}
		at += words
	}
}

// list lists the rules of a bundle that fired and are not plain.
func (w *work) list(b *bundle) {
	for i := range b.masks {
		for left := w.fired[i] &^ b.masks[i].plain; left != 0; left &= left - 1 {
			w.others = append(w.others, int(b.plan.Bits()[64*i+bits.TrailingZeros64(left)]))
		}
	}
}

// firing is a rule whose condition is true or unknown, in force or in shadow.
type firing struct {
	*rule
	index   int
	unknown bool
	fired   bool
}

// found appends the rules that fired or are unknown, in the policy's order.
func (v *Verdict) found(all []firing) []firing {
	w := &v.work
	if w.action == nil {
		return all
	}
	at := 0
	for _, b := range w.action.bundles {
		for i := range b.masks {
			truth, unknown := w.truths[at], w.unknowns[at]
			fired := b.masks[i].fired(truth, unknown, w.strict)
			for left := truth | unknown; left != 0; left &= left - 1 {
				bit := bits.TrailingZeros64(left)
				rule := int(b.plan.Bits()[64*i+bit])
				all = append(all, firing{&w.policy.rules[rule], rule, unknown>>bit&1 != 0,
					fired>>bit&1 != 0})
			}
			at++
		}
	}
	slices.SortFunc(all, func(a, b firing) int { return a.index - b.index })
	return all
}
