// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// drawnRule is a rule of few parts, so that many are alike.
func drawnRule(t *rapid.T, i int) string {
	draw := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	atom := func(label string) string {
		switch kind := draw(label, "number", "fact", "bool", "known"); kind {
		case "number":
			return "travel.km " + draw("op", "<", "<=", ">", ">=", "==", "!=") + draw("n", " 1", " 2", " 3")
		case "fact":
			return "amount " + draw("op", "<", "<=", ">", ">=", "==", "!=") + draw("n", " 1", " 2", " 3")
		case "bool":
			return draw("name", "geo.tor", "device.known", "not geo.tor")
		}
		return draw("name", "known(geo.tor)", "not known(geo.tor)", "(geo.tor ?? true)")
	}
	when := atom("first")
	for range rapid.IntRange(0, 2).Draw(t, "more") {
		when = fmt.Sprintf("(%s %s %s)", when, draw("join", "and", "or"), atom("next"))
	}
	when = draw("negation", "", "not ") + "(" + when + ")"
	effect := draw("effect", "deny: true", "require: confirm", "require: strong", "at_most: none",
		"at_most: notice, up_to: high", "at_most: notice, up_to: low", "score: 40",
		"score: 20, group: g", "score: 40, group: g", "score: -20")
	unknown := draw("unknown", "skip", "fire")
	if strings.HasPrefix(effect, "at_most") || strings.HasPrefix(effect, "score: -") {
		unknown = "skip"
	}
	on := draw("on", "", "on: [transfer], ", "on: [trans*], ", "on: [invoice.view, transfer], ")
	mode := draw("mode", "enforce", "enforce", "shadow")
	return fmt.Sprintf("  - { id: r%d, %swhen: %q, unknown: %s, %s, mode: %s }\n", i, on, when,
		unknown, effect, mode)
}

// drawnInput is a request in which anything may be unknown.
func drawnInput(t *rapid.T) policy.Input {
	in := policy.Input{
		Action:  rapid.SampledFrom([]string{"transfer", "invoice.view", "trans", "other"}).Draw(t, "action"),
		Signals: &risk.Signals{}, Facts: map[string]any{},
	}
	if km := rapid.IntRange(0, 4).Draw(t, "km"); km > 0 {
		in.Signals.SetNumber(risk.TravelKM, float64(km))
	}
	in.Signals.SetBool(risk.GeoTor, rapid.SampledFrom([]risk.Truth{risk.False, risk.Unknown,
		risk.True}).Draw(t, "tor"))
	in.Signals.SetBool(risk.DeviceKnown, rapid.SampledFrom([]risk.Truth{risk.False, risk.Unknown,
		risk.True}).Draw(t, "known"))
	if amount := rapid.IntRange(0, 4).Draw(t, "amount"); amount > 0 {
		in.Facts["amount"] = amount
	}
	return in
}

// TestLintedRulesChangeNothing: without a rule that is said to be shadowed, or
// to change no step, every request gets the same step, in shadow too.
func TestLintedRulesChangeNothing(t *testing.T) {
	data, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head := string(data) + "facts: { amount: decimal? }\n" +
		"actions:\n  transfer: { sensitivity: sensitive }\n" +
		"  invoice.view: { sensitivity: trivial }\n  \"*\": { sensitivity: normal }\n"
	source := func(rules []string) policy.Source {
		text := head
		if len(rules) > 0 {
			text += "rules:\n" + strings.Join(rules, "")
		}
		return policy.Source{Name: "p.yaml", Data: []byte(text)}
	}
	first := strings.Count(head, "\n") + 2
	flagged := 0
	rapid.Check(t, func(t *rapid.T) {
		var rules []string
		for i := range rapid.IntRange(1, 6).Draw(t, "rules") {
			rules = append(rules, drawnRule(t, i))
		}
		before, err := policy.Parse(source(rules))
		if err != nil {
			t.Fatal(err)
		}
		findings, err := policy.Lint(time.Unix(0, 0), source(rules))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.ID != "shadowed-rule" && f.ID != "no-change" {
				continue
			}
			flagged++
			i := f.Line - first
			after, err := policy.Parse(source(slices.Delete(slices.Clone(rules), i, i+1)))
			if err != nil {
				t.Fatal(err)
			}
			for range 20 {
				in := drawnInput(t)
				a, b := before.Evaluate(in), after.Evaluate(in)
				if a.Step.Name != b.Step.Name || a.Shadow().Step.Name != b.Shadow().Step.Name {
					t.Fatalf("%v\n%v and %v in shadow; without the rule %v and %v\n%s%+v", f,
						a.Step.Name, a.Shadow().Step.Name, b.Step.Name, b.Shadow().Step.Name,
						strings.Join(rules, ""), in.Facts)
				}
			}
		}
	})
	if flagged == 0 {
		t.Error("no rule was found superfluous: the test shows nothing")
	}
}
