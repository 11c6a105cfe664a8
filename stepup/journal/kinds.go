// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import "slices"

// Kind says what happened. A journal may have kinds that this version does not
// know.
type Kind string

// The kinds. [Kinds] says of each what it means and how it can end.
const (
	KindDecision  Kind = "decision"
	KindChallenge Kind = "challenge"
	KindDelivery  Kind = "delivery"
	KindAttempt   Kind = "attempt"
	KindProof     Kind = "proof"
	KindRedeem    Kind = "redeem"
	KindFailure   Kind = "failure"
	KindExpiry    Kind = "expiry"
	KindAbandon   Kind = "abandon"
	KindNotice    Kind = "notice"
	KindReport    Kind = "report"
	KindLabel     Kind = "label"
	KindDevice    Kind = "device"
	KindEnrol     Kind = "enrol"
	KindConsent   Kind = "consent"
	KindUnlock    Kind = "unlock"
	KindPolicy    Kind = "policy"
	KindErase     Kind = "erase"
	KindGap       Kind = "gap"
)

// A KindSpec is what the format says of one kind.
type KindSpec struct {
	Kind     Kind
	Outcomes []string // the words that Event.Outcome can be
	Doc      string
}

// Kinds returns every kind, in the order of EVENTS.md. The slice is the
// caller's.
func Kinds() []KindSpec { return slices.Clone(kinds[:]) }

// kinds is the one table of kinds: the check of events, the schema and
// EVENTS.md are made from it.
var kinds = [...]KindSpec{
	{KindDecision, []string{"allow", "notify", "challenge", "deny"},
		"A request was decided. `outcome` counts the proofs already held; `step` is what was asked before them."},
	{KindChallenge, []string{"begun", "refused"},
		"A challenge was begun, or refused before anything was sent."},
	{KindDelivery, []string{"sent", "failed"},
		"A code was handed over for delivery, or could not be. It is written for a resend too."},
	{KindAttempt, []string{"right", "wrong", "refused"},
		"One answer to a challenge. A refused attempt was not compared; `reason` says why."},
	{KindProof, []string{"passed"},
		"A challenge was passed, and the profile learnt from it."},
	{KindRedeem, []string{"accepted", "refused"},
		"A grant was presented at the moment of acting."},
	{KindFailure, []string{"failed"},
		"A challenge ended without a proof: no attempt is left."},
	{KindExpiry, []string{"expired"},
		"A challenge was begun and never answered in time."},
	{KindAbandon, []string{"cancelled", "superseded", "unanswered"},
		"The customer left: the challenge was cancelled, replaced by another, or its decision never begun."},
	{KindNotice, []string{"sent", "failed"},
		"The owner was told of something: see `reason`."},
	{KindReport, []string{"mine", "not-mine"},
		"The owner said of a decision that it was, or was not, his."},
	{KindLabel, []string{"legit", "attack"},
		"An operator, or another system, says what a decision turned out to be."},
	{KindDevice, []string{"known", "trusted", "revoked", "stolen"},
		"A device became known or trusted, was revoked, or showed a token that was copied."},
	{KindEnrol, []string{"added", "removed", "changed"},
		"A method or contact was added, removed or changed."},
	{KindConsent, []string{"given", "withdrawn"},
		"Consent to a purpose was given or withdrawn."},
	{KindUnlock, []string{"unlocked"},
		"An operator reset a guess budget."},
	{KindPolicy, []string{"adopted", "refused"},
		"Another policy was adopted, or refused for being weaker."},
	{KindErase, []string{"erased"},
		"A subject was erased. Its detail is never sealed, since the key of his events is destroyed."},
	{KindGap, []string{"dropped", "torn"},
		"Something is missing here: trivial decisions were dropped under load, or the last line of a " +
			"file had no end when it was opened."},
}

// Check returns an [*EventError] for an event that should not be written: one
// without time, kind or id, of an unknown kind, or with an outcome that its
// kind does not have. A [File] checks what it writes. An event that was read
// may be newer than this package, and can be copied with [AppendLine].
func (e *Event) Check() error {
	if e.Time.IsZero() {
		return &EventError{"time", "is zero"}
	}
	i := slices.IndexFunc(kinds[:], func(k KindSpec) bool { return k.Kind == e.Kind })
	switch {
	case i < 0:
		return &EventError{"kind", "is not one of the format"}
	case !slices.Contains(kinds[i].Outcomes, e.Outcome):
		return &EventError{"outcome", "is not one of kind " + string(e.Kind)}
	}
	return nil
}
