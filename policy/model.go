// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// Numbers of sensitivities and bands, for arrays that are indexed by them.
const (
	sensitivities = int(Trivial) + 1
	bandCount     = int(Extreme)
)

// none is no step, no group.
const none = -1

// fact is a declared fact.
type fact struct {
	Fact
	journal  string
	min, max *Decimal

	least, greatest int64 // whole number, of those that a float64 holds exactly
}

// action is what the policy says of one action, with what follows from its
// rules.
type action struct {
	Action
	unlisted bool      // the policy says nothing of it
	bind     []int     // facts, in the policy's order
	steps    []Step    // the ladder less the action's `without`
	bundles  []*bundle // the rules that apply
	words    int       // of the plans of those
	reads    []read    // the bound facts, then the others that the rules read
	needs    risk.Groups
	softens  bool // L7 can matter
	shadowed bool // a shadow rule applies
}

// read is a fact that rules read.
type read struct {
	fact   int
	needed bool // by an enforced rule: its absence is a gap (L2)
}

// prompts is the friction budget. The zero value is none.
type prompts struct {
	most int
	per  time.Duration
}

// rule is one rule.
type rule struct {
	id     string
	on     []string
	when   *expression.Program // nil: always
	effect effect
	*words
	*origin
	positions document.Positions // of `when`
	line      int32
	fires     bool // when unknown
	shadow    bool
}

// words are what is said of a rule, rather than by it. Most rules share the
// empty ones.
type words struct {
	because      map[string]string
	group        string
	review, note string
}

// origin is the file of rules.
type origin struct{ file, owner string }

// facts returns the facts that the condition and the limit read, ascending.
func (r *rule) facts() []int {
	var facts []int
	if r.when != nil {
		facts = r.when.Facts()
	}
	if l := r.effect.limit; l != nil && l.sum != none && !slices.Contains(facts, l.sum) {
		facts = append(facts, l.sum)
		slices.Sort(facts)
	}
	return facts
}

// effect is what a rule does. Step and group are indexes.
type effect struct {
	kind  effectKind
	upTo  Band
	score int
	step  int
	group int
	limit *limit
}

type effectKind uint8

const (
	denies effectKind = iota
	requires
	scores
	caps
)

// strict reports whether the effect can only ever ask for more.
func (e *effect) strict() bool {
	return e.kind == denies || e.kind == requires || e.kind == scores && e.score > 0
}

// weakens reports whether the effect can only ever ask for less.
func (e *effect) weakens() bool { return e.kind == caps || e.kind == scores && e.score < 0 }

// limit is how often, and up to which sum, an at_most may cap.
type limit struct {
	count int
	sum   int // a decimal fact, or none
	most  Decimal
}

// exported returns the effect as callers see it.
func (r *rule) exported(ladder []Step) Effect {
	switch r.effect.kind {
	case scores:
		return Effect{Score: r.effect.score}
	case requires:
		return Effect{Require: ladder[r.effect.step].Name}
	case caps:
		return Effect{AtMost: ladder[r.effect.step].Name}
	}
	return Effect{Deny: true}
}

// builtIn are the actions that every policy has, with the sensitivity they
// have unless it says otherwise (L20). "*" never covers them.
var builtIn = map[string]Sensitivity{
	"method.enrol": Critical, "method.remove": Critical, "contact.change": Critical,
	"device.trust": Sensitive, "device.revoke": Sensitive,
	"consent.change": Sensitive, "profile.export": Sensitive, "profile.erase": Sensitive,
}

// leastSensitive returns how sensitive a built-in action is at the least: one
// below what it is unless the policy says otherwise, since all have a default
// for a service that gave it no thought (L20).
func leastSensitive(name string) (Sensitivity, bool) {
	s, ok := builtIn[name]
	return s + 1, ok
}
