// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// judge decides cases under one policy. It keeps what it needs to know of each
// action, and its memory.
type judge struct {
	policy  *policy.Policy
	ladder  []policy.Step
	types   map[string]policy.FactType
	actions map[string]*needs
	verdict policy.Verdict
	facts   map[string]any
	spent   []policy.RuleSpent
	proofs  []policy.Proof
	gaps    []policy.Gap
}

// needs is what a decision must have recorded to be made again.
type needs struct {
	groups risk.Groups
	reads  []string // facts, by their values
	bind   []string // facts, by their presence
}

// maxActions bounds the actions that are remembered: those of an input may be
// anything.
const maxActions = 4096

func newJudge(p *policy.Policy) *judge {
	j := &judge{
		policy: p, ladder: p.Ladder(), types: map[string]policy.FactType{}, actions: map[string]*needs{}, facts: map[string]any{},
	}
	for _, f := range p.Facts() {
		j.types[f.Name] = f.Type
	}
	return j
}

func (j *judge) needs(action string) *needs {
	n := j.actions[action]
	if n == nil {
		if len(j.actions) >= maxActions {
			clear(j.actions)
		}
		// action.name and action.sensitivity are known to every evaluation.
		n = &needs{j.policy.Needs(action) &^ risk.ActionGroup, j.policy.Reads(action),
			j.policy.Action(action).Bind}
		j.actions[action] = n
	}
	return n
}

// decide decides the case again, and returns what it lacks to be: nothing, if
// it could.
func (j *judge) decide(c *Case) (lacks string) {
	e := c.Event
	d := e.Decision
	switch {
	case len(e.Sealed) > 0:
		return "a key"
	case d == nil || d.Signals == nil:
		return "signals"
	}
	n := j.needs(e.Action)
	if lack := n.groups &^ d.Signals.Computed(); lack != 0 {
		return lack.String()
	}
	if d.Missing != 0 {
		for _, s := range d.Missing.Signals() {
			if n.groups.Has(s.Group()) {
				return s.String()
			}
		}
	}
	in := policy.Input{
		Action: e.Action, Time: e.Time, Signals: d.Signals, Facts: j.facts, Caution: d.Caution,
		Prompts: policy.Count{N: int(d.Prompts.Used), Known: d.Prompts.Known},
	}
	if name := j.readFacts(c, n); name != "" {
		return "fact " + name
	}
	if !j.readSpent(d, &in) {
		return "spent"
	}
	in.Gaps, in.Proofs = j.readGaps(d), j.readProofs(d)
	j.policy.EvaluateInto(&j.verdict, &in)
	return ""
}

// strands reports whether the challenge that was just decided is one that the
// subject cannot take, which the guard makes a deny. That is known where it was
// so for the recorded step, since the steps above it take no other methods.
func (j *judge) strands(e *journal.Event) bool {
	if j.verdict.Outcome != policy.Challenge || outcomeOf(e.Outcome) != policy.Deny {
		return false
	}
	for _, s := range j.ladder {
		switch {
		case s.Name == e.Step:
			return s.Do == policy.Challenge
		case s.Name == j.verdict.Step.Name:
			return false // weaker than the recorded one
		}
	}
	return false
}

// readFacts reads the recorded facts, and returns the name of one that is
// lacking. One that a rule reads must have been kept as it was; one that is
// only bound needs no more than to be there.
func (j *judge) readFacts(c *Case, n *needs) (lacks string) {
	clear(j.facts)
	if name := j.readFactGaps(c.Event, n); name != "" {
		return name
	}
	for i := range c.Event.Decision.Facts {
		f := &c.Event.Decision.Facts[i]
		t := j.types[f.Name]
		switch {
		case t == 0:
			continue // the policy does not declare it
		case j.facts[f.Name] == any(unreadable{}):
			continue
		case f.Mode == journal.Keep && c.loose:
			j.facts[f.Name] = typed(f.Value.Any(), t)
		case f.Mode == journal.Keep:
			j.facts[f.Name] = f.Value.Any()
		case slices.Contains(n.reads, f.Name):
			return f.Name
		case t == policy.StringFact:
			j.facts[f.Name] = "-" // it was there; what it was does not matter
		case slices.Contains(n.bind, f.Name):
			return f.Name
		}
	}
	return ""
}

