// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"maps"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// Policy is a loaded, checked policy. It never changes and is safe for
// concurrent use. The zero Policy denies everything.
type Policy struct {
	facts     []fact // sorted by name
	lists     map[string]expression.List
	ladder    []Step
	top       int // the strongest challenge, or none
	bands     [bandCount - 1]int
	matrix    [sensitivities][bandCount]int
	onFailure [sensitivities]Outcome
	actions   map[string]*action
	star      *action // of "*", or nil
	prompts   prompts
	rules     []rule
	groups    int // of scores

	index index
	hash  string
}

// Source is one policy file in memory. Name is what findings call it.
type Source struct {
	Name string
	Data []byte
}

// Hash returns the SHA-256 of the canonical policy, in hexadecimal. Comments,
// the order of keys and of rules, layout, and how the policy is split into
// files do not change it. It is empty for the zero Policy.
func (p *Policy) Hash() string { return p.hash }

// Needs returns the groups of signals that can matter for the action: those
// that a rule for it reads, in shadow too, and the device's where the prompt
// budget can soften it.
func (p *Policy) Needs(action string) risk.Groups { return p.lookup(action).needs }

// Action is what a policy says of one action. The zero value is the strictest.
type Action struct {
	Name        string
	Listed      bool // by name, or built in; false for one that "*" covers or nothing does
	Sensitivity Sensitivity
	Bind        []string      // facts that a proof of the action is bound to
	Touches     []ContactKind // contacts that the action changes (L19)
	Without     []Method      // methods that do not prove this action, weakest first
	NoSession   bool          // session: none
}

// Action returns what the policy says of the action: its own entry, else that
// of "*", else a critical action that binds nothing. The built-in actions
// (L20) are always listed, and "*" never covers them. The slices are
// the policy's: they must not be modified.
func (p *Policy) Action(name string) Action {
	a := p.lookup(name).Action
	a.Name = name
	return a
}

// Actions returns the names of the listed actions, the built-in ones
// included, "*" excluded, sorted.
func (p *Policy) Actions() []string { return slices.Sorted(maps.Keys(p.actions)) }

// Ladder returns the steps, weakest first. The slice is the caller's.
func (p *Policy) Ladder() []Step { return slices.Clone(p.ladder) }

// PromptWindow returns the friction budget: at most so many passed prompts
// per window. Both are zero for a policy without one.
func (p *Policy) PromptWindow() (most int, per time.Duration) {
	return p.prompts.most, p.prompts.per
}

// Fact is a declared fact.
type Fact struct {
	Name     string
	Type     FactType
	Unit     string
	Optional bool
}

// FactType is the type of a fact. The zero value is none.
type FactType uint8

// The types of facts.
const (
	NumberFact FactType = iota + 1
	DecimalFact
	BoolFact
	StringFact
	StringsFact
)

var factTypes = [...]string{"invalid", "number", "decimal", "bool", "string", "strings"}

// String returns the type as a policy writes it, for example "decimal".
func (t FactType) String() string {
	if int(t) >= len(factTypes) {
		t = 0
	}
	return factTypes[t]
}

func (t FactType) numeric() bool { return t == NumberFact || t == DecimalFact }

// Facts returns the declared facts, sorted by name. The slice is the
// caller's.
func (p *Policy) Facts() []Fact {
	facts := make([]Fact, 0, len(p.facts))
	for i := range p.facts {
		facts = append(facts, p.facts[i].Fact)
	}
	return facts
}

// JournalMode returns how the journal keeps a fact: "keep", "round", "hash"
// or "drop", which is also the answer for a fact that is not declared.
func (p *Policy) JournalMode(fact string) string {
	for i := range p.facts {
		if p.facts[i].Name == fact {
			return p.facts[i].journal
		}
	}
	return "drop"
}

// BoundFact is one fact that a proof is bound to, in canonical form. Two
// requests are for the same act if and only if their bound facts are equal.
type BoundFact struct {
	Name    string
	Type    FactType
	Unit    string
	Value   string // canonical text, fit to be shown: "12.5", "true", "FR76 3000"
	Present bool   // an absent fact is not an empty one
}

// Bound returns the canonical facts that a proof of the action is bound to,
// in the policy's order. Gaps name those that are missing or mistyped: an act
// with such a gap cannot be proven.
func (p *Policy) Bound(action string, facts map[string]any) ([]BoundFact, []Gap) {
	a := p.lookup(action)
	bound := make([]BoundFact, 0, len(a.bind))
	var gaps []Gap
	for _, i := range a.bind {
		f := &p.facts[i]
		b := BoundFact{Name: f.Name, Type: f.Type, Unit: f.Unit}
		text, problem := f.canonical(facts[f.Name])
		if problem == "" {
			b.Value, b.Present = text, true
		} else {
			gaps = append(gaps, Gap{FactGap, f.Name, problem})
		}
		bound = append(bound, b)
	}
	return bound, gaps
}
