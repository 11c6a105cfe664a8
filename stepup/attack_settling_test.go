// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
)

// What a weak proof enrolled proves nothing sensitive for 72 hours, also once
// it was used (L19).
func TestSettlingOutlivesUse(t *testing.T) {
	b := newBench(t)
	c := alice("laptop")
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: bytes.Replace(readPolicy(t),
		[]byte("account.close:  { sensitivity: critical }"),
		[]byte("account.close:  { sensitivity: critical }\n  method.enrol:  { sensitivity: sensitive }"), 1)})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	grant := b.Prove(c, stepup.ActionEnrol, nil, stepup.Code6)
	req := c.Request(stepup.ActionEnrol, nil)
	codes, err := b.Guard.EnrolRecovery(t.Context(), grant.Token, req)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Seed(t.Context(), c.Subject, stepup.Identity{Home: risk.Home{Countries: []string{"FR"}}}); err != nil {
		t.Fatal(err)
	}
	offered := func(action string) bool {
		d := b.Decide(c, action, nil)
		return slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == stepup.Recovery })
	}
	if offered("address.change") {
		t.Fatal("a fresh set of codes proves something sensitive")
	}
	abroad := alice("abroad").From(risktest.NewYorkAddr)
	begun, _ := b.Begin(b.Decide(abroad, "profile.view", nil), stepup.Recovery)
	if _, err := b.Guard.Finish(t.Context(), abroad.Binding, begun.ID, codes[0].Reveal()); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(20 * time.Minute)
	if offered("address.change") {
		t.Error("its use made a fresh set of codes prove something sensitive")
	}
	b.Clock.Advance(72 * time.Hour)
	if !offered("address.change") {
		t.Error("after 72 hours it proves nothing")
	}
}
