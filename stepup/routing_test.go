// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// edited is the test policy with some of its words replaced.
func edited(t testing.TB, replaced ...string) *policy.Policy {
	t.Helper()
	for i := 0; i < len(replaced); i += 2 {
		if !bytes.Contains(readPolicy(t), []byte(replaced[i])) {
			t.Fatalf("the test policy has no %q", replaced[i])
		}
	}
	text := strings.NewReplacer(replaced...).Replace(string(readPolicy(t)))
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Where a policy lists four digits and they are shut, six go to the same contact
// in their place (L10), and once those are shut too the answer names a human.
func TestSixDigitsStandInForFour(t *testing.T) {
	b := steptest.New(t, edited(t, "[code4, code6, mobile4, totp, recovery]", "[code4, totp, recovery]"),
		func(c *stepup.Config) { c.Route = map[string]string{"en": "Call 3900."} })
	guess := func(want stepup.Method) {
		t.Helper()
		c := alice("stranger")
		d := b.Decide(c, "address.change", nil)
		if len(d.Offers) != 1 || d.Offers[0].Method != want {
			t.Fatalf("got %v offering %v, want %v alone", &d, d.Offers, want)
		}
		begun, code := b.Begin(d, want)
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
		refused(t, err)
		if m, sent := b.Sender.Last(steptest.AlicePhone); !sent || m.Code != code {
			t.Errorf("%v did not go to the contact", want)
		}
		b.Clock.Advance(time.Hour)
	}
	for range 4 {
		guess(stepup.Code4)
	}
	for range stepup.MostFailures - 4 {
		guess(stepup.Code6)
	}
	d := b.Decide(alice("stranger"), "address.change", nil)
	if d.Outcome != stepup.Deny || d.Route != "Call 3900." || d.Reference == "" ||
		!slices.Contains(d.Enrol, stepup.TOTP) {
		t.Errorf("with both shut: got %v, route %q, reference %q, enrol %v", &d, d.Route, d.Reference, d.Enrol)
	}
}

// A contact that was taken away or replaced since the decision is sent nothing,
// neither at first nor again.
func TestContactReplacedSinceTheDecision(t *testing.T) {
	for name, now := range map[string][]stepup.Contact{
		"removed":  nil,
		"replaced": {{Kind: policy.SMS, Address: "+33 6 39 98 00 66"}},
		"another kind": {
			{Kind: policy.Email, Address: steptest.AlicePhone}, {Kind: policy.App, Address: steptest.AlicePhone},
		},
	} {
		b, c := newBench(t), alice("laptop")
		d, begunBefore := b.Decide(c, "address.change", nil), b.Decide(alice("tablet"), "address.change", nil)
		ticket := begunBefore.Ticket()
		begun, _ := b.Begin(begunBefore, stepup.Code6)
		b.Contacts[steptest.Alice] = now
		if _, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6); !errors.Is(err, stepup.ErrMethod) {
			t.Errorf("%s: got error %v, want %v", name, err, stepup.ErrMethod)
		}
		err := b.Guard.Resend(t.Context(), alice("tablet").Binding, begun.ID, ticket)
		if !errors.Is(err, stepup.ErrMethod) {
			t.Errorf("%s, sent again: got error %v, want %v", name, err, stepup.ErrMethod)
		}
		if n := len(b.Sender.Sent()); n != 1 {
			t.Errorf("%s: got %d messages, want the one of before", name, n)
		}
	}
}

// An SMS for the website, and nothing else, ends in the line by which browsers
// fill its code in there.
func TestMessagesForBrowsers(t *testing.T) {
	for _, tt := range []struct {
		domain  string
		channel stepup.Channel
		kind    policy.ContactKind
		bound   bool
	}{
		{"shop.example", stepup.Web, policy.SMS, true},
		{"", stepup.Web, policy.SMS, false},
		{"shop.example", stepup.Phone, policy.SMS, false},
		{"shop.example", stepup.App, policy.SMS, false},
		{"shop.example", stepup.Web, policy.Email, false},
		{"shop.example", stepup.Web, policy.App, false},
	} {
		b, c := newBench(t, func(c *stepup.Config) { c.Domain = tt.domain }), alice("laptop")
		c.Channel = tt.channel
		b.Contacts[steptest.Alice] = []stepup.Contact{{Kind: tt.kind, Address: steptest.AlicePhone}}
		_, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code6)
		m, _ := b.Sender.Last(steptest.AlicePhone)
		text, last, found := strings.Cut(m.Text, "\n\n")
		if found != tt.bound || found && last != "@shop.example #"+code {
			t.Errorf("%+v: got message %q", tt, m.Text)
		}
		if !strings.HasPrefix(text, code+" ") || strings.ContainsAny(text, "\n@#") {
			t.Errorf("%+v: got message %q, want the code first", tt, m.Text)
		}
	}
}

// What is enrolled by a proof that the session holds settles like any that a
// weak proof enrolled: for 72 hours it proves nothing sensitive (L19).
func TestEnrolledByAHeldProofSettles(t *testing.T) {
	b, c := steptest.New(t, edited(t, "account.close:  { sensitivity: critical }",
		"account.close:  { sensitivity: critical }\n  method.enrol: { sensitivity: sensitive }")), alice("laptop")
	b.Prove(c, stepup.ActionEnrol, nil, stepup.Code6)
	e, err := b.Guard.EnrolTOTP(t.Context(), "", c.Request(stepup.ActionEnrol, nil))
	if err != nil {
		t.Fatal(err)
	}
	code, err := otp.TOTP{}.Code(e.Secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, code); err != nil {
		t.Fatal(err)
	}
	enrolled := b.Clock.Now()
	for after, want := range map[time.Duration]bool{
		time.Second: false, 72*time.Hour - time.Nanosecond: false, 72 * time.Hour: true,
	} {
		b.Clock.Set(enrolled.Add(after))
		offers := b.Decide(alice("tablet"), "address.change", nil).Offers
		got := slices.ContainsFunc(offers, func(o stepup.Offer) bool { return o.Method == stepup.TOTP })
		if got != want {
			t.Errorf("%v later: got it on offer %t, want %t", after, got, want)
		}
	}
}

// Eight devices of a subject are known. One more takes the place of the one
// that was idle longest, and of no other. Its token is still listed, to be
// revoked, as long as the store keeps it.
func TestKnownDevicesAreBounded(t *testing.T) {
	s := newScene(t)
	var all []*steptest.Client
	known := func(c *steptest.Client) bool {
		d := s.Decide(c, "invoice.view", nil)
		return d.Signals.Bool(risk.DeviceKnown) == risk.True
	}
	for i := range 9 {
		c := alice(fmt.Sprint("device-", i)).From(risktest.ParisAddr)
		s.Clock.Advance(10 * time.Minute)
		if err := s.prove(t, c, "address.change", stepup.Code6); err != nil {
			t.Fatal(err)
		}
		if all = append(all, c); i == 5 { // the first is used again, and the second idle longest
			s.Clock.Advance(30 * time.Minute)
			if err := s.prove(t, all[0], "address.change", stepup.Code6); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i, c := range all {
		if got, want := known(c), i != 1; got != want {
			t.Errorf("device %d of 9: got known %t, want %t", i, got, want)
		}
	}
	if devices, err := s.Guard.Devices(t.Context(), steptest.Alice); err != nil || len(devices) != 9 {
		t.Errorf("got %d devices, error %v, want all 9 tokens", len(devices), err)
	}
}
