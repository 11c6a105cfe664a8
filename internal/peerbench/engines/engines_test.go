// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines_test

import (
	"slices"
	"testing"

	"github.com/proportion-go/proportion/internal/peerbench/engines"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

// sample is how many requests the slowest engine answers in a moment.
const sample = 64

// Each engine fires the rules that the plain evaluation fires, and comes to the
// same answer: what is compared is the same work.
func TestEnginesAgree(t *testing.T) {
	for _, shape := range workload.Small() {
		set := shape.Set()
		for _, m := range engines.All() {
			t.Run(shape.Name+"/"+m.Name, func(t *testing.T) {
				engine, err := m.Make(set)
				if err != nil {
					t.Fatal(err)
				}
				for i := range sample {
					check(t, engine, set, i)
				}
			})
		}
	}
}

func check(t *testing.T, engine engines.Engine, set *workload.Set, i int) {
	t.Helper()
	want := set.Fired(i)
	if got := engine.Decide(i); got != set.Combine(i, want) {
		t.Errorf("request %d: got %v, want %v", i, got, set.Combine(i, want))
	}
	if engine.Fired == nil {
		return
	}
	got := engine.Fired(i)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("request %d: got rules %v, want %v", i, got, want)
	}
}

// What is checked on every request is also what finds a wrong engine.
func TestDisagreementIsFound(t *testing.T) {
	set := workload.ShapeNamed("100").Set()
	right, err := engines.All()[0].Make(set)
	if err != nil {
		t.Fatal(err)
	}
	wrong := right
	wrong.Decide = func(i int) workload.Answer {
		answer := right.Decide(i)
		if i == 4000 {
			answer.Score++
		}
		return answer
	}
	answers := set.Answers()
	if err := right.Agrees(set, answers); err != nil {
		t.Errorf("the right engine: %v", err)
	}
	if err := wrong.Agrees(set, answers); err == nil {
		t.Error("one wrong answer of 4,096 was not found")
	}
}
