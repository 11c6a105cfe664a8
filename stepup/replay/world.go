// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"crypto/sha256"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// world is what replay remembers of raw events, in bounded memory.
type world struct {
	lives
	Now    time.Time // the latest seen
	Taught int64     // names each proof

	Addresses, Networks crowds

	crowd       *risk.Crowd
	familiarity risk.Familiarity
	evidence    []float64 // the newest, in a ring
	Turn        int
}

const (
	// calibrated is how many of the newest requests familiarity is calibrated
	// on, and renewal after how many lessons what everybody shows is renewed.
	calibrated = 8192
	renewal    = 4096
)

func newWorld(subjects int) *world {
	return &world{
		lives:     newLives(subjects),
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

// observe adds what is remembered to what the event itself says.
func (w *world) observe(o *risk.Observation, l *life, subject uint64) {
	if l == nil {
		return
	}
	o.Profile = w.open(l)
	o.Profile.Expire(o.Time)
	w.count(o, l, subject)
	if w.familiarity.Crowd != nil {
		o.Familiarity = &w.familiarity
	}
}

// count counts the failures before the event, and the subjects at its address
// and network with its own.
func (w *world) count(o *risk.Observation, l *life, subject uint64) {
	now := seconds(o.Time)
	within := func(d time.Duration) risk.Count { return risk.KnownCount(l.failures(now, d)) }
	o.Counts.Failures10m = within(10 * time.Minute)
	o.Counts.Failures1h = within(time.Hour)
	o.Counts.Failures24h = within(24 * time.Hour)
	if o.Addr.IsValid() {
		here := w.Addresses.see(placeOf(o.Addr, 32, 64), subject, now)
		near := w.Networks.see(placeOf(o.Addr, 24, 48), subject, now)
		o.Counts.IPSubjects1h = risk.KnownCount(float64(here))
		o.Counts.NetSubjects1h = risk.KnownCount(float64(near))
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
		l.fail(seconds(o.Time))
	}
	if !r.success || r.label == Attack {
		return false
	}
	w.Taught++
	e := o.Evidence()
	w.crowd.Add(e)
	o.Profile.Learn(e, risk.Proof{ID: strconv.FormatInt(w.Taught, 10), Time: o.Time})
	w.changed(l)
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

// seconds returns Unix seconds; 0 for a time before 1970.
func seconds(t time.Time) uint32 { return uint32(max(t.Unix(), 0)) }
