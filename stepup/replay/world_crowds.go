// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import "time"

// crowds count the subjects of each place within the last hour. Two
// generations, each of an hour or until it is full, bound the memory.
type crowds struct {
	Since     time.Time
	Now, Past generation
}

// generation is who was seen where. The sightings of a place are a list, the
// newest subject first.
type generation struct {
	First map[uint64]int32 // the place's newest sighting, by its number, from 1
	Seen  []sighting
	most  int // places that there were at once, in this map
}

// sighting is when a subject was last seen at a place.
type sighting struct {
	Subject uint64
	At      uint32
	Next    int32 // the one before, by its number; 0: none
}

const (
	maxPlaces = 1 << 15 // of a generation
	maxCrowd  = 256     // subjects remembered of one place: above any threshold
)

func newCrowds() (c crowds) {
	c.repair()
	return c
}

// repair makes the maps that were empty when they were encoded.
func (c *crowds) repair() {
	for _, g := range []*generation{&c.Now, &c.Past} {
		if g.First == nil {
			g.First = map[uint64]int32{}
		}
	}
}

func (c *crowds) advance(t time.Time) {
	if t.Sub(c.Since) > time.Hour || len(c.Now.First) >= maxPlaces {
		c.Since, c.Past, c.Now = t, c.Now, c.Past
		c.Now.clear()
	}
}

// clear forgets all, and keeps the memory, but for what was left of a rush: a
// map takes as long to clear as it was ever large.
func (g *generation) clear() {
	n := len(g.First)
	if g.most = max(g.most, n); g.most > 64+8*n {
		*g = generation{First: map[uint64]int32{}}
		return
	}
	clear(g.First)
	g.Seen = g.Seen[:0]
}

// see notes that a subject was seen at a place, and returns how many were
// within the last hour, itself included.
func (c *crowds) see(place, subject uint64, now uint32) int {
	past := c.Past.recent(place, subject, now)
	return min(c.Now.add(place, subject, now)+past, maxCrowd)
}

// add notes a sighting, and returns how many subjects were seen there within
// the last hour.
func (g *generation) add(place, subject uint64, now uint32) int {
	n, all, found := 0, 0, false
	for i := g.First[place]; i > 0; all++ {
		s := &g.Seen[i-1]
		if s.Subject == subject {
			s.At, found = max(s.At, now), true
		}
		if s.within(now) {
			n++
		}
		i = s.Next
	}
	if found || all >= maxCrowd {
		return n
	}
	g.Seen = append(g.Seen, sighting{subject, now, g.First[place]})
	g.First[place] = int32(len(g.Seen))
	return n + 1
}

// recent returns how many subjects were seen at a place within the last hour,
// but for one, which is forgotten: it moves to the next generation.
func (g *generation) recent(place, subject uint64, now uint32) (n int) {
	last := int32(0)
	for i := g.First[place]; i > 0; {
		s := &g.Seen[i-1]
		switch {
		case s.Subject != subject:
			if s.within(now) {
				n++
			}
			last = i
		case last == 0:
			g.First[place] = s.Next
		default:
			g.Seen[last-1].Next = s.Next
		}
		i = s.Next
	}
	return n
}

func (s *sighting) within(now uint32) bool {
	const hour = 3600
	return s.At+hour >= now
}
