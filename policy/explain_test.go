// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// TestExplainIsTrue: the explanation says what the verdict says.
func TestExplainIsTrue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		v := p.Evaluate(drawInput(t))
		e := v.Explain()
		fired := map[string]bool{}
		for _, f := range v.Fired() {
			fired[f.ID] = true
		}
		for _, id := range v.Shadow().Rules {
			fired[id] = true
		}
		for _, r := range e.Rules {
			if r.Fired != fired[r.ID] {
				t.Fatalf("%s: fired is %v, want %v", r.ID, r.Fired, fired[r.ID])
			}
			delete(fired, r.ID)
			if r.Truth == risk.True && !r.Fired {
				t.Fatalf("%s is true and did not fire", r.ID)
			}
		}
		if len(fired) > 0 || e.Outcome != v.Outcome {
			t.Fatalf("unexplained: %v; outcome %v, want %v", fired, e.Outcome, v.Outcome)
		}
		for _, line := range strings.Split(e.String(), "\n") {
			if utf8.RuneCountInString(line) > 80 {
				t.Fatalf("wider than 80 columns: %s", line)
			}
		}
	})
}

func TestExplainZero(t *testing.T) {
	e := new(policy.Verdict).Explain()
	if e.Outcome != policy.Deny || len(e.Rules) > 0 || !strings.Contains(e.String(), "deny") {
		t.Errorf("the zero Verdict explains itself as %q", e)
	}
}

// TestExplainPositions: predicates stand where the explanation says, however
// the condition is written.
func TestExplainPositions(t *testing.T) {
	const text = `version: 1
rules:
  - { id: quoted, when: "geo.country == \"\u00e9\" and device.known", unknown: skip, score: 1 }
  - { id: single, when: 'geo.region == ''x'' and device.known', unknown: skip, score: 1 }
  - id: plain
    when: geo.country == "é" and
      device.known
    unknown: skip
    score: 1
  - id: folded
    when: >-
      geo.foreign and

      device.known
    unknown: skip
    score: 1
  - id: literal
    when: |
      any(session.methods,
          # == "totp") or device.known
    unknown: skip
    score: 1
`
	base := policy.Source{Name: "base", Data: []byte(strings.TrimSuffix(frameYAML, "rules:\n"))}
	p, err := policy.Parse(base, policy.Source{Name: "text", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\n")
	v := p.Evaluate(policy.Input{Action: "view"})
	found := 0
	for _, r := range v.Explain().Rules {
		for _, predicate := range r.Predicates {
			first, _, _ := strings.Cut(predicate.Text, " ")
			if rest := string([]rune(lines[predicate.Line-1])[predicate.Column-1:]); !strings.HasPrefix(rest, first) {
				t.Errorf("%s: %s is said to stand at %d:%d, where %q stands", r.ID,
					predicate.Text, predicate.Line, predicate.Column, rest)
			}
			found++
		}
	}
	if found != 10 {
		t.Errorf("%d predicates, want 10", found)
	}
}
