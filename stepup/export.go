// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Export is all that is remembered of a subject, for the subject to read (GDPR
// Art. 15 and 20); what is counted is told as a sum. It is made to be encoded as
// JSON, in which an empty list is [] and never null, and must be shown to nobody
// else. What is counted under the name of an address, a network or a contact is
// not in it: nothing tells whose that was.
type Export struct {
	// Since is when the subject was first remembered. Zero: nothing is, but for
	// wrong answers.
	Since time.Time `json:"since,omitzero"`

	// Profile are devices, places and habits, each with its purpose.
	Profile risk.Disclosure `json:"profile"`

	// Methods are those enrolled; their secrets are not told.
	Methods []ExportedMethod `json:"methods"`

	// Devices are the known ones.
	Devices []KnownDevice `json:"devices"`

	// Proofs are those that sessions hold, and Challenges those under way.
	Proofs     []ExportedProof     `json:"proofs"`
	Challenges []ExportedChallenge `json:"challenges"`

	// Prompts24h and Prompts7d are how many challenges were passed in the last
	// 24 hours, and in the last seven days.
	Prompts24h int `json:"prompts_24h"`
	Prompts7d  int `json:"prompts_7d"`

	// WrongAnswers is what wrong answers used up of the guess budget of each
	// lane in the last 30 days, in parts per million. It is kept when the rest
	// is erased, until it no longer counts.
	WrongAnswers map[string]int `json:"wrong_answers_ppm"`

	// Failures are the wrong answers in a row of each method, which are kept
	// too, and Wrong24h all of the last 24 hours.
	Failures []ExportedFailures `json:"failures"`
	Wrong24h int                `json:"wrong_24h"`

	// Consent is when the subject agreed to the signals that need it. Zero: he
	// did not, or no longer does.
	Consent time.Time `json:"consent,omitzero"`

	// Cautious is from when until when the guard asks for more, because
	// something was reported that was not the subject. Zero: nothing was, of
	// late.
	CautiousSince time.Time `json:"cautious_since,omitzero"`
	Cautious      time.Time `json:"cautious_until,omitzero"`

	// Reports24h is how many such reports came without a proof within a day.
	Reports24h int `json:"unproven_reports_24h"`

	// Contacts is until when the contacts of a kind prove nothing sensitive,
	// because one was changed of late.
	Contacts map[string]time.Time `json:"changed_contacts_until"`

	// Changed is when a contact of a kind was changed, within half an hour.
	Changed map[string]time.Time `json:"changed_contacts"`

	// Limits are the uses of each rule with a limit since the last proof.
	Limits map[string]ExportedLimit `json:"limits"`
}

// ExportedMethod is a method that is enrolled.
type ExportedMethod struct {
	Method  string    `json:"method"`
	Device  string    `json:"device,omitempty"`        // the mobile that holds its key, as in Devices
	Settles time.Time `json:"settles,omitzero"`        // until then it proves nothing sensitive
	Last    time.Time `json:"last_code,omitzero"`      // the moment of the last code accepted of an app
	Drift   int       `json:"clock_drift_s,omitempty"` // of the app's clock
}

// ExportedProof is a proof that a session holds.
type ExportedProof struct {
	Method  string    `json:"method"`
	Via     string    `json:"via,omitempty"`
	Action  string    `json:"action"`
	Time    time.Time `json:"time"`
	Band    string    `json:"band"`
	Bound   bool      `json:"bound"`
	ACR     string    `json:"acr,omitempty"`
	Device  string    `json:"device,omitempty"` // as in Devices
	Session string    `json:"session"`          // the same for all of one session; no more
}

// ExportedChallenge is a challenge that may still be passed.
type ExportedChallenge struct {
	Method  string            `json:"method"`
	Via     string            `json:"via,omitempty"`
	Action  string            `json:"action"`
	Facts   map[string]string `json:"facts"` // that its proof is bound to
	Channel Channel           `json:"channel"`
	Lane    string            `json:"lane"`
	Session string            `json:"session,omitempty"` // as in Proofs
	Expires time.Time         `json:"expires"`

	// Teaches is what its proof would add to the profile: whence it was asked
	// for.
	Teaches risk.Disclosure `json:"would_teach"`
}

// ExportedLimit is how often a rule with a limit was used, and the sum that it
// counts.
type ExportedLimit struct {
	Count int    `json:"count"`
	Sum   string `json:"sum"`
}

// ExportedFailures are the wrong answers in a row with one method in one lane.
type ExportedFailures struct {
	Lane   string    `json:"lane"`
	Method string    `json:"method"`
	Count  int       `json:"count"`
	Last   time.Time `json:"last"`
}

// Export returns all that is remembered of a subject. An unknown subject has
// the empty Export. The host answers for it, as where a person wrote a letter; a
// customer who asks for it proves that he may: [Guard.ExportProfile]. The owner
// is told. Errors: a [*RequestError], [ErrUnavailable].
func (g *Guard) Export(ctx context.Context, subject string) (Export, error) {
	if err := checkSubject(subject); err != nil {
		return Export{}, err
	}
	r, st, err := g.look(ctx, subject)
	if err != nil {
		return Export{}, err
	}
	err = g.notifyBy(ctx, Notice{Subject: subject, Kind: ProfileExported}, g.by(ctx))
	if err != nil {
		return Export{}, err
	}
	return g.export(r, st), nil
}

// ExportProfile is [Guard.Export] for the customer who asks for it. The grant is
// of the action [ActionExport]. Errors: those of [Guard.Redeem].
func (g *Guard) ExportProfile(ctx context.Context, grant string, req Request) (Export, error) {
	w, err := g.redeemFor(ctx, ActionExport, grant, req)
	if err != nil {
		return Export{}, err
	}
	r, st, err := g.look(ctx, req.Subject)
	if err != nil {
		return Export{}, err
	}
	if !w.stands(r, st) {
		return Export{}, ErrRefused
	}
	err = g.notify(ctx, Notice{Subject: req.Subject, Kind: ProfileExported, Event: w.Event})
	if err != nil {
		return Export{}, err
	}
	return g.export(r, st), nil
}

// export tells what is remembered.
func (g *Guard) export(r *recollection, st *State) Export {
	e := Export{
		Since: st.Since, Profile: r.Disclose(), Devices: knownDevices(&r.Profile, st),
		Prompts24h: st.Prompts24h, Prompts7d: st.Prompts, Wrong24h: st.Wrong.Day,
		Challenges: g.exportedChallenges(st.Pending),
	}
	e.tell(st)
	e.recall(&r.memo)
	return e
}
