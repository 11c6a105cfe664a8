// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func rotationChecks() []check {
	return []check{
		{"a subject moves to its new pseudonym", rotates},
		{"keys that rotate at once count together", ringsCountTogether},
		{"a rotation begins no cap anew", rotationKeepsCaps},
		{"a rotation supersedes all the same", rotationSupersedes},
		{"a subject of another key's shard ends as any", rotatedEnds},
		{"erasing by one ring buys no guesses of another", erasedUnderAllRings},
	}
}

// The pseudonyms of one subject to processes whose rings begin with different
// keys. The second knows the first key too.
func twoRings() (old, both stepup.Ref) {
	old = stepup.Ref{Key: stepup.Key{0xa1, 0x1c, 1}}
	return old, stepup.Ref{Key: stepup.Key{0xb2, 0x2d, 2}, Former: []stepup.Key{old.Key}}
}

func ringsCountTogether(p *probe) {
	old, both := twoRings()
	for _, first := range []stepup.Ref{old, both} {
		limit := within(4*cost, 4*cost)
		counted := 0
		for i := range 12 {
			p.advance(2 * time.Hour)
			p.subject = []stepup.Ref{first, old, both}[min(i, 1+i%2)]
			if _, err := p.attempt(p.open(), limit); err == nil {
				counted++
			}
		}
		equal(p, 4, counted, "guesses within a budget, by processes of two rings in turn")
		p.subject = both
		p.want(nil, p.store.Erase(p.ctx, stepup.Erasure{Subject: both, Now: p.now}), "a subject can be erased")
		p.subject = old
		p.newcomer(p.state(), "an erased subject is forgotten under every key")
	}
}

func rotationKeepsCaps(p *probe) {
	old, both := twoRings()
	for _, order := range [][]stepup.Ref{{old, old, both}, {both, both, old}, {old, both, old}} {
		for i, r := range order {
			err := p.store.Open(p.ctx, p.opening(capped(stepup.Cap{Of: r, Most: 2, Per: time.Hour})))
			want := error(nil)
			if i == 2 {
				want = stepup.ErrBusy
			}
			p.want(want, err, "the third of two openings, by processes of two rings")
		}
		p.advance(time.Hour)
	}
	c := stepup.Cap{Of: old, Most: 1, Per: time.Hour}
	o := p.open(capped(c))
	p.pass(o, func(s *stepup.Settlement) { s.Answered = []stepup.Ref{both} })
	p.open(capped(c))
}

func rotationSupersedes(p *probe) {
	old, both := twoRings()
	first := p.open(func(o *stepup.Opening) { o.Binding, o.Action = old, old })
	p.open(func(o *stepup.Opening) { o.Binding, o.Action = both, both })
	_, err := p.attempt(first)
	p.want(stepup.ErrRefused, err, "a challenge superseded under another key")
}

// Challenges of a subject that was known under another key first are swept,
// superseded, passed and erased like any.
func rotatedEnds(p *probe) {
	old, both := twoRings()
	p.subject = old
	p.pass(p.open(from(1)), held(1, 2))
	kept := p.open(from(2))
	p.subject = both
	p.pass(p.open(from(3)), held(1, 2))
	expiring, superseded := p.open(from(4)), p.open(from(5))
	p.attempted(p.open(from(5)))
	_, err := p.attempt(superseded)
	p.want(stepup.ErrRefused, err, "a superseded challenge")
	p.attempted(kept)
	p.advance(time.Hour)
	_, err = p.attempt(expiring)
	p.want(stepup.ErrRefused, err, "an expired challenge")
	last := p.open(from(6))
	equal(p, 2, p.state().Devices[0].Counter, "a device's counter, over a rotation")
	p.erase()
	_, err = p.attempt(last)
	p.want(stepup.ErrRefused, err, "a challenge of an erased subject")
	p.advance(time.Hour)
	p.subject.Tombs = nil
	p.newcomer(p.state(), "an erased subject, when its challenges are over")
}

// What an erased subject guessed wrong is found by processes that do not know
// the key that wrote its tombstone yet, and by those that do.
func erasedUnderAllRings(p *probe) {
	old, both := twoRings()
	old.Tombs = []stepup.Key{{0xa1, 0x70, 1}}
	both.Tombs = []stepup.Key{{0xb2, 0x70, 2}, old.Tombs[0]}
	limit := within(2*cost, 2*cost)
	p.subject = both
	for range 2 {
		p.want(nil, p.guess(limit, by(stepup.TOTP)), "a guess within the budget")
	}
	err := p.store.Erase(p.ctx, stepup.Erasure{Subject: both, Tombstone: both.Tombs[0], Now: p.now})
	p.want(nil, err, "a subject can be erased")
	for _, p.subject = range []stepup.Ref{old, both, old} {
		equal(p, 2*cost, p.state().Guesses[stepup.StrangerLane].All,
			"the guesses of an erased subject, by processes of two rings")
		p.want(stepup.ErrRefused, p.guess(limit), "a guess past the budget, by processes of two rings")
	}
	p.advance(32 * 24 * time.Hour)
	p.subject = old
	p.want(nil, p.guess(limit), "a guess within the budget, a month later")
}
