// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

type (
	euros float64
	cents int32
	name  string
	names []string
	flag_ bool
)

const factsYAML = `
facts:
  amount: { type: decimal, unit: EUR, min: 0, max: 1000 }
  km: { type: number, min: -1, max: 9 }
  vip: bool
  payee: { type: string, journal: hash }
  tags: strings
  age: number?
actions:
  pay: { sensitivity: trivial, bind: [amount, payee, vip, tags] }
  look: { sensitivity: trivial }
  browse: { sensitivity: trivial }
rules:
  - { id: all, on: [look], when: amount > 5 and km > 5 and vip and payee == "x" and "t" in tags, score: 1 }
  - { id: optional, on: [look], when: age > 5, unknown: skip, score: 2 }
  - { id: shadow, on: [browse], mode: shadow, when: vip, score: 4 }
`

func factsPolicy(t *testing.T) *policy.Policy {
	t.Helper()
	head, _, _ := strings.Cut(frameYAML, "facts:")
	_, tail, _ := strings.Cut(frameYAML, "ladder:")
	ladder, _, _ := strings.Cut(tail, "actions:")
	p, err := policy.Parse(policy.Source{Name: "facts.yaml",
		Data: []byte(head + "ladder:" + ladder + factsYAML)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// goodFacts is every fact as it should be.
func goodFacts() map[string]any {
	return map[string]any{"amount": 6, "km": 6, "vip": true, "payee": "x", "tags": []string{"t"}}
}

// TestFactValues: which values of Go are which facts. A value that is one
// makes the rule fire; any other is a gap, never false.
func TestFactValues(t *testing.T) {
	p := factsPolicy(t)
	long := strings.Repeat("x", 4097)
	tests := []struct {
		fact  string
		value any
		gap   string // "" if the value is good
	}{
		{"amount", 6.5, ""}, {"amount", float32(6.1), ""}, {"amount", euros(6), ""}, {"amount",
			cents(6), ""},
		{"amount", uint8(6), ""}, {"amount", "6.50", ""}, {"amount", name("6.5"), ""}, {"amount",
			int64(1000), ""},
		{"amount", math.Nextafter(0.3, 1),
			"want a decimal: a float with more than 15 digits is not exact"},
		{"amount", math.NaN(), "want a decimal of at most 18 digits, as 12.50"},
		{"amount", math.Inf(1), "want a decimal of at most 18 digits, as 12.50"},
		{"amount", "6,5", "want a decimal of at most 18 digits, as 12.50"},
		{"amount", "1e3", "want a decimal of at most 18 digits, as 12.50"},
		{"amount", "", "want a decimal of at most 18 digits, as 12.50"},
		{"amount", true, "want decimal, got bool"}, {"amount", nil, "missing: want decimal"},
		{"amount", []int{1}, "want decimal, got []int"}, {"amount", -1, "below the minimum 0"},
		{"amount", "1000.01", "above the maximum 1000"},
		{"km", 6, ""}, {"km", euros(6), ""}, {"km", uint16(6), ""}, {"km", 9.0, ""},
		{"km", "6", "want number, got string"}, {"km", math.NaN(), "want a finite number"},
		{"km", math.Inf(-1), "want a finite number"}, {"km", 9.5, "above the maximum 9"}, {"km",
			-2, "below the minimum -1"},
		{"vip", flag_(true), ""}, {"vip", 1, "want bool, got int"}, {"vip", "true",
			"want bool, got string"},
		{"payee", name("x"), ""}, {"payee", 3, "want string, got int"}, {"payee", []byte("x"),
			"want string, got []uint8"},
		{"payee", long, "want at most 4096 bytes"}, {"payee", "\xff", "want UTF-8"},
		{"tags", names{"t"}, ""}, {"tags", []name{"t"}, ""}, {"tags", "t",
			"want strings, got string"},
		{"tags", []any{"t"}, "want strings, got []interface {}"}, {"tags", []string{long},
			"want at most 4096 bytes"},
		{"tags", make([]string, 257), "want at most 256 elements"}, {"tags", make([]name, 257),
			"want at most 256 elements"},
		{"tags", []string{"\xff"}, "want UTF-8"},
		{"tags", slices.Repeat([]string{long[1:]}, 5), "want at most 16384 bytes in all"},
		{"age", nil, ""}, {"age", "old", "want number, got string"}, {"age", math.NaN(),
			"want a finite number"},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%s %T %.20v", test.fact, test.value, test.value), func(t *testing.T) {
			facts := goodFacts()
			facts[test.fact] = test.value
			v := p.Evaluate(policy.Input{Action: "look", Facts: facts})
			if test.gap == "" {
				if len(v.Degraded) > 0 || v.Score != 1 {
					t.Errorf("score %d, degraded %v; want 1, undegraded", v.Score, v.Degraded)
				}
				return
			}
			want := []policy.Gap{{Kind: policy.FactGap, Name: test.fact, Text: test.gap}}
			if !slices.Equal(v.Degraded, want) {
				t.Errorf("degraded %v, want %v", v.Degraded, want)
			}
			if v.Score == 0 {
				t.Error("no unknown was taken strictly")
			}
		})
	}
}

// TestFactsNeeded: only facts that matter here can be missing.
func TestFactsNeeded(t *testing.T) {
	p := factsPolicy(t)
	for action, want := range map[string]int{"browse": 0, "look": 5, "pay": 4} {
		v := p.Evaluate(policy.Input{Action: action, Facts: map[string]any{"undeclared": 1}})
		if len(v.Degraded) != want {
			t.Errorf("%s: degraded %v, want %d gaps", action, v.Degraded, want)
		}
	}
}

func TestBound(t *testing.T) {
	p := factsPolicy(t)
	facts := goodFacts()
	facts["amount"], facts["tags"] = "12.50", []string{`a, "b`, "c"}
	bound, gaps := p.Bound("pay", facts)
	want := []policy.BoundFact{
		{Name: "amount", Type: policy.DecimalFact, Unit: "EUR", Value: "12.5", Present: true},
		{Name: "payee", Type: policy.StringFact, Value: "x", Present: true},
		{Name: "vip", Type: policy.BoolFact, Value: "true", Present: true},
		{Name: "tags", Type: policy.StringsFact, Value: `"a, \"b", "c"`, Present: true},
	}
	if !slices.Equal(bound, want) || len(gaps) > 0 {
		t.Errorf("Bound = %v, %v\nwant %v", bound, gaps, want)
	}
	delete(facts, "payee")
	facts["amount"] = -1
	bound, gaps = p.Bound("pay", facts)
	if bound[0].Present || bound[1].Present || bound[1].Value != "" || len(gaps) != 2 ||
		gaps[1].Name != "payee" {
		t.Errorf("Bound = %v, %v; want amount and payee absent", bound, gaps)
	}
	if bound, gaps = p.Bound("look", nil); len(bound)+len(gaps) > 0 {
		t.Errorf("Bound = %v, %v for an action that binds nothing", bound, gaps)
	}
}

func TestFactsListed(t *testing.T) {
	p := factsPolicy(t)
	var got []string
	for _, f := range p.Facts() {
		got = append(got, fmt.Sprint(f.Name, " ", f.Type, f.Optional, f.Unit, " ",
			p.JournalMode(f.Name)))
	}
	want := []string{
		"age number true keep", "amount decimal falseEUR keep", "km number false keep",
		"payee string false hash",
		"tags strings false drop", "vip bool false keep",
	}
	if !slices.Equal(got, want) || p.JournalMode("undeclared") != "drop" {
		t.Errorf("facts %q, want %q", got, want)
	}
}
