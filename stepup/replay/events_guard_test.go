// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/replay"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// alwaysAsks challenges every login, so that a guard learns from each.
const alwaysAsks = `version: 1
owner: fake
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
ladder:
  - { step: none, do: allow }
  - { step: ask, do: challenge, methods: [code6], fresh: 1m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial: [none, none, none, none]
  normal: [ask, ask, ask, ask]
  sensitive: [ask, ask, ask, ask]
  critical: [refuse, refuse, refuse, refuse]
actions:
  login: { sensitivity: normal, session: none }
  "*": { sensitivity: sensitive }
`

// proven lets subjects log in under a guard, and returns the signals that it
// computed of each.
func proven(t *testing.T, events []risktest.Event) (all []risk.Signals) {
	t.Helper()
	p, err := policy.Parse(policy.Source{Name: "p.yaml", Data: []byte(alwaysAsks)})
	if err != nil {
		t.Fatal(err)
	}
	b := steptest.New(t, p, func(c *stepup.Config) {
		c.Record, c.Locator = risk.AllGroups, placed(events)
	})
	clients := map[string]*steptest.Client{}
	for i := range events {
		e := &events[i]
		subject, device := fmt.Sprintf("fake-%d", e.Subject), fmt.Sprintf("%x", e.Device[:])
		c := clients[subject+device]
		if c == nil {
			c = steptest.NewClient(subject, device)
			clients[subject+device] = c
			phone := fmt.Sprintf("+33 6 39 98 %04d", e.Subject)
			b.Contacts[subject] = []stepup.Contact{{Kind: policy.SMS, Address: phone}}
		}
		b.Clock.Advance(e.Time.Sub(b.Clock.Now()))
		c.Session, c.IP, c.UserAgent = fmt.Sprintf("fake-session-%d", i), e.Addr, e.Client.UserAgent
		all = append(all, *b.Decide(c, "login", nil).Signals)
		b.Prove(c, "login", nil, stepup.Code6)
	}
	return all
}

// Of what a guard was asked, replay computes the signals that the guard did.
func TestSignalsOfAGuard(t *testing.T) {
	people := risktest.NewPopulation(5, 6)
	events := slices.Collect(people.Events(15))
	slices.SortStableFunc(events, func(a, b risktest.Event) int { return a.Time.Compare(b.Time) })
	start := time.Date(2026, 3, 2, 9, 0, 1, 0, time.UTC)
	shift := start.Sub(events[0].Time)
	for i := range events {
		events[i].Time = events[i].Time.Add(shift).Truncate(time.Second)
	}
	want := proven(t, events)
	got, bad := watch(t, replay.EventsConfig{
		Files: []string{save(t, "e.jsonl", rows(events))}, Locator: placed(events),
	})
	if len(bad) > 0 || len(got) != len(want) {
		t.Fatalf("got %d events, want %d; %v", len(got), len(want), bad)
	}
	// Not these: raw events tell nothing of sessions, sensitivity and prompts,
	// and a guard renews its crowd by the clock.
	const apart = risk.SessionGroup | risk.FamiliarityGroup | risk.ActionGroup
	unknown := []risk.Signal{
		risk.VelocityPrompts24h, risk.VelocityIPFailures1h, risk.VelocityGlobalFailures,
		risk.DeviceSubjects24h,
	}
	compared := 0
	for i := range want {
		for _, spec := range risk.Catalogue() {
			if apart.Has(spec.Group) || slices.Contains(unknown, spec.Signal) {
				continue
			}
			a, b := said(&got[i].signals, spec.Signal), said(&want[i], spec.Signal)
			if a != b {
				t.Errorf("event %d: %s: got %s, a guard says %s", i, spec.Name, a, b)
			}
			if a != "unknown" {
				compared++
			}
		}
	}
	if compared < 20*len(want) {
		t.Errorf("only %d signals were known", compared)
	}
}

// said writes a signal as it is printed.
func said(s *risk.Signals, id risk.Signal) string {
	if x, known := s.Slot(id); known {
		return fmt.Sprint(x)
	}
	if text, known := s.Text(id); known {
		return text
	}
	return "unknown"
}
