// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"os"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// calibration is one by evidence from -20 to 20.
func calibration(t testing.TB) *risk.Calibration {
	t.Helper()
	values := make([]float64, risk.MinCalibration)
	for i := range values {
		values[i] = -20 + 40*float64(i)/float64(len(values)-1)
	}
	c, err := risk.NewCalibration(values)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// strange is the test policy with a rule by familiarity.
func strange(t testing.TB) *policy.Policy {
	t.Helper()
	base, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: base}, policy.Source{
		Name: "strange.yaml", Data: []byte(`version: 1
rules:
  - id: strange
    when: familiarity.score > 60 and familiarity.network > 0
    unknown: skip
    require: strong
`),
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func crowdOf(t testing.TB, c *risk.Crowd) []byte {
	t.Helper()
	b, err := c.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// atHome is Alice on her laptop in Paris.
func atHome() *steptest.Client {
	c := alice("laptop").From(risktest.ParisAddr)
	c.UserAgent, c.Hints = risktest.Desktop().UserAgent, risktest.Desktop().Hints
	return c
}

// Familiarity reaches the rules, once there are proofs to compare with, a crowd
// and a calibration.
func TestFamiliarityReachesRules(t *testing.T) {
	b := steptest.New(t, strange(t), func(c *stepup.Config) {
		c.Crowd = risk.NewCrowd(0)
		c.Familiarity.Calibration = calibration(t)
	})
	c := atHome()
	if d := b.Decide(c, "invoice.view", nil); d.Signals.Known(risk.FamiliarityScore) {
		t.Error("a newcomer has a score")
	}
	for range 6 {
		b.Prove(c, "address.change", nil, stepup.Code6)
		b.Clock.Advance(24 * time.Hour)
	}
	usual := b.Decide(c, "invoice.view", nil)
	if usual.Outcome != stepup.Allow {
		t.Errorf("at home: got %v", &usual)
	}
	thief := alice("elsewhere").From(risktest.NewYorkAddr)
	thief.UserAgent, thief.Hints = risktest.Phone().UserAgent, risktest.Phone().Hints
	odd := b.Decide(thief, "invoice.view", nil)
	before, known := usual.Signals.Number(risk.FamiliarityScore)
	after, knownToo := odd.Signals.Number(risk.FamiliarityScore)
	if !known || !knownToo || after < before+20 {
		t.Errorf("got %v at home, known %t, and %v elsewhere, known %t", before, known, after, knownToo)
	}
	fired := false
	for _, r := range odd.Verdict.Fired() {
		fired = fired || r.ID == "strange"
	}
	if !fired {
		t.Errorf("elsewhere: got %v, want the rule to fire", &odd)
	}
}

// Without a calibration the parts are known, for the journal, and the score is
// not.
func TestFamiliarityWithoutCalibration(t *testing.T) {
	b := newBench(t, func(c *stepup.Config) { c.Crowd = new(risk.Crowd) })
	c := atHome()
	b.Prove(c, "address.change", nil, stepup.Code6)
	s := b.Decide(c, "invoice.view", nil).Signals
	if !s.Known(risk.FamiliarityNetwork) || !s.Known(risk.FamiliarityAgent) || s.Known(risk.FamiliarityScore) {
		t.Error("want the parts known, and the score not")
	}
}

// Only a proof adds to what is usual for everybody (L21), and it is looked at
// again after ten minutes.
func TestCrowdLearnsFromProofsOnly(t *testing.T) {
	crowd := risk.NewCrowd(0)
	b := newBench(t, func(c *stepup.Config) { c.Crowd = crowd })
	c := atHome()
	empty := crowdOf(t, crowd)
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code6)
	for range 20 {
		b.Decide(c, "invoice.view", nil)
	}
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
	refused(t, err)
	if !bytes.Equal(crowdOf(t, crowd), empty) {
		t.Error("what was not proven was added")
	}
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err != nil {
		t.Fatal(err)
	}
	once := crowdOf(t, crowd)
	if bytes.Equal(once, empty) {
		t.Error("a proof was not added")
	}
	share := func() float64 {
		s := b.Decide(c, "invoice.view", nil).Signals
		n, known := s.Number(risk.FamiliarityNetwork)
		if !known {
			t.Fatal("unknown")
		}
		return n
	}
	alone := share()
	for i := range 6 {
		b.Prove(c, "transfer", transfer("100"), stepup.Code6)
		b.Clock.Advance(90 * time.Second)
		if i == 0 && share() >= alone {
			t.Error("a second proof made the network no more familiar")
		}
	}
	var restored risk.Crowd
	if err := restored.UnmarshalBinary(crowdOf(t, crowd)); err != nil {
		t.Fatal(err)
	}
	before := share()
	b.Clock.Advance(2 * time.Minute)
	b.Prove(c, "transfer", transfer("100"), stepup.Code6)
	if after := share(); after <= before {
		t.Errorf("got %v, then %v: what all others show as well is less of a sign", before, after)
	}
}

// A fleet may have one process count, and give the others its view.
func TestFamiliarityBesideAFixedView(t *testing.T) {
	crowd := new(risk.Crowd)
	view := crowd.View(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	b := newBench(t, func(c *stepup.Config) { c.Familiarity.Crowd = view })
	c := atHome()
	b.Prove(c, "address.change", nil, stepup.Code6)
	if !b.Decide(c, "invoice.view", nil).Signals.Known(risk.FamiliarityNetwork) {
		t.Error("unknown beside a view of a crowd")
	}
}

// The session's class is the one that a proof on this device reached, and no
// risk signal's doing (L6).
func TestSessionReachesAClass(t *testing.T) {
	b, c := newBench(t), atHome()
	secret := seedTOTP(t, b, c)
	if _, known := b.Decide(c, "invoice.view", nil).Signals.Text(risk.SessionACR); known {
		t.Error("a class without a proof that reached it")
	}
	proveTOTP(t, b, c, "account.close", secret)
	got, known := b.Decide(c, "invoice.view", nil).Signals.Text(risk.SessionACR)
	if !known || got != "urn:example:loa:2" {
		t.Errorf("got %q, known %t", got, known)
	}
	other := atHome()
	other.Device = "" // the same session, and not the device
	if _, known := b.Decide(other, "invoice.view", nil).Signals.Text(risk.SessionACR); known {
		t.Error("the class reached on another device")
	}
}

// seedTOTP gives the client's subject an authenticator app.
func seedTOTP(t testing.TB, b *steptest.Bench, c *steptest.Client) otp.Secret {
	t.Helper()
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Seed(t.Context(), c.Subject, stepup.Identity{TOTP: secret}); err != nil {
		t.Fatal(err)
	}
	return secret
}

// A device that is only ever allowed is renewed, and by nothing else (L21): it
// is still known when the proof that taught it is long forgotten.
func TestAllowedActionsRenewADevice(t *testing.T) {
	for name, action := range map[string]string{"allowed": "invoice.view", "challenged": "transfer"} {
		b, c := newBench(t), atHome()
		b.Prove(c, "address.change", nil, stepup.Code6)
		for range 20 { // months
			b.Clock.Advance(29 * 24 * time.Hour)
			b.Decide(c, action, transfer("100"))
		}
		d := b.Decide(c, "invoice.view", nil)
		if got := d.Signals.Bool(risk.DeviceKnown); got != risk.TruthOf(name == "allowed") {
			t.Errorf("%s: got device.known %v", name, got)
		}
		if n, _ := d.Signals.Number(risk.HistoryLogins); n != 0 {
			t.Errorf("%s: %v proofs are remembered, want none", name, n)
		}
	}
}

// The renewal is written once a day, and is a favour: a store that cannot write
// it changes no decision.
func TestRenewalIsOnceADay(t *testing.T) {
	store := faulty()
	b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), atHome()
	b.Prove(c, "address.change", nil, stepup.Code6)
	for range 47 { // hours, in which one day ends
		b.Clock.Advance(time.Hour)
		b.Decide(c, "invoice.view", nil)
	}
	if n := store.Calls("Update"); n != 1 {
		t.Errorf("got %d updates in 47 hours, want 1", n)
	}
	b.Clock.Advance(48 * time.Hour)
	store.Fail("Update", errStore)
	if d := b.Decide(c, "invoice.view", nil); d.Outcome != stepup.Allow || len(d.Degraded) > 0 {
		t.Errorf("a store that cannot write: got %v, degraded %v", &d, d.Degraded)
	}
}
