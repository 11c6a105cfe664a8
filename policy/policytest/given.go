// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"maps"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/suggest"
	"github.com/proportion-go/proportion/risk"
)

// defaultTime is when a test takes place that does not say: a Monday at noon.
var defaultTime = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// situation is the request of a test. What is not given is unknown.
type situation struct {
	action  string
	at      time.Time
	signals risk.Signals
	facts   map[string]any
	prompts policy.Count
	spent   policy.Spent
	proofs  []heldProof
	failed  bool // the store
}

// heldProof is a proof whose time is known once the test's is.
type heldProof struct {
	policy.Proof
	age time.Duration
}

// clone returns a copy that can be changed without changing s.
func (s situation) clone() situation {
	s.facts = maps.Clone(s.facts)
	s.spent.Rules = slices.Clone(s.spent.Rules)
	return s
}

// input returns the situation as the policy sees it.
func (s situation) input() policy.Input {
	signals := s.signals
	signals.SetNumber(risk.TimeHourUTC, float64(s.at.Hour()))
	// ISO 8601 counts from Monday, and Sunday is 7.
	signals.SetNumber(risk.TimeWeekdayUTC, float64((s.at.Weekday()+6)%7+1))
	in := policy.Input{
		Action: s.action, Time: s.at, Signals: &signals, Facts: s.facts,
		Prompts: s.prompts, Spent: s.spent,
	}
	for _, p := range s.proofs {
		p.Time = s.at.Add(-p.age)
		in.Proofs = append(in.Proofs, p.Proof)
	}
	if s.failed {
		in.Gaps = []policy.Gap{{Kind: policy.StoreGap, Name: "store", Text: "failed, as the test says"}}
	}
	return in
}

// situationKeys are the keys that describe a request: every group of signals
// is one.
func situationKeys(signals map[string][]string) []string {
	keys := []string{"action", "at", "facts", "prompts", "spent", "proofs", "store"}
	return append(keys, slices.Sorted(maps.Keys(signals))...)
}

// read lays the entries that describe a request over s.
func (s *situation) read(entries []entry) {
	for _, e := range entries {
		switch e.name {
		case "action":
			s.action, _ = e.text()
		case "at":
			s.readTime(e.value)
		case "facts":
			s.readFacts(e.value)
		case "prompts":
			s.readPrompts(e.value)
		case "spent":
			s.readSpent(e.value)
		case "proofs":
			s.readProofs(e.value)
		case "store":
			word, _ := e.oneOf("works", "failed")
			s.failed = word == "failed"
		default:
			if names, ok := e.l.signals[e.name]; ok {
				s.readGroup(e, names)
			}
		}
	}
}

func (s *situation) readTime(v value) {
	text, ok := v.word()
	if !ok {
		return
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			s.at = t.UTC()
			return
		}
	}
	v.report("wrong-value", "write 2026-11-21 12:00, in UTC, or 2026-11-21T12:00:00+01:00",
		"%q is not a time", text)
}

func (s *situation) readPrompts(v value) {
	if s.prompts = (policy.Count{}); v.isUnknown() {
		return
	}
	s.prompts.N, s.prompts.Known = v.integer(0, 1_000_000)
}

func (s *situation) readFacts(v value) {
	if s.facts == nil {
		s.facts = map[string]any{}
	}
	names := slices.Sorted(maps.Keys(v.l.facts))
	for _, e := range v.entries() {
		f, ok := v.l.facts[e.name]
		if !ok {
			e.key.report("unknown-fact", suggest.Hint(e.name, names),
				"the policy declares no fact %q", e.name)
			continue
		}
		if delete(s.facts, e.name); e.isUnknown() {
			continue
		}
		if fact, ok := e.fact(f.Type); ok {
			s.facts[e.name] = fact
		}
	}
}

// fact reads a value of exactly the type that the policy declares.
func (v value) fact(t policy.FactType) (fact any, ok bool) {
	switch t {
	case policy.DecimalFact:
		return v.decimal()
	case policy.NumberFact:
		d, ok := v.decimal()
		return d.Float(), ok
	case policy.BoolFact:
		return v.bool()
	case policy.StringFact:
		return v.n.Text, v.is(document.Text)
	case policy.StringsFact:
		return v.texts()
	}
	return nil, false
}

// readSpent reads what is used up of the limits of rules. What is given once
// is known; a rule that is not listed has spent nothing.
func (s *situation) readSpent(v value) {
	if v.isUnknown() {
		s.spent = policy.Spent{}
		return
	}
	s.spent.Known = true
	for _, e := range v.entries() {
		id, ok := e.key.rule()
		if !ok {
			continue
		}
		spent := policy.RuleSpent{Rule: id}
		for _, field := range e.known("count", "sum") {
			if field.name == "count" {
				spent.Count, _ = field.integer(0, 1_000_000)
			} else {
				spent.Sum, _ = field.decimal()
			}
		}
		same := func(r policy.RuleSpent) bool { return r.Rule == id }
		s.spent.Rules = slices.DeleteFunc(s.spent.Rules, same)
		s.spent.Rules = append(s.spent.Rules, spent)
	}
}

// readProofs reads the proofs that the session holds. A list replaces the one
// it is laid over.
func (s *situation) readProofs(v value) {
	s.proofs = nil
	for _, item := range v.items() {
		keys := item.known("method", "action", "age", "band", "bound")
		p := heldProof{}
		if m, ok := item.need(keys, "method"); ok {
			name, _ := m.text()
			if p.Method, ok = policy.ParseMethod(name); !ok {
				m.report("wrong-value", "", "there is no method %q", name)
			}
		}
		if a, ok := item.need(keys, "action"); ok {
			p.Action, _ = a.text()
		}
		if a, ok := item.need(keys, "age"); ok {
			p.age, _ = a.duration()
		}
		if b, ok := item.need(keys, "band"); ok {
			name, _ := b.oneOf(bands...)
			p.Band, _ = policy.ParseBand(name)
		}
		for _, e := range keys {
			if e.name == "bound" {
				p.Bound, _ = e.bool()
			}
		}
		s.proofs = append(s.proofs, p)
	}
}
