// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"crypto/rand"
	"sync"
	"time"
)

// defaultQueue is how many calls may wait for the writer.
const defaultQueue = 4096

// maxBatch bounds the events that are written together.
const maxBatch = 256

// AsyncConfig says how an [Async] works. The zero value is ready.
type AsyncConfig struct {
	// Queue is how many calls may wait. Zero: 4096.
	Queue int
}

// Async is a [Sink] before another one: a single goroutine writes, many events
// at a time and in their order, so that a trivial decision to allow costs its
// caller no input or output. It never waits for one: where the queue is full,
// the event is dropped and counted, and an event of KindGap says so as soon as
// there is room. Every other call waits until its events are written, as its
// class asks for.
//
// Close ends the goroutine.
type Async struct {
	next  Sink
	queue chan batch
	ended chan struct{}

	// closing is held for reading by whoever puts something into the queue.
	closing sync.RWMutex
	closed  bool

	losing sync.Mutex
	lost   loss
	total  int64
}

// batch is what one call brought. Done is nil where nobody waits.
type batch struct {
	events []*Event
	done   chan error
}

// loss is what a gap stands for.
type loss struct {
	count        int64
	since, until time.Time
}

var _ Sink = (*Async)(nil)

// NewAsync returns a sink that writes to the next one, and starts its
// goroutine.
func NewAsync(next Sink, c AsyncConfig) *Async {
	if c.Queue <= 0 {
		c.Queue = defaultQueue
	}
	a := &Async{next: next, queue: make(chan batch, c.Queue), ended: make(chan struct{})}
	go a.run()
	return a
}

// Append implements [Sink]. Where the context ends before the events are
// written, its error is returned, and they may or may not be written. The
// other errors are [ErrClosed] and those of the next sink, which never stand
// for droppable events: those are dropped and counted.
func (a *Async) Append(ctx context.Context, events ...*Event) error {
	if len(events) == 0 {
		return nil
	}
	if strictest(events) == Droppable {
		return a.offer(events)
	}
	a.closing.RLock()
	if a.closed {
		a.closing.RUnlock()
		return ErrClosed
	}
	b := batch{events: events, done: make(chan error, 1)}
	select {
	case a.queue <- b:
		a.closing.RUnlock()
	case <-ctx.Done():
		a.closing.RUnlock()
		return context.Cause(ctx)
	}
	select {
	case err := <-b.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// offer queues events that may be dropped. It waits for nothing, not even for
// a Close that waits for the others.
func (a *Async) offer(events []*Event) error {
	if !a.closing.TryRLock() {
		return ErrClosed
	}
	defer a.closing.RUnlock()
	if a.closed {
		return ErrClosed
	}
	select {
	case a.queue <- batch{events: events}:
	default:
		a.lose(events)
	}
	return nil
}

// Dropped returns how many events were dropped since the beginning.
func (a *Async) Dropped() int64 {
	a.losing.Lock()
	defer a.losing.Unlock()
	return a.total
}

// Close writes what waits, ends the goroutine, and leaves the next sink open.
// It returns the error of the last gap, if that could not be written. Later
// calls return [ErrClosed].
func (a *Async) Close() error {
	a.closing.Lock()
	if a.closed {
		a.closing.Unlock()
		return ErrClosed
	}
	a.closed = true
	close(a.queue)
	a.closing.Unlock()
	<-a.ended
	if gap := a.gap(); gap != nil {
		return a.next.Append(context.Background(), gap)
	}
	return nil
}

func (a *Async) lose(events []*Event) {
	a.losing.Lock()
	defer a.losing.Unlock()
	for _, e := range events {
		a.lost.add(e.Time, 1)
	}
	a.total += int64(len(events))
}

func (l *loss) add(t time.Time, n int64) {
	if l.count == 0 || t.Before(l.since) {
		l.since = t
	}
	if l.count == 0 || t.After(l.until) {
		l.until = t
	}
	l.count += n
}

// gap returns the event that stands for what was dropped since the last one;
// nil for nothing.
func (a *Async) gap() *Event {
	a.losing.Lock()
	defer a.losing.Unlock()
	if a.lost.count == 0 {
		return nil
	}
	l := a.lost
	a.lost = loss{}
	return &Event{
		Time: l.until, Kind: KindGap, ID: rand.Text(), Outcome: "dropped",
		Detail: Detail{Lost: l.count, Since: l.since, Until: l.until},
	}
}

// restore takes back a gap that could not be written.
func (a *Async) restore(gap *Event) {
	a.losing.Lock()
	defer a.losing.Unlock()
	a.lost.add(gap.Detail.Since, gap.Detail.Lost)
	a.lost.add(gap.Detail.Until, 0)
}

// run writes until the queue is closed and empty.
func (a *Async) run() {
	defer close(a.ended)
	var batches []batch
	for first := range a.queue {
		batches = a.gather(append(batches[:0], first))
		a.write(batches)
		clear(batches)
	}
}

// gather adds what else waits.
func (a *Async) gather(batches []batch) []batch {
	for len(batches) < maxBatch {
		select {
		case b, ok := <-a.queue:
			if !ok {
				return batches
			}
			batches = append(batches, b)
		default:
			return batches
		}
	}
	return batches
}

// write writes all at once. Where that fails, each call is tried alone, so
// that one bad event does not refuse those beside it.
func (a *Async) write(batches []batch) {
	if gap := a.gap(); gap != nil && a.next.Append(context.Background(), gap) != nil {
		a.restore(gap)
	}
	var all []*Event
	for _, b := range batches {
		all = append(all, b.events...)
	}
	err := a.next.Append(context.Background(), all...)
	for _, b := range batches {
		if err != nil && len(batches) > 1 {
			a.answer(b, a.next.Append(context.Background(), b.events...))
		} else {
			a.answer(b, err)
		}
	}
}

func (a *Async) answer(b batch, err error) {
	switch {
	case b.done != nil:
		b.done <- err
	case err != nil:
		a.lose(b.events)
	}
}
