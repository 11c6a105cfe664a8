// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"sync"
	"time"
)

// places are the crowds of a store.
type places struct {
	mu     sync.Mutex
	crowds crowds
}

// see notes that a subject was seen at an address and a network, and returns
// how many were.
func (p *places) see(q *Query, now time.Time, most int) (address, network int) {
	if q.Address == (Key{}) && q.Network == (Key{}) {
		return 0, 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.crowds.sweep(now)
	return p.crowds.see(q.Address, q.Subject.Key, now, most), p.crowds.see(q.Network, q.Subject.Key, now, most)
}

// crowds count how many subjects came from one address or network within the
// last hour.
type crowds map[Key]crowd

// crowd is when each subject was last seen there.
type crowd map[Key]time.Time

const (
	crowdLife = time.Hour
	mostCrowd = 256 // subjects remembered of one place: above any threshold
)

// see notes that a subject was seen at a place, and returns how many were
// within the last hour, itself included. A place beyond the most takes that of
// any other.
func (cs crowds) see(place, subject Key, now time.Time, most int) int {
	if place == (Key{}) {
		return 0
	}
	c := cs[place]
	if c == nil {
		for other := range cs {
			if len(cs) < most {
				break
			}
			delete(cs, other)
		}
		c = crowd{}
		cs[place] = c
	}
	for s, at := range c {
		if now.Sub(at) > crowdLife {
			delete(c, s)
		}
	}
	if _, known := c[subject]; known || len(c) < mostCrowd {
		c[subject] = now
	}
	return len(c)
}

// sweep drops a few places where nobody was seen of late, found by the map's
// own random order.
func (cs crowds) sweep(now time.Time) {
	looked := 0
	for place, c := range cs {
		for s, at := range c {
			if now.Sub(at) > crowdLife {
				delete(c, s)
			}
		}
		if len(c) == 0 {
			delete(cs, place)
		}
		if looked++; looked == 2 {
			return
		}
	}
}
