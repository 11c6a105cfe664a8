// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

func TestRedeemOnce(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	grant := b.Prove(c, "transfer", transfer("250"), stepup.Code4)
	redeem := func() error {
		return b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", transfer("250.00")))
	}
	if n := each(100, redeem); n != 1 {
		t.Errorf("got %d redemptions of 100 at once, want 1", n)
	}
	if err := redeem(); !errors.Is(err, stepup.ErrRedeemed) || !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("got error %v, want %v", err, stepup.ErrRedeemed)
	}
}

func TestRedeemRefusesAnythingElse(t *testing.T) {
	tests := []struct {
		field  string
		change func(*stepup.Request)
	}{
		{"Subject", func(r *stepup.Request) { r.Subject = "fake-mallory" }},
		{"Session", func(r *stepup.Request) { r.Session = "fake-session-of-mallory" }},
		{"Session", func(r *stepup.Request) { r.Session = "" }},
		{"Binding", func(r *stepup.Request) { r.Binding = mallory }},
		{"Action", func(r *stepup.Request) { r.Action = "address.change" }},
		{"Audience", func(r *stepup.Request) { r.Audience = "fake-ledger" }},
		{"Facts.amount", func(r *stepup.Request) { r.Facts["amount"] = "250.01" }},
		{"Facts.amount", func(r *stepup.Request) { delete(r.Facts, "amount") }},
		{"Facts.amount", func(r *stepup.Request) { r.Facts["amount"] = true }},
		{"Facts.payee", func(r *stepup.Request) { r.Facts["payee"] = "FR76 3000 4000 0313" }},
		{"Facts.payee", func(r *stepup.Request) { r.Facts["payee"] = "" }},
	}
	for _, tt := range tests {
		t.Run(tt.field, func(t *testing.T) {
			b, c := newBench(t), alice("laptop")
			grant := b.Prove(c, "transfer", transfer("250"), stepup.Code4)
			req := c.Request("transfer", transfer("250"))
			tt.change(&req)
			err := b.Guard.Redeem(t.Context(), grant.Token, req)
			var mismatch *stepup.MismatchError
			if !errors.As(err, &mismatch) || mismatch.Field != tt.field {
				t.Errorf("got error %v, want a mismatch of %s", err, tt.field)
			}
			refused(t, err)
			req = c.Request("transfer", transfer("250"))
			if err := b.Guard.Redeem(t.Context(), grant.Token, req); err != nil {
				t.Errorf("the refusal used up the grant: %v", err)
			}
		})
	}
}

// A grant is for the service that it was proven for, whoever decided (L17):
// fixed when the challenge is decided, and asked of the one that redeems.
func TestGrantForAnotherAudience(t *testing.T) {
	serving := func(audience string) func(*stepup.Config) {
		return func(c *stepup.Config) { c.Audience = audience }
	}
	front := newBench(t, serving("front"))
	other := func(audience string) *stepup.Guard {
		return newBench(t, serving(audience), func(c *stepup.Config) {
			c.Store, c.Now = front.Store, front.Clock.Now
		}).Guard
	}
	c := alice("laptop")
	prove := func(audience string) string {
		req := c.Request("transfer", transfer("250"))
		req.Audience = audience
		d, err := front.Guard.Decide(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		begun, code := front.Begin(d, stepup.Code6)
		grant, err := front.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		if err != nil {
			t.Fatal(err)
		}
		return grant.Token
	}
	for _, tt := range []struct {
		proven, redeems, asks string
		accepted              bool
	}{
		{"", "front", "", true},
		{"", "front", "front", true},
		{"", "front", "ledger", false},
		{"", "ledger", "", false},
		{"", "", "", false},
		{"ledger", "ledger", "", true},
		{"ledger", "front", "", false},
		{"ledger", "front", "ledger", true},
		{"ledger", "", "", false},
	} {
		req := c.Request("transfer", transfer("250"))
		req.Audience = tt.asks
		err := other(tt.redeems).Redeem(t.Context(), prove(tt.proven), req)
		var mismatch *stepup.MismatchError
		refused := errors.As(err, &mismatch) && mismatch.Field == "Audience"
		if tt.accepted && err != nil || !tt.accepted && !refused {
			t.Errorf("%+v: got error %v", tt, err)
		}
	}
	req := c.Request("transfer", transfer("250"))
	req.Audience = strings.Repeat("a", 129)
	var malformed *stepup.RequestError
	_, err := front.Guard.Decide(t.Context(), req)
	if !errors.As(err, &malformed) || malformed.Field != "Audience" {
		t.Errorf("an audience of 129 bytes: got error %v", err)
	}
}

// A grant of what is bound, sensitive or critical is accepted once; any other
// as often as is asked while it lasts.
func TestGrantsAreRedeemedOnce(t *testing.T) {
	s := newScene(t)
	for action, once := range map[string]bool{
		"address.change": true, "account.close": true, "usage.view": false,
	} {
		c := alice("laptop " + action)
		if !once {
			c.From(risktest.NewYorkAddr) // where it takes a proof
		}
		s.Clock.Advance(time.Minute)
		grant, err := s.grant(t, c, action, stepup.TOTP)
		if err != nil {
			t.Fatal(err)
		}
		req := c.Request(action, nil)
		n := each(20, func() error { return s.Guard.Redeem(t.Context(), grant.Token, req) })
		if once && n != 1 || !once && n != 20 {
			t.Errorf("%s: got %d of 20 redemptions accepted", action, n)
		}
	}
}

func TestRedeemExpires(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	grant := b.Prove(c, "address.change", nil, stepup.Code4)
	b.Clock.Advance(5*time.Minute - time.Nanosecond)
	if err := b.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)); err != nil {
		t.Errorf("1 ns before the end: got %v", err)
	}
	grant = b.Prove(alice("tablet"), "address.change", nil, stepup.Code4)
	b.Clock.Advance(5 * time.Minute)
	err := b.Guard.Redeem(t.Context(), grant.Token, alice("tablet").Request("address.change", nil))
	if !errors.Is(err, stepup.ErrExpired) || !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("at the end: got error %v, want %v", err, stepup.ErrExpired)
	}
}

