// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Wrong answers are counted for the rules, right ones are not, and each for a
// day.
func TestWrongAnswersAreSignals(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code6)
	for range 2 {
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
		refused(t, err)
	}
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err != nil {
		t.Fatal(err)
	}
	want := func(minutes10, hour, day float64) {
		t.Helper()
		d := b.Decide(c, "invoice.view", nil)
		for id, want := range map[risk.Signal]float64{
			risk.VelocityFailures10m: minutes10, risk.VelocityFailures1h: hour, risk.VelocityFailures24h: day,
		} {
			if got, known := d.Signals.Number(id); !known || got != want {
				t.Errorf("%v: got %v, known %t, want %v", id, got, known, want)
			}
		}
	}
	want(2, 2, 2)
	b.Clock.Advance(10 * time.Minute)
	want(0, 2, 2)
	b.Clock.Advance(50 * time.Minute)
	want(0, 0, 2)
	b.Clock.Advance(23 * time.Hour)
	want(0, 0, 0)
}

// The session's methods are the host's and those proven, each once; when it
// was last used is the host's to say.
func TestSessionSignals(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	for _, amount := range []string{"1", "2"} {
		b.Prove(c, "transfer", transfer(amount), stepup.Code4)
	}
	req := c.Request("invoice.view", nil)
	req.SessionMethods = []string{"password", "code4"}
	req.SessionLastUsed = b.Clock.Now().Add(-3 * time.Minute)
	d, err := b.Guard.Decide(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got, known := d.Signals.List(risk.SessionMethods); !known || !slices.Equal(got, []string{"password", "code4"}) {
		t.Errorf("got methods %q, known %t", got, known)
	}
	if got, known := d.Signals.Number(risk.SessionIdle); !known || got != 180 {
		t.Errorf("got idle %v s, known %t, want 180", got, known)
	}
}

// Subjects are counted where they come from, for an hour; who has no address
// is counted nowhere.
func TestSubjectsOfAnAddressAreSignals(t *testing.T) {
	b := newBench(t)
	count := func(c *steptest.Client) (address, network float64, known bool) {
		d := b.Decide(c, "invoice.view", nil)
		address, known = d.Signals.Number(risk.VelocityIPSubjects1h)
		network, _ = d.Signals.Number(risk.VelocityNetSubjects1h)
		return address, network, known
	}
	for i := range 30 {
		c := steptest.NewClient(fmt.Sprintf("fake-%d", i), "laptop").From("192.0.2.7")
		count(c)
		if address, network, known := count(c); !known || address != float64(i+1) || network != float64(i+1) {
			t.Fatalf("subject %d: got %v at the address, %v on the network, known %t", i+1, address, network, known)
		}
	}
	if address, network, _ := count(alice("laptop").From("192.0.2.200")); address != 1 || network != 31 {
		t.Errorf("next door: got %v at the address, %v on the network, want 1 and 31", address, network)
	}
	if _, _, known := count(alice("telephone")); known {
		t.Error("without an address: got a count")
	}
	b.Clock.Advance(time.Hour + time.Second)
	if address, _, _ := count(alice("laptop").From("192.0.2.7")); address != 1 {
		t.Errorf("an hour later: got %v, want 1", address)
	}
}

// A method is to be enrolled only if it can be and is not.
func TestEnrolIsWhatHelps(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	d := b.Decide(c, "account.close", nil)
	if want := []stepup.Method{stepup.TOTP, stepup.Recovery}; d.Outcome != stepup.Deny || !slices.Equal(d.Enrol, want) {
		t.Errorf("got %v, enrol %v, want a deny and %v", &d, d.Enrol, want)
	}
	b.Contacts[steptest.Alice] = nil
	d = b.Decide(c, "address.change", nil)
	if slices.Contains(d.Enrol, stepup.Code4) || slices.Contains(d.Enrol, stepup.Code6) {
		t.Errorf("got enrol %v: nobody enrols a code", d.Enrol)
	}
}

func TestRecoveryHasNoDigits(t *testing.T) {
	b, c, _ := withRecovery(t)
	begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.Recovery)
	if begun.Digits != 0 {
		t.Errorf("got %d digits for a recovery code, want 0", begun.Digits)
	}
}

// A configuration that cannot work is refused by the name of its field.
func TestNewRefuses(t *testing.T) {
	p := testPolicy(t)
	keys := steptest.Keys(t)
	for field, c := range map[string]stepup.Config{
		"config.Keys":      {Namespace: "shop"},
		"config.Namespace": {Keys: keys},
		"config.Audience":  {Keys: keys, Namespace: "shop", Audience: strings.Repeat("a", 129)},
		"config.Domain":    {Keys: keys, Namespace: "shop", Domain: "shop.example #123456"},
		"config.CodeLife":  {Keys: keys, Namespace: "shop", CodeLife: 11 * time.Minute},
		"config.Senders":   {Keys: keys, Namespace: "shop", Contacts: steptest.Contacts{}},
	} {
		if _, err := stepup.New(p, c); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: got error %v, want one that names it", field, err)
		}
	}
	if _, err := stepup.New(nil, stepup.Config{Keys: keys, Namespace: "shop"}); err == nil {
		t.Error("no policy: got no error")
	}
}
