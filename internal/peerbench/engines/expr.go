// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

var exprLanguage = workload.Language{
	And: " and ", Or: " or ", Not: "not ",
	Name: func(f workload.Field) string { return f.Name },
	In:   func(name string, l workload.List) string { return name + " in " + l.Quoted("[", "]") },
}

// newExpr runs each program in one machine that is kept, which costs less than
// what the documentation of expr shows.
func newExpr(set *workload.Set) (Engine, error) {
	machine := new(vm.VM)
	return newExprWith(set, func(p *vm.Program, q *workload.Request) (any, error) {
		return machine.Run(p, q)
	})
}

// newExprRun runs each program by expr.Run.
func newExprRun(set *workload.Set) (Engine, error) {
	return newExprWith(set, func(p *vm.Program, q *workload.Request) (any, error) {
		return expr.Run(p, q)
	})
}

func newExprWith(set *workload.Set, run func(*vm.Program, *workload.Request) (any, error)) (Engine, error) {
	programs := make([]*vm.Program, len(set.Rules))
	for i := range set.Rules {
		source := guarded(&set.Rules[i], exprLanguage, "action.name")
		program, err := expr.Compile(source, expr.Env(&workload.Request{}), expr.AsBool())
		if err != nil {
			return Engine{}, err
		}
		programs[i] = program
	}
	return scanner(set, func(i int, fired []int) ([]int, error) {
		for r, program := range programs {
			result, err := run(program, &set.Requests[i])
			if err != nil {
				return nil, err
			}
			if result.(bool) {
				fired = append(fired, r)
			}
		}
		return fired, nil
	}), nil
}
