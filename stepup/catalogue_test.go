// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// TestEverySignalCanBeKnown lives some weeks with a guard that has all that it
// can have. A signal of the catalogue that no request makes known is one that
// nobody can write a rule with.
func TestEverySignalCanBeKnown(t *testing.T) {
	b := newBench(t, func(c *stepup.Config) {
		c.Crowd = risk.NewCrowd(0)
		c.Familiarity.Calibration = calibration(t)
	})
	c := atHome()
	c.Language = "fr"
	home := stepup.Identity{Home: risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"}}
	if err := b.Guard.Seed(t.Context(), c.Subject, home); err != nil {
		t.Fatal(err)
	}
	secret := seedTOTP(t, b, c)
	if err := choose(t, b, c, stepup.Given); err != nil {
		t.Fatal(err)
	}
	misguess(t, b, c)
	for range 9 { // proofs make habits, and days a baseline
		b.Clock.Advance(24 * time.Hour)
		b.Prove(c, "transfer", transfer("100"), stepup.Code6)
	}
	proveTOTP(t, b, c, "account.close", secret)
	b.Clock.Advance(3 * time.Hour)
	abroad := *c
	abroad.From(risktest.NewYorkAddr)
	known := map[risk.Signal]bool{}
	for _, client := range []*steptest.Client{c, &abroad} {
		req := client.Request("invoice.view", nil)
		req.SessionStart, req.SessionLastUsed = b.Clock.Now().Add(-time.Hour), b.Clock.Now().Add(-time.Minute)
		d, err := b.Guard.Decide(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range risk.Catalogue() {
			known[spec.Signal] = known[spec.Signal] || d.Signals.Known(spec.Signal)
		}
	}
	for _, spec := range risk.Catalogue() {
		if !known[spec.Signal] {
			t.Errorf("%s: no request made it known", spec.Name)
		}
	}
}

// misguess answers a challenge wrong.
func misguess(t testing.TB, b *steptest.Bench, c *steptest.Client) {
	t.Helper()
	begun, code := b.Begin(b.Decide(c, "transfer", transfer("1")), stepup.Code6)
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code)); err == nil {
		t.Fatal("a wrong answer was right")
	}
}

func number(t testing.TB, b *steptest.Bench, c *steptest.Client, id risk.Signal) (n float64, known bool) {
	t.Helper()
	return b.Decide(c, "invoice.view", nil).Signals.Number(id)
}

// Wrong answers are counted at the address that asked for the challenge, over
// all its subjects; right ones are not.
func TestWrongAnswersOfAnAddress(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		c := customer(b, i).From("198.51.100.7")
		misguess(t, b, c)
		b.Prove(c, "transfer", transfer("2"), stepup.Code6)
	}
	for addr, want := range map[string]float64{"198.51.100.7": 5, "198.51.100.8": 0} {
		if n, known := number(t, b, alice("laptop").From(addr), risk.VelocityIPFailures1h); !known || n != want {
			t.Errorf("%s: got %v, known %t, want %v", addr, n, known, want)
		}
	}
	if _, known := number(t, b, alice("telephone"), risk.VelocityIPFailures1h); known {
		t.Error("without an address: got a count")
	}
	b.Clock.Advance(66 * time.Minute)
	if n, _ := number(t, b, alice("laptop").From("198.51.100.7"), risk.VelocityIPFailures1h); n != 0 {
		t.Errorf("an hour later: got %v", n)
	}
}

// One household of an IPv6 provider is one address, and its /48 a network.
func TestAddressesOfIPv6(t *testing.T) {
	b := newBench(t)
	for i, addr := range []string{"2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1", "2001:db8:2:1::1"} {
		number(t, b, customer(b, i).From(addr), risk.VelocityIPSubjects1h)
	}
	d := b.Decide(customer(b, 9).From("2001:db8:1:1::3"), "invoice.view", nil)
	address, _ := d.Signals.Number(risk.VelocityIPSubjects1h)
	network, _ := d.Signals.Number(risk.VelocityNetSubjects1h)
	if address != 3 || network != 4 {
		t.Errorf("got %v at the address, %v on the network, want 3 and 4", address, network)
	}
}

// A browser that asks for many subjects is seen, with whatever device token and
// wherever it goes.
func TestSubjectsOfADevice(t *testing.T) {
	b := newBench(t)
	for i := range 7 {
		c := customer(b, i).From(fmt.Sprintf("198.51.100.%d", i))
		c.Binding = "fake-binding-of-one-browser"
		if n, known := number(t, b, c, risk.DeviceSubjects24h); !known || n != float64(i+1) {
			t.Errorf("subject %d: got %v, known %t", i, n, known)
		}
	}
	b.Clock.Advance(24*time.Hour + time.Second)
	c := alice("laptop")
	c.Binding = "fake-binding-of-one-browser"
	if n, _ := number(t, b, c, risk.DeviceSubjects24h); n != 1 {
		t.Errorf("a day later: got %v, want 1", n)
	}
}

// Wrong answers of everybody are compared with what is usual, once a week has
// shown what that is.
func TestWrongAnswersOfEverybody(t *testing.T) {
	b := newBench(t)
	everybody := func() (float64, bool) { return number(t, b, alice("laptop"), risk.VelocityGlobalFailures) }
	for day := range 7 {
		if _, known := everybody(); known {
			t.Errorf("day %d: known", day)
		}
		misguess(t, b, customer(b, 100+day))
		b.Clock.Advance(24 * time.Hour)
	}
	b.Clock.Advance(time.Hour)
	if n, known := everybody(); !known || n != 0 {
		t.Errorf("a quiet hour: got %v, known %t, want 0", n, known)
	}
	for i := range 30 { // one each: no subject or address stands out
		misguess(t, b, customer(b, i).From(fmt.Sprintf("203.0.113.%d", i)))
	}
	if n, known := everybody(); !known || n != 3 {
		t.Errorf("an attack: got %v, known %t, want 3", n, known)
	}
	store := faulty("subject")
	b = newBench(t, func(c *stepup.Config) { c.Store = store })
	if _, known := everybody(); known {
		t.Error("without a store: known")
	}
}

// customer is one of many who can be reached.
func customer(b *steptest.Bench, i int) *steptest.Client {
	c := steptest.NewClient(fmt.Sprintf("fake-customer-%d", i), "laptop")
	number := fmt.Sprintf("+33 6 39 98 %02d %02d", 10+i/100, i%100)
	b.Contacts[c.Subject] = []stepup.Contact{{Kind: policy.SMS, Address: number}}
	return c
}
