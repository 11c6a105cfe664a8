// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload_test

import (
	"testing"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

func TestShapes(t *testing.T) {
	for _, shape := range workload.Shapes() {
		t.Run(shape.Name, func(t *testing.T) {
			set := shape.Set()
			global := 0
			for _, r := range set.Rules {
				if r.Action == "" {
					global++
				}
			}
			if len(set.Rules) != shape.Rules || global != shape.Global || set.Global != global {
				t.Errorf("got %d rules, %d of them global", len(set.Rules), global)
			}
			own := 0
			for i, action := range set.Actions {
				for _, r := range set.Of(i) {
					own++
					if r.Action != action {
						t.Fatalf("rule %s is for %s, want %s", r.ID, r.Action, action)
					}
				}
			}
			if own+global != len(set.Rules) {
				t.Errorf("the actions have %d rules, want %d", own, len(set.Rules)-global)
			}
		})
	}
}

// A request that comes again at once would have everything in the caches.
func TestRequestsVary(t *testing.T) {
	for _, shape := range workload.Shapes() {
		requests := shape.Set().Requests
		if len(requests) != workload.Requests {
			t.Errorf("%s: got %d requests, want %d", shape.Name, len(requests), workload.Requests)
		}
		for i := range requests {
			if requests[i] == requests[(i+1)%len(requests)] {
				t.Errorf("%s: request %d is repeated", shape.Name, i)
			}
		}
	}
}

// Where no rule fires, or all do, nothing is measured.
func TestSomeRulesFire(t *testing.T) {
	set := workload.ShapeNamed("100").Set()
	answers, fired := map[workload.Answer]bool{}, map[int]bool{}
	for i := range set.Requests {
		rules := set.Fired(i)
		answers[set.Combine(i, rules)] = true
		for _, r := range rules {
			fired[r] = true
		}
	}
	mean := set.Firing()
	if mean < 1 || mean > 8 || len(answers) < 20 || len(fired) < 90 {
		t.Errorf("%.1f rules of %.0f fire, %d of all ever do, for %d different answers",
			mean, set.Applying(), len(fired), len(answers))
	}
}

// The alternatives of a condition say the same as the condition.
func TestDisjuncts(t *testing.T) {
	set := workload.ShapeNamed("100, all global").Set()
	for _, r := range set.Rules {
		for i := range 200 {
			q := &set.Requests[i]
			if got, want := anyOf(r.When.Disjuncts(), q), r.When.Holds(q); got != want {
				t.Fatalf("rule %s, request %d: got %v, want %v", r.ID, i, got, want)
			}
		}
	}
}

func anyOf(alternatives [][]workload.Literal, q *workload.Request) bool {
	for _, all := range alternatives {
		holds := true
		for _, l := range all {
			holds = holds && l.Holds(q) != l.Negated
		}
		if holds {
			return true
		}
	}
	return false
}
