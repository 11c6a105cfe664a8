// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A challenge by four digits takes three wrong answers, one by six digits five,
// however long is waited between them; the right one then comes too late, and
// costs nothing.
func TestAttemptsOfAChallenge(t *testing.T) {
	for m, most := range map[stepup.Method]int{stepup.Code4: 3, stepup.Code6: 5, stepup.TOTP: 5} {
		s, c := newScene(t), alice("laptop")
		d := s.Decide(c, "address.change", nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), m)
		if err != nil {
			t.Fatal(err)
		}
		for n := 1; n <= most; n++ {
			_, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(s.answer(t, begun)))
			refused(t, err)
			s.Clock.Advance(stepup.Wait(n))
		}
		if !s.Clock.Now().Before(begun.Expires) {
			t.Fatalf("%v: the challenge expired before its last attempt", m)
		}
		_, err = s.Guard.Finish(t.Context(), c.Binding, begun.ID, s.answer(t, begun))
		refused(t, err)
		if got := len(s.meter.wrong()); got != most {
			t.Errorf("%v: got %d answers compared, want %d", m, got, most)
		}
	}
}

// A grant names what was done in the words of RFC 8176, and nothing else (L6).
func TestGrantNamesItsReferences(t *testing.T) {
	b, c, m := withMobile(t)
	app, text := []string{"pop", "user"}, []string{"otp", "sms"}
	check := func(name string, got, want []string) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: got amr %q, want %q", name, got, want)
		}
	}
	check("four digits by SMS", b.Prove(c, "transfer", transfer("1"), stepup.Code4).AMR, text)
	check("six digits by SMS", b.Prove(c, "transfer", transfer("2"), stepup.Code6).AMR, text)
	begun := ask(t, b, c)
	if err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)); err != nil {
		t.Fatal(err)
	}
	grant, err := b.Guard.Await(t.Context(), c.Binding, begun.ID)
	if err != nil {
		t.Fatal(err)
	}
	check("the app", grant.AMR, app)

	b, c, secret := trusted(t)
	check("an authenticator", proveTOTP(t, b, c, "account.close", secret).AMR, []string{"otp"})
	b.Contacts[steptest.Alice] = []stepup.Contact{{Kind: policy.Email, Address: steptest.AliceEmail}}
	check("six digits by e-mail", b.Prove(c, "transfer", transfer("3"), stepup.Code6).AMR, []string{"otp"})

	b, c, _, a, _ := withPasskeys(t)
	begun, _ = b.Begin(b.Decide(c, "account.close", nil), stepup.Passkey)
	grant, err = b.Guard.Finish(t.Context(), c.Binding, begun.ID, a.sign(t, c.Subject, begun.Options))
	if err != nil {
		t.Fatal(err)
	}
	check("a passkey", grant.AMR, app)
}

// What could not be delivered costs no attempt and keeps nobody waiting: the
// challenge is over, and a mobile that heard nothing left no question
// unanswered.
func TestDeliveryFailureBurnsNothing(t *testing.T) {
	b, c, m := withMobile(t)
	b.Sender.Fail(errors.New("gateway down"))
	for range 4 {
		for _, method := range []stepup.Method{stepup.Mobile4, stepup.Code6, stepup.Code4} {
			other := *c
			other.Binding += method.String() // so that nothing is superseded
			d := b.Decide(&other, "transfer", transfer("250"))
			_, err := b.Guard.Begin(t.Context(), d.Ticket(), method)
			if !errors.Is(err, stepup.ErrDelivery) {
				t.Fatalf("%v: got error %v, want %v", method, err, stepup.ErrDelivery)
			}
		}
		b.Clock.Advance(time.Hour)
	}
	b.Sender.Fail(nil)
	begun := ask(t, b, c)
	if err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)); err != nil {
		t.Error(err)
	}
	begun, code := b.Begin(b.Decide(c, "transfer", transfer("9")), stepup.Code6)
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
	refused(t, err)
	e, err := b.Guard.Export(t.Context(), c.Subject)
	if err != nil || e.Wrong24h != 1 || len(e.Failures) != 1 || e.Failures[0].Count != 1 {
		t.Errorf("got %d wrong answers and %v, error %v; want the one that was given", e.Wrong24h, e.Failures, err)
	}
}

// The drift of a device's clock is learnt in the trusted lane alone, one step
// at a time and one step at most; the window moves with it, and grows no wider.
func TestDriftIsLearntOnTrustedDevices(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	late := func(c *steptest.Client, behind int) error {
		t.Helper()
		s.Clock.Advance(20 * time.Minute)
		s.Clock.Set(s.Clock.Now().Truncate(30 * time.Second).Add(26 * time.Second))
		d := s.Decide(c, "address.change", nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.TOTP)
		if err != nil {
			t.Fatal(err)
		}
		code, err := otp.TOTP{}.Code(s.totp, s.Clock.Now().Add(-time.Duration(behind)*30*time.Second))
		if err != nil {
			t.Fatal(err)
		}
		grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		c.Keep(grant)
		return err
	}
	drift := func() int { return s.state(t).Authenticators[0].Drift }
	refused(t, late(owner, 2))
	if err := late(alice("stranger").From(risktest.ParisAddr), 1); err != nil || drift() != 0 {
		t.Errorf("a stranger, a step late: got drift %d, error %v, want 0", drift(), err)
	}
	for range 2 {
		if err := late(owner, 1); err != nil || drift() != -1 {
			t.Errorf("the owner, a step late: got drift %d, error %v, want -1", drift(), err)
		}
	}
	if err := late(owner, 2); err != nil || drift() != -1 {
		t.Errorf("two steps late, once that was learnt: got drift %d, error %v, want -1", drift(), err)
	}
	refused(t, late(owner, 3))
	refused(t, late(owner, 0)) // the window has moved
}
