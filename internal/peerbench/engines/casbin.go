// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"strings"

	"github.com/casbin/casbin/v3"
	"github.com/casbin/casbin/v3/effector"
	"github.com/casbin/casbin/v3/model"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

var casbinLanguage = workload.Language{
	And: " && ", Or: " || ", Not: "!",
	Name: func(f workload.Field) string { return "r." + f.Flat() },
	In:   func(name string, l workload.List) string { return "(" + name + " in " + l.Quoted("(", ")") + ")" },
}

const casbinModel = `
[request_definition]
r = FIELDS
[policy_definition]
p = id, action, condition
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = (p.action == "" || p.action == r.action_name) && eval(p.condition)
`

// newCasbin gives each rule its name, since casbin keeps only one of two that
// are equal. Conditions are evaluated by eval() in the matcher, and an effector
// notes every match, since those of casbin tell of one.
func newCasbin(set *workload.Set) (Engine, error) {
	var names []string
	for _, f := range workload.Fields() {
		names = append(names, f.Flat())
	}
	m, err := model.NewModelFromString(strings.Replace(casbinModel, "FIELDS", strings.Join(names, ", "), 1))
	if err != nil {
		return Engine{}, err
	}
	enforcer, err := casbin.NewEnforcer(m)
	if err != nil {
		return Engine{}, err
	}
	for i := range set.Rules {
		r := &set.Rules[i]
		if _, err := enforcer.AddPolicy(r.ID, r.Action, r.When.Write(casbinLanguage)); err != nil {
			return Engine{}, err
		}
	}
	matches := new(matches)
	enforcer.SetEffector(matches)
	requests, err := convert(set, casbinRequest)
	if err != nil {
		return Engine{}, err
	}
	return scanner(set, func(i int, fired []int) ([]int, error) {
		matches.fired = fired
		_, err := enforcer.Enforce(requests[i]...)
		return matches.fired, err
	}), nil
}

func casbinRequest(q *workload.Request) ([]any, error) {
	var values []any
	for _, f := range workload.Fields() {
		values = append(values, f.Value(q))
	}
	return values, nil
}

// matches notes which rules match, and never ends the scan.
type matches struct{ fired []int }

// MergeEffects implements [effector.Effector].
func (m *matches) MergeEffects(
	_ string, _ []effector.Effect, results []float64, index, _ int,
) (effector.Effect, int, error) {
	if results[index] != 0 {
		m.fired = append(m.fired, index)
	}
	return effector.Indeterminate, -1, nil
}
