// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// Faulty is a [stepup.Store] whose operations fail when told to, and that
// counts them. It is safe for concurrent use. Operations go by the names of
// the Store's methods, as "Attempt".
type Faulty struct {
	store stepup.Store

	mu     sync.Mutex
	before map[string]error
	after  map[string]error
	calls  map[string]int
	done   map[string]int
	every  rhythm
}

// rhythm is a fault of every n-th call.
type rhythm struct {
	n, calls      int
	before, after error
	repeats       int
}

var _ stepup.Store = (*Faulty)(nil)

// NewFaulty returns a store that does what the given one does, until told
// otherwise.
func NewFaulty(store stepup.Store) *Faulty {
	return &Faulty{
		store: store, before: map[string]error{}, after: map[string]error{},
		calls: map[string]int{}, done: map[string]int{},
	}
}

// Fail makes every later call of an operation return err without doing
// anything, until Fail(operation, nil).
func (f *Faulty) Fail(operation string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before[operation] = err
}

// LoseReply makes every later call of an operation happen and then return err,
// as when a connection breaks before the answer, until
// LoseReply(operation, nil).
func (f *Faulty) LoseReply(operation string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.after[operation] = err
}

// FailEvery makes every n-th later call, of whatever operation, return err
// without doing anything. An n of 0 ends that, and ends LoseEvery.
func (f *Faulty) FailEvery(n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.every = rhythm{n: n, before: err}
}

// LoseEvery makes every n-th later call, of whatever operation, happen and then
// return err. An n of 0 ends that, and ends FailEvery.
func (f *Faulty) LoseEvery(n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.every = rhythm{n: n, after: err}
}

// RepeatEvery makes every n-th later call, of whatever operation, happen, lose
// its reply, and be made again as often as told: as the client of a distant
// store does, by itself. The last reply is the one that arrives. An n of 0 ends
// that, and FailEvery and LoseEvery.
func (f *Faulty) RepeatEvery(n, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.every = rhythm{n: n, repeats: times}
}

// next counts one more call, and returns its faults.
func (r *rhythm) next() (now rhythm) {
	if r.n <= 0 {
		return rhythm{}
	}
	if r.calls++; r.calls%r.n != 0 {
		return rhythm{}
	}
	return *r
}

// Calls returns how often an operation was called.
func (f *Faulty) Calls(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[operation]
}

// Done returns how often an operation happened without an error of the store.
func (f *Faulty) Done(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.done[operation]
}

// do calls an operation between its faults.
func (f *Faulty) do(operation string, call func() error) error {
	f.mu.Lock()
	f.calls[operation]++
	fault := f.every.next()
	before := cmp.Or(f.before[operation], fault.before)
	f.mu.Unlock()
	if before != nil {
		return before
	}
	for range fault.repeats {
		_ = call() // its reply is lost
	}
	if err := call(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done[operation]++
	return cmp.Or(f.after[operation], fault.after)
}

// Subject implements [stepup.Store].
func (f *Faulty) Subject(ctx context.Context, q stepup.Query) (st stepup.State, err error) {
	err = f.do("Subject", func() (err error) { st, err = f.store.Subject(ctx, q); return err })
	return st, err
}

// Open implements [stepup.Store].
func (f *Faulty) Open(ctx context.Context, o stepup.Opening) error {
	return f.do("Open", func() error { return f.store.Open(ctx, o) })
}

// Attempt implements [stepup.Store].
func (f *Faulty) Attempt(ctx context.Context, a stepup.Attempt) (counted stepup.Attempted, err error) {
	err = f.do("Attempt", func() (err error) { counted, err = f.store.Attempt(ctx, a); return err })
	return counted, err
}

// Settle implements [stepup.Store].
func (f *Faulty) Settle(ctx context.Context, s stepup.Settlement) (settled stepup.Settled, err error) {
	err = f.do("Settle", func() (err error) { settled, err = f.store.Settle(ctx, s); return err })
	return settled, err
}

// Change implements [stepup.Store].
func (f *Faulty) Change(ctx context.Context, c stepup.Change) (expires time.Time, err error) {
	err = f.do("Change", func() (err error) { expires, err = f.store.Change(ctx, c); return err })
	return expires, err
}

// Look implements [stepup.Store].
func (f *Faulty) Look(ctx context.Context, l stepup.Look) (seen stepup.Looked, err error) {
	err = f.do("Look", func() (err error) { seen, err = f.store.Look(ctx, l); return err })
	return seen, err
}

// Redeem implements [stepup.Store].
func (f *Faulty) Redeem(ctx context.Context, r stepup.Redemption) error {
	return f.do("Redeem", func() error { return f.store.Redeem(ctx, r) })
}

// Spend implements [stepup.Store].
func (f *Faulty) Spend(ctx context.Context, s stepup.Spending) error {
	return f.do("Spend", func() error { return f.store.Spend(ctx, s) })
}

// Update implements [stepup.Store].
func (f *Faulty) Update(ctx context.Context, u stepup.Update) error {
	return f.do("Update", func() error { return f.store.Update(ctx, u) })
}

// Erase implements [stepup.Store].
func (f *Faulty) Erase(ctx context.Context, e stepup.Erasure) error {
	return f.do("Erase", func() error { return f.store.Erase(ctx, e) })
}
