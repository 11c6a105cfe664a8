// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"fmt"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

var celLanguage = workload.Language{
	And: " && ", Or: " || ", Not: "!",
	Name: func(f workload.Field) string { return f.Name },
	In:   func(name string, l workload.List) string { return name + " in " + l.Quoted("[", "]") },
}

// newCEL declares each name as a variable with its type, dot included: one
// look-up reads it.
func newCEL(set *workload.Set) (Engine, error) {
	env, err := celEnv()
	if err != nil {
		return Engine{}, err
	}
	programs := make([]cel.Program, len(set.Rules))
	for i := range set.Rules {
		ast, issues := env.Compile(guarded(&set.Rules[i], celLanguage, "action.name"))
		if err := issues.Err(); err != nil {
			return Engine{}, err
		}
		if programs[i], err = env.Program(ast, cel.EvalOptions(cel.OptOptimize)); err != nil {
			return Engine{}, err
		}
	}
	activations, err := convert(set, celActivation)
	if err != nil {
		return Engine{}, err
	}
	return scanner(set, func(i int, fired []int) ([]int, error) {
		for r, program := range programs {
			result, _, err := program.Eval(activations[i])
			if err != nil {
				return nil, err
			}
			if result == types.True {
				fired = append(fired, r)
			}
		}
		return fired, nil
	}), nil
}

func celEnv() (*cel.Env, error) {
	var options []cel.EnvOption
	for _, f := range workload.Fields() {
		var t *cel.Type
		switch f.Value(&workload.Request{}).(type) {
		case bool:
			t = cel.BoolType
		case int:
			t = cel.IntType
		case string:
			t = cel.StringType
		}
		options = append(options, cel.Variable(f.Name, t))
	}
	return cel.NewEnv(options...)
}

// celActivation holds the values as CEL computes with them, so that none is
// converted while it is measured.
func celActivation(q *workload.Request) (cel.Activation, error) {
	values := map[string]any{}
	for _, f := range workload.Fields() {
		switch v := f.Value(q).(type) {
		case bool:
			values[f.Name] = types.Bool(v)
		case int:
			values[f.Name] = types.Int(v)
		case string:
			values[f.Name] = types.String(v)
		default:
			return nil, fmt.Errorf("%s: unexpected %T", f.Name, v)
		}
	}
	return cel.NewActivation(values)
}
