// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// flows drives a guard through all that can happen to it, and keeps all that it
// returned, was handed and sent.
type flows struct {
	*testing.T
	*steptest.Bench
	laptop, stranger *steptest.Client
	phone            *mobile
	totp             otp.Secret
	codes            []otp.RecoveryCode
	saw              []any
}

// everyFlow drives a guard made with the changes.
func everyFlow(t *testing.T, changes ...func(*stepup.Config)) *flows {
	t.Helper()
	b, laptop, phone := withMobile(t, changes...)
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	f := &flows{T: t, Bench: b, laptop: laptop, stranger: alice("stranger"), phone: phone, totp: secret}
	f.decide()
	f.prove()
	f.guess()
	f.leave()
	f.confirm()
	f.enrol()
	f.say()
	f.lose()
	f.end()
	return f
}

// ok fails the test for an error, and keeps what was returned beside it.
func (f *flows) ok(err error, returned ...any) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
	f.saw = append(f.saw, returned...)
}

// not keeps an error that there has to be.
func (f *flows) not(err, want error) {
	f.Helper()
	if !errors.Is(err, want) {
		f.Fatalf("got error %v, want %v", err, want)
	}
	f.saw = append(f.saw, err)
}

func (f *flows) begin(c *steptest.Client, m stepup.Method) (stepup.Decision, stepup.Begun, string) {
	f.Clock.Advance(20 * time.Minute)
	d := f.Decide(c, "address.change", nil)
	begun, code := f.Bench.Begin(d, m)
	f.saw = append(f.saw, d, d.Offers, begun)
	return d, begun, code
}

// decide meets every outcome.
func (f *flows) decide() {
	for _, action := range []string{"invoice.view", "profile.view", "address.change", "no.such.action"} {
		f.saw = append(f.saw, f.Decide(f.laptop, action, nil))
	}
	small := map[string]any{"amount": "9", "payee": "fake-payee", "payee_trusted": true}
	f.saw = append(f.saw, f.Decide(f.laptop, "transfer", small))
	broken := f.laptop.Request("invoice.view", nil)
	broken.Subject += "\xff"
	_, err := f.Guard.Decide(f.Context(), broken)
	if !errors.As(err, new(*stepup.RequestError)) {
		f.Fatalf("got error %v, want a RequestError", err)
	}
	f.saw = append(f.saw, err)
}

// prove resends, errs, proves, redeems.
func (f *flows) prove() {
	ctx, g, c := f.Context(), f.Guard, f.laptop
	d, begun, code := f.begin(c, stepup.Code6)
	_, err := g.Begin(ctx, d.Ticket(), stepup.Code4)
	f.not(err, stepup.ErrTicket)
	f.ok(g.Resend(ctx, c.Binding, begun.ID, d.Ticket()))
	_, err = g.Finish(ctx, c.Binding, begun.ID, wrong(code))
	f.not(err, stepup.ErrRefused)
	_, err = g.Finish(ctx, c.Binding, begun.ID, "x")
	f.not(err, stepup.ErrMalformed)
	message, _ := f.Sender.Last(steptest.AlicePhone)
	grant, err := g.Finish(ctx, c.Binding, begun.ID, message.Code)
	f.ok(err, grant)
	c.Keep(grant)
	f.not(g.Redeem(ctx, grant.Token, c.Request("transfer", transfer("1"))), stepup.ErrRefused)
	f.ok(g.Redeem(ctx, grant.Token, c.Request("address.change", nil)), c.Request("address.change", nil))
	f.not(g.Redeem(ctx, grant.Token, c.Request("address.change", nil)), stepup.ErrRedeemed)
}

// guess errs until a challenge fails and then until the method is shut.
func (f *flows) guess() {
	ctx, g, c := f.Context(), f.Guard, f.stranger
	_, begun, code := f.begin(c, stepup.Code4)
	for range 4 {
		_, err := g.Finish(ctx, c.Binding, begun.ID, wrong(code))
		f.not(err, stepup.ErrRefused)
	}
	for range 50 {
		d := f.Decide(c, "address.change", nil)
		if !slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == stepup.Code6 }) {
			f.saw = append(f.saw, d)
			break
		}
		f.Clock.Advance(time.Hour + time.Minute)
		begun, code := f.Bench.Begin(f.Decide(c, "address.change", nil), stepup.Code6)
		_, _ = g.Finish(ctx, c.Binding, begun.ID, wrong(code))
	}
	f.ok(g.Unlock(ctx, steptest.Alice, stepup.StrangerLane))
}

// leave gives challenges up, in every way.
func (f *flows) leave() {
	ctx, g, c := f.Context(), f.Guard, f.stranger
	_, begun, _ := f.begin(c, stepup.Code4)
	f.ok(g.Cancel(ctx, c.Binding, begun.ID))
	f.not(g.Cancel(ctx, c.Binding, begun.ID), stepup.ErrRefused)
	f.Sender.Fail(errors.New("gateway down"))
	d := f.Decide(c, "address.change", nil)
	_, err := g.Begin(ctx, d.Ticket(), stepup.Code4)
	f.not(err, stepup.ErrDelivery)
	f.Sender.Fail(nil)
	f.begin(c, stepup.Code6) // left to expire
	f.Clock.Advance(time.Hour)
	f.begin(c, stepup.Code6)
	d = f.Decide(c, "address.change", nil)
	begun, err = g.Begin(ctx, d.Ticket(), stepup.Code4) // in place of the one before
	f.ok(err, begun)
	f.begin(f.laptop, stepup.Code6) // tells of both
}

