// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"errors"
	"fmt"

	"github.com/cedar-policy/cedar-go"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

var cedarLanguage = workload.Language{
	And: " && ", Or: " || ", Not: "!",
	Name: func(f workload.Field) string { return "context." + f.Flat() },
	In:   func(name string, l workload.List) string { return l.Quoted("[", "]") + ".contains(" + name + ")" },
}

// newCedar makes each rule a permit: the diagnostic of a request names all
// that were satisfied.
func newCedar(set *workload.Set) (Engine, error) {
	policies := cedar.NewPolicySet()
	numbers := map[cedar.PolicyID]int{}
	for i := range set.Rules {
		r := &set.Rules[i]
		action := "action"
		if r.Action != "" {
			action = fmt.Sprintf("action == Action::%q", r.Action)
		}
		text := fmt.Sprintf("permit (principal, %s, resource) when { %s };", action, r.When.Write(cedarLanguage))
		var p cedar.Policy
		if err := p.UnmarshalCedar([]byte(text)); err != nil {
			return Engine{}, err
		}
		policies.Add(cedar.PolicyID(r.ID), &p)
		numbers[cedar.PolicyID(r.ID)] = i
	}
	requests, err := convert(set, cedarRequest)
	if err != nil {
		return Engine{}, err
	}
	return scanner(set, func(i int, fired []int) ([]int, error) {
		_, diagnostic := cedar.Authorize(policies, nil, requests[i])
		if len(diagnostic.Errors) > 0 {
			return nil, errors.New(diagnostic.Errors[0].Message)
		}
		for _, reason := range diagnostic.Reasons {
			fired = append(fired, numbers[reason.PolicyID])
		}
		return fired, nil
	}), nil
}

func cedarRequest(q *workload.Request) (cedar.Request, error) {
	record := cedar.RecordMap{}
	for _, f := range workload.Fields() {
		name := cedar.String(f.Flat())
		switch v := f.Value(q).(type) {
		case bool:
			record[name] = cedar.Boolean(v)
		case int:
			record[name] = cedar.Long(v)
		case string:
			record[name] = cedar.String(v)
		}
	}
	return cedar.Request{
		Principal: cedar.NewEntityUID("Subject", "fake"), Resource: cedar.NewEntityUID("Service", "fake"),
		Action: cedar.NewEntityUID("Action", cedar.String(q.Action.Name)), Context: cedar.NewRecord(record),
	}, nil
}
