// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Sizes of the sets. A request meets the global rules and those of its action.
const (
	perAction = 12
	globals   = 4 // where not every rule, or 2,000 of them, are global
	seed      = 20261104
)

// Set is rules with traffic for them.
type Set struct {
	Name     string
	Actions  []string // those that requests attempt
	Rules    []Rule   // the global ones first, then action by action
	Global   int      // how many are global
	Requests []Request

	harm []Sensitivity // of the action of each request
}

// Shape is which rules a set has.
type Shape struct {
	Name         string
	Rules        int
	Global       int
	OtherActions int // attempted too, without rules of their own
}

// Shapes returns the sets that are measured.
func Shapes() []Shape {
	return []Shape{
		{Name: "10", Rules: 10, Global: globals},
		{Name: "100", Rules: 100, Global: globals},
		{Name: "1,000", Rules: 1_000, Global: globals},
		{Name: "10,000", Rules: 10_000, Global: globals},
		{Name: "100, all global", Rules: 100, Global: 100, OtherActions: 8},
		{Name: "10,000, 2,000 global", Rules: 10_000, Global: 2_000},
	}
}

// Small returns the shapes of at most a hundred rules.
func Small() []Shape {
	return slices.DeleteFunc(Shapes(), func(s Shape) bool { return s.Rules > 100 })
}

// ShapeNamed returns a shape of [Shapes].
func ShapeNamed(name string) Shape {
	for _, s := range Shapes() {
		if s.Name == name {
			return s
		}
	}
	panic("workload: no set " + name) // callers name only shapes
}

// Set returns the rules and requests of the shape. Rules are the same ones in
// every set: a larger set begins with those of a smaller one.
func (s Shape) Set() *Set {
	own := s.Rules - s.Global
	count := (own+perAction-1)/perAction + s.OtherActions
	actions := actionNames()
	global := rules("g", s.Global, nil, rand.New(rand.NewPCG(seed, 1)))
	of := rules("r", own, actions, rand.New(rand.NewPCG(seed, 2)))
	set := &Set{
		Name: s.Name, Actions: actions[:count], Rules: slices.Concat(global, of), Global: s.Global,
		Requests: traffic(actions[:count], rand.New(rand.NewPCG(seed, 3))),
	}
	for _, q := range set.Requests {
		set.harm = append(set.harm, SensitivityOf(slices.Index(actions, q.Action.Name)))
	}
	return set
}

// Of returns the rules for one action, without the global ones, which are the
// first ones of Rules. The index is that of the action.
func (s *Set) Of(action int) []Rule {
	first := min(s.Global+action*perAction, len(s.Rules))
	return s.Rules[first:min(first+perAction, len(s.Rules))]
}

// SensitivityOf returns that of the action with an index.
func SensitivityOf(action int) Sensitivity { return Sensitivity(action % len(sensitivities)) }

// Fired returns the rules that fire for request i, plainly evaluated.
func (s *Set) Fired(i int) []int {
	var fired []int
	q := &s.Requests[i]
	for r := range s.Rules {
		if rule := &s.Rules[r]; rule.Applies(q.Action.Name) && rule.When.Holds(q) {
			fired = append(fired, r)
		}
	}
	return fired
}

// Applying returns how many rules apply to a request, on average.
func (s *Set) Applying() float64 {
	return float64(s.Global) + float64(len(s.Rules)-s.Global)/float64(len(s.Actions))
}

// Firing returns how many rules fire for a request, on average over the first
// five hundred.
func (s *Set) Firing() float64 {
	const sample = 500
	total := 0
	for i := range sample {
		total += len(s.Fired(i))
	}
	return float64(total) / sample
}

// Answers returns the answer to every request, plainly evaluated.
func (s *Set) Answers() []Answer {
	answers := make([]Answer, len(s.Requests))
	for i := range answers {
		answers[i] = s.Combine(i, s.Fired(i))
	}
	return answers
}

// Combine returns the answer to request i if the given rules fired, which it
// does without allocating.
func (s *Set) Combine(i int, fired []int) Answer {
	t := NewTally()
	for _, r := range fired {
		s.Rules[r].Effect.Apply(&t)
	}
	return t.Answer(s.harm[i])
}

// actionNames returns the name of every action, the same ones in every set.
func actionNames() []string {
	var names []string
	for _, noun := range nouns {
		for _, verb := range verbs {
			names = append(names, fmt.Sprintf("%s.%s", noun, verb))
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

var (
	nouns = []string{
		"account", "address", "api_key", "beneficiary", "billing", "card", "consent",
		"contract", "device", "document", "domain", "email", "export", "group", "iban",
		"invoice", "limit", "line", "loan", "mandate", "member", "order", "payment", "phone",
		"plan", "refund", "report", "sim", "standing_order", "transfer",
	}
	verbs = []string{
		"activate", "add", "approve", "archive", "assign", "block", "cancel", "change", "close",
		"confirm", "copy", "create", "delete", "download", "extend", "import", "list", "merge",
		"move", "open", "order", "pause", "print", "remove", "rename", "replace", "resume",
		"revoke", "share", "sign", "split", "view",
	}
)
