// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func allChecks() []check {
	return []check{
		{"all proofs are told where all is asked for", tellsAllProofs},
		{"challenges under way are told where all is asked for", tellsPending},
	}
}

// all asks for what belongs to every session.
func all(q *stepup.Query) { q.All = true }

func tellsAllProofs(p *probe) {
	p.pass(p.open(), held(1, 2))
	p.pass(p.open(), held(3, 2))
	p.pass(p.open(of(stepup.Ref{Key: stepup.Key{0xb0, 0xb0}})), held(5, 6))
	told := map[stepup.Key]stepup.Held{}
	for _, h := range p.state(all).Proofs {
		told[h.Session] = h
	}
	for _, session := range []byte{1, 3} {
		h, ok := told[stepup.Key{session}]
		if !ok || h.Device != (stepup.Key{2}) || h.Proof.Action == "" {
			p.violated("where all is asked for, the proof of session %d is told: got %v", session, h)
		}
	}
	equal(p, 2, len(told), "sessions whose proofs are told, another subject's left out")
	equal(p, 0, len(p.state().Proofs), "proofs where nothing is asked for")
	equal(p, 1, len(p.proofs(stepup.Ref{Key: stepup.Key{3}})), "proofs where one session is asked for")
}

func tellsPending(p *probe) {
	one, other := p.open(from(1)), p.open(from(2), by(stepup.TOTP))
	p.open(of(stepup.Ref{Key: stepup.Key{0xb0, 0xb0}}))
	p.pass(p.open(from(3)), held(1, 2))
	cancelled := p.open(from(4))
	_, err := p.store.Change(p.ctx, stepup.Change{ID: cancelled.ID, Binding: cancelled.Binding, Now: p.now})
	p.want(nil, err, "a pending challenge can be cancelled")
	p.attempted(one)
	told := map[stepup.ID]stepup.Pending{}
	for _, c := range p.state(all).Pending {
		told[c.ID] = c
	}
	for _, o := range []stepup.Opening{one, other} {
		c := told[o.ID]
		if c.Method != o.Method || !c.Expires.Equal(o.Expires) || string(c.Demand) != string(o.Demand) {
			p.violated("a challenge under way is told as it was opened: got %v until %v with %q",
				c.Method, c.Expires, c.Demand)
		}
	}
	equal(p, 2, len(told), "challenges under way, another subject's and those that ended left out")
	equal(p, 0, len(p.state().Pending), "challenges that are told where nothing is asked for")
	p.until(one.Expires.Add(-1))
	equal(p, 2, len(p.state(all).Pending), "challenges under way 1 ns before they expire")
	p.advance(time.Nanosecond)
	equal(p, 0, len(p.state(all).Pending), "challenges under way once they expired")
}
