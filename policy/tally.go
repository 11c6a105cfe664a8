// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"math/bits"
	"slices"
)

// mask says when the rules of the 64 bits of a word fire, and which of them do
// no more than one number says.
type mask struct {
	plain  uint64
	fires  uint64 // when unknown
	strict uint64 // when unknown, in a decision with a gap (L2)
}

// fired returns the rules that fire.
func (m *mask) fired(truth, unknown uint64, strict bool) uint64 {
	if strict {
		return truth | unknown&m.strict
	}
	return truth | unknown&m.fires
}

// tally is the plain rules of a word that do the same. Those that fire are
// counted, not looked at one by one.
type tally struct {
	rules uint64
	word  int32
	upTo  Band
	value int8 // points or a step
}

// plain reports whether the rule does no more than its effect's number says,
// as nearly all do.
func (r *rule) plain() bool {
	return !r.shadow && r.effect.group == none && r.effect.limit == nil
}

// deed returns what a plain rule does: rules with equal ones share a tally.
// Deny is the step that a deny requires.
func (r *rule) deed(deny int) tally {
	t := tally{upTo: r.effect.upTo, value: int8(r.effect.step)}
	switch r.effect.kind {
	case scores:
		t.value = int8(r.effect.score)
	case denies:
		t.value = int8(deny)
	}
	return t
}

// byDeed returns the rules so that those which do the same follow each other,
// since a tally is of one word.
func (p *Policy) byDeed(rules []int) []int {
	deny := len(p.ladder) - 1
	sorted := slices.Clone(rules)
	slices.SortStableFunc(sorted, func(i, j int) int {
		a, b := &p.rules[i], &p.rules[j]
		x, y := a.deed(deny), b.deed(deny)
		return cmp.Or(cmp.Compare(a.effect.kind, b.effect.kind), cmp.Compare(x.value, y.value),
			cmp.Compare(x.upTo, y.upTo))
	})
	return sorted
}

// tally finds what the bits of the plan do.
func (b *bundle) tally(p *Policy) {
	b.masks = make([]mask, b.plan.Words())
	for i, rule := range b.plan.Bits() {
		r := &p.rules[rule]
		m, bit := &b.masks[i/64], uint64(1)<<(i%64)
		if r.plain() {
			m.plain |= bit
			b.add(r, i, len(p.ladder)-1)
		}
		if r.fires {
			m.fires |= bit
		}
		if r.effect.strict() {
			m.strict |= bit
		}
	}
	b.scores, b.floors, b.caps = slices.Clone(b.scores), slices.Clone(b.floors), slices.Clone(b.caps)
}

// add adds the bit of a plain rule to its tally.
func (b *bundle) add(r *rule, bit, deny int) {
	of := &b.floors
	switch r.effect.kind {
	case scores:
		of = &b.scores
	case caps:
		of = &b.caps
	}
	deed := r.deed(deny)
	deed.word = int32(bit / 64)
	for i := range *of {
		t := &(*of)[i]
		if t.word == deed.word && t.value == deed.value && t.upTo == deed.upTo {
			t.rules |= 1 << (bit % 64)
			return
		}
	}
	deed.rules = 1 << (bit % 64)
	*of = append(*of, deed)
}

// count is what the plain rules that fired come to.
type count struct {
	score int
	floor int                // a step, or none
	caps  [bandCount + 1]int // steps by their `up_to`, or uncapped
}

// uncapped is above every step.
const uncapped = maxSteps

var nothing = count{floor: none, caps: [...]int{uncapped, uncapped, uncapped, uncapped, uncapped}}

// add counts the rules of a bundle that fired. It has no branch on any of
// them.
func (c *count) add(b *bundle, fired []uint64) {
	score, floor := c.score, c.floor
	for i := range b.scores {
		t := &b.scores[i]
		score += bits.OnesCount64(fired[t.word]&t.rules) * int(t.value)
	}
	for i := range b.floors {
		t := &b.floors[i]
		step := none
		if fired[t.word]&t.rules != 0 {
			step = int(t.value)
		}
		floor = max(floor, step)
	}
	c.score, c.floor = score, floor
	for i := range b.caps {
		t := &b.caps[i]
		step := uncapped
		if fired[t.word]&t.rules != 0 {
			step = int(t.value)
		}
		c.caps[t.upTo] = min(c.caps[t.upTo], step)
	}
}

// addOne counts one plain rule that fired.
func (c *count) addOne(r *rule, deny int) {
	deed := r.deed(deny)
	value := int(deed.value)
	switch r.effect.kind {
	case scores:
		c.score += value
	case caps:
		c.caps[deed.upTo] = min(c.caps[deed.upTo], value)
	default:
		c.floor = max(c.floor, value)
	}
}

// cap returns the weakest cap that reaches the band, or none.
func (c *count) cap(band Band) int {
	step := uncapped
	for _, s := range c.caps[band:] {
		step = min(step, s)
	}
	if step == uncapped {
		return none
	}
	return step
}
