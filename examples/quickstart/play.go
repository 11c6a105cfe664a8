// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"maps"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
)

// result is what became of one request.
type result struct {
	*journey
	person   *person
	place    risk.Location
	decision stepup.Decision

	asked   policy.Method   // how to prove; zero: nothing was asked
	message *stepup.Message // that was delivered; nil: none
	tried   []attempt
	refusal error // what the guard refused besides answers; nil: nothing
	done    bool  // what was asked for happened
}

// attempt is one answer to a challenge.
type attempt struct {
	answer   answer
	accepted bool
}

// play carries one request through the guard: decide, begin, finish, redeem.
// An error is a fault of this program; whatever the guard refuses is a result.
func (w *world) play(ctx context.Context, j *journey) (result, error) {
	w.now, w.sent = j.at.time(), nil
	c := w.client(j)
	req := w.request(j, c)
	r := result{journey: j, person: w.people[j.customer]}
	if req.IP.IsValid() {
		r.place, _ = w.locator.Locate(req.IP) // for the heading only
	}
	var err error
	if r.decision, err = w.guard.Decide(ctx, req); err != nil {
		return r, err
	}
	switch r.decision.Outcome {
	case stepup.Allow, stepup.Notify:
		r.done = true
	case stepup.Challenge:
		w.prove(ctx, &r, req, c)
	}
	return r, nil
}

// prove answers the challenge, keeps the device token of the grant, and
// redeems the proof for what is then really done.
func (w *world) prove(ctx context.Context, r *result, req stepup.Request, c *client) {
	challenge, err := w.guard.Begin(ctx, r.decision.Ticket(), r.choice())
	if err != nil {
		r.refusal = err
		return
	}
	r.asked = challenge.Method
	if len(w.sent) > 0 {
		r.message = &w.sent[len(w.sent)-1]
	}
	grant, ok := w.answer(ctx, r, req.Binding, challenge.ID)
	if !ok {
		return
	}
	if grant.Device != "" {
		c.device = grant.Device
	}
	if len(r.changed) > 0 {
		req.Facts = maps.Clone(req.Facts)
		maps.Copy(req.Facts, r.changed)
	}
	r.refusal = w.guard.Redeem(ctx, grant.Token, req)
	r.done = r.refusal == nil
}

// choice is the method that the customer wants, if it is on offer, else the
// first that is.
func (r *result) choice() policy.Method {
	offers := r.decision.Offers
	for _, o := range offers {
		if o.Method == policy.Method(r.journey.method) {
			return o.Method
		}
	}
	return offers[0].Method
}

// answer types one answer after the other, until one is accepted.
func (w *world) answer(ctx context.Context, r *result, binding, id string) (stepup.Grant, bool) {
	for _, a := range r.answers {
		grant, err := w.guard.Finish(ctx, binding, id, w.code(r, a))
		r.tried = append(r.tried, attempt{a, err == nil})
		if err == nil {
			return grant, true
		}
	}
	return stepup.Grant{}, false
}

// code is what is typed: read from the message that was delivered, or off the
// authenticator; that with a slip; or the one that the customer typed before.
func (w *world) code(r *result, a answer) string {
	code := ""
	switch {
	case a == replay:
		return r.person.typed
	case r.message != nil:
		code = r.message.Code
	default:
		// Without an authenticator there is no code, and nothing is proven.
		code, _ = otp.TOTP{}.Code(r.person.secret, w.now)
	}
	if a == wrong {
		return mistyped(code)
	}
	if r.asked == policy.TOTP {
		r.person.typed = code
	}
	return code
}

// mistyped returns the code with its last digit off by one.
func mistyped(code string) string {
	digits := []byte(code)
	if n := len(digits); n > 0 {
		digits[n-1] = '0' + (digits[n-1]-'0'+1)%10
	}
	return string(digits)
}
