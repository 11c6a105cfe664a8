// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
)

// told is what a host sees of a decision.
func told(d *stepup.Decision) string {
	country, _ := d.Signals.Text(risk.GeoCountry)
	methods, _ := d.Signals.List(risk.SessionMethods)
	return fmt.Sprint(d, d.Reasons, d.Offers, d.Enrol, d.Degraded, d.Verdict.Score, d.Verdict.Fired(),
		country, methods, d.Signals.Bool(risk.DeviceKnown))
}

// TestDecisionsShareNothing: a decision stays what it was, and so does its
// ticket, however many come after it, at the same time too.
func TestDecisionsShareNothing(t *testing.T) {
	b, laptop := newBench(t), alice("laptop")
	b.Prove(laptop, "address.change", nil, stepup.Code4)
	var requests []stepup.Request
	for _, c := range []string{"laptop", "phone", "tablet"} {
		client := laptop
		if c != "laptop" {
			client = alice(c)
		}
		for _, action := range []string{"invoice.view", "address.change", "transfer"} {
			req := client.Request(action, transfer("10"))
			req.SessionMethods = []string{"password-on-" + c}
			requests = append(requests, req)
		}
	}
	decide := func(i int) stepup.Decision {
		d, err := b.Guard.Decide(context.Background(), requests[i])
		if err != nil {
			t.Error(err)
		}
		return d
	}
	first := make([]stepup.Decision, len(requests))
	want := make([]string, len(requests))
	challenged := false
	for i := range requests {
		first[i] = decide(i)
		want[i] = told(&first[i])
		challenged = challenged || first[i].Outcome == stepup.Challenge
	}
	if !challenged || want[0] == want[1] {
		t.Fatal("the requests do not differ, or none is challenged")
	}
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i := range 50 * len(requests) {
				i = (i + n) % len(requests)
				if d := decide(i); told(&d) != want[i] {
					t.Errorf("request %d: got %s, want %s", i, told(&d), want[i])
				}
			}
		})
	}
	all.Wait()
	for i := range first {
		if got := told(&first[i]); got != want[i] {
			t.Errorf("decision %d became %s, was %s", i, got, want[i])
		}
	}
	for i := range first {
		if d := &first[i]; d.Outcome == stepup.Challenge {
			if _, err := b.Guard.Begin(context.Background(), d.Ticket(), d.Offers[0].Method); err != nil {
				t.Errorf("the ticket of decision %d: %v", i, err)
			}
		}
	}
}
