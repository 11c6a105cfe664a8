// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"
)

type challenge struct {
	Opening
	subject *subject
	used    int
	state   state
	passed  time.Time
	counter uint32 // of the device, once passed
}

// state is where a challenge is in its life.
type state uint8

const (
	pending state = iota
	passed
	expired
	cancelled
	superseded
)

// mostPending is how many challenges of a subject may be pending in one lane.
const mostPending = 5

func (c *challenge) end(s state) {
	c.state = s
	c.subject.open = slices.DeleteFunc(c.subject.open, func(o *challenge) bool { return o == c })
}

// Open implements [Store].
func (m *Memory) Open(ctx context.Context, o Opening) error {
	unlock, err := m.begin(ctx, o.Now)
	if err != nil {
		return err
	}
	defer unlock()
	m.sweep(o.Now)
	end := o.Issued.Add(ticketLife) // until then the ticket must be known to be used
	if o.Issued.Before(m.epoch) || m.challenges[o.ID] != nil || !end.After(m.swept) {
		return ErrRefused
	}
	if len(m.challenges) >= m.config.Challenges || !m.windows.fit(o.Caps, o.Now) {
		return ErrBusy
	}
	s := m.remember(o.Subject)
	if s == nil || !s.supersede(&o) {
		return ErrBusy
	}
	m.windows.count(o.Caps, o.Now)
	c := &challenge{Opening: o, subject: s}
	s.open = append(s.open, c)
	m.challenges[o.ID] = c
	if o.Expires.After(end) {
		end = o.Expires
	}
	m.opened = append(m.opened, ended{o.ID, end})
	return nil
}

// supersede ends the pending challenges of the same binding and action, if
// there is room for a new one, and reports whether there is.
func (s *subject) supersede(o *Opening) bool {
	var replaced []*challenge
	others := 0
	for _, old := range s.open {
		switch {
		case !old.Expires.After(o.Now):
		case old.Binding == o.Binding && old.Action == o.Action:
			replaced = append(replaced, old)
		case old.Lane != o.Lane:
		case old.Method == Mobile4 && o.Method == Mobile4:
			return false // one question at a time in the customer's hand
		default:
			others++
		}
	}
	if others >= mostPending {
		return false
	}
	for _, old := range replaced {
		old.end(superseded)
	}
	return true
}

// live returns the pending challenge, or nil. One found past its end is
// expired for good: a clock that goes back revives nothing.
func (m *Memory) live(id ID, binding Ref, now time.Time) *challenge {
	c := m.challenges[id]
	if c == nil || c.state != pending || !binding.Is(c.Binding) {
		return nil
	}
	if !now.Before(c.Expires) {
		c.end(expired)
		return nil
	}
	return c
}

// Attempt implements [Store].
func (m *Memory) Attempt(ctx context.Context, a Attempt) (Attempted, error) {
	unlock, err := m.begin(ctx, a.Now)
	if err != nil {
		return Attempted{}, err
	}
	defer unlock()
	c := m.challenges[a.ID]
	if c != nil && c.Method == Mobile4 {
		a.Binding = Ref{Key: c.Binding}
	}
	c = m.live(a.ID, a.Binding, a.Now)
	if c == nil || c.Method != a.Method || c.used >= c.Attempts || !c.room(&a, a.Cost) {
		return Attempted{}, ErrRefused
	}
	if c.Method == Code4 && c.Lane != TrustedLane && m.wrong4.spray(a.Now).Spraying() {
		return Attempted{}, ErrRefused // also for challenges from before it was noticed (L29)
	}
	if run, _ := c.subject.runs.of(c.Lane, c.Method); run.shut() || a.Now.Before(run.after()) {
		return Attempted{}, ErrRefused
	}
	c.used++
	c.subject.guesses.count(a.Now, c.Lane, c.Device, c.Method, a.Cost)
	c.subject.runs.failed(c.Lane, c.Method, a.Now)
	c.subject.wrong = remembered(c.subject.wrong, a.Now, 24*time.Hour)
	if c.Method == Code4 {
		m.wrong4.add(a.Now, 1)
	}
	run, _ := c.subject.runs.of(c.Lane, c.Method)
	return Attempted{
		Method: c.Method, Lane: c.Lane, Code: c.Code, Ticket: c.Ticket,
		Profile: c.subject.profile, Version: c.subject.version,
		Authenticators: slices.Clone(c.subject.authenticators),
		Last:           c.used >= c.Attempts,
		Shut:           run.shut() || !c.room(&a, a.Cost),
	}, nil
}

