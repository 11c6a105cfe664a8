// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"
)

// Attempt implements [Store].
func (m *Memory) Attempt(ctx context.Context, a Attempt) (counted Attempted, err error) {
	err = m.do(ctx, a.Now, a.ID[0], func(v *view) error {
		c, at, err := v.lookup(a.ID)
		if err != nil {
			return err
		}
		if c == nil || c.person == 0 || c.method != a.Method || c.method != Mobile4 && !a.Binding.Is(c.binding) {
			return ErrRefused
		}
		demand := *v.demand(at) // read early: an attempt is mostly waiting for memory
		if c.said&attempted == 0 || !c.repeats(a.Try) {
			if err := v.attempt(c, &a); err != nil {
				return err
			}
		}
		counted = v.attempted(c)
		counted.Demand = demand
		return nil
	})
	return counted, err
}

// attempt counts an attempt, or refuses it.
func (v *view) attempt(c *challenge, a *Attempt) error {
	owner := v.person(c.person)
	if !v.open(c) || c.used >= c.attempts || !c.room(owner.mind, a, v.now) {
		return ErrRefused
	}
	if s := owner.mind; s != nil {
		if s.runs.shut(c.lane, c.method, c.device) || v.now.Before(s.runs.of(c.lane, c.method).after()) {
			return ErrRefused
		}
	}
	if err := v.guessedAt(c.person); err != nil {
		return err
	}
	// Also of challenges from before it was noticed (L29).
	if c.method == Code4 && !v.spray.guess(v.now, c.lane == TrustedLane) {
		return ErrRefused
	}
	s := owner.guesser()
	s.guesses.count(v.now, c.lane, c.device, c.method, a.Cost)
	s.runs.failed(c.lane, c.method, c.device, v.now)
	s.wrong = s.wrong.and(v.now, 24*time.Hour)
	v.wrong.add(c.address, v.now, 1, v.config.Subjects)
	c.used++
	c.try, c.said = a.Try.half(), attempted
	if c.used >= c.attempts {
		c.said |= saidLast
	}
	if s.runs.shut(c.lane, c.method, c.device) || !c.room(s, a, v.now) {
		c.said |= saidShut
	}
	return nil
}

// guesser returns what is remembered of a person who answers wrong, most likely
// for the first time: it then is one piece of memory.
func (p *person) guesser() *subject {
	if p.mind == nil {
		first := new(struct {
			subject
			entry [1]entry
			run   [1]run
			wrong [1]int64
		})
		first.guesses, first.runs = first.entry[:0], first.run[:0]
		first.subject.wrong = first.wrong[:0]
		p.mind = &first.subject
	}
	return p.mind
}

// attempted returns what an attempt that was counted is told.
func (v *view) attempted(c *challenge) Attempted {
	counted := Attempted{
		Method: c.method, Lane: c.lane, Code: c.code, Epoch: v.clock.epoch(),
		Last: c.said&saidLast != 0, Shut: c.said&saidShut != 0,
	}
	if s := v.person(c.person).mind; s != nil && s.past != nil {
		counted.Profile, counted.Version = s.past.profile, s.past.version
		counted.Authenticators = slices.Clone(s.past.authenticators)
	}
	return counted
}

// room reports whether one more guess fits the budgets of its lane and, in the
// trusted one, of its device.
func (c *challenge) room(s *subject, a *Attempt, now time.Time) bool {
	limit, used, byDevice := a.Limits[c.lane], Guesses{}, Guesses{}
	if s != nil {
		used, byDevice = s.guesses.used(now)[c.lane], s.guesses.usedBy(c.device, now)
	}
	if c.lane == TrustedLane && !byDevice.Add(c.method, a.Cost).Within(limit.half()) {
		return false
	}
	return used.Add(c.method, a.Cost).Within(limit)
}

// Settle implements [Store].
func (m *Memory) Settle(ctx context.Context, st Settlement) (settled Settled, err error) {
	err = m.do(ctx, st.Now, st.ID[0], func(v *view) error {
		c, at, err := v.lookup(st.ID)
		if err != nil {
			return err
		}
		if c == nil || c.person == 0 {
			return ErrRefused
		}
		if c.state != passed || !c.repeats(st.Try) {
			if err := v.settle(c, at, &st); err != nil {
				return err
			}
		}
		settled.Counter = c.counter
		return nil
	})
	return settled, err
}

// settle turns a challenge into a passed one, or changes nothing.
func (v *view) settle(c *challenge, at place, st *Settlement) error {
	if c.state != pending {
		return ErrRefused
	}
	s := v.person(c.person).remember()
	p := s.recall()
	if st.Version != p.version {
		return ErrConflict
	}
	if !p.use(st.Used, st.Was) {
		return ErrRefused
	}
	v.end(at, passed)
	s.guesses.count(v.now, c.lane, c.device, c.method, -st.Refund)
	s.runs.reset(c.lane, c.method)
	s.right()
	v.wrong.add(c.address, v.now, -1, 0)
	if c.method == Code4 {
		v.spray.right(v.now)
	}
	v.issued.uncount(st.Answered)
	c.counter = p.prove(st, v.now)
	c.at, c.try, c.said = v.now.UnixNano(), st.Try.half(), 0
	return nil
}