func TestRedeemRefusesForgeries(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	grant := b.Prove(c, "address.change", nil, stepup.Code4)
	d := b.Decide(c, "transfer", transfer("250"))
	for name, token := range map[string]string{
		"empty": "", "damaged": "AAAA" + grant.Token[4:],
		"a ticket": d.Ticket(), "a device token": grant.Device,
	} {
		err := b.Guard.Redeem(t.Context(), token, c.Request("address.change", nil))
		if !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("%s: got error %v, want %v", name, err, stepup.ErrRefused)
		}
	}
}

func TestRedeemWithoutStore(t *testing.T) {
	store := faulty("Redeem")
	b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
	grant := b.Prove(c, "transfer", transfer("250"), stepup.Code4)
	err := b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", transfer("250")))
	if !errors.Is(err, stepup.ErrUnavailable) {
		t.Errorf("got error %v, want %v", err, stepup.ErrUnavailable)
	}
}

// A held proof counts for the same action, session and device while fresh, and
// never for exact facts (L18).
func TestHeldProofs(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	b.Prove(c, "address.change", nil, stepup.Code4)
	decide := func(c *steptest.Client, action string, facts map[string]any) stepup.Outcome {
		d := b.Decide(c, action, facts)
		return d.Outcome
	}
	if got := decide(c, "address.change", nil); got != stepup.Allow {
		t.Errorf("the same action again: got %v, want allow", got)
	}
	facts := map[string]any{"new_email": "a@example.com"}
	if got := decide(c, "email.change", facts); got != stepup.Challenge {
		t.Errorf("another sensitive action: got %v, want a challenge", got)
	}
	elsewhere := *c
	elsewhere.Session = "fake-session-of-mallory"
	if got := decide(&elsewhere, "address.change", nil); got != stepup.Challenge {
		t.Errorf("another session: got %v, want a challenge", got)
	}
	stolen := *c
	stolen.Device = ""
	if got := decide(&stolen, "address.change", nil); got != stepup.Challenge {
		t.Errorf("the session on another device: got %v, want a challenge", got)
	}
	b.Clock.Advance(15*time.Minute + time.Nanosecond)
	if got := decide(c, "address.change", nil); got != stepup.Challenge {
		t.Errorf("past its freshness: got %v, want a challenge", got)
	}
	b.Prove(c, "transfer", transfer("250"), stepup.Code4)
	if got := decide(c, "transfer", transfer("250")); got != stepup.Challenge {
		t.Errorf("bound action: got %v, want a challenge", got)
	}
}

