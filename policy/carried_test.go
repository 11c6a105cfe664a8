// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
)

const carriedPolicy = `
version: 1
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [code6, totp], fresh: 15m }
  - { step: strong, do: challenge, methods: [code6, totp], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, none, confirm]
  normal:    [confirm, confirm, strong, strong]
  sensitive: [strong, strong, strong, refuse]
  critical:  [strong, strong, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions:
  view:  { sensitivity: normal }
  pay:   { sensitivity: normal }
  phone: { sensitivity: normal, touches: [sms] }
rules:
  - { id: pay-is-strong, on: [pay], require: strong }
`

// A held proof counts by the contact that carried it: an e-mailed code is none
// for the strongest challenge, and a contact never proves its own change.
func TestHeldProofByContact(t *testing.T) {
	p, err := policy.Parse(policy.Source{Name: "p.yaml", Data: []byte(carriedPolicy)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		action string
		via    policy.ContactKind
		want   policy.Outcome
	}{
		{"view", policy.Email, policy.Allow}, {"view", policy.SMS, policy.Allow}, {"view", 0, policy.Allow},
		{"pay", policy.Email, policy.Challenge}, {"pay", policy.SMS, policy.Allow},
		{"phone", policy.SMS, policy.Challenge}, {"phone", policy.Email, policy.Allow},
		{"phone", 0, policy.Challenge},
	} {
		v := p.Evaluate(policy.Input{Action: tt.action, Time: now, Proofs: []policy.Proof{{
			Method: policy.Code6, Via: tt.via, Action: tt.action, Time: now.Add(-time.Minute), Band: policy.Low,
		}}})
		if v.Outcome != tt.want {
			t.Errorf("%s with a code by %v: got %v, want %v", tt.action, tt.via, v.Outcome, tt.want)
		}
	}
}
