// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"errors"
	"iter"
	"slices"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Report is what a policy would have made of recorded decisions.
type Report struct {
	Decisions     int // recorded, and read
	Same          int // would have come out alike
	Stronger      int // would have asked more
	Weaker        int // would have asked less
	NotComparable int // lack something that the policy reads
	Bad           int // lines that could not be read

	// Outcomes counts what the policy says, of the comparable decisions.
	Outcomes map[policy.Outcome]int

	// Examples are the first differences, at most as many as asked for.
	Examples []Difference
}

// Prompts returns how many of a thousand comparable decisions would have been
// challenged.
func (r *Report) Prompts() float64 {
	comparable := r.Same + r.Stronger + r.Weaker
	if comparable == 0 {
		return 0
	}
	return 1000 * float64(r.Outcomes[policy.Challenge]) / float64(comparable)
}

// Difference is one decision that would have come out otherwise.
type Difference struct {
	ID     string // the decision's, in the journal
	Action string
	Was    string // outcome and step, as "challenge(confirm)"
	Is     string
	Weaker bool
}

// Run decides each recorded decision again under the policy. Lines that cannot
// be read are counted, and the run goes on; any other error ends it and is
// returned with what was found until then. Examples is how many differences to
// keep.
func Run(events iter.Seq2[*journal.Event, error], p *policy.Policy, examples int) (Report, error) {
	r := Report{Outcomes: map[policy.Outcome]int{}}
	var v policy.Verdict
	for e, err := range events {
		var line *journal.LineError
		switch {
		case errors.As(err, &line):
			r.Bad++
		case err != nil:
			return r, err
		case e.Kind == journal.KindDecision:
			r.decide(e, p, &v, examples)
		}
	}
	return r, nil
}

// decide decides one again.
func (r *Report) decide(e *journal.Event, p *policy.Policy, v *policy.Verdict, examples int) {
	r.Decisions++
	in, ok := input(e, p)
	if !ok {
		r.NotComparable++
		return
	}
	p.EvaluateInto(v, &in)
	r.Outcomes[v.Outcome]++
	switch weaker, same := compare(e, p, v); {
	case same:
		r.Same++
	default:
		if weaker {
			r.Weaker++
		} else {
			r.Stronger++
		}
		if len(r.Examples) < examples {
			r.Examples = append(r.Examples, Difference{
				ID: e.ID, Action: e.Action, Weaker: weaker,
				Was: e.Outcome + "(" + e.Step + ")", Is: v.Outcome.String() + "(" + v.Step.Name + ")",
			})
		}
	}
}

// compare says whether the verdict is the recorded one, and if not, whether it
// is weaker. Where the subject had no method to use, a challenge was recorded
// as a deny: what was asked, the step, then decides.
func compare(e *journal.Event, p *policy.Policy, v *policy.Verdict) (weaker, same bool) {
	denied := e.Outcome == policy.Deny.String() && v.Outcome == policy.Challenge
	if e.Step == v.Step.Name && (e.Outcome == v.Outcome.String() || denied) {
		return false, true
	}
	was, is := rank(e.Outcome), int(v.Outcome)
	if was != is && !denied {
		return is > was, false
	}
	for _, s := range p.Ladder() {
		if s.Name == e.Step {
			return v.Step.Index < s.Index, false
		}
	}
	return true, false // a step that is no longer there: look at it
}

// rank returns the outcome of a name, strictest first.
func rank(name string) int {
	for o := policy.Deny; o <= policy.Allow; o++ {
		if o.String() == name {
			return int(o)
		}
	}
	return int(policy.Deny)
}

// input rebuilds what the policy saw, and reports whether it can be.
func input(e *journal.Event, p *policy.Policy) (policy.Input, bool) {
	d := e.Decision
	if d == nil || d.Signals == nil || !d.Signals.Computed().Has(p.Needs(e.Action)) {
		return policy.Input{}, false
	}
	in := policy.Input{
		Action: e.Action, Time: e.Time, Signals: d.Signals, Caution: d.Caution,
		Prompts: policy.Count{N: int(d.Prompts.Used), Known: d.Prompts.Known},
	}
	for _, s := range d.Missing.Signals() {
		if p.Needs(e.Action).Has(s.Group()) {
			return policy.Input{}, false
		}
	}
	var ok bool
	if in.Facts, ok = facts(e, p); !ok {
		return policy.Input{}, false
	}
	if in.Spent, ok = spent(d); !ok {
		return policy.Input{}, false
	}
	for _, g := range d.Degraded {
		if g.Kind == policy.StoreGap.String() {
			in.Gaps = append(in.Gaps, policy.Gap{Kind: policy.StoreGap, Name: g.Name, Text: g.Text})
		}
	}
	in.Proofs = proofs(d)
	return in, true
}

// facts returns the recorded facts. One that a rule reads must have been kept
// as it was; one that is only bound needs no more than to be there.
func facts(e *journal.Event, p *policy.Policy) (map[string]any, bool) {
	reads := p.Reads(e.Action)
	values := make(map[string]any, len(e.Decision.Facts))
	for _, f := range e.Decision.Facts {
		switch {
		case f.Mode == journal.Keep:
			values[f.Name] = f.Value.Any()
		case slices.Contains(reads, f.Name):
			return nil, false
		case typeOf(p, f.Name) == policy.StringFact:
			values[f.Name] = "-" // it was there; what it was does not matter
		case slices.Contains(p.Action(e.Action).Bind, f.Name):
			return nil, false
		}
	}
	return values, true
}

func typeOf(p *policy.Policy, name string) policy.FactType {
	for _, f := range p.Facts() {
		if f.Name == name {
			return f.Type
		}
	}
	return 0
}

func spent(d *journal.Decision) (policy.Spent, bool) {
	if d.Spent == nil {
		return policy.Spent{}, true
	}
	s := policy.Spent{Known: true}
	for _, u := range d.Spent {
		used := policy.RuleSpent{Rule: u.Rule, Count: int(u.Count)}
		if u.Sum != "" {
			sum, err := policy.ParseDecimal(u.Sum)
			if err != nil {
				return policy.Spent{}, false
			}
			used.Sum = sum
		}
		s.Rules = append(s.Rules, used)
	}
	return s, true
}

// proofs returns those that the session held; one that this version does not
// know counts for nothing.
func proofs(d *journal.Decision) (all []policy.Proof) {
	for _, p := range d.Proofs {
		method, ok := policy.ParseMethod(p.Method)
		band, known := policy.ParseBand(p.Band)
		if ok && known {
			all = append(all, policy.Proof{
				Method: method, Action: p.Action, Band: band, Time: p.Time, Bound: p.Bound,
			})
		}
	}
	return all
}
