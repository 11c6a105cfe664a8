// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// choose proves consent.change and says it.
func choose(t testing.TB, b *steptest.Bench, c *steptest.Client, choice stepup.Choice) error {
	t.Helper()
	b.Clock.Advance(16 * time.Minute) // no proof is fresh
	grant := b.Prove(c, stepup.ActionConsent, nil, stepup.Code6)
	return b.Guard.ChangeConsent(t.Context(), grant.Token, c.Request(stepup.ActionConsent, nil), choice)
}

// Signals that need consent are unknown before it and after its withdrawal;
// what was said is exported, journaled and erased (L24).
func TestConsent(t *testing.T) {
	j := new(book)
	b := newBench(t, func(c *stepup.Config) {
		c.Journal, c.Consent = j, []risk.Signal{risk.DeviceAutomated}
	})
	c := alice("laptop").From(risktest.ParisAddr)
	c.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
	c.Hints.Timezone = "Europe/Paris"
	known := func(want bool) {
		t.Helper()
		d := b.Decide(c, "invoice.view", nil)
		for _, id := range []risk.Signal{risk.GeoTimezoneDiffers, risk.DeviceAutomated} {
			if d.Signals.Known(id) != want {
				t.Errorf("%v: got known %t, want %t", id, d.Signals.Known(id), want)
			}
		}
		if !d.Signals.Known(risk.GeoCountry) {
			t.Error("geo.country, which needs no consent, is unknown")
		}
		if e, err := b.Guard.Export(t.Context(), c.Subject); err != nil || e.Consent.IsZero() == want {
			t.Errorf("got exported consent %v, error %v", e.Consent, err)
		}
	}
	known(false)
	if err := choose(t, b, c, stepup.Given); err != nil {
		t.Fatal(err)
	}
	known(true)
	given := b.Clock.Now()
	b.Clock.Advance(time.Hour)
	if err := choose(t, b, c, stepup.Given); err != nil {
		t.Fatal(err)
	}
	if e, _ := b.Guard.Export(t.Context(), c.Subject); !e.Consent.Equal(given) {
		t.Errorf("given again: got since %v, want %v", e.Consent, given)
	}
	if err := choose(t, b, c, stepup.Withdrawn); err != nil {
		t.Fatal(err)
	}
	known(false)
	if err := choose(t, b, c, stepup.Given); err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Erase(t.Context(), c.Subject); err != nil {
		t.Fatal(err)
	}
	known(false)
	var said []string
	for _, e := range j.events {
		if e.Kind == journal.KindConsent {
			said = append(said, e.Outcome+" "+e.Detail.Purpose)
		}
	}
	want := "given signals, given signals, withdrawn signals, given signals"
	if got := strings.Join(said, ", "); got != want {
		t.Errorf("got journaled %s, want %s", got, want)
	}
}

// Without a proof of consent.change nobody gives, and nobody withdraws.
func TestConsentIsGuarded(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	req := c.Request(stepup.ActionConsent, nil)
	if d := b.Decide(c, stepup.ActionConsent, nil); d.Outcome != stepup.Challenge {
		t.Fatalf("got %v, want a challenge", &d)
	}
	other := b.Prove(c, "address.change", nil, stepup.Code6)
	for _, choice := range []stepup.Choice{stepup.Given, stepup.Withdrawn} {
		refused(t, b.Guard.ChangeConsent(t.Context(), "", req, choice))
		refused(t, b.Guard.ChangeConsent(t.Context(), other.Token, req, choice))
		err := b.Guard.ChangeConsent(t.Context(), other.Token, c.Request("address.change", nil), choice)
		if !errors.As(err, new(*stepup.RequestError)) {
			t.Errorf("a grant of another action: got error %v", err)
		}
	}
	grant := b.Prove(c, stepup.ActionConsent, nil, stepup.Code6)
	if err := b.Guard.ChangeConsent(t.Context(), grant.Token, req, 0); !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("no choice: got error %v", err)
	}
	if err := b.Guard.ChangeConsent(t.Context(), grant.Token, req, stepup.Given); err != nil {
		t.Errorf("with its grant: got error %v", err)
	}
	refused(t, b.Guard.ChangeConsent(t.Context(), grant.Token, req, stepup.Withdrawn))
	req = c.Request(stepup.ActionConsent, nil) // on the device that the proof made known
	if err := b.Guard.ChangeConsent(t.Context(), "", req, stepup.Withdrawn); err != nil {
		t.Errorf("with the proof that the session holds: got error %v", err)
	}
	b.Clock.Advance(15*time.Minute + time.Nanosecond)
	refused(t, b.Guard.ChangeConsent(t.Context(), "", req, stepup.Given))
}

func TestConsentWithoutStore(t *testing.T) {
	store := faulty()
	b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
	grant := b.Prove(c, stepup.ActionConsent, nil, stepup.Code6)
	store.Fail("Update", errStore)
	err := b.Guard.ChangeConsent(t.Context(), grant.Token, c.Request(stepup.ActionConsent, nil), stepup.Given)
	if !errors.Is(err, stepup.ErrUnavailable) {
		t.Errorf("got error %v, want %v", err, stepup.ErrUnavailable)
	}
}

func ExampleGuard_ChangeConsent() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop").From(risktest.ParisAddr)
	browser.Hints.Timezone = "Europe/Paris"

	grant := bench.Prove(browser, stepup.ActionConsent, nil, stepup.Code6)
	req := browser.Request(stepup.ActionConsent, nil)
	fmt.Println(bench.Guard.ChangeConsent(context.Background(), grant.Token, req, stepup.Given))

	d := bench.Decide(browser, "invoice.view", nil)
	fmt.Println("geo.timezone_differs is known:", d.Signals.Known(risk.GeoTimezoneDiffers))
	// Output:
	// <nil>
	// geo.timezone_differs is known: true
}