// room reports whether one more guess fits the budgets of its lane and, in the
// trusted one, of its device.
func (c *challenge) room(a *Attempt, cost int) bool {
	limit := a.Limits[c.Lane]
	if c.Lane == TrustedLane &&
		!c.subject.guesses.usedBy(c.Device, a.Now).Add(c.Method, cost).Within(limit.half()) {
		return false
	}
	return c.subject.guesses.used(a.Now)[c.Lane].Add(c.Method, cost).Within(limit)
}

// Settle implements [Store].
func (m *Memory) Settle(ctx context.Context, st Settlement) (Settled, error) {
	unlock, err := m.begin(ctx, st.Now)
	if err != nil {
		return Settled{}, err
	}
	defer unlock()
	c := m.challenges[st.ID]
	if c == nil || c.state != pending {
		return Settled{}, ErrRefused
	}
	s := c.subject
	if st.Version != s.version {
		return Settled{}, ErrConflict
	}
	if !s.use(st.Used, st.Was) {
		return Settled{}, ErrRefused
	}
	c.end(passed)
	s.profile, s.version = st.Profile, s.version+1
	s.guesses.count(st.Now, c.Lane, c.Device, c.Method, -st.Refund)
	s.runs.reset(c.Lane, c.Method)
	if c.Method == Code4 {
		m.wrong4.add(st.Now, -1)
	}
	s.right()
	s.prompts = remembered(s.prompts, st.Now, longestPrompts)
	if st.Held.Session != (Key{}) {
		s.hold(st.Held)
	}
	s.spent = slices.DeleteFunc(s.spent, func(u spent) bool { return u.uncapped <= st.Reset })
	m.windows.uncount(st.Answered)
	c.passed = st.Now
	if st.Held.Device != (Key{}) && !(st.Renewal && !s.has(st.Held.Device)) {
		c.counter = s.rotate(st.Held.Device, st.Now)
	}
	return Settled{Counter: c.counter}, nil
}

// Look implements [Store].
func (m *Memory) Look(ctx context.Context, l Look) (Looked, error) {
	unlock, err := m.begin(ctx, l.Now)
	if err != nil {
		return Looked{}, err
	}
	defer unlock()
	pending := m.live(l.ID, l.Binding, l.Now) != nil
	c := m.challenges[l.ID]
	if c == nil || !l.Binding.Is(c.Binding) {
		return Looked{}, ErrRefused
	}
	return Looked{
		Method: c.Method, Pending: pending, Passed: c.state == passed, At: c.passed, Counter: c.counter, Ticket: c.Ticket,
	}, nil
}

// Change implements [Store].
func (m *Memory) Change(ctx context.Context, ch Change) (expires time.Time, err error) {
	unlock, err := m.begin(ctx, ch.Now)
	if err != nil {
		return time.Time{}, err
	}
	defer unlock()
	c := m.live(ch.ID, ch.Binding, ch.Now)
	switch {
	case c == nil:
		return time.Time{}, ErrRefused
	case ch.Code == [32]byte{}:
		c.end(cancelled)
		if ch.Refund > 0 {
			c.subject.guesses.count(ch.Now, c.Lane, c.Device, c.Method, -ch.Refund)
			c.subject.runs.takeBack(c.Lane, c.Method)
			c.subject.right()
		}
		m.windows.uncount(ch.Answered)
		return c.Expires, nil
	case !m.windows.fit(ch.Caps, ch.Now):
		return time.Time{}, ErrBusy
	}
	m.windows.count(ch.Caps, ch.Now)
	c.Code = ch.Code
	return c.Expires, nil
}
