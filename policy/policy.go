// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Policy is a loaded, checked policy. It never changes and is safe for
// concurrent use. The zero Policy denies everything.
type Policy struct{}

// Source is one policy file in memory. Name is what findings call it.
type Source struct {
	Name string
	Data []byte
}

// Load reads and checks policy files, which together form one policy.
// The error is a [*LoadError] that lists every finding, or one that says
// which file cannot be read.
func Load(paths ...string) (*Policy, error) { return nil, nil }

// Parse is [Load] for sources in memory.
func Parse(sources ...Source) (*Policy, error) { return nil, nil }

// Hash returns the SHA-256 of the canonical policy, in hexadecimal. Comments,
// key order and layout do not change it.
func (p *Policy) Hash() string { return "" }

// Needs returns the groups of signals that can matter for the action.
func (p *Policy) Needs(action string) risk.Groups { return 0 }

// Evaluate returns what the policy says of the input. It is a pure function.
func (p *Policy) Evaluate(in Input) Verdict { return Verdict{} }

// EvaluateInto is [Policy.Evaluate] that reuses the slices of v.
func (p *Policy) EvaluateInto(v *Verdict, in *Input) {}

// Action is what a policy says of one action.
type Action struct {
	Name        string
	Listed      bool // by name; false for one that "*" covers or nothing does
	Sensitivity Sensitivity
	Bind        []string      // facts that a proof of the action is bound to
	Touches     []ContactKind // contacts that the action changes (L19)
	Without     []Method      // methods that do not prove this action
	NoSession   bool          // session: none
}

// ContactKind is a sort of contact: sms, email or app.
type ContactKind uint8

// The kinds of contact. The zero value is none.
const (
	SMS ContactKind = iota + 1
	Email
	App
)

// Action returns what the policy says of the action: its own entry, else that
// of "*", else a critical action that binds nothing.
func (p *Policy) Action(name string) Action { return Action{} }

// Actions returns the names of the listed actions, "*" excluded, sorted.
func (p *Policy) Actions() []string { return nil }

// Ladder returns the steps, weakest first.
func (p *Policy) Ladder() []Step { return nil }

// PromptWindow returns the friction budget: at most so many passed prompts
// per window. Both are zero for a policy without one.
func (p *Policy) PromptWindow() (most int, per time.Duration) { return 0, 0 }

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

// Facts returns the declared facts, sorted by name.
func (p *Policy) Facts() []Fact { return nil }

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
	return nil, nil
}
