// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"

	"github.com/proportion-go/proportion/internal/peerbench/engines"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

// slowSample is how many requests a slow engine is checked on; the fast ones
// are checked on all.
const slowSample = 24

// contest is the engines' results for one set, by name.
type contest map[string]Result

// policies measures every engine on every set.
func policies() (Report, error) {
	times := Table{
		Title: "Evaluation, time a request",
		Notes: "Medians. `expr VM` keeps one machine for all programs; `expr.Run` is as documented. " +
			"All but proportion and the hand-written switch scan every rule; OPA has its own index.",
		Head: []string{"rules", "applying", "firing"},
	}
	ratios := Table{Title: "Evaluation, times the time of proportion", Head: []string{"rules"}}
	for _, m := range engines.All() {
		times.Head = append(times.Head, m.Name)
		ratios.Head = append(ratios.Head, m.Name)
	}
	all := map[string]contest{}
	for _, shape := range workload.Shapes() {
		set := shape.Set()
		c, err := evaluate(set)
		if err != nil {
			return Report{}, err
		}
		all[shape.Name] = c
		times.Rows = append(times.Rows, c.times(set))
		ratios.Rows = append(ratios.Rows, c.ratios(set))
	}
	return Report{Tables: []Table{times, ratios}, Bars: policyBars(all)}, nil
}

// evaluate measures every engine on one set, after checking its answers: those
// of this library and of the hand-written rules are the same for all requests.
func evaluate(set *workload.Set) (contest, error) {
	answers := set.Answers()
	var contestants []contestant
	for _, m := range engines.All() {
		e, err := m.Make(set)
		if err != nil {
			return nil, err
		}
		sample := slowSample
		if m.Name == engines.Proportion || m.Name == engines.HandWritten {
			sample = workload.Requests
		}
		if err := e.Agrees(set, answers[:sample]); err != nil {
			return nil, err
		}
		contestants = append(contestants, contestant{m.Name, func(i int) { e.Decide(i) }})
	}
	c := contest{}
	for _, r := range compete(workload.Requests, contestants...) {
		c[r.Name] = r
	}
	return c, nil
}

func (c contest) times(set *workload.Set) []string {
	row := []string{set.Name, fmt.Sprintf("%.0f", set.Applying()), fmt.Sprintf("%.3g", set.Firing())}
	for _, m := range engines.All() {
		row = append(row, duration(c[m.Name].Time()))
	}
	return row
}

func (c contest) ratios(set *workload.Set) []string {
	row := []string{set.Name}
	for _, m := range engines.All() {
		row = append(row, fmt.Sprintf("%.3g", c[m.Name].Over(c[engines.Proportion])))
	}
	return row
}

func policyBars(all map[string]contest) []Bar {
	ours := func(set string) Result { return all[set][engines.Proportion] }
	than := func(set, other string) float64 { return all[set][other].Over(ours(set)) }
	hundred, allGlobal := "100", "100, all global"
	hand := ours(hundred).Over(all[hundred][engines.HandWritten])
	growth := ours("10,000").Over(ours(hundred))
	most := ours("10,000, 2,000 global").Time()
	return []Bar{
		{
			"policy.EvaluateInto, 100 rules, 16 applying", "0 allocations",
			count(ours(hundred).Allocs), ours(hundred).Allocs < 0.005,
		},
		atLeast("the same, faster than the expr VM", 50, than(hundred, engines.ExprVM)),
		atMost("the same, against the hand-written switch", 5, hand),
		atLeast("100 rules, all applying, faster than the expr VM", 12, than(allGlobal, engines.ExprVM)),
		atMost("growth from 100 to 10,000 rules, as many applying", 3, growth),
		{"10,000 rules, 2,000 of them global", "≤ 3 µs", duration(most), most <= 3000},
	}
}

func atLeast(what string, limit, got float64) Bar {
	return Bar{what, fmt.Sprintf("≥ %g×", limit), times(got), got >= limit}
}

func atMost(what string, limit, got float64) Bar {
	return Bar{what, fmt.Sprintf("≤ %.3g×", limit), times(got), got <= limit}
}
