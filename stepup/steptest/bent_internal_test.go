// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"sync"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// bent is a store in memory with some operations done wrong: those that are set
// take the place of the store's own.
type bent struct {
	stepup.Store

	subject func(context.Context, stepup.Query) (stepup.State, error)
	open    func(context.Context, stepup.Opening) error
	attempt func(context.Context, stepup.Attempt) (stepup.Attempted, error)
	settle  func(context.Context, stepup.Settlement) (stepup.Settled, error)
	change  func(context.Context, stepup.Change) (time.Time, error)
	look    func(context.Context, stepup.Look) (stepup.Looked, error)
	redeem  func(context.Context, stepup.Redemption) error
	spend   func(context.Context, stepup.Spending) error
	update  func(context.Context, stepup.Update) error
	erase   func(context.Context, stepup.Erasure) error

	clock    *Clock
	mu       sync.Mutex
	openings map[stepup.ID]stepup.Opening // as they were given
	done     map[stepup.ID]int            // for what is done too often
}

func newBent(bend func(*bent), clock *Clock) *bent {
	b := &bent{openings: map[stepup.ID]stepup.Opening{}, done: map[stepup.ID]int{}, clock: clock}
	b.wrap(stepup.NewMemory(stepup.MemoryConfig{Elapsed: clock.Elapsed}))
	bend(b)
	return b
}

// wrap makes the operations those of a store.
func (b *bent) wrap(store stepup.Store) {
	b.Store = store
	b.subject, b.open, b.attempt, b.settle = b.Store.Subject, b.Store.Open, b.Store.Attempt, b.Store.Settle
	b.change, b.look, b.redeem = b.Store.Change, b.Store.Look, b.Store.Redeem
	b.spend, b.update, b.erase = b.Store.Spend, b.Store.Update, b.Store.Erase
}

// opening returns a challenge as it was given to the store.
func (b *bent) opening(id stepup.ID) stepup.Opening {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.openings[id]
}

// times counts how often something was done.
func (b *bent) times(id stepup.ID) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[id]++
	return b.done[id]
}

func (b *bent) Subject(ctx context.Context, q stepup.Query) (stepup.State, error) {
	return b.subject(ctx, q)
}

func (b *bent) Open(ctx context.Context, o stepup.Opening) error {
	b.mu.Lock()
	if _, known := b.openings[o.ID]; !known {
		b.openings[o.ID] = o
	}
	b.mu.Unlock()
	return b.open(ctx, o)
}

func (b *bent) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	return b.attempt(ctx, a)
}

func (b *bent) Settle(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
	return b.settle(ctx, s)
}

func (b *bent) Change(ctx context.Context, c stepup.Change) (time.Time, error) {
	return b.change(ctx, c)
}

func (b *bent) Look(ctx context.Context, l stepup.Look) (stepup.Looked, error) { return b.look(ctx, l) }

func (b *bent) Redeem(ctx context.Context, r stepup.Redemption) error { return b.redeem(ctx, r) }

func (b *bent) Spend(ctx context.Context, s stepup.Spending) error { return b.spend(ctx, s) }

func (b *bent) Update(ctx context.Context, u stepup.Update) error { return b.update(ctx, u) }

func (b *bent) Erase(ctx context.Context, e stepup.Erasure) error { return b.erase(ctx, e) }

// The usual ways to bend one operation: change what it is given.

func opening(change func(*stepup.Opening)) func(*bent) {
	return func(b *bent) {
		b.open = func(ctx context.Context, o stepup.Opening) error {
			change(&o)
			return b.Store.Open(ctx, o)
		}
	}
}

func attempting(change func(*bent, *stepup.Attempt)) func(*bent) {
	return func(b *bent) {
		b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
			change(b, &a)
			return b.Store.Attempt(ctx, a)
		}
	}
}

func settling(change func(*stepup.Settlement)) func(*bent) {
	return func(b *bent) {
		b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
			change(&s)
			return b.Store.Settle(ctx, s)
		}
	}
}

func updating(change func(*stepup.Update)) func(*bent) {
	return func(b *bent) {
		b.update = func(ctx context.Context, u stepup.Update) error {
			change(&u)
			return b.Store.Update(ctx, u)
		}
	}
}

func querying(change func(*stepup.Query)) func(*bent) {
	return func(b *bent) {
		b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
			change(&q)
			return b.Store.Subject(ctx, q)
		}
	}
}

// telling changes what is told of a subject.
func telling(change func(stepup.Query, *stepup.State)) func(*bent) {
	return func(b *bent) {
		b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
			st, err := b.Store.Subject(ctx, q)
			change(q, &st)
			return st, err
		}
	}
}
