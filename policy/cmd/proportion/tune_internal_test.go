// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup/replay"
)

// On simulated life tune finds a policy that stops at least as many attacks with
// at most half the prompts of one that asks at every new country or device. It
// learns from the first half of the time and is judged on the second.
func TestTuneHalvesThePrompts(t *testing.T) {
	if testing.Short() || slow {
		t.Skip("half a minute, and more under the race detector")
	}
	for seed := uint64(1); seed <= 5; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			events := life(seed, 250, 240)
			path, locator := writeLife(t, events), lifeLocator(events)
			open := func() (replay.Source, error) {
				return replay.NewEvents(replay.EventsConfig{Files: []string{path}, Locator: locator}), nil
			}
			sources := []policy.Source{{Name: "reduced.yaml", Data: []byte(reduced(t))}}
			p, err := policy.Parse(sources...)
			if err != nil {
				t.Fatal(err)
			}
			src, _ := open()
			half := risktest.Epoch().Add(120 * 24 * time.Hour)
			first, err := replay.Run(t.Context(), src, replay.Config{
				Policy: p, Since: half.Add(-60 * 24 * time.Hour), Until: half,
			})
			if err != nil {
				t.Fatal(err)
			}
			// A tenth more than half: how often so few are asked is left to chance,
			// and what is not worth its friction is not proposed anyway.
			budget := 0.55 * first.After.Labels.Friction()
			got, err := propose(t.Context(), sources, budget, open)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("budget %.1f: before %d of %d stopped, %d prompts; after %d stopped, %d prompts, %d refused\n%s", budget,
				got.now.Stopped, got.now.Attacks, got.now.Prompted, got.later.Stopped, got.later.Prompted,
				got.later.Refused, got.difference())
			if got.later.Stopped < got.now.Stopped {
				t.Errorf("%d of %d attacks stopped, want %d", got.later.Stopped, got.later.Attacks, got.now.Stopped)
			}
			if 2*(got.later.Prompted+got.later.Refused) > got.now.Prompted+got.now.Refused {
				t.Errorf("%d legitimate prompts, want at most half of %d", got.later.Prompted+got.later.Refused,
					got.now.Prompted+got.now.Refused)
			}
			if problem := got.holds(budget); problem != "" {
				t.Error(problem)
			}
		})
	}
}
