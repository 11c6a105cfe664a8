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
	found := v.found(nil)
	w.policy.each(w.action, func(r *rule) {
		e.Rules = append(e.Rules, v.trace(r, found))
	})
	e.Derivation = v.derive(found)
	if a, ok := v.alternative(); ok {
		e.Otherwise = &a
	}
	return e
}

func (v *Verdict) trace(r *rule, found []firing) RuleTrace {
	p := v.work.policy
	t := RuleTrace{
		ID: r.id, File: r.file, Line: int(r.line), Shadow: r.shadow,
		Effect: r.exported(p.ladder), Truth: risk.True,
	}
	for i := range found {
		if f := &found[i]; f.rule == r && f.fired {
			t.Fired, t.ByUnknown = true, f.unknown
			t.Remark = v.remark(f, found)
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
func (v *Verdict) remark(f *firing, found []firing) string {
	s := &v.work.sum
	switch e := &f.effect; {
	case f.shadow:
		return "shadow: not acted on"
	case f.outweighed(found):
		return "another rule of group " + f.group + " counts"
	case e.kind == requires && e.step < s.floor:
		return "the floor is higher"
	case e.kind != caps || f.index == v.capping(found):
		return ""
	case v.work.in.Caution:
		return "no at_most caps while caution is raised"
	case s.band > e.upTo:
		return fmt.Sprintf("does not cap in band %s, only up to %s", s.band, e.upTo)
	case !v.work.policy.unspent(v, f.rule):
		return "its limit is spent, or not known"
	}
	return "another cap is weaker"
}

// capping returns the cap that counts, or none.
func (v *Verdict) capping(found []firing) int {
	p, best := v.work.policy, none
	for i := range found {
		f := &found[i]
		if f.fired && !f.shadow && p.holds(v, f.rule, v.Band) &&
			(best == none || p.weaker(f.index, best)) {
			best = f.index
		}
	}
	return best
}

// outweighed reports whether another rule of the group is the one that
// counts: one with more points, or as many and before it.
func (f *firing) outweighed(found []firing) bool {
	if f.effect.kind != scores || f.effect.group == none {
		return false
	}
	for i := range found {
		o := &found[i]
		if !o.fired || o.index == f.index || o.shadow || o.effect.group != f.effect.group {
			continue
		}
		if o.effect.score > f.effect.score ||
			o.effect.score == f.effect.score && o.index < f.index {
			return true
		}
	}
	return false
}

// derive puts the arithmetic into words.
func (v *Verdict) derive(found []firing) []Derived {
	p, s := v.work.policy, &v.work.sum
	lines := []Derived{
		{"score", v.scoreText(found)},
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

func (v *Verdict) scoreText(found []firing) string {
	s := &v.work.sum
	var terms []string
	total := 0
	for i := range found {
		f := &found[i]
		if !f.fired || f.shadow || f.effect.kind != scores || f.outweighed(found) {
			continue
		}
		total += f.effect.score
		terms = append(terms, fmt.Sprintf("%+d %s", f.effect.score, f.id))
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
