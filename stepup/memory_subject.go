// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// subject is what is remembered of a person beside his challenges. Somebody who
// only guessed wrong has no past, and takes little room.
type subject struct {
	names   []Key // beyond the first
	past    *past
	guesses ledger
	runs    runs
	wrong   moments // answers
}

// past is what proofs and the host made known.
type past struct {
	since          time.Time
	profile        []byte
	version        uint64
	authenticators []Authenticator
	devices        []Device
	held           []Held
	prompts        moments // passed
	spent          []spent
	spentBy        Try
}

// spent is what was used of a rule's limit.
type spent struct {
	policy.RuleSpent
	uncapped int
}

const (
	mostHeld       = 16 // proofs a subject's sessions hold
	mostDevices    = 20 // known devices of a subject
	longestPrompts = 7 * 24 * time.Hour
)

// recall returns the past, to add to it.
func (s *subject) recall() *past {
	if s.past == nil {
		s.past = new(past)
	}
	return s.past
}

// right takes back that the latest answer was counted as a wrong one.
func (s *subject) right() { s.wrong = s.wrong[:max(len(s.wrong)-1, 0)] }

// known reports whether the subject is one, and not the tomb of one.
func (s *subject) known() bool { return s != nil && s.past != nil && !s.past.since.IsZero() }

// counts reports whether anything is remembered that still counts.
func (s *subject) counts(now time.Time) bool {
	return s.known() || len(s.runs) > 0 ||
		slices.ContainsFunc(s.guesses, func(e entry) bool { return e.counts(now) })
}

// Subject implements [Store].
func (m *Memory) Subject(ctx context.Context, q Query) (st State, err error) {
	err = m.do(ctx, q.Now, q.Subject.Key[0], func(v *view) error {
		p, err := v.find(q.Subject)
		if err != nil {
			return err
		}
		var under []Pending
		if q.All && p != 0 {
			if under, err = v.pending(p); err != nil {
				return err
			}
		}
		var decoy place
		if q.Decoy.Key != (Key{}) {
			if decoy, err = v.find(q.Decoy); err != nil {
				return err
			}
		}
		st = State{Spray: v.spray.asOf(v.now), Forgot: v.forgot.Load() > v.now.UnixNano()}
		v.places.see(&q, &st.Around, v.now, max(v.config.Subjects/3, 1))
		v.wrong.asOf(&st.Around, q.Address.quarter(), v.now)
		if p != 0 && v.person(p).mind != nil {
			v.person(p).mind.describe(&st, &q, v.now)
		}
		if decoy != 0 && v.person(decoy).mind != nil {
			v.person(decoy).mind.guessed(&st.Decoy, v.now)
		}
		st.Pending = under
		return nil
	})
	return st, err
}

// describe fills in what is remembered.
func (s *subject) describe(st *State, q *Query, now time.Time) {
	s.guessed(&st.Guessed, now)
	st.DeviceGuesses = s.guesses.usedBy(q.Device.half(), now)
	for _, r := range s.runs {
		if r.lane == TrustedLane && r.device == q.Device.half() {
			st.DeviceFailures = append(st.DeviceFailures, r.told())
		}
	}
	if s.past != nil {
		s.past.describe(st, q, now)
	}
}

func (s *subject) guessed(g *Guessed, now time.Time) {
	g.Wrong = Wrong{
		Minutes10: s.wrong.since(now.Add(-10 * time.Minute)),
		Hour:      s.wrong.since(now.Add(-time.Hour)),
		Day:       s.wrong.since(now.Add(-24 * time.Hour)),
	}
	g.Guesses = s.guesses.used(now)
	for i, r := range s.runs {
		if slices.ContainsFunc(s.runs[:i], func(u run) bool { return u.lane == r.lane && u.method == r.method }) {
			continue // another device's part of a run that was told
		}
		g.Failures = append(g.Failures, s.runs.of(r.lane, r.method).told())
	}
}

