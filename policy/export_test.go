// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"

	"github.com/proportion-go/proportion/risk"
)

// EvaluateByWalk is Evaluate without the index and without bits: every rule
// is looked at, its condition is walked, and what it does is added up.
func (p *Policy) EvaluateByWalk(in Input) Verdict {
	var v Verdict
	a := p.lookup(in.Action)
	v.reset(p, &in, a)
	p.gather(&v, a)
	clear(v.work.truths)
	clear(v.work.unknowns)
	for i := range p.rules {
		r := &p.rules[i]
		applies := len(r.on) == 0
		for _, pattern := range r.on {
			applies = applies || covers(pattern, in.Action)
		}
		if !applies {
			continue
		}
		truth := risk.True
		if r.when != nil {
			truth = r.when.Truth(&v.work.frame)
		}
		if truth != risk.False {
			v.place(i, truth)
			v.note(i, truth)
		}
	}
	p.decide(&v, a)
	return v
}

// note takes account of a rule that is true or unknown.
func (v *Verdict) note(i int, truth risk.Truth) {
	w := &v.work
	r := &w.policy.rules[i]
	fires := truth == risk.True
	if truth == risk.Unknown {
		fires = r.fires
		if w.strict {
			fires = r.effect.strict()
		}
	}
	plain := &w.plain
	switch e := &r.effect; {
	case !fires:
	case r.shadow || e.limit != nil || e.group != none:
		w.others = append(w.others, i)
	case e.kind == scores:
		plain.score += e.score
	case e.kind == requires:
		plain.floor = max(plain.floor, e.step)
	case e.kind == caps:
		plain.caps[e.upTo] = min(plain.caps[e.upTo], e.step)
	default:
		plain.floor = len(w.policy.ladder) - 1
	}
}

// place sets the bit of a rule. One that applies and has none, or a rule whose
// condition needs no action and that the index left out, is a broken index.
func (v *Verdict) place(i int, truth risk.Truth) {
	at := 0
	for _, b := range v.work.action.bundles {
		for bit, rule := range b.plan.Bits() {
			if int(rule) != i {
				continue
			}
			words := v.work.truths
			if truth == risk.Unknown {
				words = v.work.unknowns
			}
			words[at+bit/64] |= 1 << (bit % 64)
			return
		}
		at += b.plan.Words()
	}
	panic(fmt.Sprintf("rule %s applies and is in no bundle", v.work.policy.rules[i].id))
}

// Walked returns how many rules for the action are not evaluated by bits.
func (p *Policy) Walked(action string) int {
	walked := 0
	for _, b := range p.lookup(action).bundles {
		walked += b.plan.Walked()
	}
	return walked
}
