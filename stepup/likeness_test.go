// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Where names of nobody seem to have what customers have, one who is enrolled in
// an authenticator app is answered as nobody, in every observable, for days.
func TestEnrolledCustomerLooksLikeNobody(t *testing.T) {
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	alike := stepup.Likeness{
		Contacts: []policy.ContactKind{policy.SMS, policy.Email}, Methods: []stepup.Method{stepup.TOTP}, Share: 1,
	}
	see := func(subject string) []string {
		b := steptest.New(t, attackPolicy(t), func(c *stepup.Config) { c.Decoys = []stepup.Likeness{alike} })
		if err := b.Guard.Seed(t.Context(), steptest.Alice, stepup.Identity{TOTP: secret}); err != nil {
			t.Fatal(err)
		}
		return observedAt(t, b, subject, 30)
	}
	known, unknown := see(steptest.Alice), see("fake-nobody")
	totp := 0
	for i := range min(len(known), len(unknown)) {
		if known[i] != unknown[i] {
			t.Fatalf("observation %d: a customer gives\n%s\nand nobody gives\n%s", i, known[i], unknown[i])
		}
		if known[i] == `offer totp to "" after -1ns` {
			totp++
		}
	}
	if len(known) != len(unknown) || len(known) < 500 || totp < 10 {
		t.Errorf("got %d and %d observations, %d offers of totp", len(known), len(unknown), totp)
	}
}

// Names seem to have what the shares say, and each always the same, over a
// rotation of the keys too.
func TestLikenessIsDrawnOnce(t *testing.T) {
	d := newDistinguisher(t, 0, stepup.MemoryConfig{})
	sms := []policy.ContactKind{policy.SMS}
	d.config.Decoys = []stepup.Likeness{
		{Contacts: sms, Share: 70}, {Contacts: sms, Methods: []stepup.Method{stepup.TOTP}, Share: 30},
	}
	restarted := func() (seen []string) {
		var err error
		if d.Guard, err = stepup.New(attackPolicy(t), d.config); err != nil {
			t.Fatal(err)
		}
		for i := range 400 {
			now := d.Decide(steptest.NewClient(fmt.Sprint("nobody-", i), "stranger"), "login", nil)
			seen = append(seen, fmt.Sprint(now.Offers))
		}
		return seen
	}
	before, counts := restarted(), map[string]int{}
	for _, offers := range before {
		counts[offers]++
	}
	d.rotate(t)
	for i, after := range restarted() {
		if after != before[i] {
			t.Fatalf("name %d: got %s after a rotation, want %s as before", i, after, before[i])
		}
	}
	// 280 and 120 are expected; five standard deviations are 46.
	few := 400
	for _, n := range counts {
		few = min(few, n)
	}
	if len(counts) != 2 || few < 120-46 || few > 120+46 {
		t.Errorf("got %v, want two kinds of names, about 280 and 120", counts)
	}
}

func TestConfigRefusesLikenesses(t *testing.T) {
	sms := []policy.ContactKind{policy.SMS}
	for name, l := range map[string]stepup.Likeness{
		"the zero one":      {},
		"no share":          {Contacts: sms},
		"too great a share": {Contacts: sms, Share: 1_000_001},
		"nothing at all":    {Share: 1},
		"no such contact":   {Contacts: []policy.ContactKind{0}, Share: 1},
		"a passkey":         {Methods: []stepup.Method{stepup.Passkey}, Share: 1},
	} {
		c := stepup.Config{Keys: steptest.Keys(t), Namespace: "fake", Decoys: []stepup.Likeness{l}}
		if _, err := stepup.New(attackPolicy(t), c); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
