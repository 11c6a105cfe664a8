// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

// Verdict is what a policy says of one input. The zero value denies.
//
// Its fields are what to do. Its methods tell how that came about: they cost
// something only when they are asked, tell of the latest evaluation into the
// verdict, and are for operators. A verdict must not be evaluated into while
// another goroutine uses it, or a copy of it.
type Verdict struct {
	// Outcome is what happens, after the proofs already held.
	Outcome Outcome

	// Step is what was asked before held proofs, as a step of the ladder.
	Step Step

	// Sensitivity is the action's, and Bind names the facts that a proof of it
	// is bound to, in the policy's order.
	Sensitivity Sensitivity
	Bind        []string

	Score int  // 0 to 100
	Band  Band // the band of the score

	// Prompts is the prompt budget's part in the step (L7).
	Prompts Budget

	// Degraded lists the gaps the decision was made with. It is empty for a
	// decision made with all that the policy needs.
	Degraded []Gap

	// Charges are what must be counted against the limits of at_most rules if
	// the request goes ahead: only those that made Step weaker. The caller
	// counts them atomically and, where one no longer fits, evaluates again.
	Charges []Charge

	// Held is the held proof that satisfied Step, if any; HeldOK says so.
	Held   Proof
	HeldOK bool

	work work
}

// Base returns the step of the matrix, softened by the prompt budget if
// Prompts.Softened. Step = max(Failure, Floor, min(Base, Cap)), and deny
// instead of a challenge if there is a [StoreGap].
func (v *Verdict) Base() Step { return v.step(v.work.sum.base) }

// Floor returns the strongest require or deny that fired. It has no name when
// there is none.
func (v *Verdict) Floor() Step { return v.step(v.work.sum.floor) }

// Cap returns the weakest at_most that fired and held. It has no name when
// there is none.
func (v *Verdict) Cap() Step { return v.step(v.work.sum.cap) }

// Failure returns the floor of on_failure, if the decision is degraded by more
// than a [SignalGap] (L2). It has no name when it is not.
func (v *Verdict) Failure() Step { return v.step(v.work.sum.failure) }

// step returns a step of the ladder as the action has it, or one without a
// name.
func (v *Verdict) step(i int) Step {
	if v.work.action == nil || i >= len(v.work.action.steps) || i == none {
		return Step{}
	}
	return v.work.action.steps[i]
}

// Fired returns the enforced rules that fired, in the policy's order. The
// slice is the caller's.
func (v *Verdict) Fired() []Fired {
	var fired []Fired
	for _, f := range v.found(nil) {
		if f.fired && !f.shadow {
			fired = append(fired, Fired{f.id, f.exported(v.work.policy.ladder), f.because, f.unknown})
		}
	}
	return fired
}

// Unknown returns the enforced rules whose condition was unknown, whether or
// not they then fired, in the policy's order. The slice is the caller's.
func (v *Verdict) Unknown() []string {
	var ids []string
	for _, f := range v.found(nil) {
		if f.unknown && !f.shadow {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// Shadow returns what the policy would say with every shadow rule enforced.
// The slice in it is the caller's.
func (v *Verdict) Shadow() Shadow {
	s := Shadow{Step: v.step(v.work.shadow)}
	for _, f := range v.found(nil) {
		if f.fired && f.shadow {
			s.Rules = append(s.Rules, f.id)
		}
	}
	return s
}

// Budget is the prompt budget's part in a verdict (L7).
type Budget struct {
	Used     Count
	Most     int  // 0: the policy has no prompt budget
	Softened bool // the base was softened
}

// Fired is a rule that fired.
type Fired struct {
	ID     string
	Effect Effect
	// Because is the rule's text per language; nil for a rule without one.
	Because map[string]string
	// ByUnknown says that the rule fired because its condition was unknown.
	ByUnknown bool
}

// Effect is what a rule does when it fires. Exactly one field is set.
type Effect struct {
	Score   int    // points added
	Require string // the step that is the least
	AtMost  string // the step that is the most
	Deny    bool
}

// Shadow is the verdict with every shadow rule enforced.
type Shadow struct {
	Step  Step
	Rules []string // the shadow rules that fired, in the policy's order
}

// Charge is one use of the limit of an at_most rule.
type Charge struct {
	Rule     string
	Sum      Decimal // what this request adds; zero for a limit that only counts
	Count    int     // the limit's count; 0: none
	Most     Decimal // the limit's sum, if Summed
	Summed   bool
	Uncapped Step // what would have been asked without the cap; a proof of it starts the limit anew
}
