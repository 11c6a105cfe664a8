// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"crypto/sha256"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// world is what replay remembers of raw events, in bounded memory.
type world struct {
	sample
	Lives  map[uint64]*life
	Now    time.Time // the latest seen
	Taught int64     // names each proof

	Addresses, Networks crowds

	crowd       *risk.Crowd
	familiarity risk.Familiarity
	evidence    []float64 // the newest, in a ring
	Turn        int

	profile risk.Profile // of the event at hand
}

// life is what is remembered of one subject.
type life struct {
	Profile  []byte   // encoded: a tenth of what it takes decoded
	Failures []uint32 // Unix seconds, of the last 24 hours
}

const (
	// maxFailures bounds the failures that are counted, above any threshold.
	maxFailures = 64
	// calibrated is how many of the newest requests familiarity is calibrated
	// on, and renewal after how many lessons what everybody shows is renewed.
	calibrated = 8192
	renewal    = 4096
)

func newWorld(subjects int) *world {
	return &world{
		sample: sample{most: subjects}, Lives: map[uint64]*life{},
		Addresses: newCrowds(), Networks: newCrowds(), crowd: risk.NewCrowd(0),
	}
}

// aliasOf stands for a subject or a device in memory. Nothing of it leaves the
// process but into a checkpoint, for which it is no protection.
func aliasOf(text []byte) journal.Pseudonym {
	if len(text) == 0 {
		return journal.Pseudonym{}
	}
	sum := sha256.Sum256(text)
	return journal.Pseudonym(sum[:16])
}

// advance moves the clock; it reports false for a time before the latest.
func (w *world) advance(t time.Time) bool {
	if t.Before(w.Now) {
		return false
	}
	w.Now = t
	w.Addresses.advance(t)
	w.Networks.advance(t)
	return true
}

// life returns what is remembered of a subject, nothing of nobody.
func (w *world) life(subject uint64, known bool) *life {
	if !known {
		return nil
	}
	l := w.Lives[subject]
	if l != nil {
		return l
	}
	l = &life{}
	w.Lives[subject] = l
	for len(w.Lives) > w.most {
		w.Level++
		for s := range w.Lives {
			if !w.has(s) {
				delete(w.Lives, s)
			}
		}
	}
	return l
}

// observe adds what is remembered to what the event itself says.
func (w *world) observe(o *risk.Observation, l *life, subject uint64) {
	w.profile = risk.Profile{}
	if l == nil {
		return
	}
	if l.Profile != nil && w.profile.UnmarshalBinary(l.Profile) != nil {
		w.profile = risk.Profile{} // it was encoded here
	}
	w.profile.Expire(o.Time)
	o.Profile = &w.profile
	w.count(o, l, subject)
	if w.familiarity.Crowd != nil {
		o.Familiarity = &w.familiarity
	}
}

// count counts the failures before the event, and the subjects at its address
// and network with its own.
func (w *world) count(o *risk.Observation, l *life, subject uint64) {
	now := uint32(max(o.Time.Unix(), 0))
	within := func(d time.Duration) risk.Count {
		n, since := 0, now-min(now, uint32(d/time.Second))
		for _, at := range l.Failures {
			if at > since && at <= now {
				n++
			}
		}
		return risk.KnownCount(float64(n))
	}
	o.Counts.Failures10m = within(10 * time.Minute)
	o.Counts.Failures1h = within(time.Hour)
	o.Counts.Failures24h = within(24 * time.Hour)
	if o.Addr.IsValid() {
		o.Counts.IPSubjects1h = risk.KnownCount(float64(w.Addresses.see(placeOf(o.Addr, 32, 64), subject, now)))
		o.Counts.NetSubjects1h = risk.KnownCount(float64(w.Networks.see(placeOf(o.Addr, 24, 48), subject, now)))
	}
}

