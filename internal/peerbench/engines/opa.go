// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

var regoLanguage = workload.Language{
	Name: func(f workload.Field) string { return "input." + f.Flat() },
	In:   func(name string, l workload.List) string { return name + " in " + l.Quoted("{", "}") },
}

// newOPA makes each alternative of each rule a member of one set, with the test
// of the action where the index of OPA finds it, and prepares the query.
func newOPA(set *workload.Set) (Engine, error) {
	query, err := rego.New(
		rego.Query("data.bench.fired"), rego.Module("bench.rego", regoModule(set)),
	).PrepareForEval(context.Background())
	if err != nil {
		return Engine{}, err
	}
	inputs, err := convert(set, regoInput)
	if err != nil {
		return Engine{}, err
	}
	return scanner(set, func(i int, fired []int) ([]int, error) {
		results, err := query.Eval(context.Background(), rego.EvalParsedInput(inputs[i]))
		if err != nil {
			return nil, err
		}
		members, ok := results[0].Expressions[0].Value.([]any)
		if !ok {
			return nil, fmt.Errorf("want a list of rules, got %T", results[0].Expressions[0].Value)
		}
		for _, m := range members {
			n, err := m.(json.Number).Int64()
			if err != nil {
				return nil, err
			}
			fired = append(fired, int(n))
		}
		return fired, nil
	}), nil
}

func regoModule(set *workload.Set) string {
	var b strings.Builder
	b.WriteString("package bench\n\n")
	for i := range set.Rules {
		r := &set.Rules[i]
		for _, all := range r.When.Disjuncts() {
			fmt.Fprintf(&b, "fired contains %d if {\n", i)
			if r.Action != "" {
				fmt.Fprintf(&b, "\tinput.action_name == %q\n", r.Action)
			}
			for _, literal := range all {
				b.WriteString("\t" + regoLiteral(literal) + "\n")
			}
			b.WriteString("}\n")
		}
	}
	return b.String()
}

func regoLiteral(l workload.Literal) string {
	text := l.Write(regoLanguage)
	if l.Negated {
		return "not " + text
	}
	return text
}

func regoInput(q *workload.Request) (ast.Value, error) {
	input := map[string]any{}
	for _, f := range workload.Fields() {
		input[f.Flat()] = f.Value(q)
	}
	return ast.InterfaceToValue(input)
}
