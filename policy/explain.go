// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/risk"
)

// Explanation is how a verdict came about, for an operator. It holds the
// values of signals and facts: it is not for customers, nor for logs.
type Explanation struct {
	Action      string
	Sensitivity Sensitivity
	Outcome     Outcome
	Rules       []RuleTrace // those that apply to the action, in the policy's order
	Derivation  []Derived   // score, band, base, prompts, floor, cap, failure, step, held
	Gaps        []Gap
	Otherwise   *Alternative // what would have led to a weaker step; nil: nothing that was found
}

// RuleTrace is what became of one rule.
type RuleTrace struct {
	ID         string
	File       string
	Line       int
	Shadow     bool
	Effect     Effect
	Condition  string // canonical; empty for a rule that always applies
	Truth      risk.Truth
	Fired      bool
	ByUnknown  bool   // it fired because its condition was unknown
	Remark     string // why it fired in vain, or ""
	Predicates []Predicate
}

// Predicate is one part of a condition that is true, false or unknown by
// itself.
type Predicate struct {
	Text         string
	Line, Column int // where it begins
	Truth        risk.Truth
	Values       []NamedValue
}

// NamedValue is a signal or fact and what it stood for, "unknown" included.
type NamedValue struct {
	Name, Value string
	Known       bool
}

// Derived is one step of the arithmetic, in words.
type Derived struct{ Name, Text string }

// Explain evaluates the input once more and records everything on the way.
// The signals and facts of the input must not have changed since, and v must
// not have been used again. The zero Verdict has nothing to explain.
func (v *Verdict) Explain() Explanation {
	w := &v.work
	e := Explanation{Sensitivity: v.Sensitivity, Outcome: v.Outcome, Gaps: slices.Clone(v.Degraded)}
	if w.policy == nil || len(w.policy.ladder) == 0 {
		return e
	}
	e.Action = w.in.Action
	w.policy.each(w.action, func(r *rule) {
		e.Rules = append(e.Rules, v.trace(r, &w.sum))
	})
	e.Derivation = v.derive(&w.sum)
	if a, ok := v.alternative(); ok {
		e.Otherwise = &a
	}
	return e
}

func (v *Verdict) trace(r *rule, s *sum) RuleTrace {
	p := v.work.policy
	t := RuleTrace{
		ID: r.id, File: r.file, Line: int(r.line), Shadow: r.shadow,
		Effect: r.exported(p.ladder), Truth: risk.True,
	}
	for _, f := range v.work.fired {
		if &p.rules[f.rule] == r {
			t.Fired, t.ByUnknown = true, f.byUnknown
			t.Remark = v.remark(f.rule, s)
		}
	}
	if r.when == nil {
		return t
	}
	t.Condition, t.Truth = r.when.String(), r.when.Truth(&v.work.frame)
	for _, found := range r.when.Trace(&v.work.frame) {
		line, column := r.positions.At(found.Offset)
		predicate := Predicate{Text: found.Text, Line: line, Column: column, Truth: found.Truth}
		for _, read := range found.Reads {
			predicate.Values = append(predicate.Values, NamedValue(read))
		}
		t.Predicates = append(t.Predicates, predicate)
	}
	return t
}

// remark says why a rule that fired had no part in the step.
func (v *Verdict) remark(i int, s *sum) string {
	p := v.work.policy
	r := &p.rules[i]
	switch e := &r.effect; {
	case r.shadow:
		return "shadow: not acted on"
	case e.kind == scores && e.group != none && p.outweighed(v, i):
		return "another rule of group " + r.group + " counts"
	case e.kind == requires && e.step < s.floor:
		return "the floor is higher"
	case e.kind != caps || i == s.capRule:
		return ""
	case s.band > e.upTo:
		return fmt.Sprintf("does not cap in band %s, only up to %s", s.band, e.upTo)
	case !p.unspent(v, r):
		return "its limit is spent, or not known"
	}
	return "another cap is weaker"
}