// placeOf is the address cut to so many bits, of version 4 or 6.
func placeOf(addr netip.Addr, four, six int) uint64 {
	bits := six
	if addr.Is4() {
		bits = four
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return 0
	}
	b := p.Addr().As16()
	return hash(b[:])
}

// learn lets the event teach, and reports whether it did.
func (w *world) learn(o *risk.Observation, l *life, subject uint64, r *row, s *risk.Signals) bool {
	if l == nil {
		return false
	}
	if r.label != Attack {
		w.calibrate(s)
	}
	if r.failed {
		w.fail(l, o.Time)
	}
	if !r.success || r.label == Attack {
		return false
	}
	w.Taught++
	e := o.Evidence()
	w.crowd.Add(e)
	w.profile.Learn(e, risk.Proof{ID: strconv.FormatInt(w.Taught, 10), Time: o.Time})
	if encoded, err := w.profile.AppendBinary(l.Profile[:0]); err == nil {
		l.Profile = slices.Clip(encoded)
	}
	if w.Taught%renewal == 0 || w.Taught < renewal && w.Taught&(w.Taught-1) == 0 {
		w.renew()
	}
	return true
}

// renew freezes what everybody shows, and calibrates anew.
func (w *world) renew() {
	w.familiarity.Crowd = w.crowd.View(w.Now)
	if calibration, err := risk.NewCalibration(w.evidence); err == nil {
		w.familiarity.Calibration = calibration
	}
}

// calibrate keeps the evidence of the newest requests.
func (w *world) calibrate(s *risk.Signals) {
	network, ok := s.Number(risk.FamiliarityNetwork)
	agent, known := s.Number(risk.FamiliarityAgent)
	if sum := network + agent; ok && known && !math.IsInf(sum, 0) {
		if len(w.evidence) < calibrated {
			w.evidence = append(w.evidence, sum)
			return
		}
		w.evidence[w.Turn%calibrated] = sum
		w.Turn++
	}
}

func (w *world) fail(l *life, at time.Time) {
	now := uint32(max(at.Unix(), 0))
	l.Failures = slices.DeleteFunc(l.Failures, func(t uint32) bool { return t+86400 < now })
	if len(l.Failures) < maxFailures {
		l.Failures = append(l.Failures, now)
	}
}

// crowds count the subjects of each place within the last hour. Two
// generations, each of an hour or until it is full, bound the memory.
type crowds struct {
	Since     time.Time
	Now, Past map[uint64][]sighting
}

// sighting is when a subject was last seen at a place.
type sighting struct {
	Subject uint64
	At      uint32
}

const (
	maxPlaces = 1 << 15 // of a generation
	maxCrowd  = 256     // subjects remembered of one place: above any threshold
)

func newCrowds() crowds { return crowds{Now: map[uint64][]sighting{}} }

func (c *crowds) advance(t time.Time) {
	if t.Sub(c.Since) > time.Hour || len(c.Now) >= maxPlaces {
		c.Since, c.Past, c.Now = t, c.Now, make(map[uint64][]sighting, len(c.Now))
	}
}

func recent(seen []sighting, now uint32) (n int) {
	const hour = 3600
	for _, s := range seen {
		if s.At+hour >= now {
			n++
		}
	}
	return n
}

// see notes that a subject was seen at a place, and returns how many were
// within the last hour, itself included.
func (c *crowds) see(place, subject uint64, now uint32) int {
	seen := c.Now[place]
	i := slices.IndexFunc(seen, func(s sighting) bool { return s.Subject == subject })
	switch {
	case i >= 0:
		seen[i].At = max(seen[i].At, now)
	case len(seen) < maxCrowd:
		seen = append(seen, sighting{subject, now})
		c.Now[place] = seen
	}
	past := c.Past[place]
	if i := slices.IndexFunc(past, func(s sighting) bool { return s.Subject == subject }); i >= 0 {
		past = slices.Delete(past, i, i+1) // it moved to this generation
		c.Past[place] = past
	}
	return min(recent(seen, now)+recent(past, now), maxCrowd)
}
