// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"slices"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// lives is what is remembered of subjects: of all encoded, and of those seen
// last decoded too, since subjects come in bursts, and much of the time that an
// event takes would go into decoding a profile and encoding it again.
type lives struct {
	sample
	Lives map[uint64]*life

	slots   []slot // that are decoded
	room    int    // for how many
	hand    int    // the slot that was emptied last
	scratch []byte
}

// life is what is remembered of one subject.
type life struct {
	Profile  []byte   // encoded: a fifth of what it takes decoded. Old while a slot has a newer one
	Failures []uint32 // Unix seconds, of the last 24 hours
	slot     int      // 1 more than its index; 0: it has none
}

// slot is a profile that is decoded.
type slot struct {
	of      *life
	profile risk.Profile
	used    bool // since the hand last passed
	changed bool // since it was decoded
}

const (
	// maxFailures bounds the failures that are counted, above any threshold.
	maxFailures = 64
	// defaultSlots is how many profiles are decoded at most: some 25 MB.
	defaultSlots = 8192
)

func newLives(subjects int) lives {
	return lives{sample: sample{most: subjects}, Lives: map[uint64]*life{}, room: defaultSlots}
}

// life returns what is remembered of a subject, nothing of nobody.
func (v *lives) life(subject uint64, known bool) *life {
	if !known {
		return nil
	}
	l := v.Lives[subject]
	if l != nil {
		return l
	}
	l = &life{}
	v.Lives[subject] = l
	for len(v.Lives) > v.most {
		v.Level++
		for s := range v.Lives {
			if !v.has(s) {
				delete(v.Lives, s)
			}
		}
	}
	return l
}

// open returns the profile of a life. It is valid until the next is opened.
func (v *lives) open(l *life) *risk.Profile {
	if l.slot == 0 {
		s := v.empty()
		s.of, l.slot = l, v.hand+1
		if l.Profile != nil && s.profile.UnmarshalBinary(l.Profile) != nil {
			s.profile.Reset() // it was encoded here
		}
	}
	s := &v.slots[l.slot-1]
	s.used = true
	return &s.profile
}

// empty returns an empty slot, at the hand: a new one, or that of a life that
// was not used for a turn of the hand.
func (v *lives) empty() *slot {
	if len(v.slots) < v.room {
		v.hand = len(v.slots)
		v.slots = append(v.slots, slot{})
		return &v.slots[v.hand]
	}
	for {
		v.hand = (v.hand + 1) % len(v.slots)
		s := &v.slots[v.hand]
		if !s.used {
			v.encode(s)
			s.of.slot = 0
			s.profile.Reset()
			return s
		}
		s.used = false
	}
}

// changed notes that the profile of a life, which is open, is a newer one.
func (v *lives) changed(l *life) { v.slots[l.slot-1].changed = true }

// encode brings the life of a slot up to date.
func (v *lives) encode(s *slot) {
	if !s.changed {
		return
	}
	s.changed = false
	encoded, err := s.profile.AppendBinary(v.scratch[:0])
	if err != nil {
		return // it never fails
	}
	v.scratch = encoded
	if n := len(encoded); n > cap(s.of.Profile) || n < cap(s.of.Profile)/2 {
		s.of.Profile = make([]byte, 0, n+n/16)
	}
	s.of.Profile = append(s.of.Profile[:0], encoded...)
}

// encodeAll brings every life up to date.
func (v *lives) encodeAll() {
	for i := range v.slots {
		v.encode(&v.slots[i])
	}
}

// fail notes a failure.
func (l *life) fail(now uint32) {
	l.Failures = slices.DeleteFunc(l.Failures, func(t uint32) bool { return t+86400 < now })
	if len(l.Failures) < maxFailures {
		l.Failures = append(l.Failures, now)
	}
}

// failures returns how many there were so long before now.
func (l *life) failures(now uint32, d time.Duration) float64 {
	n, since := 0, now-min(now, uint32(d/time.Second))
	for _, at := range l.Failures {
		if at > since && at <= now {
			n++
		}
	}
	return float64(n)
}
