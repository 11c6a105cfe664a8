// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"errors"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

const rules = `
version: 1
facts: { amount: decimal }
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, confirm, confirm]
  normal:    [none, confirm, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { view: { sensitivity: normal }, pay: { sensitivity: normal } }
rules:
  - { id: abroad, when: geo.foreign, unknown: skip, score: 40 }
  - { id: large, on: [pay], when: amount > 100, require: confirm }
`

func parse(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(rules)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// decision returns a recorded decision at home or abroad.
func decision(action, outcome, step string, foreign risk.Truth, facts ...journal.Fact) *journal.Event {
	s := new(risk.Signals)
	s.MarkComputed(risk.AllGroups)
	s.SetBool(risk.GeoForeign, foreign)
	return &journal.Event{
		Time: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Kind: journal.KindDecision, ID: "fake-" + action,
		Action: action, Step: step, Outcome: outcome, Decision: &journal.Decision{Signals: s, Facts: facts},
	}
}

// events yields events, then errors.
func events(all []*journal.Event, failures ...error) iter.Seq2[*journal.Event, error] {
	return func(yield func(*journal.Event, error) bool) {
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
		for _, err := range failures {
			if !yield(nil, err) {
				return
			}
		}
	}
}

func amount(t testing.TB, mode journal.Mode, value string) journal.Fact {
	t.Helper()
	f, ok := journal.Keeper{}.Keep("amount", mode, value)
	if !ok {
		t.Fatal("not a fact")
	}
	return f
}

func TestRun(t *testing.T) {
	uncomputed := decision("view", "allow", "none", risk.False)
	uncomputed.Decision.Signals = new(risk.Signals)
	tests := map[string]struct {
		event *journal.Event
		want  replay.Report
	}{
		"the same":           {decision("view", "allow", "none", risk.False), replay.Report{Same: 1}},
		"the same abroad":    {decision("view", "challenge", "confirm", risk.True), replay.Report{Same: 1}},
		"denied for want":    {decision("view", "deny", "confirm", risk.True), replay.Report{Same: 1}},
		"stronger":           {decision("view", "allow", "none", risk.True), replay.Report{Stronger: 1}},
		"weaker":             {decision("view", "challenge", "confirm", risk.False), replay.Report{Weaker: 1}},
		"weaker than denied": {decision("view", "deny", "refuse", risk.False), replay.Report{Weaker: 1}},
		"not computed":       {uncomputed, replay.Report{NotComparable: 1}},
		"a fact that a rule reads": {
			decision("pay", "challenge", "confirm", risk.False, amount(t, journal.Keep, "250")), replay.Report{Same: 1},
		},
		"a fact that was dropped": {
			decision("pay", "challenge", "confirm", risk.False, amount(t, journal.Drop, "250")),
			replay.Report{NotComparable: 1},
		},
		"no decision": {&journal.Event{Kind: journal.KindNotice}, replay.Report{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := replay.Run(events([]*journal.Event{tt.event}), parse(t), 0)
			if err != nil {
				t.Fatal(err)
			}
			if got.Same != tt.want.Same || got.Stronger != tt.want.Stronger || got.Weaker != tt.want.Weaker ||
				got.NotComparable != tt.want.NotComparable {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// A bad line is counted and the run goes on; anything else ends it.
func TestRunErrors(t *testing.T) {
	broken := errors.New("disk gone")
	r, err := replay.Run(events([]*journal.Event{decision("view", "allow", "none", risk.False)},
		&journal.LineError{}, &journal.LineError{}, broken, &journal.LineError{}), parse(t), 0)
	if !errors.Is(err, broken) || r.Same != 1 || r.Bad != 2 {
		t.Errorf("got error %v and %+v, want %v after 1 decision and 2 bad lines", err, r, broken)
	}
}

func ExampleRun() {
	t := new(testing.T)
	recorded := []*journal.Event{
		decision("view", "allow", "none", risk.False),
		decision("view", "allow", "none", risk.True), // by a policy without the rule `abroad`
	}
	report, err := replay.Run(events(recorded), parse(t), 10)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("prompts per 1,000:", report.Prompts())
	for _, d := range report.Examples {
		fmt.Println(d.Action, "was", d.Was, "and would be", d.Is)
	}
	// Output:
	// prompts per 1,000: 500
	// view was allow(none) and would be challenge(confirm)
}
