// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A resend replaces the code, and gives no attempt back (L9, L15).
func TestResend(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	d := b.Decide(c, "address.change", nil)
	ticket := d.Ticket()
	begun, first := b.Begin(d, stepup.Code4)
	finish := func(code string) error {
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		return err
	}
	refused(t, finish(wrong(first)))
	b.Clock.Advance(2 * time.Minute)
	refused(t, b.Guard.Resend(t.Context(), mallory, begun.ID, ticket))
	if err := b.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket); err != nil {
		t.Fatal(err)
	}
	m, _ := b.Sender.Last(steptest.AlicePhone)
	if !m.Expires.Equal(begun.Expires) {
		t.Errorf("got a code until %v, want the challenge's end %v", m.Expires, begun.Expires)
	}
	if first != m.Code {
		refused(t, finish(first))
	} else {
		refused(t, finish(wrong(first)))
	}
	if err := finish(m.Code); err != nil {
		t.Errorf("the new code, at the third attempt: %v", err)
	}
	refused(t, b.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket))
}

func TestResendRefuses(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	d := b.Decide(c, "address.change", nil)
	ticket := d.Ticket()
	begun, _ := b.Begin(d, stepup.Code4)
	other := b.Decide(alice("tablet"), "address.change", nil)
	if err := b.Guard.Resend(t.Context(), c.Binding, begun.ID, other.Ticket()); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("another ticket: got error %v, want %v", err, stepup.ErrTicket)
	}
	refused(t, b.Guard.Resend(t.Context(), c.Binding, "nonsense", ticket))
	for range 9 {
		if err := b.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket); !errors.Is(err, stepup.ErrBusy) {
		t.Errorf("eleventh message: got error %v, want %v", err, stepup.ErrBusy)
	}
}

func TestCancel(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	refused(t, b.Guard.Cancel(t.Context(), mallory, begun.ID))
	if err := b.Guard.Cancel(t.Context(), c.Binding, begun.ID); err != nil {
		t.Fatal(err)
	}
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	refused(t, err)
	refused(t, b.Guard.Cancel(t.Context(), c.Binding, begun.ID))
}

// A copy of a device token gives itself away: once the owner has proven again,
// the old token ends the series, both copies are unknown, and the owner is
// told. Tabs that still send the old one for a moment do no harm.
func TestCopiedDeviceToken(t *testing.T) {
	var notices []stepup.NoticeKind
	b, c := newBench(t, func(c *stepup.Config) {
		c.Notify = func(_ context.Context, n stepup.Notice) { notices = append(notices, n.Kind) }
	}), alice("laptop")
	known := func(c *steptest.Client) bool {
		d := b.Decide(c, "invoice.view", nil)
		return d.Signals.Bool(risk.DeviceKnown) == risk.True
	}
	b.Prove(c, "address.change", nil, stepup.Code4)
	thief := *c
	b.Clock.Advance(time.Hour)
	b.Prove(c, "transfer", transfer("9"), stepup.Code4)
	b.Clock.Advance(time.Hour)
	if !known(&thief) {
		t.Error("the token before the last is refused before the last was presented")
	}
	if !known(c) {
		t.Error("the last token is refused")
	}
	b.Clock.Advance(2*time.Minute - time.Nanosecond)
	if !known(&thief) || !known(c) {
		t.Error("the token before the last is refused within its grace")
	}
	b.Clock.Advance(time.Nanosecond)
	if known(&thief) {
		t.Error("a stale token makes the device known")
	}
	if known(c) {
		t.Error("the series outlived its copy")
	}
	if len(notices) != 1 || notices[0] != stepup.DeviceCopied {
		t.Errorf("got notices %v, want one of a copied device", notices)
	}
	b.Prove(c, "transfer", transfer("9"), stepup.Code4)
	if !known(c) {
		t.Error("a new proof does not make the device known again")
	}
}

