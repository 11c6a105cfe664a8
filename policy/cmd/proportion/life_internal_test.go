// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup/journal"
)

// life returns what a population does in so many days, and on each subject one
// attack of every kind, spread over the time, in its order.
func life(seed uint64, subjects, days int) []risktest.Event {
	people := risktest.NewPopulation(seed, subjects)
	span := time.Duration(days) * 24 * time.Hour
	var all []risktest.Event
	for subject := range subjects {
		for e := range people.Logins(subject) {
			if e.Time.Sub(risktest.Epoch()) > span {
				break
			}
			all = append(all, e)
		}
		for kind := risktest.Naive; kind <= risktest.VeryTargeted; kind++ {
			part := float64((subject*7919+int(kind)*101)%(4*subjects)) / float64(4*subjects)
			at := risktest.Epoch().Add(time.Duration(float64(span) * part))
			all = append(all, people.Attack(kind, subject, 0, at))
		}
	}
	slices.SortStableFunc(all, func(a, b risktest.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Subject, b.Subject))
	})
	return all
}

// writeLife writes events as raw ones in JSON Lines, and returns the path.
func writeLife(t testing.TB, events []risktest.Event) string {
	t.Helper()
	var b strings.Builder
	for i, e := range events {
		device, label := "", "legit"
		if e.Device != [16]byte{} {
			device = fmt.Sprintf("%x", e.Device[:])
		}
		if e.Attack != 0 {
			label = "attack"
		}
		fmt.Fprintf(&b, `{"id":"%d","time":%q,"subject":"%d","action":"login","ip":%q,`, i,
			e.Time.Format(time.RFC3339Nano), e.Subject, e.Addr)
		fmt.Fprintf(&b, `"user_agent":%q,"device":%q,"success":true,"label":%q}`+"\n", e.Client.UserAgent,
			device, label)
	}
	return save(t, "life.jsonl", b.String())
}

// lifeLocator places the addresses of a population.
func lifeLocator(events []risktest.Event) *risktest.Locator {
	l := risktest.NewLocator()
	for _, e := range events {
		if p, err := e.Addr.Prefix(48); err == nil {
			l.Place(p, e.Location)
		}
	}
	return l
}

// reduced is the shipped telecom policy with its signals reduced to "new
// country or new device".
func reduced(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../../examples/policies/telecom/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := strings.Cut(string(text), "\nrules:")
	if !found {
		t.Fatal("the policy has no rules")
	}
	return head + "\nrules:\n  - { id: new, when: geo.new_country or not device.known, unknown: fire, score: 60 }\n"
}

func save(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// labelledJournal is a journal of 1,400 decisions of devices, one in ten by an
// attacker with a robot, and the others one in five by a customer with a new
// device.
func labelledJournal(t testing.TB) (content []byte) {
	t.Helper()
	for i := range 1400 {
		said, known := "legit", i%5 > 0
		if i%10 == 3 {
			said, known = "attack", false
		}
		at := time.Date(2026, 3, 2, i/60, i%60, 0, 0, time.UTC)
		signals := new(risk.Signals)
		signals.MarkComputed(risk.DeviceGroup)
		signals.SetBool(risk.DeviceKnown, risk.TruthOf(known))
		signals.SetBool(risk.DeviceAutomated, risk.TruthOf(said == "attack"))
		for _, e := range []*journal.Event{
			{
				Time: at, Kind: journal.KindDecision, Action: "login", Step: "none", Outcome: "allow",
				Detail: journal.Detail{Band: "low"}, Decision: &journal.Decision{Signals: signals},
			},
			{Time: at.Add(time.Hour), Kind: journal.KindLabel, Outcome: said},
		} {
			e.ID, e.Alias = fmt.Sprint("fake-", i), journal.Pseudonym{byte(i % 100), 1}
			var err error
			if content, err = journal.AppendLine(content, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	return content
}
