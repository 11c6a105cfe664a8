// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

const whatIf = `
version: 1
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, notice, confirm]
  normal:    [none, notice, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions: { view: { sensitivity: normal } }
rules:
  - { id: abroad, when: geo.foreign, unknown: skip, score: 40 }
  - { id: tor, when: geo.tor, unknown: skip, score: 30, group: hidden }
  - { id: vpn, when: geo.vpn, unknown: skip, score: 20, group: hidden }
  - { id: automated, when: device.automated, unknown: skip, deny: true }
  - { id: home, when: geo.home, unknown: skip, at_most: none }
`

// Without a rule is what the policy says when the rule is not in it.
func TestWithoutARule(t *testing.T) {
	p := parseText(t, whatIf)
	ids := []string{"abroad", "tor", "vpn", "automated", "home"}
	signals := []risk.Signal{risk.GeoForeign, risk.GeoTor, risk.GeoVPN, risk.DeviceAutomated, risk.GeoHome}
	var v policy.Verdict
	for without, id := range ids {
		lines := strings.Split(whatIf, "\n")
		at := len(lines) - 1 - len(ids) + without
		other := parseText(t, strings.Join(append(lines[:at:at], lines[at+1:]...), "\n"))
		for bits := range 1 << len(signals) {
			s := new(risk.Signals)
			for i, signal := range signals {
				s.SetBool(signal, risk.TruthOf(bits>>i&1 != 0))
			}
			in := policy.Input{Action: "view", Signals: s}
			p.EvaluateInto(&v, &in)
			before := v.Step.Name
			outcome, step := v.Without(id)
			want := other.Evaluate(in)
			if outcome != want.Outcome || step.Name != want.Step.Name {
				t.Errorf("%s, %05b: got %v(%s), want %v(%s)", id, bits, outcome, step.Name, want.Outcome,
					want.Step.Name)
			}
			ids := v.AppendFired(nil)
			if fired := v.Fired(); len(fired) != len(ids) || len(ids) > 0 && ids[0] != fired[0].ID {
				t.Errorf("%s, %05b: got %v of %v", id, bits, ids, fired)
			}
			if v.Step.Name != before {
				t.Errorf("%s, %05b: the verdict itself changed", id, bits)
			}
		}
	}
}

// At another score is what a rule that makes it so would lead to.
func TestAtScore(t *testing.T) {
	s := new(risk.Signals)
	v := parseText(t, whatIf).Evaluate(policy.Input{Action: "view", Signals: s})
	for score, want := range map[int]string{0: "none", 29: "none", 30: "notice", 59: "notice", 60: "confirm",
		84: "confirm", 85: "refuse", 100: "refuse"} {
		if _, step := v.AtScore(score); step.Name != want {
			t.Errorf("score %d: got %s, want %s", score, step.Name, want)
		}
	}
	s.SetBool(risk.GeoHome, risk.True)
	v = parseText(t, whatIf).Evaluate(policy.Input{Action: "view", Signals: s})
	if _, step := v.AtScore(59); step.Name != "none" {
		t.Errorf("capped: got %s, want none", step.Name)
	}
	if _, step := v.AtScore(60); step.Name != "confirm" {
		t.Errorf("above the cap's band: got %s, want confirm", step.Name)
	}
}

func TestWhatIfOfTheZeroVerdict(t *testing.T) {
	var v policy.Verdict
	if outcome, _ := v.Without("any"); outcome != policy.Deny {
		t.Errorf("got %v, want deny", outcome)
	}
	if outcome, _ := v.AtScore(0); outcome != policy.Deny {
		t.Errorf("got %v, want deny", outcome)
	}
}

func TestBandStarts(t *testing.T) {
	if m, h, x := parseText(t, whatIf).BandStarts(); m != 30 || h != 60 || x != 85 {
		t.Errorf("got %d, %d, %d, want 30, 60, 85", m, h, x)
	}
}
