// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Export is all that is remembered of a subject, for the subject to read (GDPR
// Art. 15 and 20), but for the proofs that single sessions hold: those are in
// its profile too, and end with their session. It is made to be encoded as JSON, and must be shown to
// nobody else: the host sees to it that the subject asked, as by the built-in
// action profile.export.
type Export struct {
	// Profile are devices, places and habits, each with its purpose.
	Profile risk.Disclosure `json:"profile"`

	// Methods are those enrolled; their secrets are not told.
	Methods []string `json:"methods"`

	// Devices are the known ones.
	Devices []KnownDevice `json:"devices"`

	// Prompts24h is how many challenges were passed in the last 24 hours.
	Prompts24h int `json:"prompts_24h"`

	// WrongAnswers is what wrong answers used up of the guess budget of each
	// lane in the last 30 days, in parts per million. It is kept when the rest
	// is erased, until it no longer counts.
	WrongAnswers map[string]int `json:"wrong_answers_ppm"`

	// Consent is when the subject agreed to the signals that need it. Zero: he
	// did not, or no longer does.
	Consent time.Time `json:"consent,omitzero"`

	// Cautious is until when the guard asks for more, because something was
	// reported that was not the subject. Zero: nothing was, of late.
	Cautious time.Time `json:"cautious_until,omitzero"`

	// Limits are the uses of each rule with a limit since the last proof.
	Limits map[string]ExportedLimit `json:"limits"`

	// Failures are the wrong answers in a row of each method, and Wrong24h all
	// of the last 24 hours.
	Failures []ExportedFailures `json:"failures"`
	Wrong24h int                `json:"wrong_24h"`
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
// the empty Export. Errors: a [*RequestError], [ErrUnavailable].
func (g *Guard) Export(ctx context.Context, subject string) (Export, error) {
	if err := checkSubject(subject); err != nil {
		return Export{}, err
	}
	now := g.config.Now()
	st, err := g.config.Store.Subject(ctx, Query{Subject: g.subjectRef(subject), Now: now})
	if err != nil {
		return Export{}, unavailable("subject", err)
	}
	var r recollection
	if err := r.UnmarshalBinary(st.Profile); err != nil {
		return Export{}, unavailable("profile", err)
	}
	r.Expire(now)
	e := Export{
		Profile: r.Disclose(), Devices: knownDevices(&r.Profile, &st), Prompts24h: st.Prompts24h,
		Consent: r.memo.consent, Cautious: r.memo.until,
		WrongAnswers: map[string]int{}, Limits: map[string]ExportedLimit{}, Wrong24h: st.Wrong.Day,
	}
	for _, a := range st.Authenticators {
		if len(a.Sealed) > 0 {
			e.Methods = append(e.Methods, a.Method.String())
		}
	}
	for lane, used := range st.Guesses {
		if used.All > 0 {
			e.WrongAnswers[Lane(lane).String()] = used.All
		}
	}
	for _, r := range st.Spent {
		e.Limits[r.Rule] = ExportedLimit{Count: r.Count, Sum: r.Sum.String()}
	}
	for _, f := range st.Failures {
		e.Failures = append(e.Failures, ExportedFailures{
			Lane: f.Lane.String(), Method: f.Method.String(), Count: f.Count, Last: f.Last,
		})
	}
	return e, nil
}