func TestDevices(t *testing.T) {
	b, laptop, tablet := newBench(t), alice("laptop"), alice("tablet")
	b.Prove(laptop, "address.change", nil, stepup.Code4)
	b.Prove(tablet, "address.change", nil, stepup.Code4)
	list := func() []stepup.KnownDevice {
		t.Helper()
		devices, err := b.Guard.Devices(t.Context(), steptest.Alice)
		if err != nil {
			t.Fatal(err)
		}
		return devices
	}
	devices := list()
	if len(devices) != 2 || devices[0].Trusted {
		t.Fatalf("got %d devices, want 2, not trusted by a code", len(devices))
	}
	if err := b.Guard.RenameDevice(t.Context(), steptest.Alice, devices[0].ID, "Kitchen"); err != nil {
		t.Fatal(err)
	}
	if got := list()[0].Name; got != "Kitchen" {
		t.Errorf("got name %q", got)
	}
	if err := b.Guard.Revoke(t.Context(), steptest.Alice, devices[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 1 || got[0].ID != devices[1].ID {
		t.Errorf("got %d devices after revoking one", len(got))
	}
	if d := b.Decide(laptop, "address.change", nil); d.Outcome != stepup.Challenge {
		t.Errorf("held proof on a revoked device: got %v, want a challenge", &d)
	}
	if err := b.Guard.Revoke(t.Context(), steptest.Alice); err != nil {
		t.Fatal(err)
	}
	if got := list(); len(got) != 0 {
		t.Errorf("got %d devices after revoking all", len(got))
	}
	if err := b.Guard.Revoke(t.Context(), steptest.Alice, "nonsense"); err == nil {
		t.Error("got no error for a malformed identifier")
	}
}

// enrolled returns a trusted bench with recovery codes.
func withRecovery(t *testing.T) (*steptest.Bench, *steptest.Client, []otp.RecoveryCode) {
	t.Helper()
	b, c, secret := trusted(t)
	codes, err := b.Guard.EnrolRecovery(t.Context(), proveTOTP(t, b, c, stepup.ActionEnrol, secret).Token,
		c.Request(stepup.ActionEnrol, nil))
	if err != nil {
		t.Fatal(err)
	}
	return b, c, codes
}

// proveTOTP proves the action with an authenticator app.
func proveTOTP(t *testing.T, b *steptest.Bench, c *steptest.Client, action string, secret otp.Secret) stepup.Grant {
	t.Helper()
	b.Clock.Advance(time.Minute)
	begun, _ := b.Begin(b.Decide(c, action, nil), stepup.TOTP)
	return finishTOTP(t, b, c, begun.ID, secret)
}

// finishTOTP answers a challenge with the code of an authenticator app.
func finishTOTP(t *testing.T, b *steptest.Bench, c *steptest.Client, id string, secret otp.Secret) stepup.Grant {
	t.Helper()
	code, err := otp.TOTP{}.Code(secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	grant, err := b.Guard.Finish(t.Context(), c.Binding, id, code)
	if err != nil {
		t.Fatal(err)
	}
	c.Keep(grant)
	return grant
}

// A recovery code proves once, ever.
func TestRecoveryCodes(t *testing.T) {
	b, c, codes := withRecovery(t)
	answer := func(code string) error {
		begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.Recovery)
		grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		if c.Keep(grant); err == nil && !slices.Equal(grant.AMR, []string{"otp"}) {
			t.Errorf("got amr %q, want otp", grant.AMR)
		}
		return err
	}
	if err := answer("nonsense"); !errors.Is(err, stepup.ErrMalformed) {
		t.Errorf("got error %v, want %v", err, stepup.ErrMalformed)
	}
	refused(t, answer("00000-00000-00000"))
	if err := answer(codes[3].Reveal()); err != nil {
		t.Errorf("a recovery code: %v", err)
	}
	refused(t, answer(codes[3].Reveal()))
	if err := answer(codes[4].Reveal()); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func TestEnrolTOTP(t *testing.T) {
	b, c, old := trusted(t)
	grant := proveTOTP(t, b, c, stepup.ActionEnrol, old)
	_, err := b.Guard.EnrolTOTP(t.Context(), grant.Token, c.Request("address.change", nil))
	var malformed *stepup.RequestError
	if !errors.As(err, &malformed) || malformed.Field != "Action" {
		t.Errorf("another action: got error %v, want a RequestError", err)
	}
	e, err := b.Guard.EnrolTOTP(t.Context(), grant.Token, c.Request(stepup.ActionEnrol, nil))
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Guard.EnrolTOTP(t.Context(), grant.Token, c.Request(stepup.ActionEnrol, nil))
	if !errors.Is(err, stepup.ErrRedeemed) {
		t.Errorf("the same grant again: got error %v, want %v", err, stepup.ErrRedeemed)
	}
	code, err := otp.TOTP{}.Code(e.Secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	refused(t, b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, wrong(code)))
	refused(t, b.Guard.ConfirmTOTP(t.Context(), mallory, e.Pending, code))
	refused(t, b.Guard.ConfirmTOTP(t.Context(), c.Binding, grant.Token, code))
	if err := b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, code); err != nil {
		t.Fatal(err)
	}
	refusedAgain := b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, code)
	refused(t, refusedAgain)
	begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.TOTP)
	_, err = b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	refused(t, err) // the first code was used up by the enrolment
	proveTOTP(t, b, c, "account.close", e.Secret)
}

