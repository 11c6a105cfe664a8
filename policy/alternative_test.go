// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

func TestAlternative(t *testing.T) {
	tests := map[string]struct {
		rules, action, want string
		edit                func(*risk.Signals)
	}{
		"a bool": {"[{id: a, when: geo.foreign, unknown: skip, require: strong}]",
			"email", "confirm, if geo.foreign were false, not true",
			func(s *risk.Signals) { s.SetBool(risk.GeoForeign, risk.True) }},
		"an unknown": {"[{id: a, when: geo.tor, unknown: fire, require: strong}]", "email",
			"confirm, if geo.tor were false, not unknown", nil},
		"a number": {"[{id: a, when: travel.km > 100, unknown: skip, deny: true}]",
			"email", "confirm, if travel.km were 100, not 500",
			func(s *risk.Signals) { s.SetNumber(risk.TravelKM, 500) }},
		"a text": {`[{id: a, when: 'geo.country in ["FR", "BE"]', unknown: skip, deny: true}]`,
			"email", `confirm, if geo.country were "something else", not "FR"`, nil},
		"a fact": {"[{id: a, when: amount <= 30, at_most: none}]", "transfer",
			"none, if amount were 30, not 50", nil},
		"two at once": {"[{id: a, when: geo.foreign, unknown: skip, deny: true}, {id: b, " +
			"when: not device.known, unknown: skip, deny: true}]", "email",
			"confirm, if geo.foreign were false, not true and device.known were true, not false",
			func(s *risk.Signals) {
				s.SetBool(risk.GeoForeign,
					risk.True)
				s.SetBool(risk.DeviceKnown, risk.False)
			}},
		"the fewest": {"[{id: a, when: geo.foreign and geo.tor, unknown: skip, deny: true}]",
			"email", "confirm, if geo.foreign were false, not true",
			func(s *risk.Signals) {
				s.SetBool(risk.GeoForeign, risk.True)
				s.SetBool(risk.GeoTor,
					risk.True)
			}},
		"one value a name": {"[{id: a, when: travel.km > 100 or travel.km < 50, unknown: skip, " +
			"deny: true}]", "email", "confirm, if travel.km were 100, not 500",
			func(s *risk.Signals) { s.SetNumber(risk.TravelKM, 500) }},
		"none": {"[{id: a, deny: true}]", "email", "", nil},
		"no value does": {"[{id: a, when: travel.km >= 0, unknown: fire, deny: true}]",
			"email", "", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := usual()
			if test.edit != nil {
				test.edit(s)
			}
			v := withRules(t, test.rules).Evaluate(policy.Input{Action: test.action, Signals: s,
				Facts: map[string]any{"amount": 50}})
			got := ""
			if a := v.Explain().Otherwise; a != nil {
				got = a.String()
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestAlternativeIsTrue: explaining alters nothing, and what it names is
// weaker than what was asked.
func TestAlternativeIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		in := drawInput(t)
		v := p.Evaluate(in)
		a := v.Explain().Otherwise
		if again := p.Evaluate(in); facts(v) != facts(again) {
			t.Fatalf("explaining altered the input")
		}
		if a == nil {
			return
		}
		if len(a.Changes) < 1 || len(a.Changes) > 3 || stepNamed(p, a.Step).Index >= v.Step.Index {
			t.Fatalf("%v instead of %s", a, v.Step.Name)
		}
		for _, c := range a.Changes {
			if c.From == c.To {
				t.Fatalf("%s is not altered", c.Name)
			}
		}
	})
}
