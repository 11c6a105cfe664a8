// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

// A fact that could not be read then is not readable by its hash, which any
// text could have: replayed under its own policy, a decision is the same.
func TestFactsThatCouldNotBeRead(t *testing.T) {
	const bound = `facts: { amount: decimal, to: string, size: { type: decimal, max: 9 } }`
	text := strings.Replace(rules, "facts: { amount: decimal, vip: bool, age: number }", bound, 1)
	text = strings.Replace(text, "login: { sensitivity: normal }",
		"send: { sensitivity: normal, bind: [to, size] }", 1)
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	wider, err := policy.Parse(policy.Source{Name: "policy.yaml",
		Data: []byte(strings.Replace(text, "max: 9", "max: 99", 1))})
	if err != nil {
		t.Fatal(err)
	}
	hashed := func(name string) journal.Fact { return journal.Fact{Name: name, Mode: journal.Hash} }
	size, _ := journal.Keeper{}.Keep("size", journal.Keep, 1)
	tests := map[string]struct {
		facts map[string]any
		kept  []journal.Fact
		lacks string // under the other policy
	}{
		"a number for a text": {map[string]any{"to": 7.0, "size": 1}, []journal.Fact{hashed("to"), size}, ""},
		"what is not kept":    {map[string]any{"to": []int{1}, "size": 1}, []journal.Fact{size}, ""},
		"too large":           {map[string]any{"to": "x", "size": 10}, []journal.Fact{hashed("to"), hashed("size")}, "fact size"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := new(risk.Signals)
			s.MarkComputed(risk.AllGroups)
			v := p.Evaluate(policy.Input{Action: "send", Time: noon(2), Signals: s, Facts: tt.facts})
			if len(v.Degraded) != 1 || v.Outcome != policy.Challenge {
				t.Fatalf("got %v, degraded %v", v.Outcome, v.Degraded)
			}
			g := v.Degraded[0]
			e := decision("a", "send", v.Outcome.String(), v.Step.Name, risk.Unknown, tt.kept...)
			e.Policy, e.Decision.Signals = p.Hash(), s
			e.Decision.Degraded = []journal.Gap{{Kind: g.Kind.String(), Name: g.Name, Text: g.Text}}
			path := write(t, e)
			if r := run(t, source(path), replay.Config{Policy: p}); r.Changes.Same != 1 {
				t.Errorf("got %+v, lacking %v, want the same", r.Changes, r.After.Lacking)
			}
			r := run(t, source(path), replay.Config{Policy: wider})
			if (r.Changes.Same == 1) != (tt.lacks == "") || tt.lacks != "" && r.After.Lacking[tt.lacks] != 1 {
				t.Errorf("got %+v, lacking %v, want lacking %q", r.Changes, r.After.Lacking, tt.lacks)
			}
		})
	}
}
