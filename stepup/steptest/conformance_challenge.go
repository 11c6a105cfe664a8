// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"bytes"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func challengeChecks() []check {
	return []check{
		{"a challenge is kept as it was opened", keptAsOpened},
		{"a challenge's name is good for one opening", oneOpening},
		{"attempts end a challenge", attemptsEnd},
		{"a challenge expires", expires},
		{"what expired stays expired", staysExpired},
		{"another binding attempts nothing", otherBinding},
		{"another method attempts nothing", otherMethod},
		{"mobile4 is answered without the binding", mobileNeedsNoBinding},
		{"a challenge that is not there", noChallenge},
		{"a later challenge supersedes", supersedes},
		{"cancelling ends a challenge", cancels},
		{"a new code replaces the one before", replacesCode},
		{"looking tells where a challenge is", looks},
	}
}

func keptAsOpened(p *probe) {
	p.update(func(u *stepup.Update) {
		u.Profile = []byte("fake profile")
		u.Add = []stepup.Authenticator{{Method: stepup.TOTP, Sealed: []byte("fake secret"), LastStep: 4, Drift: -1}}
	})
	o := p.open(in(stepup.TrustedLane))
	a := p.attempted(o)
	equal(p, o.Method, a.Method, "an attempt returns the method")
	equal(p, o.Lane, a.Lane, "an attempt returns the lane")
	equal(p, o.Code, a.Code, "an attempt returns the code's hash")
	equal(p, string(o.Demand), string(a.Demand), "an attempt returns the demand")
	equal(p, "fake profile", string(a.Profile), "an attempt returns the profile")
	equal(p, p.state().Version, a.Version, "an attempt returns the profile's version")
	if len(a.Authenticators) != 1 || string(a.Authenticators[0].Sealed) != "fake secret" ||
		a.Authenticators[0].LastStep != 4 || a.Authenticators[0].Drift != -1 {
		p.violated("an attempt returns the authenticators: got %d, or another one", len(a.Authenticators))
	}
}

func oneOpening(p *probe) {
	o := p.open()
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, o), "a pending challenge cannot be opened again")
	p.attempted(o)
	p.pass(o)
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, o), "a passed challenge cannot be opened again")
	gone := p.open()
	p.cancel(gone)
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, gone), "a cancelled challenge cannot be opened again")
	old := p.open()
	p.open() // supersedes it
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, old), "a superseded challenge cannot be opened again")
	late := p.open()
	p.until(late.Expires.Add(time.Second))
	late.Now = p.now
	p.want(stepup.ErrRefused, p.store.Open(p.ctx, late),
		"an expired challenge cannot be opened again by its ticket")
	racing := p.opening()
	if n := atOnce(50, func() error { return p.store.Open(p.ctx, racing) }); n != 1 {
		p.violated("of 50 openings of one challenge at once, one succeeds: got %d", n)
	}
}

func (p *probe) cancel(o stepup.Opening) {
	_, err := p.store.Change(p.ctx, stepup.Change{ID: o.ID, Binding: o.Binding, Now: p.now})
	p.want(nil, err, "a pending challenge can be cancelled")
}

func attemptsEnd(p *probe) {
	o := p.open(long, func(o *stepup.Opening) { o.Attempts = 4 })
	for range 4 {
		p.advance(2 * time.Hour) // past every wait
		p.attempted(o)
	}
	p.advance(2 * time.Hour)
	_, err := p.attempt(o)
	p.want(stepup.ErrRefused, err, "no attempt follows the last one")
	equal(p, 4*cost, p.state().Guesses[o.Lane].All,
		"each attempt counted costs once, a refused one nothing")
}

