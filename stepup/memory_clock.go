// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"sync"
	"sync/atomic"
	"time"
)

// clock is the time of a store: the greatest that it was told, held against a
// clock that nobody can set. It is safe for concurrent use.
type clock struct {
	elapsed func() time.Duration // what has passed; nil: as the times say themselves
	latest  atomic.Int64         // the greatest time accepted
	first   atomic.Int64         // the one accepted first
	anchor  atomic.Pointer[anchor]
	doubted atomic.Bool // whether there is a doubt

	mu    sync.Mutex
	doubt doubt
}

// anchor is a time that was accepted, and what the store's own clock showed.
type anchor struct {
	told time.Time
	wall int64 // the same, of Unix time
	own  time.Duration
}

// doubt is a time too far ahead that every call since agreed on.
type doubt struct {
	ahead time.Duration
	since time.Duration // by the store's own clock
}

// reanchored is how often the anchor moves, so that the small steps by which a
// clock is kept right do not add up to a leap.
const reanchored = time.Hour

// accept returns the time that a call is taken to be made at, or ErrClock.
func (c *clock) accept(told time.Time) (time.Time, error) {
	latest, wall := c.latest.Load(), told.UnixNano()
	if wall < latest-int64(MostLeap) {
		return time.Time{}, ErrClock
	}
	a := c.anchor.Load()
	if a == nil {
		a = c.begin(told)
	}
	own := c.own(a, told)
	// The wall clock is in question here, and no monotonic reading.
	if ahead := time.Duration(wall-a.wall) - (own - a.own); ahead > MostLeap {
		if !c.believed(ahead, own) {
			return time.Time{}, ErrClock
		}
		c.move(a, told, own)
	} else if own-a.own > reanchored {
		c.move(a, told, own)
	}
	if c.doubted.Load() {
		c.doubted.Store(false)
	}
	for wall > latest {
		if c.latest.CompareAndSwap(latest, wall) {
			return told, nil
		}
		latest = c.latest.Load()
	}
	if wall == latest {
		return told, nil
	}
	return moment(latest), nil
}

// epoch returns when the store's memory of what is accepted once begins.
func (c *clock) epoch() time.Time { return moment(c.first.Load()) }

// begin is the first call ever.
func (c *clock) begin(told time.Time) *anchor {
	c.mu.Lock()
	defer c.mu.Unlock()
	if a := c.anchor.Load(); a != nil {
		return a
	}
	a := &anchor{told: told, wall: told.UnixNano()}
	if c.elapsed != nil {
		a.own = c.elapsed()
	}
	// What was issued at the very moment of a snapshot may be used up since.
	c.first.Store(max(told.UnixNano(), c.latest.Load()+1))
	c.anchor.Store(a)
	return a
}

// own returns what the store's own clock shows. Without one, it is what passed
// between the two times: by the monotonic clock where both were read from
// time.Now, else by the wall, and then nothing can be told from a leap.
func (c *clock) own(a *anchor, told time.Time) time.Duration {
	if c.elapsed != nil {
		return c.elapsed()
	}
	return a.own + told.Sub(a.told)
}

// believed reports whether every call for long enough was as far ahead.
func (c *clock) believed(ahead, own time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.doubted.Load() || (ahead-c.doubt.ahead).Abs() > MostLeap {
		c.doubt = doubt{ahead: ahead, since: own}
		c.doubted.Store(true)
	}
	return own-c.doubt.since >= MostLeap
}

// move makes a later time the anchor, unless another call did.
func (c *clock) move(from *anchor, told time.Time, own time.Duration) {
	c.anchor.CompareAndSwap(from, &anchor{told: told, wall: told.UnixNano(), own: own})
}
