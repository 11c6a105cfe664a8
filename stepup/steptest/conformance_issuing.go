// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"errors"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func issuingChecks() []check {
	return []check{
		{"pending challenges are bounded", pendingBounded},
		{"one question by mobile4 at a time", oneQuestion},
		{"caps count what is issued", capsCount},
		{"caps hold at once", capsHoldAtOnce},
		{"a refused opening counts nothing", refusedOpeningCountsNothing},
		{"a new code counts against its caps", newCodeCounts},
		{"an answered question is taken back", answeredIsTakenBack},
	}
}

// mostPendingEver is far above what any subject needs: a store may be stricter.
const mostPendingEver = 20

func pendingBounded(p *probe) {
	pending := 0
	var err error
	for err == nil && pending <= mostPendingEver {
		pending++
		err = p.store.Open(p.ctx, p.opening(from(byte(pending))))
	}
	if !p.want(stepup.ErrBusy, err, "a subject has a bounded number of pending challenges in a lane") {
		return
	}
	p.open(in(stepup.TrustedLane), from(100))
	p.open(of(stepup.Ref{Key: stepup.Key{0xb0, 0xb0}}), from(100))
	p.open(from(1)) // supersedes one of them
	p.advance(5 * time.Minute)
	p.open(from(101))
	counted := p.open(in(stepup.FirstFactorLane))
	p.cancel(counted)
	p.pass(p.open(in(stepup.FirstFactorLane)))
}

func oneQuestion(p *probe) {
	p.open(by(stepup.Mobile4), from(1))
	err := p.store.Open(p.ctx, p.opening(by(stepup.Mobile4), from(2)))
	p.want(stepup.ErrBusy, err,
		"no second question is asked of one mobile, in one lane, while the first is open")
	p.open(by(stepup.Mobile4), from(2), in(stepup.TrustedLane))
	p.open(by(stepup.Code6), from(2))
	p.open(by(stepup.Mobile4), from(1)) // in place of the first
}

// capped opens a challenge that is superseded by the next one.
func capped(caps ...stepup.Cap) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Caps = caps }
}

func capsCount(p *probe) {
	c := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 3, Per: time.Hour}
	other := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{2}}, Most: 3, Per: time.Hour}
	for range 3 {
		p.open(capped(c))
	}
	p.want(stepup.ErrBusy, p.store.Open(p.ctx, p.opening(capped(c))), "no more is issued than a cap allows")
	p.open(capped(other))
	p.open(capped())
	p.advance(time.Hour - time.Nanosecond)
	p.want(stepup.ErrBusy, p.store.Open(p.ctx, p.opening(capped(c))),
		"a cap holds to the end of its period")
	p.advance(time.Hour + time.Nanosecond)
	for range 3 {
		p.open(capped(c))
	}
	p.want(stepup.ErrBusy, p.store.Open(p.ctx, p.opening(capped(c))), "a cap holds in the next period too")
}

func capsHoldAtOnce(p *probe) {
	c := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 7, Per: time.Hour}
	openings := make(chan stepup.Opening, 50)
	for i := range cap(openings) {
		openings <- p.opening(capped(c), of(stepup.Ref{Key: stepup.Key{byte(i + 1)}}))
	}
	if n := atOnce(50, func() error { return p.store.Open(p.ctx, <-openings) }); n != 7 {
		p.violated("of 50 openings at once a cap of 7 lets 7 through: got %d", n)
	}
}

func refusedOpeningCountsNothing(p *probe) {
	full := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 1, Per: time.Hour}
	free := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{2}}, Most: 2, Per: time.Hour}
	o := p.open(capped(full))
	for _, caps := range [][]stepup.Cap{{full, free}, {free, full}} {
		err := p.store.Open(p.ctx, p.opening(capped(caps...)))
		p.want(stepup.ErrBusy, err, "one cap that is reached refuses an opening")
		_, err = p.attempt(o)
		p.want(nil, err, "an opening refused by a cap supersedes nothing")
	}
	o.Caps = []stepup.Cap{free}
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, o), "a known challenge cannot be opened")
	p.open(capped(free))
	if err := p.store.Open(p.ctx, p.opening(capped(free))); err != nil {
		p.violated("a refused opening counts against no cap: got error %v for the second of two", err)
	}
}

func newCodeCounts(p *probe) {
	c := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 2, Per: time.Hour}
	o := p.open(capped(c))
	change := stepup.Change{
		ID: o.ID, Binding: o.Binding, Now: p.now, Code: [32]byte{8}, Caps: []stepup.Cap{c},
	}
	_, err := p.store.Change(p.ctx, change)
	p.want(nil, err, "a new code within the cap")
	change.Code = [32]byte{9}
	_, err = p.store.Change(p.ctx, change)
	p.want(stepup.ErrBusy, err, "a new code counts against the cap of the first")
	equal(p, [32]byte{8}, p.attempted(o).Code, "a refused change leaves the code")
}

func answeredIsTakenBack(p *probe) {
	c := stepup.Cap{Of: stepup.Ref{Key: stepup.Key{1}}, Most: 2, Per: 24 * time.Hour}
	o := p.open(capped(c))
	p.open(capped(c), from(1))
	if err := p.store.Open(p.ctx, p.opening(capped(c), from(2))); !errors.Is(err, stepup.ErrBusy) {
		p.violated("a question left open counts: got error %v, want %v", err, stepup.ErrBusy)
	}
	p.pass(o, func(s *stepup.Settlement) { s.Answered = []stepup.Ref{c.Of} })
	p.open(capped(c), from(3))
	err := p.store.Open(p.ctx, p.opening(capped(c), from(4)))
	p.want(stepup.ErrBusy, err, "an answer takes back one question, no more")
}
