// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// Caution takes every cap away, with or without a limit, and nothing else.
func TestCautionCapsNothing(t *testing.T) {
	p, err := policy.Parse(policy.Source{Name: "p.yaml", Data: []byte(`
version: 1
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code6], fresh: 5m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, none, none]
  normal:    [confirm, confirm, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, confirm, refuse]
actions:
  capped:  { sensitivity: normal }
  limited: { sensitivity: normal }
  free:    { sensitivity: trivial }
rules:
  - { id: cap, on: [capped], when: time.hour_utc >= 0, at_most: notice }
  - { id: limit, on: [limited], when: time.hour_utc >= 0, at_most: notice, limit: { count: 3 } }
`)})
	if err != nil {
		t.Fatal(err)
	}
	signals := new(risk.Signals)
	signals.MarkComputed(risk.AllGroups)
	signals.SetNumber(risk.TimeHourUTC, 9)
	for action, want := range map[string][2]string{
		"capped": {"notice", "confirm"}, "limited": {"notice", "confirm"}, "free": {"none", "none"},
	} {
		in := policy.Input{Action: action, Signals: signals, Spent: policy.Spent{Known: true}}
		before := p.Evaluate(in)
		in.Caution = true
		after := p.Evaluate(in)
		if got := [2]string{before.Step.Name, after.Step.Name}; got != want {
			t.Errorf("%s: got %v, want %v", action, got, want)
		}
		if len(after.Charges) > 0 {
			t.Errorf("%s: got charges %v in caution", action, after.Charges)
		}
	}
}
