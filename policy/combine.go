// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"

	"github.com/proportion-go/proportion/risk"
)

// sum is the arithmetic of one verdict. Steps are indexes, or none.
type sum struct {
	score    int
	band     Band
	base     int
	softened bool
	floor    int
	cap      int
	capRule  int // none for a plain one
	failure  int // the floor of on_failure
	step     int
	uncapped int // the step without capRule
}

// decide turns the rules that fired into the verdict.
func (p *Policy) decide(v *Verdict, a *action) {
	w := &v.work
	s := &w.sum
	p.combine(v, a, s, false)
	v.Score, v.Band, v.Prompts.Softened = s.score, s.band, s.softened
	v.Step = a.steps[s.step]
	if s.capRule != none && s.step < s.uncapped && p.rules[s.capRule].effect.limit != nil {
		v.Charges = append(v.Charges, p.charge(v, a, s))
	}
	w.shadow = s.step
	if a.shadowed && len(w.others) > 0 {
		var rehearsed sum
		p.combine(v, a, &rehearsed, true)
		w.shadow = rehearsed.step
	}
	v.Outcome = v.Step.Do
	if len(w.in.Proofs) == 0 {
		return
	}
	if v.Held, v.HeldOK = v.hold(); v.HeldOK {
		v.Outcome = Allow
	}
}

// combine does the arithmetic, with the shadow rules or without.
func (p *Policy) combine(v *Verdict, a *action, s *sum, shadow bool) {
	plain := &v.work.plain
	*s = sum{score: plain.score, floor: plain.floor, capRule: none, failure: none}
	next := none
	if len(v.work.others) > 0 {
		p.add(v, s, shadow)
	}
	s.score = min(max(s.score, 0), 100)
	if v.work.scored {
		s.score = v.work.score
	}
	s.band = p.band(s.score)
	s.base = p.matrix[a.Sensitivity][s.band-Low]
	p.soften(v, a, s)
	if s.cap = plain.cap(s.band); v.work.in.Caution {
		s.cap = none
	}
	if len(v.work.others) > 0 {
		next = p.cap(v, s, shadow)
	}
	s.step, s.uncapped = s.base, s.base
	if s.cap != none {
		s.step = min(s.base, s.cap)
	}
	if next != none {
		s.uncapped = min(s.base, next)
	}
	if v.work.strict {
		s.failure = p.failureStep(v, a)
	}
	s.step = p.raise(v, max(s.step, s.floor, s.failure))
	s.uncapped = p.raise(v, max(s.uncapped, s.floor, s.failure))
}

// add adds what the rules do that are not plain. Of a group only the largest
// score counts.
func (p *Policy) add(v *Verdict, s *sum, shadow bool) {
	w := &v.work
	if len(w.groups) < p.groups {
		w.groups = make([]int, p.groups)
	}
	clear(w.groups)
	for _, i := range w.others {
		r := &p.rules[i]
		if r.shadow && !shadow || r.effect.kind == caps {
			continue
		}
		value := int(r.deed(len(p.ladder) - 1).value)
		if r.effect.kind != scores {
			s.floor = max(s.floor, value)
			continue
		}
		if g := r.effect.group; g != none {
			value = max(0, value-w.groups[g])
			w.groups[g] += value
		}
		s.score += value
	}
}

func (p *Policy) band(score int) Band {
	band := Low
	for _, start := range p.bands {
		above := Band(0) // without a branch, which nobody could foresee
		if score >= start {
			above = 1
		}
		band += above
	}
	return band
}

// soften turns a challenge base into the strongest step that does not
// challenge, once the prompt budget is spent (L7).
func (p *Policy) soften(v *Verdict, a *action, s *sum) {
	used := v.work.in.Prompts
	if !a.softens || v.work.in.Caution || s.band > Medium || !used.Known || used.N < p.prompts.most ||
		p.ladder[s.base].Do != Challenge || v.work.in.Signals == nil ||
		v.work.in.Signals.Bool(risk.DeviceTrusted) != risk.True {
		return
	}
	for i := s.base - 1; i >= 0; i-- {
		if p.ladder[i].Do > Challenge {
			s.base, s.softened = i, true
			return
		}
	}
}

// cap finds the weakest at_most that holds, of the plain ones and the others,
// and returns the step of the next weakest. Of two equally weak ones it takes
// one without a limit, since that uses nothing up.
func (p *Policy) cap(v *Verdict, s *sum, shadow bool) (next int) {
	next = none
	for _, i := range v.work.others {
		r := &p.rules[i]
		if r.shadow && !shadow || !p.holds(v, r, s.band) {
			continue
		}
		switch step := r.effect.step; {
		case s.cap == none, s.capRule == none && step < s.cap,
			s.capRule != none && p.weaker(i, s.capRule):
			s.cap, s.capRule, next = step, i, s.cap
		case next == none || step < next:
			next = step
		}
	}
	return next
}