// A device token is worth nothing to another subject, nor when damaged.
func TestDeviceTokenBelongsToItsSubject(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	b.Contacts["fake-bob"] = b.Contacts[steptest.Alice]
	b.Prove(c, "address.change", nil, stepup.Code4)
	bob := steptest.NewClient("fake-bob", "laptop")
	bob.Device = c.Device
	b.Prove(bob, "address.change", nil, stepup.Code4)
	if bob.Device == c.Device {
		t.Error("got the same token for two subjects")
	}
	b.Clock.Advance(time.Hour)
	damaged := alice("laptop")
	damaged.Device = c.Device[:len(c.Device)-4] + "AAAA"
	if d := b.Decide(damaged, "address.change", nil); d.Outcome != stepup.Challenge {
		t.Errorf("damaged token: got %v, want a challenge", &d)
	}
}

// A thousand sessions of ten attempts stay within the stranger's budget: four
// guesses at four digits, then one part per million each (L10).
func TestGuessBudgetHoldsAcrossChallenges(t *testing.T) {
	store := faulty()
	b := newBench(t, func(c *stepup.Config) { c.Store = store })
	spent := 0
	for i := range 1000 {
		c := alice("stranger-" + strings.Repeat("x", i%7))
		d := b.Decide(c, "address.change", nil)
		if d.Outcome != stepup.Challenge {
			continue
		}
		m := d.Offers[0].Method
		begun, code := b.Begin(d, m)
		before := store.Done("Attempt")
		for range 10 {
			_, _ = b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
		}
		guesses := store.Done("Attempt") - before
		if m == stepup.Code4 {
			guesses *= 100
		}
		spent += guesses
		b.Clock.Advance(10 * time.Minute)
	}
	if spent > 500 || spent < 400 {
		t.Errorf("got %d ppm in a week, want at most 500 and the four-digit share used", spent)
	}
	d := b.Decide(alice("stranger"), "address.change", nil)
	if d.Outcome != stepup.Deny || d.Reference == "" {
		t.Errorf("past the budget: got %v, want a deny with a human route", &d)
	}
	// Fifty in a row shut the contact in this lane for good, whatever time
	// passes, until an operator opens it.
	b.Clock.Advance(32 * 24 * time.Hour)
	if d := b.Decide(alice("stranger"), "address.change", nil); d.Outcome != stepup.Deny {
		t.Errorf("a month later: got %v, want a deny", &d)
	}
	if err := b.Guard.Unlock(t.Context(), steptest.Alice, stepup.StrangerLane); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(alice("stranger"), "address.change", nil); d.Outcome != stepup.Challenge {
		t.Errorf("unlocked: got %v, want a challenge", &d)
	}
}

// Right answers cost nothing, however many (L10).
func TestRightAnswersCostNothing(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	for range 50 {
		b.Clock.Advance(10 * time.Minute)
		b.Prove(c, "transfer", transfer("250"), stepup.Code4)
	}
}

// Rotating the keys in the middle changes no outcome (L30).
func TestKeyRotation(t *testing.T) {
	old, err := otp.NewKey("2025", bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := otp.NewKey("2026", bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	before, err := otp.NewRing(old)
	if err != nil {
		t.Fatal(err)
	}
	after, err := otp.NewRing(fresh, old)
	if err != nil {
		t.Fatal(err)
	}
	store := stepup.NewMemory(stepup.MemoryConfig{})
	ringed := func(r *otp.Ring) *steptest.Bench {
		return newBench(t, func(c *stepup.Config) { c.Keys, c.Store = r, store })
	}
	b1, b2, c := ringed(before), ringed(after), alice("laptop")
	b1.Prove(c, "address.change", nil, stepup.Code4)
	if d := b2.Decide(c, "address.change", nil); d.Outcome != stepup.Allow {
		t.Errorf("held proof after rotation: got %v, want allow", &d)
	}
	begun, code := b1.Begin(b1.Decide(c, "transfer", transfer("250")), stepup.Code4)
	grant, err := b2.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	if err != nil {
		t.Fatalf("challenge across rotation: %v", err)
	}
	begun, code = b1.Begin(b1.Decide(c, "transfer", transfer("9")), stepup.Code4)
	early, err := b1.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	if err != nil {
		t.Fatal(err)
	}
	for amount, g := range map[string]stepup.Grant{"250": grant, "9": early} {
		if err := b2.Guard.Redeem(t.Context(), g.Token, c.Request("transfer", transfer(amount))); err != nil {
			t.Errorf("grant across rotation: %v", err)
		}
	}
}
