// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup/replay"
)

// What comes too late for the window is counted and named, keeps its own time,
// and is decided on what was learnt until then.
func TestLate(t *testing.T) {
	all := lived()
	all[1], all[2] = all[2], all[1]
	path := save(t, "e.jsonl", []byte(strings.Join(all, "\n")))
	r := run(t, replay.NewEvents(replay.EventsConfig{Files: []string{path}, Window: -1}),
		replay.Config{Policy: parse(t)})
	want := []replay.Place{{File: path, Line: 3}}
	c := r.Source
	if c.Disorder != 1 || c.Reordered != 0 || c.Taught != 3 || !slices.Equal(c.Late, want) {
		t.Errorf("got %+v", c)
	}
	var late []string
	for i := range 30 {
		late = append(late, fmt.Sprintf(`{"time":%d,"action":"login"}`, 2e9-i))
	}
	path = save(t, "late.jsonl", []byte(strings.Join(late, "\n")))
	r = run(t, replay.NewEvents(replay.EventsConfig{Files: []string{path}, Window: 8}),
		replay.Config{Policy: parse(t)})
	c = r.Source
	if c.Disorder != 21 || c.Reordered != 29 || len(c.Late) != 20 || c.Late[0].Line != 10 {
		t.Errorf("got %+v", c)
	}
}

// shuffled moves each event by less than so many lines.
func shuffled(events []risktest.Event, by int) []risktest.Event {
	random := rand.New(rand.NewPCG(1, 2))
	type moved struct {
		to int
		risktest.Event
	}
	all := make([]moved, len(events))
	for i, e := range events {
		all[i] = moved{i + random.IntN(by), e}
	}
	slices.SortStableFunc(all, func(a, b moved) int { return cmp.Compare(a.to, b.to) })
	for i := range all {
		events[i] = all[i].Event
	}
	return events
}

// The same is computed of events that stand out of order, or in several files,
// as of those in the order of time.
func TestOrder(t *testing.T) {
	events := life(3, 12, 12)
	n := len(events)
	for i := range events { // so that no two events are of the same time
		events[i].Time = events[i].Time.Truncate(time.Second).Add(time.Duration(i))
	}
	locator, p := placed(events), parse(t)
	computed := func(window int, files ...[]risktest.Event) (all []seen, c replay.Counts) {
		config := replay.EventsConfig{Locator: locator, Window: window}
		for i, f := range files {
			config.Files = append(config.Files, save(t, fmt.Sprintf("%d.jsonl", i), rows(f)))
		}
		r := run(t, replay.NewEvents(config), replay.Config{Policy: p, Decided: func(d *replay.Decided) error {
			all = append(all, seen{event: *d.Event, signals: *d.Event.Decision.Signals})
			return nil
		}})
		return all, r.Source
	}
	want, _ := computed(-1, events)
	even, odd := []risktest.Event{}, []risktest.Event{}
	for i, e := range events {
		if i%2 == 0 {
			even = append(even, e)
		} else {
			odd = append(odd, e)
		}
	}
	mixed := shuffled(slices.Clone(events), 10)
	for name, files := range map[string][][]risktest.Event{
		"one file":          {mixed},
		"newest first":      {events[2*n/3:], events[n/3 : 2*n/3], events[:n/3]},
		"side by side":      {shuffled(odd, 9), shuffled(even, 9)},
		"parts, each moved": {mixed[n/2:], mixed[:n/2]},
	} {
		got, c := computed(40, files...)
		if c.Disorder > 0 || len(got) != len(want) {
			t.Errorf("%s: got %d events, want %d; %+v", name, len(got), len(want), c)
			continue
		}
		for i := range want {
			got, want := &got[i], &want[i]
			if got.event.Time != want.event.Time || !reflect.DeepEqual(got.signals, want.signals) {
				t.Fatalf("%s: event %d: got %v at %v, want %v at %v", name, i,
					&got.signals, got.event.Time, &want.signals, want.event.Time)
			}
		}
	}
}
