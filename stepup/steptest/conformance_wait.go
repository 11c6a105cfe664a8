// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"fmt"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func waitChecks() []check {
	return []check{
		{"waits grow with wrong answers in a row", waitsGrow},
		{"a run is one authenticator's in one lane", runsApart},
		{"a right answer ends the run of its lane", successEndsRun},
		{"wrong answers in a row shut an authenticator", failuresShut},
		{"one device has half of the answers in a row", deviceHalfOfRun},
	}
}

func waitsGrow(p *probe) {
	for n := 1; n <= 12; n++ {
		p.attempted(p.open(long, from(byte(n%2+1))))
		wait := stepup.Wait(n)
		if wait == 0 {
			continue
		}
		name := fmt.Sprintf("after %d wrong answers in a row", n)
		at := p.now
		o := p.open(long)
		for _, early := range []time.Duration{0, wait / 2, wait - time.Nanosecond} {
			p.until(at.Add(early))
			_, err := p.attempt(o)
			p.want(stepup.ErrRefused, err, name+" the next one has to wait")
		}
		equal(p, n*cost, p.state().Guesses[o.Lane].All, name+" an early one costs nothing")
		p.until(at.Add(wait))
	}
}

// failures returns the run that is told of, or 0.
func (p *probe) failures(l stepup.Lane, m stepup.Method) int {
	for _, f := range p.state().Failures {
		if f.Lane == l && f.Method == m {
			return f.Count
		}
	}
	return 0
}

func runsApart(p *probe) {
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.Code4} {
		p.attempted(p.open(by(m)))
	}
	equal(p, 3, p.failures(stepup.StrangerLane, stepup.Code6),
		"codes of four and six digits have one run, told of as six")
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6} {
		_, err := p.attempt(p.open(by(m)))
		p.want(stepup.ErrRefused, err, "codes of four and six digits rest together")
	}
	for _, m := range []stepup.Method{stepup.TOTP, stepup.Recovery, stepup.Mobile4} {
		p.attempted(p.open(by(m)))
	}
	for _, lane := range []stepup.Lane{stepup.TrustedLane, stepup.FirstFactorLane} {
		p.attempted(p.open(in(lane)))
		equal(p, 1, p.failures(lane, stepup.Code6), "another lane has a run of its own")
	}
	equal(p, 3, p.failures(stepup.StrangerLane, stepup.Code6), "a refused answer is in no run")
	for _, f := range p.state().Failures {
		if !f.Last.Equal(p.now) {
			p.violated("a run tells its last wrong answer: got %v, want %v", f.Last, p.now)
		}
	}
}

func successEndsRun(p *probe) {
	for _, lane := range []stepup.Lane{stepup.StrangerLane, stepup.TrustedLane} {
		p.attempted(p.open(in(lane)))
		p.attempted(p.open(in(lane)))
	}
	p.attempted(p.open(by(stepup.TOTP)))
	p.pass(p.open())
	equal(p, 0, p.failures(stepup.StrangerLane, stepup.Code6), "a right answer ends the run")
	equal(p, 2, p.failures(stepup.TrustedLane, stepup.Code6), "a right answer ends no other lane's run")
	equal(p, 1, p.failures(stepup.StrangerLane, stepup.TOTP),
		"a right answer ends no other authenticator's run")
	equal(p, 3*cost, p.state().Guesses[stepup.StrangerLane].All,
		"a right answer forgives no wrong one before it")
}

func failuresShut(p *probe) {
	for n := 1; n <= stepup.MostFailures; n++ {
		p.advance(2 * time.Hour)
		a := p.attempted(p.open())
		equal(p, n == stepup.MostFailures, a.Shut, fmt.Sprintf("the wrong answer %d in a row says whether it shut", n))
	}
	for _, later := range []time.Duration{2 * time.Hour, 365 * 24 * time.Hour} {
		p.advance(later)
		_, err := p.attempt(p.open())
		p.want(stepup.ErrRefused, err, "an authenticator that is shut stays shut, whatever time passes")
	}
	p.attempted(p.open(in(stepup.TrustedLane)))
	p.attempted(p.open(by(stepup.TOTP)))
	p.update(func(u *stepup.Update) { u.Unlock = []stepup.Lane{stepup.TrustedLane} })
	_, err := p.attempt(p.open())
	p.want(stepup.ErrRefused, err, "unlocking one lane opens no other")
	p.update(func(u *stepup.Update) { u.Unlock = []stepup.Lane{stepup.StrangerLane} })
	st := p.state()
	equal(p, stepup.Guesses{}, st.Guesses[stepup.StrangerLane], "unlocking forgets what was guessed")
	p.attempted(p.open())
}

// deviceHalfOfRun: two devices can shut an authenticator in the trusted lane, and
// one only for itself.
func deviceHalfOfRun(p *probe) {
	answer := func(device byte) (stepup.Attempted, error) {
		p.advance(2 * time.Hour)
		return p.attempt(p.open(in(stepup.TrustedLane), on(device)))
	}
	const half = stepup.MostFailures / 2
	for _, device := range []byte{1, 2} {
		for n := 1; n <= half; n++ {
			a, err := answer(device)
			p.want(nil, err, fmt.Sprintf("the answer %d in a row of device %d", n, device))
			equal(p, n == half, a.Shut, fmt.Sprintf("the answer %d of a device says whether it shut", n))
		}
		_, err := answer(device)
		p.want(stepup.ErrRefused, err, "an answer past the device's half")
		st := p.state(func(q *stepup.Query) { q.Device = stepup.Key{device} })
		if len(st.DeviceFailures) != 1 || st.DeviceFailures[0].Count != half ||
			st.DeviceFailures[0].Method != stepup.Code6 {
			p.violated("a device's own wrong answers in a row are told: got %v", st.DeviceFailures)
		}
		run := p.failures(stepup.TrustedLane, stepup.Code6)
		equal(p, half*int(device), run, "the run is that of all devices")
		equal(p, 1, len(p.state().Failures), "runs told of one authenticator in one lane")
	}
	_, err := answer(3)
	p.want(stepup.ErrRefused, err, "an answer past the lane's")
	for n := range half + 5 {
		p.advance(2 * time.Hour)
		_, err := p.attempt(p.open(on(1)))
		p.want(nil, err, fmt.Sprintf("the answer %d of a stranger's device, which divides nothing", n+1))
	}
	p.update(func(u *stepup.Update) { u.Unlock = []stepup.Lane{stepup.TrustedLane} })
	_, err = answer(1)
	p.want(nil, err, "an answer after an unlocking")
	p.pass(p.open(in(stepup.TrustedLane), on(2)))
	equal(p, 0, p.failures(stepup.TrustedLane, stepup.Code6), "a right answer ends the run of all devices")
}
