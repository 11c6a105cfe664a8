// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"sync"
	"time"
)

// Clock is a clock that moves only when told to, with another beside it that
// nobody can set. It is safe for concurrent use. The zero Clock stands at the
// zero time: make one with [NewClock].
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	elapsed time.Duration
}

// NewClock returns a clock that stands at t.
func NewClock(t time.Time) *Clock { return &Clock{now: t} }

// Now returns the clock's time. It is what [stepup.Config] wants as Now.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Elapsed returns how much time has passed, whatever the clock was set to. It
// is what [stepup.MemoryConfig] wants as Elapsed.
func (c *Clock) Elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.elapsed
}

// Advance lets d pass. A negative d sets the clock back.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.elapsed += max(d, 0)
}

// Set lets time pass until t, or sets the clock back to it.
func (c *Clock) Set(t time.Time) { c.Advance(t.Sub(c.Now())) }

// Leap sets the clock by d, which may be negative, while no time passes.
func (c *Clock) Leap(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