// confirm answers on the mobile.
func (f *flows) confirm() {
	ctx, g, c := f.Context(), f.Guard, f.laptop
	_, begun, _ := f.begin(c, stepup.Mobile4)
	answer := f.phone.answer(begun.ID, true, begun.Show)
	f.ok(g.Confirm(ctx, begun.ID, answer), answer)
	grant, err := g.Await(ctx, c.Binding, begun.ID)
	f.ok(err, grant)
	_, begun, _ = f.begin(c, stepup.Mobile4)
	f.ok(g.Confirm(ctx, begun.ID, f.phone.answer(begun.ID, false, "")))
}

// enrol adds a set of recovery codes and another authenticator.
func (f *flows) enrol() {
	ctx, g, c := f.Context(), f.Guard, f.laptop
	grant := proveTOTP(f.T, f.Bench, c, stepup.ActionEnrol, f.totp)
	codes, err := g.EnrolRecovery(ctx, grant.Token, c.Request(stepup.ActionEnrol, nil))
	f.ok(err, codes)
	f.codes = codes
	_, begun, _ := f.begin(c, stepup.Recovery)
	_, err = g.Finish(ctx, c.Binding, begun.ID, codes[0].Reveal())
	f.ok(err)
	grant = proveTOTP(f.T, f.Bench, c, stepup.ActionEnrol, f.totp)
	e, err := g.EnrolTOTP(ctx, grant.Token, c.Request(stepup.ActionEnrol, nil))
	f.ok(err, e)
	typed, err := otp.TOTP{}.Code(e.Secret, f.Clock.Now())
	f.ok(err)
	f.ok(g.ConfirmTOTP(ctx, c.Binding, e.Pending, typed))
	f.totp = e.Secret
}

// say consents, reports and labels.
func (f *flows) say() {
	ctx, g, c := f.Context(), f.Guard, f.laptop
	f.ok(choose(f.T, f.Bench, c, stepup.Given))
	f.ok(choose(f.T, f.Bench, c, stepup.Withdrawn))
	d := f.Decide(f.stranger, "profile.view", nil)
	for _, claim := range []stepup.Claim{stepup.NotMine, stepup.Mine} {
		r := stepup.Report{Event: d.Event(), Claim: claim}
		f.ok(g.Report(ctx, c.Request("", nil), r), r)
	}
	f.ok(g.Label(ctx, "FAKEDECISION", stepup.Attack))
	f.ok(g.Label(ctx, "FAKEDECISION", stepup.Legit))
}

// lose has a device token copied, and devices revoked.
func (f *flows) lose() {
	ctx, g, c := f.Context(), f.Guard, f.laptop
	f.Clock.Advance(time.Minute)
	stale := *c
	f.Prove(c, "transfer", transfer("9"), stepup.Code6)
	f.Decide(c, "profile.view", nil)
	f.Clock.Advance(3 * time.Minute)
	f.Decide(&stale, "profile.view", nil)
	f.Prove(c, "transfer", transfer("9"), stepup.Code6)
	devices, err := g.Devices(ctx, steptest.Alice)
	f.ok(err, devices)
	f.ok(g.Rebind(ctx, steptest.Alice, f.stranger.Session, f.stranger.Session+"-rotated"))
	f.ok(g.RenameDevice(ctx, steptest.Alice, devices[0].ID, "Kitchen"))
	f.ok(g.Revoke(ctx, steptest.Alice, devices[0].ID))
	f.ok(g.Revoke(ctx, steptest.Alice))
}

// end takes a method, the policy and the subject away.
func (f *flows) end() {
	ctx, g, c := f.Context(), f.Guard, f.laptop
	grant := proveTOTP(f.T, f.Bench, c, stepup.ActionContact, f.totp)
	f.ok(g.ChangeContact(ctx, grant.Token, c.Request(stepup.ActionContact, nil), f.Contacts[steptest.Alice][0]))
	grant = proveTOTP(f.T, f.Bench, c, stepup.ActionTrust, f.totp)
	f.ok(g.TrustDevice(ctx, grant.Token, c.Request(stepup.ActionTrust, nil)))
	grant = proveTOTP(f.T, f.Bench, c, stepup.ActionRevoke, f.totp)
	f.ok(g.RevokeOtherDevices(ctx, grant.Token, c.Request(stepup.ActionRevoke, nil)))
	grant = proveTOTP(f.T, f.Bench, c, stepup.ActionExport, f.totp)
	told, err := g.ExportProfile(ctx, grant.Token, c.Request(stepup.ActionExport, nil))
	f.ok(err, told)
	if len(told.Methods) == 0 {
		f.Fatal("nothing is exported")
	}
	grant = proveTOTP(f.T, f.Bench, c, stepup.ActionRemove, f.totp)
	f.ok(g.RemoveMethod(ctx, grant.Token, c.Request(stepup.ActionRemove, nil), stepup.Recovery))
	f.ok(g.SetPolicy(testPolicy(f.T)))
	f.ok(g.Erase(ctx, steptest.Alice))
}