// unreadable stands for a fact that the policy could not read then, and could
// not now: it is of no type that a fact may have.
type unreadable struct{}

// readFactGaps reads the facts that were there and could not be read, which a
// hash of one, or its absence, does not tell. It returns the name of one of
// which nobody knows whether this policy could have read it.
func (j *judge) readFactGaps(e *journal.Event, n *needs) (lacks string) {
	for _, g := range e.Decision.Degraded {
		t := j.types[g.Name]
		if g.Kind != policy.FactGap.String() || t == 0 || strings.HasPrefix(g.Text, "missing: ") {
			continue
		}
		switch {
		case e.Policy == j.policy.Hash() || strings.HasPrefix(g.Text, "want "+t.String()+", got "):
			j.facts[g.Name] = unreadable{}
		case slices.ContainsFunc(e.Decision.Facts, func(f journal.Fact) bool {
			return f.Name == g.Name && f.Mode == journal.Keep
		}):
			// What it was is known, and is read again.
		case slices.Contains(n.reads, g.Name) || slices.Contains(n.bind, g.Name):
			return g.Name
		}
	}
	return ""
}

// typed reads a text, as CSV has, as the type that a fact has. What it is not
// stays as it is, and is then mistyped for the policy too.
func typed(raw any, t policy.FactType) any {
	text, ok := raw.(string)
	if !ok {
		return raw
	}
	switch t {
	case policy.NumberFact:
		if x, err := strconv.ParseFloat(text, 64); err == nil {
			return x
		}
	case policy.BoolFact:
		if is, err := strconv.ParseBool(text); err == nil {
			return is
		}
	case policy.StringsFact:
		return []string{text}
	}
	return raw
}

func (j *judge) readSpent(d *journal.Decision, in *policy.Input) bool {
	if d.Spent == nil {
		return true
	}
	j.spent = j.spent[:0]
	for _, u := range d.Spent {
		used := policy.RuleSpent{Rule: u.Rule, Count: int(u.Count)}
		if u.Sum != "" {
			sum, err := policy.ParseDecimal(u.Sum)
			if err != nil {
				return false
			}
			used.Sum = sum
		}
		j.spent = append(j.spent, used)
	}
	in.Spent = policy.Spent{Known: true, Rules: j.spent}
	return true
}

// readGaps returns what the store failed to tell: the other gaps follow from
// the input, those of facts by [judge.readFactGaps].
func (j *judge) readGaps(d *journal.Decision) []policy.Gap {
	if len(d.Degraded) == 0 {
		return nil
	}
	j.gaps = j.gaps[:0]
	for _, g := range d.Degraded {
		if g.Kind == policy.StoreGap.String() {
			j.gaps = append(j.gaps, policy.Gap{Kind: policy.StoreGap, Name: g.Name, Text: g.Text})
		}
	}
	return j.gaps
}

// readProofs returns those that the session held; one that this version does
// not know counts for nothing.
func (j *judge) readProofs(d *journal.Decision) []policy.Proof {
	if len(d.Proofs) == 0 {
		return nil
	}
	j.proofs = j.proofs[:0]
	for _, p := range d.Proofs {
		method, ok := policy.ParseMethod(p.Method)
		band, known := policy.ParseBand(p.Band)
		if ok && known {
			j.proofs = append(j.proofs, policy.Proof{
				Method: method, Via: contactOf(p.Via), Action: p.Action, Band: band, Time: p.Time, Bound: p.Bound,
			})
		}
	}
	return j.proofs
}

func contactOf(name string) policy.ContactKind {
	for k := policy.SMS; name != "" && k <= policy.App; k++ {
		if k.String() == name {
			return k
		}
	}
	return 0
}
