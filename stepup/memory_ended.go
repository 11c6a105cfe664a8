// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Ender is a [Store] that tells which challenges ended by themselves, so that
// the guard can record it. Of any other store, a journal shows only that they
// began, and when they would end.
type Ender interface {
	// Ended returns challenges that expired unanswered, or were superseded,
	// each once and as far as was noticed. It may be late, and forgets what is
	// not asked for in time.
	Ended(ctx context.Context, now time.Time) ([]Ended, error)
}

// Ended is a challenge that ended by itself.
type Ended struct {
	ID         ID
	Method     Method
	Superseded bool   // or else expired
	Demand     []byte // as it was opened with
}

// ending is what a store noticed and has not told. Nothing is kept before it is
// asked for the first time.
type ending struct {
	asked atomic.Bool
	swept atomic.Int64

	mu  sync.Mutex
	all []Ended
}

// mostEnded is how many are kept until they are asked for.
const mostEnded = 1024

// note keeps one, if there is room.
func (e *ending) note(ended Ended) {
	if !e.asked.Load() || len(ended.Demand) == 0 {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.all) < mostEnded {
		e.all = append(e.all, ended)
	}
}

// take returns what was kept.
func (e *ending) take() (all []Ended) {
	e.mu.Lock()
	defer e.mu.Unlock()
	all, e.all = e.all, nil
	return all
}

var _ Ender = (*Memory)(nil)

// Ended implements [Ender]. It looks at the whole store once a minute.
func (m *Memory) Ended(ctx context.Context, now time.Time) ([]Ended, error) {
	if _, err := m.clock.accept(now); err != nil {
		return nil, err
	}
	m.over.asked.Store(true)
	last := m.over.swept.Load()
	due := now.UnixNano()-last >= int64(time.Minute)
	if due && m.over.swept.CompareAndSwap(last, now.UnixNano()) {
		for n := range m.shards {
			// Every operation sweeps its shard first.
			if err := m.do(ctx, now, uint8(n), func(*view) error { return nil }); err != nil {
				return nil, err
			}
		}
	}
	return m.over.take(), nil
}

// ended notes that a challenge at a place ended by itself: nobody passed it,
// gave it up or used up its attempts.
func (v *view) ended(at place, superseded bool) {
	c := v.challenge(at)
	if c.state == pending && c.person != 0 && (superseded || c.used < c.attempts) {
		v.over.note(Ended{
			ID: v.shards[at.shard()].challenges.key(at.row()), Method: c.method,
			Superseded: superseded, Demand: *v.demand(at),
		})
	}
}
