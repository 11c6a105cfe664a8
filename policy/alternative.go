// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"maps"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// Limits on the search for an alternative.
const (
	maxAltered = 3
	maxTrials  = 5000 // decisions, each some microseconds
)

// Alternative is what would have led to a weaker step.
type Alternative struct {
	Changes []Alteration // as few as the search finds, at most three
	Step    string       // the weaker step
}

// Alteration is another value of one signal or fact. It is shown as a policy
// would write it; From is "unknown" for one that was.
type Alteration struct{ Name, From, To string }

// String returns the alternative as a sentence.
func (a Alternative) String() string {
	var parts []string
	for _, c := range a.Changes {
		parts = append(parts, fmt.Sprintf("%s were %s, not %s", c.Name, c.To, c.From))
	}
	return fmt.Sprintf("%s, if %s", a.Step, strings.Join(parts, " and "))
}

// alternative searches the smallest set of names that, with one other value
// each, would have led to a weaker step. Nothing about the gaps of a decision,
// its prompts, limits and proofs is altered.
func (v *Verdict) alternative() (Alternative, bool) {
	s := search{verdict: v, left: maxTrials}
	s.gather()
	for size := 1; size <= maxAltered; size++ {
		if s.extend(0, size) {
			return s.result(), true
		}
	}
	return Alternative{}, false
}

type search struct {
	verdict *Verdict
	names   [][]expression.Candidate // the candidates of each name
	chosen  []expression.Candidate
	trial   Verdict
	left    int
}

// gather collects the names that can matter: those of rules that made the
// step stronger, or that would make it weaker and did not fire.
func (s *search) gather() {
	w := &s.verdict.work
	fired := map[*rule]bool{}
	for _, f := range s.verdict.found(nil) {
		fired[f.rule] = f.fired
	}
	place := map[string]int{}
	seen := map[string]bool{}
	w.policy.each(w.action, func(r *rule) {
		if r.shadow || r.when == nil || fired[r] != r.effect.strict() {
			return
		}
		r.when.Candidates(func(c expression.Candidate) {
			key := c.Name + " " + c.Shown()
			if seen[key] {
				return
			}
			seen[key] = true
			if _, ok := place[c.Name]; !ok {
				place[c.Name] = len(s.names)
				s.names = append(s.names, nil)
			}
			s.names[place[c.Name]] = append(s.names[place[c.Name]], c)
		})
	})
}

// extend chooses so many more names from one on, and tries all their values.
func (s *search) extend(from, more int) bool {
	if more == 0 {
		return s.weaker()
	}
	for i := from; i+more <= len(s.names); i++ {
		for _, c := range s.names[i] {
			if s.left <= 0 {
				return false
			}
			s.chosen = append(s.chosen, c)
			if s.extend(i+1, more-1) {
				return true
			}
			s.chosen = s.chosen[:len(s.chosen)-1]
		}
	}
	return false
}

// weaker decides again with the chosen values.
func (s *search) weaker() bool {
	s.left--
	w := &s.verdict.work
	in := w.in
	signals := new(risk.Signals)
	if in.Signals != nil {
		*signals = *in.Signals
	}
	in.Signals, in.Facts = signals, maps.Clone(in.Facts)
	if in.Facts == nil {
		in.Facts = map[string]any{}
	}
	for _, c := range s.chosen {
		alter(&in, c)
	}
	w.policy.EvaluateInto(&s.trial, &in)
	return s.trial.Step.Index < s.verdict.Step.Index
}

func alter(in *Input, c expression.Candidate) {
	switch {
	case c.IsFact && c.Kind == expression.Bool:
		in.Facts[c.Name] = c.Value.Number != 0
	case c.IsFact && c.Kind == expression.Number:
		in.Facts[c.Name] = c.Value.Number
	case c.IsFact:
		in.Facts[c.Name] = c.Value.Text
	case c.Kind == expression.Bool:
		in.Signals.SetBool(c.Signal, risk.TruthOf(c.Value.Number != 0))
	case c.Kind == expression.Number:
		in.Signals.SetNumber(c.Signal, c.Value.Number)
	default:
		in.Signals.SetText(c.Signal, c.Value.Text)
	}
}

// result describes what was found.
func (s *search) result() Alternative {
	a := Alternative{Step: s.trial.Step.Name}
	w := &s.verdict.work
	for _, c := range s.chosen {
		from := "unknown"
		w.policy.each(w.action, func(r *rule) {
			if r.when == nil {
				return
			}
			for _, p := range r.when.Trace(&w.frame) {
				for _, read := range p.Reads {
					if read.Name == c.Name {
						from = read.Value
					}
				}
			}
		})
		a.Changes = append(a.Changes, Alteration{c.Name, from, c.Shown()})
	}
	return a
}
