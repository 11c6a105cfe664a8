// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"math/bits"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Decision is what an event of KindDecision carries: all that a policy needs
// to decide the same request again, and what was decided. The zero value knows
// nothing.
type Decision struct {
	// Signals are the values that were computed, each known or unknown; nil
	// when none was. A group that was not computed is not in the line.
	Signals *risk.Signals

	// Missing are the signals of the computed groups that the line does not
	// have, because it was written before they were in the catalogue. A
	// decision that needs one cannot be compared.
	Missing SignalSet

	// Facts are what the host passed, each as the policy lets it be kept, in
	// any order; a name stands once.
	Facts []Fact

	// Proofs are those that the session held on this device.
	Proofs []Proof

	// Prompts is the prompt budget.
	Prompts Prompts

	// Spent is what was used up of the limits of at_most rules; nil is
	// unknown, empty is nothing.
	Spent []Spent

	// Caution says that something was done of late that the subject says was
	// not him: nothing then capped or softened the step.
	Caution bool

	// Degraded lists what the decision was made without.
	Degraded []Gap

	Offers []string // methods on offer
	Enrol  []string // methods that would have been accepted, had the subject one

	Score int64 // 0 to 100; its band is Detail.Band

	// Base, Floor, Cap and Failure are steps: what the matrix said, the
	// strongest fired require or deny, the weakest fired at_most, and the
	// least that a failure leaves. Empty: none.
	Base, Floor, Cap, Failure string

	// Held is the method of the held proof that satisfied the step, if any.
	Held string

	Rules   []string // enforced rules that fired
	Unknown []string // enforced rules whose condition was unknown

	// Shadow is what the policy would say with every shadow rule enforced.
	Shadow Shadow
}

// Proof is a passed challenge that a session holds.
type Proof struct {
	Method string
	Via    string // the kind of contact that carried the code; empty: none did, or not said
	Action string
	Band   string
	Time   time.Time
	Bound  bool
}

// Prompts is the part that the prompt budget had.
type Prompts struct {
	Used     int64 // passed within the window, if Known
	Known    bool
	Most     int64 // 0: the policy has no budget
	Softened bool  // the base was softened
}

// Spent is what was used up of the limit of one at_most rule.
type Spent struct {
	Rule  string
	Count int64
	Sum   string // an exact decimal; empty is 0
}

// Gap is one thing that a decision was made without.
type Gap struct {
	Kind string // store, action, fact, signal
	Name string
	Text string // want and got, never the value
}

// Shadow is a verdict that was not acted on.
type Shadow struct {
	Step  string
	Rules []string // shadow rules that fired
}

// SignalSet is a set of signals. The zero value is empty.
type SignalSet uint64

// Has reports whether the signal is in the set.
func (s SignalSet) Has(id risk.Signal) bool { return id < 64 && s>>id&1 != 0 }

// With returns the set with the signal in it.
func (s SignalSet) With(id risk.Signal) SignalSet {
	if id >= 64 {
		return s
	}
	return s | 1<<id
}

// Signals returns the members of the set, in ascending order.
func (s SignalSet) Signals() []risk.Signal {
	var all []risk.Signal
	for ; s != 0; s &= s - 1 {
		all = append(all, risk.Signal(bits.TrailingZeros64(uint64(s))))
	}
	return all
}

// Has reports whether the line has the signal, known or unknown. One that it
// does not have was not computed: that is not the same as unknown.
func (d *Decision) Has(id risk.Signal) bool {
	return d.Signals != nil && d.Signals.Computed().Has(id.Group()) && id.Group() != 0 && !d.Missing.Has(id)
}