func expires(p *probe) {
	for _, at := range []struct {
		after time.Duration
		want  error
	}{{-time.Nanosecond, nil}, {0, stepup.ErrRefused}, {time.Nanosecond, stepup.ErrRefused}} {
		o := p.open(from(byte(p.ids) + 1))
		resent := p.open(from(byte(p.ids) + 1))
		p.until(o.Expires.Add(at.after))
		name := "a challenge " + at.after.String() + " after it expires"
		_, err := p.attempt(o)
		p.want(at.want, err, name+", attempted")
		_, err = p.store.Change(p.ctx, stepup.Change{
			ID: resent.ID, Binding: resent.Binding, Now: p.now, Code: [32]byte{8},
		})
		p.want(at.want, err, name+", given a new code")
		seen, err := p.look(resent)
		p.want(nil, err, name+", looked for")
		equal(p, at.want == nil, seen.Pending, name+", pending")
		p.advance(time.Hour)
	}
}

func (p *probe) look(o stepup.Opening) (stepup.Looked, error) {
	return p.store.Look(p.ctx, stepup.Look{ID: o.ID, Binding: o.Binding, Now: p.now})
}

// A clock that goes back revives nothing.
func staysExpired(p *probe) {
	o := p.open()
	p.until(o.Expires)
	_, err := p.attempt(o)
	p.want(stepup.ErrRefused, err, "an expired challenge is refused")
	p.advance(-time.Minute)
	_, err = p.attempt(o)
	p.want(stepup.ErrRefused, err, "a challenge once seen expired is refused when the clock goes back")
}

func otherBinding(p *probe) {
	o := p.open()
	for _, other := range []stepup.Ref{{}, {Key: stepup.Key{1}}, {Former: []stepup.Key{{}, {2}}}} {
		_, err := p.attempt(o, func(a *stepup.Attempt) { a.Binding = other })
		p.want(stepup.ErrRefused, err, "another binding cannot attempt")
		_, err = p.store.Change(p.ctx, stepup.Change{ID: o.ID, Binding: other, Now: p.now})
		p.want(stepup.ErrRefused, err, "another binding cannot cancel")
		_, err = p.store.Look(p.ctx, stepup.Look{ID: o.ID, Binding: other, Now: p.now})
		p.want(stepup.ErrRefused, err, "another binding cannot look")
	}
	equal(p, 0, p.state().Guesses[o.Lane].All, "another binding counts nothing")
	_, err := p.attempt(o, func(a *stepup.Attempt) {
		a.Binding = stepup.Ref{Key: stepup.Key{1}, Former: []stepup.Key{{2}, o.Binding.Key}}
	})
	p.want(nil, err, "the binding under a former key can attempt")
}

func otherMethod(p *probe) {
	o := p.open()
	for _, m := range []stepup.Method{0, stepup.Code4, stepup.TOTP, stepup.Mobile4} {
		_, err := p.attempt(o, func(a *stepup.Attempt) { a.Method = m })
		p.want(stepup.ErrRefused, err, "an attempt by another method is refused")
	}
	equal(p, 0, p.state().Guesses[o.Lane].All, "an attempt by another method counts nothing")
}

func mobileNeedsNoBinding(p *probe) {
	o := p.open(by(stepup.Mobile4))
	_, err := p.attempt(o, func(a *stepup.Attempt) { a.Binding = stepup.Ref{} })
	p.want(nil, err, "mobile4 is confirmed from elsewhere, without its binding")
}

func noChallenge(p *probe) {
	o := p.opening()
	_, err := p.attempt(o)
	p.want(stepup.ErrRefused, err, "an unknown challenge cannot be attempted")
	_, err = p.store.Settle(p.ctx, stepup.Settlement{ID: o.ID, Now: p.now})
	p.want(stepup.ErrRefused, err, "an unknown challenge cannot be settled")
	_, err = p.store.Change(p.ctx, stepup.Change{ID: o.ID, Binding: o.Binding, Now: p.now})
	p.want(stepup.ErrRefused, err, "an unknown challenge cannot be cancelled")
	_, err = p.look(o)
	p.want(stepup.ErrRefused, err, "an unknown challenge cannot be looked at")
	p.newcomer(p.state(), "an unknown challenge leaves nothing behind")
}

