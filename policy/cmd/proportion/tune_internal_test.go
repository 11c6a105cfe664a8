// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/replay"
)

// On simulated life tune finds a policy that stops at least as many attacks with
// at most half the prompts of one that asks at every new country or device. It
// learns from the first half of the time and is judged on the second.
//
// How often so few are asked is left to chance: about as many are asked later as
// before, give or take a tenth. The procedure was chosen among several by what it
// does with the seeds 1 to 16, so these say little of others: all do it but 10,
// which asks 77 customers where half is 76. The seeds 17 to 24 were tried once,
// when it was chosen, and are what tells: all eight do it, one by exactly half.
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
			got, err := propose(t.Context(), sources, budget{share: 0.5}, open)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("before %d of %d stopped, %d prompts; after %d stopped, %d prompts, %d refused\n%s",
				got.now.Stopped, got.now.Attacks, got.now.Prompted, got.later.Stopped, got.later.Prompted,
				got.later.Refused, got.difference())
			if got.later.Stopped < got.now.Stopped {
				t.Errorf("%d of %d attacks stopped, want %d", got.later.Stopped, got.later.Attacks, got.now.Stopped)
			}
			if 2*(got.later.Prompted+got.later.Refused) > got.now.Prompted+got.now.Refused {
				t.Errorf("%d legitimate prompts, want at most half of %d", got.later.Prompted+got.later.Refused,
					got.now.Prompted+got.now.Refused)
			}
			if problem := got.holds(); problem != "" {
				t.Error(problem)
			}
		})
	}
}
