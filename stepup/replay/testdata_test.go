// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

var update = flag.Bool("update", false, "write testdata anew")

// life returns the logins of a population, and attacks of every kind on one
// subject in two, in the order of time.
func life(seed uint64, subjects, logins int) []risktest.Event {
	people := risktest.NewPopulation(seed, subjects)
	all := slices.Collect(people.Events(logins))
	last := risktest.Epoch()
	for _, e := range all {
		if e.Time.After(last) {
			last = e.Time
		}
	}
	span := last.Sub(risktest.Epoch())
	for subject := 0; subject < subjects; subject += 2 {
		for kind := risktest.Naive; kind <= risktest.VeryTargeted; kind++ {
			part := float64(subject*4+int(kind)) / float64(subjects*4+4)
			at := risktest.Epoch().Add(time.Duration(float64(span) * part))
			all = append(all, people.Attack(kind, subject, 0, at))
		}
	}
	slices.SortStableFunc(all, func(a, b risktest.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Subject, b.Subject))
	})
	return all
}

// rbaRows writes them as the public RBA data set is written.
func rbaRows(events []risktest.Event) string {
	var b strings.Builder
	b.WriteString(rbaHeader)
	for i, e := range events {
		attack := e.Attack != 0
		fmt.Fprintf(&b, "%d,%s,%d,,%s,%s,-,%s,%d,%q,%s,%s,%s,%s,%s,False\n", i,
			e.Time.Format("2006-01-02 15:04:05.000"),
			e.Subject, e.Addr, e.Location.Country, e.Location.City, e.Location.ASN, e.Client.UserAgent,
			e.Browser, e.System, e.Form, title(!attack), title(attack))
	}
	return b.String()
}

func title(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// recorded writes what a policy decides of events as a journal, each decision
// followed by its label.
func recorded(t testing.TB, p *policy.Policy, c replay.EventsConfig) []byte {
	t.Helper()
	var content []byte
	n := 0
	run(t, replay.NewEvents(c), replay.Config{Policy: p, Decided: func(d *replay.Decided) (err error) {
		e := d.Event.Clone()
		n++
		e.ID, e.Policy = fmt.Sprintf("fake-%04d", n), p.Hash()
		e.Step, e.Outcome = d.After.Step, d.After.Outcome.String()
		e.Detail.Sensitivity, e.Detail.Band = p.Action(e.Action).Sensitivity.String(), d.After.Band
		e.Decision.Score, e.Decision.Rules = int64(d.After.Score), slices.Clone(d.After.Rules)
		e.Decision.Base = d.After.Step
		e.Decision.Shadow.Step = d.After.Step
		if content, err = journal.AppendLine(content, e); err == nil && d.Label != replay.Unlabelled {
			said := journal.Event{Time: e.Time.Add(time.Hour), Kind: journal.KindLabel, ID: e.ID,
				Alias:  e.Alias,
				Action: e.Action, Outcome: d.Label.String()}
			content, err = journal.AppendLine(content, &said)
		}
		return err
	}})
	return content
}

// The files of the examples are made here, from simulated life.
func TestTestdata(t *testing.T) {
	rba := rbaRows(life(7, 8, 10))
	lax, err := policy.Load("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before, err := policy.Parse(policy.Source{Name: "before.yaml",
		Data: []byte(strings.Replace(string(text), "unknown: skip, score: 30",
			"unknown: skip, score: 60", 1))})
	if err != nil || before.Hash() == lax.Hash() {
		t.Fatal(err)
	}
	day := recorded(t, before, replay.EventsConfig{Format: replay.RBACSV,
		Files: []string{save(t, "rba.csv", []byte(rba))}})
	for name, want := range map[string]string{"testdata/rba.csv": rba,
		"testdata/journal.jsonl": string(day)} {
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s is not what is made here (%v): run go test -update", name, err)
		}
	}
}
