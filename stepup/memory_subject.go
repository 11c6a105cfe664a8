// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// subject is all that is remembered of one subject.
type subject struct {
	profile        []byte
	version        uint64
	authenticators []Authenticator
	devices        []Device
	held           []Held
	prompts        []time.Time // passed, oldest first
	wrong          []time.Time // answers, oldest first
	spent          []spent
	guesses        ledger
	runs           runs
	open           []*challenge // pending
}

// spent is what was used of a rule's limit.
type spent struct {
	policy.RuleSpent
	uncapped int
}

const (
	mostHeld       = 16 // proofs a subject's sessions hold
	mostMoments    = 64 // prompts or wrong answers remembered: above any budget
	mostDevices    = 20 // known devices of a subject
	longestPrompts = 7 * 24 * time.Hour
)

// describe fills in what is remembered.
func (s *subject) describe(st *State, q *Query) {
	s.present(q.Device, q.Counter, q.Now)
	st.Profile, st.Version = s.profile, s.version
	st.Authenticators = slices.Clone(s.authenticators)
	st.Devices = slices.Clone(s.devices)
	st.Prompts = since(s.prompts, q.PromptsSince)
	st.Prompts24h = since(s.prompts, q.Now.Add(-24*time.Hour))
	st.Wrong = Wrong{
		Minutes10: since(s.wrong, q.Now.Add(-10*time.Minute)),
		Hour:      since(s.wrong, q.Now.Add(-time.Hour)),
		Day:       since(s.wrong, q.Now.Add(-24*time.Hour)),
	}
	st.Guesses = s.guesses.used(q.Now)
	st.DeviceGuesses = s.guesses.usedBy(q.Device, q.Now)
	for _, r := range s.runs {
		st.Failures = append(st.Failures, Failures{r.lane, r.method, r.n, r.last})
	}
	for _, h := range s.held {
		if q.Session.Is(h.Session) {
			st.Proofs = append(st.Proofs, h)
		}
	}
	for _, u := range s.spent {
		st.Spent = append(st.Spent, u.RuleSpent)
	}
}

// since counts the moments after t.
func since(moments []time.Time, t time.Time) (n int) {
	for _, at := range moments {
		if at.After(t) {
			n++
		}
	}
	return n
}

// remembered adds a moment to those that are kept so long, and so many.
func remembered(moments []time.Time, now time.Time, life time.Duration) []time.Time {
	moments = slices.DeleteFunc(moments, func(t time.Time) bool { return now.Sub(t) > life })
	if len(moments) == mostMoments {
		moments = slices.Delete(moments, 0, 1)
	}
	return append(moments, now)
}

// right takes back that the latest answer was counted as a wrong one.
func (s *subject) right() {
	s.wrong = s.wrong[:max(len(s.wrong)-1, 0)]
}

func (s *subject) hold(h Held) {
	if len(s.held) == mostHeld {
		s.held = slices.Delete(s.held, 0, 1)
	}
	s.held = append(s.held, h)
}

// rotate moves the device's counter on, and returns it. A device that is new
// takes the place of the one that was idle longest, if need be.
func (s *subject) rotate(id Key, now time.Time) uint32 {
	i := slices.IndexFunc(s.devices, func(d Device) bool { return d.ID == id })
	if i < 0 {
		if len(s.devices) == mostDevices {
			oldest := slices.MinFunc(s.devices, func(a, b Device) int { return a.Rotated.Compare(b.Rotated) })
			s.revoke([]Key{oldest.ID})
		}
		i = len(s.devices)
		s.devices = append(s.devices, Device{ID: id})
	}
	s.devices[i].Counter++
	s.devices[i].Rotated, s.devices[i].Seen = now, time.Time{}
	return s.devices[i].Counter
}

// has reports whether the device has a series.
func (s *subject) has(id Key) bool {
	return slices.ContainsFunc(s.devices, func(d Device) bool { return d.ID == id })
}

// present notes that the latest token of a device has reached its client.
func (s *subject) present(id Key, counter uint32, now time.Time) {
	for i := range s.devices {
		if d := &s.devices[i]; d.ID == id && d.Counter == counter && d.Seen.IsZero() {
			d.Seen = now
		}
	}
}

func (s *subject) revoke(ids []Key) {
	s.devices = slices.DeleteFunc(s.devices, func(d Device) bool { return slices.Contains(ids, d.ID) })
	s.held = slices.DeleteFunc(s.held, func(h Held) bool { return slices.Contains(ids, h.Device) })
}

// use leaves an authenticator as a proof used it, and reports whether it was
// still what it was, and a TOTP step later than the last one (RFC 6238 s5.2:
// never accept a second time).
func (s *subject) use(used Authenticator, was []byte) bool {
	if used.Method == 0 {
		return true
	}
	for i := range s.authenticators {
		a := &s.authenticators[i]
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

func (s *subject) update(u *Update) {
	s.profile, s.version = u.Profile, s.version+1
	for _, a := range u.Add {
		s.remove(a.Method)
		s.authenticators = append(s.authenticators, a)
	}
	for _, m := range u.Remove {
		s.remove(m)
	}
	for _, named := range u.Rename {
		for i := range s.devices {
			if s.devices[i].ID == named.ID {
				s.devices[i].Name = named.Name
			}
		}
	}
	s.revoke(u.Revoke)
	for i := range s.held {
		if u.Rebind.From.Is(s.held[i].Session) {
			s.held[i].Session = u.Rebind.To
		}
	}
	s.held = slices.DeleteFunc(s.held, func(h Held) bool { return h.Session == Key{} })
	for _, lane := range u.Unlock {
		s.guesses = slices.DeleteFunc(s.guesses, func(e entry) bool { return e.lane == lane })
		s.runs = slices.DeleteFunc(s.runs, func(r run) bool { return r.lane == lane })
	}
}

func (s *subject) remove(m policy.Method) {
	s.authenticators = slices.DeleteFunc(s.authenticators, func(a Authenticator) bool { return a.Method == m })
}

// erase forgets all but what keeps guessing bounded.
func (s *subject) erase(now time.Time) {
	kept := subject{version: s.version + 1, runs: s.runs, guesses: slices.DeleteFunc(s.guesses, func(e entry) bool {
		return dayOf(now)-e.day > budgetDays
	})}
	for _, a := range s.authenticators {
		if a.LastStep != 0 {
			kept.authenticators = append(kept.authenticators, Authenticator{Method: a.Method, LastStep: a.LastStep})
		}
	}
	*s = kept
}

// worthKeeping reports whether an erased subject left anything that counts.
func (s *subject) worthKeeping() bool {
	return len(s.guesses) > 0 || len(s.runs) > 0 || len(s.authenticators) > 0
}
