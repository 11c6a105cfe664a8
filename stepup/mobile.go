// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup/journal"
)

// A customer confirms with mobile4 by typing four digits that the asking
// screen shows into his own app. The app signs what he answers with a key that
// was enrolled for it, so that the screen that shows the digits cannot answer
// itself. Like any typed code it does not resist a phisher who relays it.

// Answer is what the customer's app says of a challenge by mobile4. It prints as
// "[redacted]".
type Answer struct {
	redacted

	// Approve: the customer typed the digits. Otherwise he rejected the
	// request, as "that was not me".
	Approve bool

	// Code are the digits typed; empty for a rejection.
	Code string

	// Signature is that of [Answer.Message] by the enrolled Ed25519 key.
	Signature []byte
}

// Message returns what the app signs for a challenge: a name of this use, the
// challenge, the answer and the digits, each with its length before it.
func (a Answer) Message(id string) []byte {
	verdict := "reject"
	if a.Approve {
		verdict = "approve"
	}
	return signed("proportion mobile4 answer", id, verdict, a.Code)
}

// EnrolmentMessage returns what a mobile signs to show that it holds the key
// that it enrols by a grant.
func EnrolmentMessage(grant string) []byte {
	hash := sha256.Sum256([]byte(grant))
	return signed("proportion mobile4 enrol", string(hash[:]))
}

// signed joins parts, none longer than a challenge's name, unambiguously.
func signed(parts ...string) (b []byte) {
	for _, p := range parts {
		b = append(b, byte(len(p)))
		b = append(b, p...)
	}
	return b
}

// EnrolMobile enrols the key of the mobile that makes the request, whose
// device token names it, in place of any other; every device but it is then no
// longer known. The grant is of the action [ActionEnrol] and is redeemed here;
// the signature is that of
// [EnrolmentMessage]. Errors: [ErrRefused] for a wrong signature, and those of
// [Guard.Redeem].
func (g *Guard) EnrolMobile(
	ctx context.Context, grant string, req Request, key ed25519.PublicKey, signature []byte,
) error {
	if len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, EnrolmentMessage(grant), signature) {
		return ErrRefused
	}
	device := g.openDevice(req.Device, req.Subject, new(tokenRoom)).ID
	if device == (Key{}) {
		return &RequestError{"Device", "does not name the mobile that enrols"}
	}
	w, err := g.redeemFor(ctx, ActionEnrol, grant, req)
	if err != nil {
		return err
	}
	return g.add(ctx, req.Subject, Authenticator{Method: Mobile4, Sealed: key, Device: device}, w)
}

// Confirm takes the answer of the customer's app to a challenge by mobile4.
// The asking screen learns of it by [Guard.Await]. As with [Guard.Finish], the
// attempt is counted before anything is compared. A rejection ends the
// challenge.
//
// Errors: [ErrMalformed], [ErrRefused] and [ErrUnavailable] as there.
func (g *Guard) Confirm(ctx context.Context, id string, a Answer) error {
	cid, m, ok := parseID(id)
	if !ok || m != Mobile4 {
		return ErrRefused
	}
	if a.Approve {
		if _, err := otp.Canonical(a.Code, digits(m)); err != nil {
			return ErrMalformed
		}
	}
	ctx = context.WithoutCancel(ctx)
	f := finishing{id: cid, now: g.config.Now()}
	var err error
	f.attempted, err = g.attempt(ctx, Attempt{ID: cid, Try: newTry(), Method: m, Now: f.now, Cost: cost(m), Limits: limits})
	if err != nil {
		_ = g.confirms(g.refusedAnswer(m, f.now), id, a)
		return g.notCompared(ctx, cid, m, err)
	}
	if !g.openDemand(cid, f.attempted.Demand, &f.demand) {
		return ErrRefused
	}
	switch {
	case !g.confirms(g.compared(&f), id, a) || f.demand.Decoy:
		return g.wrong(ctx, &f)
	case !a.Approve:
		return g.reject(ctx, &f)
	}
	f.settles = []Ref{g.unanswered(&f.demand).Of}
	_, err = g.pass(ctx, &f)
	return err
}

// confirms reports whether the enrolled mobile signed the answer, and the digits
// are right where it approves. It compares both, whatever the first says.
func (g *Guard) confirms(f *finishing, id string, a Answer) bool {
	mobile := enrolled(f.attempted.Authenticators, Mobile4)
	if mobile == nil {
		return false
	}
	signed := ed25519.Verify(ed25519.PublicKey(mobile.Sealed), a.Message(id), a.Signature)
	code, err := otp.Canonical(a.Code, digits(Mobile4))
	right := g.keys.code.Verify(f.attempted.Code, f.demand.codeParts(Mobile4, code)...)
	return signed && (err == nil && right || !a.Approve)
}

// reject ends a challenge that the customer says was not his. That is an
// answer, and no guess.
func (g *Guard) reject(ctx context.Context, f *finishing) error {
	e := g.event(&f.demand, journal.KindFailure, "failed")
	e.Detail.Method, e.Detail.Reason = f.attempted.Method.String(), "rejected"
	_, err := g.change(ctx, Change{
		ID: f.id, Try: newTry(), Binding: Ref{Key: f.demand.Binding}, Now: f.now,
		Refund: cost(Mobile4), Answered: []Ref{g.unanswered(&f.demand).Of},
	})
	return errors.Join(err, g.follow(ctx, &f.demand, e))
}

// awaitEvery is how often Await looks.
const awaitEvery = 500 * time.Millisecond

// Await waits until the customer's app has confirmed a challenge by mobile4,
// and returns its grant. It looks twice a second, until the context ends.
//
// Errors: the context's; [ErrRefused] when the challenge ended otherwise, or
// was begun with another binding; [ErrUnavailable].
func (g *Guard) Await(ctx context.Context, binding, id string) (Grant, error) {
	cid, m, ok := parseID(id)
	if !ok || m != Mobile4 {
		return Grant{}, ErrRefused
	}
	look := Look{ID: cid, Binding: pseudonym(g.keys.binding, binding)}
	for {
		look.Now = g.config.Now()
		seen, err := g.config.Store.Look(ctx, look)
		switch {
		case errors.Is(err, ErrRefused):
			return Grant{}, ErrRefused
		case err != nil && ctx.Err() == nil:
			return Grant{}, unavailable("look", err)
		case err == nil && seen.Method != m:
			return Grant{}, ErrRefused
		case seen.Passed:
			var d demand
			if !g.openDemand(cid, seen.Demand, &d) {
				return Grant{}, ErrRefused
			}
			return g.grant(&d, look.Binding.Key, m, false, seen.Counter, seen.At)
		case err == nil && !seen.Pending:
			return Grant{}, ErrRefused
		}
		select {
		case <-ctx.Done():
			return Grant{}, ctx.Err()
		case <-time.After(awaitEvery):
		}
	}
}
