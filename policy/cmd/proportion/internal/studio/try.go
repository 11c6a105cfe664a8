// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/policy"
)

type tryIn struct {
	draft
	Request json.RawMessage `json:"request"` // as `proportion explain` reads it
}

// verdict is what a policy says of a request, and why.
type verdict struct {
	Outcome     string              `json:"outcome"` // after held proofs
	Step        step                `json:"step"`    // before them
	Sensitivity string              `json:"sensitivity"`
	Score       int                 `json:"score"`
	Band        string              `json:"band"`
	Base        string              `json:"base"`
	Floor       string              `json:"floor"`
	Cap         string              `json:"cap"`
	Failure     string              `json:"failure"`
	Softened    bool                `json:"softened"`
	Held        *held               `json:"held"`
	Shadow      shadow              `json:"shadow"`
	Degraded    []gap               `json:"degraded"`
	Reasons     map[string][]string `json:"reasons"`
	Rules       []rule              `json:"rules"`
	Derivation  []derived           `json:"derivation"`
	Otherwise   *otherwise          `json:"otherwise"`
}

type held struct {
	Method string  `json:"method"`
	Action string  `json:"action"`
	Age    float64 `json:"age_s"`
}

type shadow struct {
	Step  string   `json:"step"`
	Rules []string `json:"rules"`
}

type gap struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Text string `json:"text"`
}

type rule struct {
	ID         string      `json:"id"`
	File       string      `json:"file"`
	Line       int         `json:"line"`
	Shadow     bool        `json:"shadow"`
	Effect     string      `json:"effect"`
	Condition  string      `json:"condition"`
	Truth      string      `json:"truth"`
	Fired      bool        `json:"fired"`
	ByUnknown  bool        `json:"by_unknown"`
	Remark     string      `json:"remark"`
	Predicates []predicate `json:"predicates"`
}

type predicate struct {
	Text   string  `json:"text"`
	Line   int     `json:"line"`
	Column int     `json:"column"`
	Truth  string  `json:"truth"`
	Values []value `json:"values"`
}

type value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Known bool   `json:"known"`
}

type derived struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type otherwise struct {
	Step    string    `json:"step"`
	Changes []altered `json:"changes"`
}

// altered is another value of a signal or fact. To is JSON, as a request has
// it.
type altered struct {
	Name string          `json:"name"`
	From string          `json:"from"`
	To   json.RawMessage `json:"to"`
}

// try decides a request by a draft.
func (s *Studio) try(ctx context.Context, in tryIn) (*verdict, error) {
	p, err := s.policyOf(ctx, in.draft)
	if err != nil {
		return nil, err
	}
	var line bytes.Buffer
	if err := json.Compact(&line, in.Request); err != nil {
		return nil, failure{http.StatusBadRequest, "the request cannot be read"}
	}
	input, err := s.config.Request(line.Bytes(), s.config.Now())
	if err != nil {
		return nil, failure{http.StatusBadRequest, err.Error()}
	}
	v := p.Evaluate(input)
	return explain(&v, input.Time), nil
}

func explain(v *policy.Verdict, now time.Time) *verdict {
	shadows := v.Shadow()
	out := &verdict{
		Outcome: v.Outcome.String(), Step: stepOf(v.Step), Sensitivity: v.Sensitivity.String(),
		Score: v.Score, Band: v.Band.String(), Base: v.Base().Name, Floor: v.Floor().Name,
		Cap: v.Cap().Name, Failure: v.Failure().Name, Softened: v.Prompts.Softened,
		Shadow:   shadow{shadows.Step.Name, list(shadows.Rules)},
		Degraded: []gap{}, Reasons: reasons(v), Rules: []rule{}, Derivation: []derived{},
	}
	if v.HeldOK {
		out.Held = &held{v.Held.Method.String(), v.Held.Action, now.Sub(v.Held.Time).Seconds()}
	}
	e := v.Explain()
	for _, g := range e.Gaps {
		out.Degraded = append(out.Degraded, gap{g.Kind.String(), g.Name, g.Text})
	}
	for _, r := range e.Rules {
		out.Rules = append(out.Rules, ruleOf(r))
	}
	for _, d := range e.Derivation {
		out.Derivation = append(out.Derivation, derived(d))
	}
	if e.Otherwise != nil {
		out.Otherwise = otherwiseOf(e.Otherwise)
	}
	return out
}

func ruleOf(r policy.RuleTrace) rule {
	out := rule{
		ID: r.ID, File: r.File, Line: r.Line, Shadow: r.Shadow, Effect: r.Effect.String(),
		Condition: r.Condition, Truth: r.Truth.String(), Fired: r.Fired, ByUnknown: r.ByUnknown,
		Remark: r.Remark, Predicates: []predicate{},
	}
	for _, p := range r.Predicates {
		line := predicate{p.Text, p.Line, p.Column, p.Truth.String(), []value{}}
		for _, v := range p.Values {
			line.Values = append(line.Values, value(v))
		}
		out.Predicates = append(out.Predicates, line)
	}
	return out
}

// otherwiseOf keeps values as a request has them: a policy writes texts in
// quotes, and everything else as JSON does.
func otherwiseOf(a *policy.Alternative) *otherwise {
	out := &otherwise{Step: a.Step}
	for _, c := range a.Changes {
		to := json.RawMessage(c.To)
		if text, err := strconv.Unquote(c.To); err == nil {
			to, _ = json.Marshal(text) // a string can be written
		}
		if !json.Valid(to) {
			to = json.RawMessage("null")
		}
		out.Changes = append(out.Changes, altered{c.Name, c.From, to})
	}
	return out
}

// mostReasons is how many texts a customer is shown (L25).
const mostReasons = 2

// reasons returns what a customer on a trusted device is shown, in each
// language that a rule speaks.
func reasons(v *policy.Verdict) map[string][]string {
	texts := map[string][]string{}
	for _, f := range v.Fired() {
		for language := range f.Because {
			texts[language] = list(v.Reasons(language, mostReasons))
		}
	}
	return texts
}
