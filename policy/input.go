// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Input is one request, as the policy sees it. The zero value of every field
// is the strict one: what is not given is unknown.
type Input struct {
	// Action is what is attempted, for example "transfer". An action that the
	// policy does not list, and has no "*" for, is critical and degraded.
	Action string

	// Time is now, for the age of proofs. The zero time makes every proof
	// stale.
	Time time.Time

	// Signals are the observed values; nil knows none. action.name and
	// action.sensitivity need not be set: the evaluator knows them. Signals
	// are only read.
	Signals *risk.Signals

	// Facts are the values that the host service adds, by the names the policy
	// declares; see [Policy.Facts]. Names that the policy does not declare are
	// ignored.
	Facts map[string]any

	// Prompts counts the challenges the subject passed within the policy's
	// prompt window.
	Prompts Count

	// Spent says how much of each rule's limit is used up.
	Spent Spent

	// Proofs are those the session holds, made in this same session and on
	// this same device; the caller has seen to both (L18).
	Proofs []Proof

	// Caution says that something was done of late that the subject says was
	// not him: no at_most rule caps, and no prompt budget softens.
	Caution bool

	// Gaps lists what the caller could not find out, for example because the
	// store failed. Any entry makes the decision degraded: see
	// [Verdict.Degraded].
	Gaps []Gap
}

// Count is a number that may be unknown. The zero value is unknown.
type Count struct {
	N     int
	Known bool
}

// Spent is what the subject used up of the limits of at_most rules, since the
// last proof of the uncapped step. The zero value is unknown, and an unknown
// limit caps nothing.
type Spent struct {
	Known bool
	Rules []RuleSpent // a rule that is not listed has spent nothing
}

// RuleSpent is what was used up of one rule's limit.
type RuleSpent struct {
	Rule  string
	Count int
	Sum   Decimal
}

// Proof is a passed challenge that the session still holds.
type Proof struct {
	Method Method
	Via    ContactKind // the contact that carried the code; zero: not said, or none did
	Action string
	Time   time.Time
	Band   Band // the band of the decision that asked for it
	// Bound says that the proof was for exact facts; such a proof never counts
	// again.
	Bound bool
}

// GapKind is what sort of thing is missing from a decision.
type GapKind uint8

// The kinds of gap. The zero kind is StoreGap, the strictest: no attempt can
// be counted, so no challenge can be offered.
const (
	StoreGap  GapKind = iota // the store failed
	ActionGap                // the action is not listed
	FactGap                  // a fact is missing, mistyped, NaN or infinite
	SignalGap                // a signal's source failed; its signals are unknown
)

// String returns "store", "action", "fact" or "signal".
func (k GapKind) String() string {
	switch k {
	case ActionGap:
		return "action"
	case FactGap:
		return "fact"
	case SignalGap:
		return "signal"
	}
	return "store"
}

// A Gap is one thing that a decision had to do without. All but a SignalGap
// make the decision fall back to the policy's on_failure floor (L2).
type Gap struct {
	Kind GapKind
	Name string // the fact's, action's, store operation's or source's name
	Text string // what is wrong with it, for an operator: want and got, never the value
}
