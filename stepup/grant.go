// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Grant is a proof on its way back to the service that asked for it. It prints
// as "[redacted]".
type Grant struct {
	redacted

	// Token is the sealed proof, for [Guard.Redeem], valid for 5 minutes. It
	// never belongs in a URL or a log.
	Token string

	// Device is the token by which this client is known from now on: keep it
	// in a __Host- cookie, or in the app's protected storage, and pass it in
	// [Request.Device]. Empty where a client cannot keep one. Drop it where the
	// customer says that the device is not his own.
	Device string

	Method Method

	// AMR are the authentication method references of this proof, for a token
	// that the host issues (RFC 8176 s2): what was done, and never why it was
	// asked for or what opened the session. So none of them is "rba", "geo" or
	// "mfa" (L6).
	AMR []string

	// ACR is the authentication context class reached, if the policy names
	// one. Only a proof reaches it, never a low risk (L6).
	ACR     string
	Expires time.Time

	// Reasons are why the proof was asked for, in plain words, now that the
	// customer has proven who he is.
	Reasons []string
}

// proven is what a grant's token seals: keyed hashes only, so that comparing
// needs no secret of the customer.
type proven struct {
	ID       ID
	Issued   time.Time
	Subject  Key
	Session  Key
	Binding  Key
	Action   Key
	Audience Key
	Facts    []provenFact
	Single   bool
	Strong   bool
	Device   Key                `json:",omitzero"` // that it was given on
	Via      policy.ContactKind `json:",omitzero"` // what carried the code
}

// provenFact is the keyed hash of one bound fact; the name is for the operator
// who asks what differed.
type provenFact struct {
	Name string
	Sum  digest
}

func (g *Guard) grant(d *demand, binding Key, m Method, strong bool, counter uint32, now time.Time) (Grant, error) {
	p := proven{
		ID: d.ID, Issued: now, Single: d.single(), Strong: strong,
		Subject: pseudonym(g.keys.subject, d.Subject).Key, Session: d.Session, Binding: binding,
		Action: pseudonym(g.keys.action, d.Action).Key, Audience: pseudonym(g.keys.audience, d.Audience).Key,
		Device: d.device(), Via: d.Via,
	}
	for _, f := range d.Facts {
		p.Facts = append(p.Facts, provenFact{f.Name, g.keys.fact.Sum(factParts(f)...)})
	}
	token, err := sealJSON(g.keys.grant, p)
	if err != nil {
		return Grant{}, fmt.Errorf("stepup: seal grant: %w", err)
	}
	device, err := g.sealDevice(d, counter)
	if err != nil {
		return Grant{}, fmt.Errorf("stepup: seal device token: %w", err)
	}
	return Grant{
		Token: token, Device: device, Method: m, AMR: references(m, d.Via), ACR: d.ACR,
		Expires: now.Add(grantLife), Reasons: d.Reasons,
	}, nil
}

// references returns the values of RFC 8176 s2 for a method: the possession of
// a key, and somebody who acts, for what an app or a passkey signs; one-time
// passwords for the rest, among which those by SMS stand out.
func references(m Method, via policy.ContactKind) []string {
	switch {
	case m == Mobile4, m == Passkey:
		return []string{"pop", "user"}
	case via == policy.SMS:
		return []string{"otp", "sms"}
	}
	return []string{"otp"}
}

// Redeem accepts a grant for a request: it must be for the same subject,
// session, binding, action, bound facts and audience as were proven, within the
// grant's life. A grant of a bound, sensitive or critical action is accepted once,
// ever. Call it at the moment of doing what was proven.
//
// Errors: all but [ErrUnavailable] and [*RequestError] are an [ErrRefused];
// [ErrExpired], [ErrRedeemed] and [*MismatchError] say more to the operator.
func (g *Guard) Redeem(ctx context.Context, token string, req Request) error {
	_, err := g.redeem(ctx, token, req, fits)
	return err
}

// redeem redeems a grant whose proof is fit, tells what was proven, and records
// it.
func (g *Guard) redeem(
	ctx context.Context, token string, req Request, fit func(showing) error,
) (proven, error) {
	p, err := g.accept(ctx, token, req, fit)
	var malformed *RequestError
	if errors.As(err, &malformed) {
		return proven{}, err
	}
	e := &journal.Event{
		Kind: journal.KindRedeem, ID: p.ID.reference(), Action: req.Action, Outcome: "accepted",
		Detail: journal.Detail{Sensitivity: g.Policy().Action(req.Action).Sensitivity.String()},
	}
	if err != nil {
		e.Outcome, e.Detail.Reason = "refused", refusal(err)
		var mismatch *MismatchError
		if errors.As(err, &mismatch) {
			e.Detail.Field = mismatch.Field
		}
	}
	if failed := g.write(ctx, req.Subject, e); failed != nil {
		err = errors.Join(err, unavailable("journal", failed))
	}
	return p, err
}

// accept checks a grant, and uses it up.
func (g *Guard) accept(
	ctx context.Context, token string, req Request, fit func(showing) error,
) (p proven, err error) {
	if err := req.check(); err != nil {
		return proven{}, err
	}
	if !openJSON(g.keys.grant, token, &p) {
		return proven{}, ErrRefused
	}
	now := g.config.Now()
	if !lives(p.Issued, grantLife, now) {
		return p, ErrExpired
	}
	if err := g.match(&p, &req); err != nil {
		return p, err
	}
	if err := fit(showing{p.Via, p.Strong, p.Device}); err != nil {
		return p, err
	}
	if !p.Single {
		return p, nil
	}
	return p, g.redeemOnce(ctx, Redemption{
		ID: p.ID, Try: newTry(), Issued: p.Issued, Expires: p.Issued.Add(grantLife), Now: now,
	})
}

// audience is the service that redeems what is proven for a request.
func (g *Guard) audience(req *Request) string { return cmp.Or(req.Audience, g.config.Audience) }

func (g *Guard) redeemOnce(ctx context.Context, r Redemption) error {
	err := g.config.Store.Redeem(context.WithoutCancel(ctx), r)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrRedeemed):
		return ErrRedeemed
	}
	return unavailable("redeem", err)
}

// match returns a *MismatchError for the first thing in which the request is
// not what was proven. The facts are read under today's policy: a fact bound
// since then was not proven.
func (g *Guard) match(p *proven, req *Request) error {
	for _, f := range []struct {
		name string
		mac  *otp.MAC
		key  Key
		text string
	}{
		{"Subject", g.keys.subject, p.Subject, req.Subject},
		{"Session", g.keys.session, p.Session, req.Session},
		{"Binding", g.keys.binding, p.Binding, req.Binding},
		{"Action", g.keys.action, p.Action, req.Action},
		{"Audience", g.keys.audience, p.Audience, g.audience(req)},
	} {
		if !isPseudonym(f.mac, f.key, f.text) {
			return &MismatchError{f.name}
		}
	}
	facts, gaps := g.Policy().Bound(req.Action, req.Facts)
	if len(gaps) > 0 {
		return &MismatchError{"Facts." + gaps[0].Name}
	}
	for i, f := range facts {
		if i >= len(p.Facts) || p.Facts[i].Name != f.Name || !g.keys.fact.Verify(p.Facts[i].Sum, factParts(f)...) {
			return &MismatchError{"Facts." + f.Name}
		}
	}
	if len(p.Facts) > len(facts) {
		return &MismatchError{"Facts." + p.Facts[len(facts)].Name}
	}
	return nil
}
