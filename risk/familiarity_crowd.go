// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"math"
	"sync"
	"time"
)

// Crowd counts what all subjects of a deployment show, for [Familiarity]. It
// takes 512 KiB whatever is added: values share counters, two each, of which
// the smaller is read (Cormode and Muthukrishnan's count-min sketch), so a
// share may be too high, seldom and by little, and never too low. Counts decay
// by half every half-life, so that yesterday's networks fade.
//
// It names nobody: no subject, no device and no address is kept. It is safe for
// concurrent use, and can be saved and restored as bytes. The zero value is an
// empty crowd with the [DefaultHalfLife].
type Crowd struct {
	mu       sync.Mutex
	halfLife time.Duration
	slots    []float64 // nil: none counts
	totals   [levelCount]float64
}

// DefaultHalfLife is how long a count of a crowd takes to fade by half.
const DefaultHalfLife = 30 * 24 * time.Hour

// crowdSlots is the number of counters, a power of two.
const crowdSlots = 1 << 16

// NewCrowd returns an empty crowd. A half-life of a day or less, as 0, stands
// for [DefaultHalfLife].
func NewCrowd(halfLife time.Duration) *Crowd {
	if halfLife < 24*time.Hour {
		halfLife = DefaultHalfLife
	}
	return &Crowd{halfLife: halfLife}
}

// Add counts one request. Add evidence of passed proofs only: what anybody can
// add without one, anybody can make usual. The order does not matter. Evidence
// without a time is not counted.
func (c *Crowd) Add(e Evidence) {
	at := unixSeconds(e.Time)
	if at == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slots == nil {
		c.slots = make([]float64, crowdSlots)
	}
	weight := c.weight(at)
	for l, v := range e.traits() {
		if v == 0 {
			continue
		}
		a, b := slotsOf(level(l), v)
		c.slots[a] += weight
		if a != b {
			c.slots[b] += weight
		}
		c.totals[l] += weight
	}
}

// landmark is the time whose counts weigh 1. Later ones weigh more (forward
// decay: Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009), so that nothing
// has to be touched as time passes.
const landmark = 1767225600 // 2026-01-01

// maxDoublings and maxCount keep weights, sums and counts finite, also where a
// clock leapt.
const (
	maxDoublings = 900
	maxCount     = 1e30
)

func (c *Crowd) weight(at int64) float64 {
	halfLife := c.halfLife
	if halfLife == 0 {
		halfLife = DefaultHalfLife
	}
	halves := float64(at-landmark) / halfLife.Seconds()
	return math.Exp2(min(max(halves, -maxDoublings), maxDoublings))
}

// View returns the counts as they have decayed by now, frozen: later additions
// do not reach it. Make one now and then, not for each request.
func (c *Crowd) View(now time.Time) *CrowdView {
	c.mu.Lock()
	defer c.mu.Unlock()
	scale := 1 / c.weight(now.Unix())
	v := new(CrowdView)
	if c.slots != nil {
		v.slots = make([]float32, len(c.slots))
	}
	for i, n := range c.slots {
		v.slots[i] = float32(min(n*scale, maxCount))
	}
	for l, n := range c.totals {
		v.totals[l] = min(n*scale, maxCount)
	}
	return v
}

// CrowdView is a frozen [Crowd]. It is safe for concurrent use. The zero value
// is a crowd of nobody, in which every value is as usual as any other.
type CrowdView struct {
	slots  []float32
	totals [levelCount]float64
}

// kinds is how many values each level has, about: one more request for each is
// assumed, so that no share is 0.
var kinds = [levelCount]float64{4096, 1024, 250, 256, 8, 8, 4}

// share returns p(x), above 0 and at most 1.
func (v *CrowdView) share(l level, value uint64) float64 {
	count := 0.0
	if v.slots != nil && value != nobodys {
		a, b := slotsOf(l, value)
		count = min(float64(min(v.slots[a], v.slots[b])), v.totals[l])
	}
	return (count + 1) / (v.totals[l] + kinds[l])
}

// slotsOf returns the two counters of a value.
func slotsOf(l level, value uint64) (a, b uint64) {
	h := mix(value ^ uint64(l+1)<<56)
	return h % crowdSlots, h >> 32 % crowdSlots
}
