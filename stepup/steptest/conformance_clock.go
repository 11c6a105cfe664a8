// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func clockChecks() []check {
	return []check{
		{"a leap of the clock changes nothing", leapsChangeNothing},
		{"a leap is one of more than five minutes", leapsBegin},
		{"time that passes is no leap", idleIsNoLeap},
		{"a time ahead that all agree on is believed", agreedIsBelieved},
		{"one clock that disagrees keeps a leap from being believed", disputedIsNot},
	}
}

// set moves the clock that the store is told, while no time passes.
func (p *probe) set(d time.Duration) { p.now = p.now.Add(d) }

func leapsChangeNothing(p *probe) {
	redeemed := p.redemption()
	p.want(nil, p.store.Redeem(p.ctx, redeemed), "a grant is redeemed")
	used := p.open(from(9), in(stepup.TrustedLane))
	p.pass(used)
	o := p.operations()
	for _, leap := range []time.Duration{31 * 24 * time.Hour, -31 * 24 * time.Hour, time.Hour, -time.Hour} {
		p.set(leap)
		for range 3 {
			for operation, err := range o.errors(p.ctx, p) {
				p.want(stepup.ErrClock, err, operation+" by a clock that leaped by "+leap.String())
			}
		}
		p.set(-leap)
	}
	p.want(stepup.ErrRedeemed, p.store.Redeem(p.ctx, redeemed), "a grant redeemed before the leap")
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, used), "a challenge passed before the leap")
	o.undone(p)
}

func leapsBegin(p *probe) {
	p.state()
	for _, l := range []struct {
		leap time.Duration
		want error
	}{{stepup.MostLeap + 1, stepup.ErrClock}, {-stepup.MostLeap - 1, stepup.ErrClock}, {-stepup.MostLeap, nil}, {stepup.MostLeap, nil}} {
		p.set(l.leap)
		_, err := p.store.Subject(p.ctx, stepup.Query{Subject: p.subject, Now: p.now})
		p.want(l.want, err, "a call by a clock that leaped by "+l.leap.String())
		p.set(-l.leap)
	}
	p.set(stepup.MostLeap) // which is now the greatest time
	o := p.open()
	p.set(-stepup.MostLeap)
	p.clock.Advance(stepup.MostLeap)
	_, err := p.attempt(o)
	p.want(nil, err, "a call taken as made at the greatest time")
	p.set(2 * stepup.MostLeap)
	_, err = p.attempt(o)
	p.want(stepup.ErrRefused, err, "a challenge past its end")
}

func idleIsNoLeap(p *probe) {
	for _, idle := range []time.Duration{time.Minute, time.Hour, 31 * 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		p.attempted(p.open(by(stepup.TOTP)))
		p.advance(idle)
		_, err := p.store.Subject(p.ctx, stepup.Query{Subject: p.subject, Now: p.now})
		p.want(nil, err, "a call after no other for "+idle.String())
	}
}

// ahead calls once a minute while the clock is an hour ahead, and returns the
// last error.
func (p *probe) ahead(minutes int, between func()) (err error) {
	for range minutes {
		between()
		_, err = p.store.Subject(p.ctx, stepup.Query{Subject: p.subject, Now: p.now})
		p.advance(time.Minute)
	}
	return err
}

func agreedIsBelieved(p *probe) {
	p.state()
	p.clock.Leap(time.Hour)
	p.now = p.clock.Now()
	p.want(stepup.ErrClock, p.ahead(5, func() {}), "a time ahead that was told for not quite five minutes")
	p.want(nil, p.ahead(1, func() {}), "a time ahead that all agree on for five minutes")
	p.attempted(p.open())
}

func disputedIsNot(p *probe) {
	p.state()
	p.clock.Leap(time.Hour)
	p.now = p.clock.Now()
	err := p.ahead(60, func() {
		_, err := p.store.Subject(p.ctx, stepup.Query{Subject: p.subject, Now: p.now.Add(-time.Hour)})
		p.want(nil, err, "a call by a clock that did not leap")
	})
	p.want(stepup.ErrClock, err, "a time ahead that not all agree on")
}