func supersedes(p *probe) {
	other := stepup.Ref{Key: stepup.Key{0xb0, 0xb0}}
	kept := []stepup.Opening{
		p.open(from(1)),
		p.open(func(o *stepup.Opening) { o.Action.Key = stepup.Key{1} }),
		p.open(of(other)),
	}
	old := p.open()
	fresh := p.open(in(stepup.TrustedLane), by(stepup.TOTP))
	_, err := p.attempt(old)
	p.want(stepup.ErrRefused, err,
		"a challenge of the same subject, binding and action supersedes, whatever its lane and method")
	for _, o := range append(kept, fresh) {
		_, err := p.attempt(o)
		p.want(nil, err, "a challenge of another subject, binding or action is left alone")
	}
}

func cancels(p *probe) {
	o := p.open()
	change := stepup.Change{ID: o.ID, Binding: o.Binding, Now: p.now}
	end, err := p.store.Change(p.ctx, change)
	p.want(nil, err, "a pending challenge can be cancelled")
	if !end.Equal(o.Expires) {
		p.violated("a change returns when the challenge expires: got %v, want %v", end, o.Expires)
	}
	_, err = p.attempt(o)
	p.want(stepup.ErrRefused, err, "a cancelled challenge cannot be attempted")
	_, err = p.store.Change(p.ctx, change)
	p.want(stepup.ErrRefused, err, "a cancelled challenge cannot be cancelled again")
	seen, err := p.look(o)
	p.want(nil, err, "a cancelled challenge can be looked at")
	if seen.Pending || seen.Passed {
		p.violated("a cancelled challenge is neither pending nor passed: got %t and %t", seen.Pending, seen.Passed)
	}
	racing := p.open()
	counted := p.attempted(racing)
	p.cancel(racing)
	_, err = p.store.Settle(p.ctx, p.settlement(racing, counted))
	p.want(stepup.ErrRefused, err, "a challenge that was cancelled after its attempt cannot be settled")
}

func replacesCode(p *probe) {
	o := p.open(func(o *stepup.Opening) { o.Attempts = 2 })
	p.attempted(o)
	change := stepup.Change{ID: o.ID, Binding: o.Binding, Now: p.now, Code: [32]byte{8}}
	end, err := p.store.Change(p.ctx, change)
	p.want(nil, err, "a pending challenge can be given a new code")
	if !end.Equal(o.Expires) {
		p.violated("a new code prolongs nothing: got %v, want %v", end, o.Expires)
	}
	equal(p, change.Code, p.attempted(o).Code, "an attempt after it returns the new code's hash")
	_, err = p.attempt(o)
	p.want(stepup.ErrRefused, err, "a new code gives no attempt back")
	_, err = p.store.Change(p.ctx, change)
	p.want(nil, err, "a challenge without attempts left is still pending")
}

func looks(p *probe) {
	o := p.open(by(stepup.Mobile4)) // whose screen waits
	seen, err := p.look(o)
	p.want(nil, err, "a pending challenge can be looked at")
	if !seen.Pending || seen.Passed {
		p.violated("a pending challenge is pending: got pending %t, passed %t", seen.Pending, seen.Passed)
	}
	p.advance(time.Minute)
	settled := p.pass(o, func(s *stepup.Settlement) { s.Held.Device = o.Device })
	at := p.now
	p.advance(time.Minute)
	seen, err = p.look(o)
	p.want(nil, err, "a passed challenge can be looked at")
	if seen.Pending || !seen.Passed || !seen.At.Equal(at) {
		p.violated("a passed challenge says when it passed: got pending %t, passed %t at %v", seen.Pending, seen.Passed, seen.At)
	}
	equal(p, settled.Counter, seen.Counter, "a passed challenge tells its device's counter")
	if !bytes.Equal(seen.Demand, o.Demand) {
		p.violated("looking returns the demand: got %q", seen.Demand)
	}
	if gone, err := p.attempt(o); err == nil || gone.Demand != nil {
		p.violated("a passed challenge cannot be attempted: got error %v, want %v", err, stepup.ErrRefused)
	}
}
