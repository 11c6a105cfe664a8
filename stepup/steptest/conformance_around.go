// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func aroundChecks() []check {
	return []check{
		{"subjects are counted where they are seen", seenTogether},
		{"wrong answers count at the address", wrongAtAddress},
		{"wrong answers of everybody are compared", wrongOfEverybody},
		{"guesses at a decoy are told beside its subject", guessesAtDecoy},
	}
}

// seen asks for one of many subjects, from one place.
func (p *probe) seen(subject byte, place stepup.Query) stepup.Around {
	return p.state(func(q *stepup.Query) {
		q.Subject = stepup.Ref{Key: stepup.Key{subject, 7, subject}}
		q.Address, q.Network, q.Client = place.Address, place.Network, place.Client
	}).Around
}

func seenTogether(p *probe) {
	here := stepup.Query{Address: stepup.Key{1, 1}, Network: stepup.Key{2, 2}, Client: stepup.Key{3, 3}}
	for i := range byte(30) {
		for range 2 {
			got := p.seen(i, here)
			for _, n := range []int{got.AddressSubjects, got.NetworkSubjects, got.ClientSubjects} {
				equal(p, int(i)+1, n, "a subject counts once, and few are counted exactly")
			}
		}
	}
	next := p.seen(99, stepup.Query{Address: stepup.Key{1, 2}, Network: here.Network})
	equal(p, 1, next.AddressSubjects, "subjects at the address next door")
	equal(p, 31, next.NetworkSubjects, "subjects on a network of two addresses")
	equal(p, 0, next.ClientSubjects, "subjects of no client")
	p.advance(time.Hour + time.Second)
	later := p.seen(99, here)
	equal(p, 1, later.AddressSubjects, "subjects at an address, an hour later")
	equal(p, 31, later.ClientSubjects, "subjects of a client, an hour later")
	p.advance(23 * time.Hour)
	equal(p, 2, p.seen(98, here).ClientSubjects, "subjects of a client, a day later")
}

// asks makes the opening come from an address.
func asks(address stepup.Key) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Address = address }
}

func wrongAtAddress(p *probe) {
	here := stepup.Key{1, 1}
	wrong := func(address stepup.Key) float64 {
		return p.state(func(q *stepup.Query) { q.Address = address }).AddressWrong
	}
	p.attempted(p.open(asks(here)))
	p.attempted(p.open(asks(here), of(stepup.Ref{Key: stepup.Key{0xb0, 0xb0}})))
	p.attempted(p.open(asks(stepup.Key{}), from(8)))
	equal(p, 2, wrong(here), "wrong answers to what an address asked for, of two subjects")
	equal(p, 0, wrong(stepup.Key{1, 2}), "wrong answers at the address next door")
	p.pass(p.open(asks(here), from(9), in(stepup.TrustedLane)))
	equal(p, 2, wrong(here), "a right answer is none of the wrong ones")
	p.advance(66 * time.Minute)
	equal(p, 0, wrong(here), "wrong answers of more than an hour ago")
}

func wrongOfEverybody(p *probe) {
	for range 7 {
		if p.state().Everybody.Known {
			p.violated("nothing is usual before a week has shown what is")
		}
		p.attempted(p.open(long, of(stepup.Ref{Key: stepup.Key{byte(p.ids)}})))
		p.advance(24 * time.Hour)
	}
	for range 20 {
		p.attempted(p.open(of(stepup.Ref{Key: stepup.Key{byte(p.ids), 1}})))
	}
	got := p.state().Everybody
	if !got.Known || got.N != 2 {
		p.violated("twenty wrong answers where ten are nothing unusual are twice as many: got %v, known %t",
			got.N, got.Known)
	}
}

func guessesAtDecoy(p *probe) {
	decoy := p.subject
	decoy.Key[2] ^= 1 // it is kept with its subject
	asked := func(q *stepup.Query) { q.Decoy = decoy }
	for i, n := range []int{0, 1, 2} {
		st := p.state(asked)
		equal(p, n*cost, st.Decoy.Guesses[0].All, "what was guessed at a decoy")
		equal(p, n, st.Decoy.Wrong.Hour, "wrong answers to a decoy's challenges")
		if len(st.Decoy.Failures) != min(n, 1) || n > 0 && st.Decoy.Failures[0].Count != n {
			p.violated("wrong answers in a row to a decoy's challenges: got %v, want %d", st.Decoy.Failures, n)
		}
		p.newcomer(st, "guesses at a decoy are not its subject's")
		equal(p, false, st.Forgot, "that a decoy was forgotten, where there is one")
		p.attempted(p.open(of(decoy), from(byte(i+1)), func(o *stepup.Opening) { o.Decoy = true }))
	}
	equal(p, 0, p.state().Decoy.Wrong.Hour, "wrong answers of a decoy that was not asked for")
	p.attempted(p.open())
	st := p.state(asked)
	equal(p, cost, st.Guesses[0].All, "what was guessed at a subject that has a decoy")
	equal(p, 3*cost, st.Decoy.Guesses[0].All, "what was guessed at the decoy of one that was guessed at")
}