// outweighed reports whether another rule of the group is the one that
// counts: one with more points, or as many and before it.
func (p *Policy) outweighed(v *Verdict, i int) bool {
	r := &p.rules[i]
	for _, f := range v.work.fired {
		o := &p.rules[f.rule]
		if f.rule == i || o.shadow || o.effect.group != r.effect.group {
			continue
		}
		if o.effect.score > r.effect.score || o.effect.score == r.effect.score && f.rule < i {
			return true
		}
	}
	return false
}

// derive puts the arithmetic into words.
func (v *Verdict) derive(s *sum) []Derived {
	p := v.work.policy
	lines := []Derived{
		{"score", v.scoreText(s)},
		{"band", fmt.Sprintf("%s, which begins at %d", s.band, p.bandStart(s.band))},
		{"base", fmt.Sprintf("%s, of a %s action in that band",
			p.ladder[p.matrix[v.Sensitivity][s.band-Low]].Name, v.Sensitivity)},
	}
	if p.prompts.most > 0 {
		lines = append(lines, Derived{"prompts", v.promptText(s)})
	}
	for _, l := range []struct {
		name string
		step int
		text string
	}{
		{"floor", s.floor, "the strongest require or deny that fired"},
		{"cap", s.cap, "the weakest at_most that fired and holds"},
		{"failure", s.failure, "the floor of on_failure, since the decision is degraded"},
	} {
		if l.step != none {
			lines = append(lines, Derived{l.name, p.ladder[l.step].Name + ", " + l.text})
		}
	}
	lines = append(lines, Derived{"step", v.stepText(s)})
	if v.Step.Do == Challenge {
		lines = append(lines, Derived{"held", v.heldText()})
	}
	return append(lines, Derived{"outcome", v.Outcome.String()})
}

func (v *Verdict) scoreText(s *sum) string {
	p := v.work.policy
	var terms []string
	total := 0
	for _, f := range v.work.fired {
		r := &p.rules[f.rule]
		if r.shadow || r.effect.kind != scores || r.effect.group != none && p.outweighed(v,
			f.rule) {
			continue
		}
		total += r.effect.score
		terms = append(terms, fmt.Sprintf("%+d %s", r.effect.score, r.id))
	}
	switch text := strings.Join(terms, ", "); {
	case len(terms) == 0:
		return "0: no score fired"
	case total != s.score:
		return fmt.Sprintf("%d: %s, which is %d, held to 0..100", s.score, text, total)
	default:
		return fmt.Sprintf("%d: %s", s.score, text)
	}
}

func (p *Policy) bandStart(b Band) int {
	if b <= Low {
		return 0
	}
	return p.bands[b-Medium]
}

func (v *Verdict) promptText(s *sum) string {
	used := "an unknown number"
	if v.Prompts.Used.Known {
		used = fmt.Sprint(v.Prompts.Used.N)
	}
	text := fmt.Sprintf("%s of %d passed", used, v.Prompts.Most)
	if s.softened {
		return text + ": the base is softened to " + v.work.policy.ladder[s.base].Name
	}
	return text + ": the base is not softened"
}

func (v *Verdict) stepText(s *sum) string {
	name := func(i int) string { return v.work.policy.ladder[i].Name }
	inner := name(s.base)
	if s.cap != none {
		inner = fmt.Sprintf("min(%s, %s)", inner, name(s.cap))
	}
	operands := []string{}
	for _, i := range []int{s.failure, s.floor} {
		if i != none {
			operands = append(operands, name(i))
		}
	}
	operands = append(operands, inner)
	if len(operands) > 1 {
		inner = "max(" + strings.Join(operands, ", ") + ")"
	}
	if inner == v.Step.Name {
		return inner
	}
	text := v.Step.Name + " = " + inner
	if s.step != max(s.failure, s.floor, min(s.base, orMost(s.cap, s.base))) {
		text += ", but no attempt can be counted"
	}
	return text
}

func orMost(i, most int) int {
	if i == none {
		return most
	}
	return i
}

func (v *Verdict) heldText() string {
	if v.HeldOK {
		return fmt.Sprintf("%s of %s satisfies it", v.Held.Method,
			v.Held.Time.UTC().Format("2006-01-02 15:04:05Z"))
	}
	return fmt.Sprintf("none of %d proofs satisfies it", len(v.work.in.Proofs))
}