func (p *past) describe(st *State, q *Query, now time.Time) {
	p.present(q.Device, q.Counter, now)
	st.Since, st.Profile, st.Version = p.since, p.profile, p.version
	st.Authenticators = slices.Clone(p.authenticators)
	st.Devices = slices.Clone(p.devices)
	st.Prompts = p.prompts.since(q.PromptsSince)
	st.Prompts24h = p.prompts.since(now.Add(-24 * time.Hour))
	for _, h := range p.held {
		if q.All || q.Session.Is(h.Session) {
			st.Proofs = append(st.Proofs, h)
		}
	}
	for _, u := range p.spent {
		st.Spent = append(st.Spent, u.RuleSpent)
	}
}

// prove records what a proof brings, and returns the counter of its device.
func (p *past) prove(st *Settlement, now time.Time) (counter uint32) {
	p.learn(st.Profile, st.Now)
	p.prompts = p.prompts.and(now, longestPrompts)
	if st.Held.Session != (Key{}) {
		p.hold(st.Held)
	}
	p.spent = slices.DeleteFunc(p.spent, func(u spent) bool { return u.uncapped <= st.Reset })
	if st.Held.Device != (Key{}) && !(st.Renewal && !p.has(st.Held.Device)) {
		counter = p.rotate(st.Held.Device, now)
	}
	return counter
}

// learn notes a profile, as of the time that the guard told: the greatest that
// the store was told may be later, and the proof itself would then seem to be
// from before.
func (p *past) learn(profile []byte, told time.Time) {
	if p.since.IsZero() {
		p.since = told
	}
	p.profile, p.version = profile, p.version+1
}

func (p *past) hold(h Held) {
	if len(p.held) == mostHeld {
		p.held = slices.Delete(p.held, 0, 1)
	}
	p.held = append(p.held, h)
}

// rotate moves the device's counter on, and returns it. A device that is new
// takes the place of the one that was idle longest, if need be.
func (p *past) rotate(id Key, now time.Time) uint32 {
	i := slices.IndexFunc(p.devices, func(d Device) bool { return d.ID == id })
	if i < 0 {
		if len(p.devices) == mostDevices {
			oldest := slices.MinFunc(p.devices, func(a, b Device) int { return a.Rotated.Compare(b.Rotated) })
			p.revoke([]Key{oldest.ID})
		}
		i = len(p.devices)
		p.devices = append(p.devices, Device{ID: id})
	}
	p.devices[i].Counter++
	p.devices[i].Rotated, p.devices[i].Seen = now, time.Time{}
	return p.devices[i].Counter
}

// has reports whether the device has a series.
func (p *past) has(id Key) bool {
	return slices.ContainsFunc(p.devices, func(d Device) bool { return d.ID == id })
}

// present notes that the latest token of a device has reached its client.
func (p *past) present(id Key, counter uint32, now time.Time) {
	for i := range p.devices {
		if d := &p.devices[i]; d.ID == id && d.Counter == counter && d.Seen.IsZero() {
			d.Seen = now
		}
	}
}

func (p *past) revoke(ids []Key) {
	p.devices = slices.DeleteFunc(p.devices, func(d Device) bool { return slices.Contains(ids, d.ID) })
	p.held = slices.DeleteFunc(p.held, func(h Held) bool { return slices.Contains(ids, h.Device) })
}

// use leaves an authenticator as a proof used it, and reports whether it was
// still what it was, and a TOTP step later than the last one (RFC 6238 s5.2:
// never accept a second time).
func (p *past) use(used Authenticator, was []byte) bool {
	if used.Method == 0 {
		return true
	}
	for i := range p.authenticators {
		a := &p.authenticators[i]
		if a.Method != used.Method {
			continue
		}
		if !slices.Equal(a.Sealed, was) || used.LastStep <= a.LastStep && used.LastStep|a.LastStep != 0 {
			return false
		}
		*a = used
		return true
	}
	return false
}

func (p *past) remove(m policy.Method) {
	p.authenticators = slices.DeleteFunc(p.authenticators, func(a Authenticator) bool { return a.Method == m })
}