// holds reports whether the rule caps in a band.
func (p *Policy) holds(v *Verdict, r *rule, band Band) bool {
	return r.effect.kind == caps && !v.work.in.Caution && band <= r.effect.upTo && p.unspent(v, r)
}

// weaker orders caps, without regard to the order of rules (L5).
func (p *Policy) weaker(a, b int) bool {
	x, y := &p.rules[a], &p.rules[b]
	switch {
	case x.effect.step != y.effect.step:
		return x.effect.step < y.effect.step
	case (x.effect.limit == nil) != (y.effect.limit == nil):
		return x.effect.limit == nil
	}
	return x.id < y.id
}

// unspent reports whether a rule's limit leaves room for this request. What
// is not known leaves none.
func (p *Policy) unspent(v *Verdict, r *rule) bool {
	l := r.effect.limit
	if l == nil {
		return true
	}
	spent := v.work.in.Spent
	if !spent.Known {
		return false
	}
	var used RuleSpent
	for i := range spent.Rules {
		if spent.Rules[i].Rule == r.id {
			used = spent.Rules[i]
		}
	}
	if l.count > 0 && used.Count >= l.count {
		return false
	}
	if l.sum == none {
		return true
	}
	d, ok := p.summand(v, l)
	if !ok || used.Sum.Sign() < 0 {
		return false
	}
	total, ok := used.Sum.Add(d)
	return ok && total.Compare(l.most) <= 0
}

// summand returns what this request adds to a limit. A negative sum would
// make room for later ones, so there is none.
func (p *Policy) summand(v *Verdict, l *limit) (Decimal, bool) {
	f := &p.facts[l.sum]
	d, problem := f.decimal(v.work.in.Facts[f.Name])
	return d, problem == "" && d.Sign() >= 0
}

func (p *Policy) charge(v *Verdict, a *action, s *sum) Charge {
	r := &p.rules[s.capRule]
	l := r.effect.limit
	c := Charge{Rule: r.id, Count: l.count, Uncapped: a.steps[s.uncapped]}
	if l.sum != none {
		c.Sum, _ = p.summand(v, l)
		c.Most, c.Summed = l.most, true
	}
	return c
}

// failureStep is the least step when something is missing (L2).
func (p *Policy) failureStep(v *Verdict, a *action) int {
	switch p.onFailure[a.Sensitivity] {
	case Allow:
		return none
	case Challenge:
		if p.top != none {
			return p.top
		}
	}
	return len(p.ladder) - 1
}

// raise turns a challenge into the deny where no attempt can be counted (L2).
func (p *Policy) raise(v *Verdict, step int) int {
	if v.work.storeless && p.ladder[step].Do == Challenge {
		return len(p.ladder) - 1
	}
	return step
}

// hold returns the held proof that satisfies the step, the latest if there
// are several (L18). That it was made in this session and on this device is
// the caller's to know.
func (v *Verdict) hold() (Proof, bool) {
	a := v.work.action
	if v.Step.Do != Challenge || a.Sensitivity == Critical || len(a.bind) > 0 || a.NoSession {
		return Proof{}, false
	}
	var best Proof
	found := false
	for _, proof := range v.work.in.Proofs {
		if v.satisfies(&proof) && (!found || proof.Time.After(best.Time)) {
			best, found = proof, true
		}
	}
	return best, found
}

func (v *Verdict) satisfies(proof *Proof) bool {
	now := v.work.in.Time
	if now.IsZero() || proof.Time.IsZero() || proof.Bound {
		return false
	}
	// A proof of the future is a broken clock, not a fresh proof.
	age := now.Sub(proof.Time)
	if age < 0 || age > v.Step.Fresh || v.Step.Fresh == 0 {
		return false
	}
	if proof.Band < v.Band || proof.Band > Extreme {
		return false
	}
	if v.Sensitivity == Sensitive && proof.Action != v.work.in.Action {
		return false
	}
	return v.carried(proof)
}

// carried reports whether the step takes the proof's method by the contact
// that carried it, which must not be one that the action changes (L19). Where
// the caller does not say which it was, the action must change none.
func (v *Verdict) carried(proof *Proof) bool {
	way, ok := v.Step.Way(proof.Method)
	switch proof.Method {
	case Code4, Code6, Mobile4:
	default:
		return ok
	}
	touches := v.work.action.Touches
	if proof.Via != 0 {
		return ok && slices.Contains(way.Via, proof.Via) && !slices.Contains(touches, proof.Via)
	}
	return ok && len(touches) == 0
}