func TestRemoveMethod(t *testing.T) {
	b, c, secret := trusted(t)
	grant := proveTOTP(t, b, c, stepup.ActionRemove, secret)
	req := c.Request(stepup.ActionRemove, nil)
	if err := b.Guard.RemoveMethod(t.Context(), grant.Token, req, stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(c, "account.close", nil); d.Outcome != stepup.Deny || len(d.Enrol) == 0 {
		t.Errorf("got %v, want a deny that says what to enrol", &d)
	}
	if d := b.Decide(c, "invoice.view", nil); d.Signals.Bool(risk.DeviceKnown) != risk.False {
		t.Error("a device outlived the removal of a method")
	}
}

// Erasing forgets the subject, and buys no new guesses (L9, L23).
func TestEraseKeepsTheBudgetSpent(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	b.Prove(c, "address.change", nil, stepup.Code4)
	stranger := alice("stranger")
	for range 4 {
		b.Clock.Advance(time.Hour)
		begun, code := b.Begin(b.Decide(stranger, "transfer", transfer("250")), stepup.Code4)
		_, err := b.Guard.Finish(t.Context(), stranger.Binding, begun.ID, wrong(code))
		refused(t, err)
	}
	begun, code := b.Begin(b.Decide(alice("tablet"), "transfer", transfer("1")), stepup.Code6)
	if err := b.Guard.Erase(t.Context(), steptest.Alice); err != nil {
		t.Fatal(err)
	}
	_, err := b.Guard.Finish(t.Context(), alice("tablet").Binding, begun.ID, code)
	refused(t, err)
	d := b.Decide(c, "address.change", nil)
	if d.Signals.Bool(risk.DeviceKnown) != risk.False || d.Outcome != stepup.Challenge {
		t.Errorf("after erasing: got device known %v, %v", d.Signals.Bool(risk.DeviceKnown), &d)
	}
	if d.Offers[0].Method != stepup.Code6 {
		t.Errorf("after erasing: got %v on offer, want four digits still shut", d.Offers[0].Method)
	}
	if devices, err := b.Guard.Devices(t.Context(), steptest.Alice); err != nil || len(devices) != 0 {
		t.Errorf("after erasing: got %d devices, error %v", len(devices), err)
	}
}

// A proof follows the session that the host rotates.
func TestRebind(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	b.Prove(c, "address.change", nil, stepup.Code4)
	before := c.Session
	c.Session = "fake-session-after-login"
	if d := b.Decide(c, "address.change", nil); d.Outcome != stepup.Challenge {
		t.Errorf("before rebinding: got %v, want a challenge", &d)
	}
	if err := b.Guard.Rebind(t.Context(), c.Subject, before, c.Session); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(c, "address.change", nil); d.Outcome != stepup.Allow {
		t.Errorf("after rebinding: got %v, want allow", &d)
	}
	if c.Session = before; b.Decide(c, "address.change", nil).Outcome != stepup.Challenge {
		t.Error("the old session still holds the proof")
	}
	for _, sessions := range [][2]string{{"", "b"}, {"a", ""}} {
		if err := b.Guard.Rebind(t.Context(), c.Subject, sessions[0], sessions[1]); err == nil {
			t.Errorf("rebinding %q: got no error", sessions)
		}
	}
}

// Whatever operation of the store fails, before or after it happened, nothing
// is allowed that would not be otherwise, and no error is swallowed.
func TestEveryStoreOperationFailing(t *testing.T) {
	granted := []string{"Change", "Redeem", "Update", "Erase"} // they come after the grant, or before
	for _, operation := range append([]string{"Subject", "Open", "Attempt", "Settle"}, granted...) {
		for _, lost := range []bool{false, true} {
			store := faulty()
			b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
			if lost {
				store.LoseReply(operation, errStore)
			} else {
				store.Fail(operation, errStore)
			}
			grant, err := wholeFlow(t, b, c)
			if !errors.Is(err, errStore) && operation != "Subject" {
				t.Errorf("%s, reply lost %t: got error %v, want the store's", operation, lost, err)
			}
			if !slices.Contains(granted, operation) && grant.Token != "" {
				t.Errorf("%s, reply lost %t: got a grant", operation, lost)
			}
		}
	}
}

// wholeFlow goes through every operation, and returns the first error.
func wholeFlow(t *testing.T, b *steptest.Bench, c *steptest.Client) (stepup.Grant, error) {
	t.Helper()
	req := c.Request("transfer", transfer("250"))
	d, err := b.Guard.Decide(t.Context(), req)
	if err != nil || d.Outcome == stepup.Allow || d.Outcome == stepup.Notify {
		t.Fatalf("got %v, error %v", &d, err)
	}
	begun, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
	if err != nil {
		return stepup.Grant{}, err
	}
	if err := b.Guard.Resend(t.Context(), c.Binding, begun.ID, d.Ticket()); err != nil {
		return stepup.Grant{}, err
	}
	m, _ := b.Sender.Last(steptest.AlicePhone)
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, m.Code)
	if err != nil {
		return grant, err
	}
	if err := b.Guard.Redeem(t.Context(), grant.Token, req); err != nil {
		return grant, err
	}
	if err := b.Guard.Revoke(t.Context(), c.Subject); err != nil {
		return grant, err
	}
	return grant, b.Guard.Erase(t.Context(), c.Subject)
}
