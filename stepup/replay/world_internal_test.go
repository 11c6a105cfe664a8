// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// Profiles that are kept encoded, and a run that goes on from a checkpoint,
// make no difference to what is computed.
func TestProfilesAreKept(t *testing.T) {
	events := slices.Collect(risktest.NewPopulation(4, 8).Events(25))
	slices.SortStableFunc(events, func(a, b risktest.Event) int { return a.Time.Compare(b.Time) })
	var lines strings.Builder
	for i, e := range events {
		fmt.Fprintf(&lines, `{"time":%q,"subject":"%d","action":"login","ip":%q,"device":"%x","success":%t}`+"\n",
			e.Time.Format(time.RFC3339), e.Subject, e.Addr, e.Device[:], i%9 != 0)
	}
	path := filepath.Join(t.TempDir(), "e.jsonl")
	if err := os.WriteFile(path, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	want := computed(t, path, defaultSlots, 0)
	for slots, stop := range map[int]int{1: 0, 3: 100} {
		got := computed(t, path, slots, stop)
		if len(got) != len(events) || len(want) != len(events) {
			t.Fatalf("got %d events, want %d of %d", len(got), len(want), len(events))
		}
		for i := range want {
			if !slices.Equal(got[i], want[i]) {
				t.Fatalf("%d slots, stopped after %d: event %d: got %v, want %v", slots, stop, i,
					got[i], want[i])
			}
		}
	}
}

// computed returns the signals of each event. If stop is above 0, another run
// goes on after so many.
func computed(t *testing.T, path string, slots, stop int) (all [][]float64) {
	t.Helper()
	open := func() *Events {
		s := NewEvents(EventsConfig{Files: []string{path}, Locator: risktest.NewLocator(), Window: 7})
		s.world.room = slots
		return s
	}
	s := open()
	for again := true; again; {
		again = false
		for c, err := range s.Cases(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			values := []float64{}
			for id := range risk.Signal(64) {
				if x, known := c.Event.Decision.Signals.Slot(id); known {
					values = append(values, float64(id), x)
				}
			}
			if all = append(all, values); len(all) == stop {
				again = true
				break
			}
		}
		if again {
			state, err := s.MarshalBinary()
			s = open()
			if err != nil || s.UnmarshalBinary(state) != nil {
				t.Fatal(err)
			}
			s.world.room = slots
		}
	}
	return all
}
