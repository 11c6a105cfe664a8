// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// The words of the policy package that callers of a guard need.
type (
	// Outcome is what happens to a request: see [policy.Outcome].
	Outcome = policy.Outcome
	// Method is a way to prove: see [policy.Method].
	Method = policy.Method
)

// The outcomes and the methods, as in package policy.
const (
	Deny      = policy.Deny
	Challenge = policy.Challenge
	Notify    = policy.Notify
	Allow     = policy.Allow

	Code4    = policy.Code4
	Code6    = policy.Code6
	Mobile4  = policy.Mobile4
	TOTP     = policy.TOTP
	Recovery = policy.Recovery
	Passkey  = policy.Passkey
)

// Decision is what a guard makes of one request. The zero value denies.
//
// Outcome, Reasons, Offers, Reference and Route may be shown to the customer;
// the rest is the operator's (L25). It prints as the outcome, step and action.
type Decision struct {
	// Outcome says what to do: allow, allow and notify the customer,
	// challenge, or deny.
	Outcome Outcome

	// Reasons tell the customer why, in plain words of the request's language:
	// on a trusted device at most two texts of the rules that fired, on any
	// other general words. They never name a threshold or what failed.
	Reasons []string

	// Offers are the methods the subject can prove with, in the order of the
	// policy's step, weakest first. Only a challenge has any.
	Offers []Offer

	// Enrol are the methods that would have been accepted and that the subject
	// can still enrol, for a deny that comes of having none to use now. A
	// method that is shut, or enrolled so lately that it proves nothing
	// sensitive yet, is not among them.
	Enrol []Method

	// Reference is what the customer quotes to a human about a deny, and Route
	// is the way to one. The operator finds the decision by the reference.
	Reference string
	Route     string

	// Action is the request's.
	Action string

	// Verdict is the policy's, with the rules that fired and the arithmetic;
	// Signals are the values it saw. Both are for operators.
	Verdict policy.Verdict
	Signals *risk.Signals

	// Degraded lists what the decision was made without (L2): operators should
	// be told when it is not empty.
	Degraded []policy.Gap

	ticket    func() string
	happening happening
}

// Offer is a method that the customer may choose.
type Offer struct {
	Method Method
	// To is where a code would be sent, masked, on a trusted device; empty on
	// any other, and for a method that sends none.
	To string
	// After is when the method takes an answer again, after wrong ones in a
	// row. Zero: at once.
	After time.Time
}

// Ticket returns the sealed decision with which [Guard.Begin] begins its
// challenge, within 10 minutes, once, in any process of the deployment. It is
// empty unless the outcome is a challenge. It belongs in a form field or in
// the host's session, never in a URL.
func (d *Decision) Ticket() string {
	if d.ticket == nil || d.Outcome != Challenge {
		return ""
	}
	return d.ticket()
}

// Event names what was decided, for [Guard.Report], within 90 days: keep it
// with what the customer is shown of his own doings. It is sealed, and belongs
// in no URL. The zero Decision has none.
func (d *Decision) Event() string { return d.happening.seal() }

// String returns the outcome, the step and the action, as in
// "challenge(confirm) transfer".
func (d Decision) String() string {
	return fmt.Sprintf("%v(%s) %s", d.Outcome, d.Verdict.Step.Name, d.Action)
}

// Format writes [Decision.String] for every verb: the parts of a decision are
// for operators, one by one.
func (d Decision) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue is [Decision.String], with the score and the rules that fired.
func (d Decision) LogValue() slog.Value {
	fired := d.Verdict.Fired()
	rules := make([]string, len(fired))
	for i, f := range fired {
		rules[i] = f.ID
	}
	return slog.GroupValue(
		slog.String("outcome", d.Outcome.String()), slog.String("step", d.Verdict.Step.Name),
		slog.String("action", d.Action), slog.Int("score", d.Verdict.Score),
		slog.Any("rules", rules), slog.String("reference", d.Reference))
}
