// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"fmt"
	"time"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// newProportion reads the answer from the verdict, which holds a good deal
// more.
func newProportion(set *workload.Set) (Engine, error) {
	p, err := policy.Parse(policy.Source{Name: "rules.yaml", Data: set.Policy(workload.Bare)})
	if err != nil {
		return Engine{}, err
	}
	inputs, err := convert(set, Input)
	if err != nil {
		return Engine{}, err
	}
	var v policy.Verdict
	decide := func(i int) workload.Answer {
		p.EvaluateInto(&v, &inputs[i])
		return workload.Answer{Score: v.Score, Step: workload.Step(v.Step.Index)}
	}
	numbers := map[string]int{}
	for i, r := range set.Rules {
		numbers[r.ID] = i
	}
	fired := func(i int) (rules []int) {
		p.EvaluateInto(&v, &inputs[i])
		for _, f := range v.Fired() {
			rules = append(rules, numbers[f.ID])
		}
		return rules
	}
	return Engine{Decide: decide, Fired: fired}, nil
}

// Input returns the request as this library reads it: signals in their slots,
// as the assessment leaves them, and facts as a host passes them.
func Input(q *workload.Request) (policy.Input, error) {
	signals, facts := new(risk.Signals), map[string]any{}
	for _, f := range workload.Fields() {
		if f.IsFact() {
			facts[f.Name] = f.Value(q)
			continue
		}
		id, ok := risk.ParseSignal(f.Name)
		if !ok {
			return policy.Input{}, fmt.Errorf("no signal %s", f.Name)
		}
		switch v := f.Value(q).(type) {
		case bool:
			signals.SetBool(id, risk.TruthOf(v))
		case int:
			signals.SetNumber(id, float64(v))
		case string:
			signals.SetText(id, v)
		}
	}
	return policy.Input{
		Action: q.Action.Name, Time: time.Date(2026, 11, 4, q.Time.Hour, 0, 0, 0, time.UTC),
		Signals: signals, Facts: facts, Prompts: policy.Count{Known: true}, Spent: policy.Spent{Known: true},
	}, nil
}
