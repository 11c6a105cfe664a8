// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"slices"
	"time"
)

// distinctRoom is how many values a Distinct remembers.
const distinctRoom = 64

// Distinct counts how many different values were seen within the last so long,
// such as subjects at an address, in at most 560 bytes however many there are.
// Up to 64 it is exact. Of more, it remembers those whose digest falls into a
// half, a quarter and so on (Wegman's adaptive sampling; Flajolet, Computing
// 43, 1990): the estimate is then right on average, with a standard error of
// 15 %. When many become fewer, it takes more in again, by a half in each
// period; for that period the estimate may be too low by half. Where none of
// the many is left, it counts anew.
//
// Of a value it keeps 32 bits of a digest, and when it was last seen.
//
// The zero value counts nothing: make one with [NewDistinct]. It must not be
// copied once used, and is not safe for concurrent use.
type Distinct struct {
	per   time.Duration // 0: the zero Distinct
	level uint8         // digests with so many low zero bits are kept
	moved uint32        // when the level was last changed, in Unix seconds
	seen  []sighting
}

type sighting struct {
	digest uint32
	at     uint32 // Unix seconds
}

// NewDistinct returns a counter of nothing over a period, of a second at least.
func NewDistinct(per time.Duration) Distinct { return Distinct{per: max(per, time.Second)} }

// Add notes that a value was seen at a time. The value is spread here, so any
// number will do that is another for another value.
func (d *Distinct) Add(value uint64, t time.Time) {
	if d.per == 0 {
		return
	}
	digest, at := uint32(mix(value)), clockSeconds(t)
	for i := range d.seen {
		if s := &d.seen[i]; s.digest == digest {
			s.at = max(s.at, at)
			return
		}
	}
	if d.level > 0 || len(d.seen) == distinctRoom {
		d.expire(at)
	}
	for len(d.seen) == distinctRoom {
		d.level, d.moved = d.level+1, at
		d.drop(func(s sighting) bool { return !d.keeps(s.digest) })
	}
	if d.keeps(digest) {
		d.seen = append(d.seen, sighting{digest, at})
	}
}

// Count returns how many different values were seen within the period that
// ends at a time, to the second.
func (d *Distinct) Count(t time.Time) int {
	at, n := clockSeconds(t), 0
	for _, s := range d.seen {
		if !d.over(s, at) {
			n++
		}
	}
	return n << d.level
}

// Idle reports whether nothing seen counts at a time any more.
func (d *Distinct) Idle(t time.Time) bool { return d.Count(t) == 0 }

func (d *Distinct) keeps(digest uint32) bool { return digest&(1<<d.level-1) == 0 }

func (d *Distinct) over(s sighting, now uint32) bool {
	return time.Duration(now-min(s.at, now))*time.Second > d.per
}

// expire drops what no longer counts, and takes more in where little is left.
func (d *Distinct) expire(now uint32) {
	d.drop(func(s sighting) bool { return d.over(s, now) })
	switch {
	case len(d.seen) == 0:
		d.level = 0
	case d.level > 0 && len(d.seen) < distinctRoom/4 && d.over(sighting{at: d.moved}, now):
		d.level, d.moved = d.level-1, now
	}
}

func (d *Distinct) drop(which func(sighting) bool) {
	d.seen = slices.DeleteFunc(d.seen, which)
}

// clockSeconds holds until 2106.
func clockSeconds(t time.Time) uint32 { return uint32(min(max(t.Unix(), 0), 1<<32-1)) }
