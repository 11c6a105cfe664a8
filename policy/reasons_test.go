// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"slices"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

const reasonsPolicy = `
version: 1
facts: { swapped_hours: number?, amount: decimal }
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [code6, totp], fresh: 5m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, none, confirm]
  normal:    [none, none, confirm, confirm]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { transfer: { sensitivity: sensitive } }
rules:
  - id: swapped
    when: swapped_hours < 72
    unknown: fire
    require: confirm
    because: { en: Your SIM card was replaced in the last three days. }
  - id: small
    when: amount < 10
    at_most: none
    because: { en: The amount is small. }
`

// A reason is true: a rule that fired only because nothing is known says
// nothing to the customer, nor does one that had no part in the step.
func TestReasonsAreTrue(t *testing.T) {
	p, err := policy.Parse(policy.Source{Name: "p.yaml", Data: []byte(reasonsPolicy)})
	if err != nil {
		t.Fatal(err)
	}
	swapped, small := "Your SIM card was replaced in the last three days.", "The amount is small."
	for name, tt := range map[string]struct {
		facts map[string]any
		want  []string
	}{
		"known":                     {map[string]any{"swapped_hours": 2, "amount": 99}, []string{swapped}},
		"unknown":                   {map[string]any{"amount": 99}, nil},
		"weaker, and no more":       {map[string]any{"swapped_hours": 99, "amount": 9}, []string{small}},
		"weaker, were it not known": {map[string]any{"swapped_hours": 2, "amount": 9}, []string{swapped}},
	} {
		v := p.Evaluate(policy.Input{Action: "transfer", Facts: tt.facts})
		if got := v.Reasons("en", 2); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got reasons %q, want %q", name, got, tt.want)
		}
	}
}
