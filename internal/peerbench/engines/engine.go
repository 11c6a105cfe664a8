// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines

import (
	"fmt"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

// Engine answers the requests of one set.
type Engine struct {
	Name string

	// Decide answers request i. It is not safe for concurrent use.
	Decide func(i int) workload.Answer

	// Fired returns the rules that fire for request i, in no order. Nil: the
	// engine does not tell.
	Fired func(i int) []int
}

// Maker makes an engine for a set.
type Maker struct {
	Name string
	New  func(*workload.Set) (Engine, error)
}

// The names of the engines that others are compared with.
const (
	Proportion  = "proportion"
	ExprVM      = "expr VM"
	HandWritten = "hand-written"
)

// All returns the makers of all engines, this library's first.
func All() []Maker {
	return []Maker{
		{Proportion, newProportion},
		{HandWritten, newHandWritten},
		{ExprVM, newExpr},
		{"expr.Run", newExprRun},
		{"cel-go", newCEL},
		{"cedar-go", newCedar},
		{"OPA", newOPA},
		{"casbin", newCasbin},
	}
}

// Make makes the engine for the set.
func (m Maker) Make(set *workload.Set) (Engine, error) {
	e, err := m.New(set)
	if err != nil {
		return Engine{}, fmt.Errorf("%s, %s rules: %w", m.Name, set.Name, err)
	}
	e.Name = m.Name
	return e, nil
}

// Agrees returns an error unless the engine gives the answers to the first
// requests.
func (e Engine) Agrees(set *workload.Set, answers []workload.Answer) error {
	for i, want := range answers {
		if got := e.Decide(i); got != want {
			return fmt.Errorf("%s, %s rules, request %d: got %v, want %v", e.Name, set.Name, i, got, want)
		}
	}
	return nil
}

// scan appends the rules that fire for request i. An engine that fails has
// nothing to say: it fires no rule that exists.
type scan func(i int, fired []int) ([]int, error)

// scanner is an engine that is asked which rules fire.
func scanner(set *workload.Set, s scan) Engine {
	var buffer []int
	decide := func(i int) workload.Answer {
		fired, err := s(i, buffer[:0])
		if err != nil {
			return workload.Answer{Score: -1} // what no request deserves: the check finds it
		}
		buffer = fired
		return set.Combine(i, fired)
	}
	fired := func(i int) []int {
		list, err := s(i, nil)
		if err != nil {
			return []int{-1}
		}
		return list
	}
	return Engine{Decide: decide, Fired: fired}
}

// convert returns every request in the form that an engine reads.
func convert[T any](set *workload.Set, to func(*workload.Request) (T, error)) ([]T, error) {
	made := make([]T, len(set.Requests))
	for i := range set.Requests {
		var err error
		if made[i], err = to(&set.Requests[i]); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// guarded returns the condition of a rule, with the test of its action first,
// in a language.
func guarded(r *workload.Rule, l workload.Language, action string) string {
	when := r.When.Write(l)
	if r.Action == "" {
		return when
	}
	return fmt.Sprintf("%s == %q%s(%s)", action, r.Action, l.And, when)
}
