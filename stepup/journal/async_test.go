// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/proportion-go/proportion/stepup/journal"
)

func (r *recorder) ids() (ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == journal.KindGap {
			ids = append(ids, fmt.Sprintf("gap %d", e.Detail.Lost))
		} else {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// A bubble of synctest ends only when all of its goroutines have: each of
// these tests is a test for leaks.

func TestAsyncKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := new(recorder)
		a := journal.NewAsync(next, journal.AsyncConfig{})
		var want []string
		for i := range 100 {
			want = append(want, fmt.Sprint(i))
			e := decision()
			if i%3 == 0 {
				e = trivial()
			}
			e.ID = want[i]
			if err := a.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if got := next.ids(); i%3 != 0 && !slices.Equal(got, want) {
				t.Fatalf("returned before it was written: got %v, want %v", got, want)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if got := next.ids(); !slices.Equal(got, want) || a.Dropped() != 0 {
			t.Errorf("got %v, dropped %d", got, a.Dropped())
		}
	})
}

// Held up, it takes what the queue has room for, drops and counts the trivial,
// and makes everything else wait.
func TestAsyncDropsOnlyTheTrivial(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &recorder{gate: make(chan struct{})}
		a := journal.NewAsync(next, journal.AsyncConfig{Queue: 2})
		for i := range 6 { // one is being written, two wait, three are dropped
			e := named(fmt.Sprint("t", i))
			e.Time = noon().Add(time.Duration(i) * time.Second)
			if err := a.Append(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if got := a.Dropped(); got != 3 {
			t.Fatalf("dropped %d, want 3", got)
		}
		answered := make(chan error, 1)
		go func() {
			e := decision()
			e.ID = "durable"
			answered <- a.Append(context.Background(), e)
		}()
		synctest.Wait()
		select {
		case err := <-answered:
			t.Fatalf("a durable event did not wait: %v", err)
		default:
		}
		close(next.gate)
		if err := errors.Join(<-answered, a.Close()); err != nil {
			t.Fatal(err)
		}
		if got := next.ids(); !slices.Equal(got, []string{"t0", "gap 3", "t1", "t2", "durable"}) {
			t.Errorf("got %v", got)
		}
		gap := next.events[1]
		if !gap.Detail.Since.Equal(noon().Add(3*time.Second)) ||
			!gap.Detail.Until.Equal(noon().Add(5*time.Second)) || gap.Check() != nil {
			t.Errorf("got a gap from %v to %v, %v", gap.Detail.Since, gap.Detail.Until, gap.Check())
		}
	})
}

func TestAsyncContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &recorder{gate: make(chan struct{})}
		a := journal.NewAsync(next, journal.AsyncConfig{Queue: 1})
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errStore)
		defer cancel()
		errs := make(chan error, 3)
		for range 3 { // one is written, one waits in the queue, one before it
			go func() { errs <- a.Append(ctx, decision()) }()
			synctest.Wait()
		}
		for range 3 {
			if err := <-errs; !errors.Is(err, errStore) {
				t.Errorf("got %v, want the context's cause", err)
			}
		}
		close(next.gate)
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		if n := len(next.ids()); n != 2 {
			t.Errorf("wrote %d events, want the two that were taken", n)
		}
	})
}

// One event that cannot be written does not take those beside it along.
func TestAsyncFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &recorder{gate: make(chan struct{}), fail: func(e *journal.Event) error {
			if e.ID == "bad" {
				return errStore
			}
			return nil
		}}
		a := journal.NewAsync(next, journal.AsyncConfig{})
		_ = a.Append(t.Context(), named("first")) // holds the writer up, so that the rest is one batch
		synctest.Wait()
		results := map[string]chan error{}
		for _, id := range []string{"good", "bad", "fine"} {
			result := make(chan error, 1)
			results[id] = result
			go func() {
				e := decision()
				e.ID = id
				result <- a.Append(context.Background(), e)
			}()
		}
		_ = a.Append(t.Context(), named("bad"))
		synctest.Wait()
		close(next.gate)
		for id, result := range results {
			if err := <-result; (err != nil) != (id == "bad") || err != nil && !errors.Is(err, errStore) {
				t.Errorf("%s: got %v", id, err)
			}
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		got := next.ids()
		slices.Sort(got)
		if !slices.Equal(got, []string{"fine", "first", "gap 1", "good"}) || a.Dropped() != 1 {
			t.Errorf("got %v, dropped %d", got, a.Dropped())
		}
	})
}

// A gap that cannot be written is not forgotten.
func TestAsyncKeepsItsGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := true
		next := &recorder{fail: func(*journal.Event) error {
			if down {
				return errStore
			}
			return nil
		}}
		a := journal.NewAsync(next, journal.AsyncConfig{})
		for range 3 {
			if err := a.Append(t.Context(), trivial()); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		down = false
		if err := a.Append(t.Context(), decision()); err != nil {
			t.Fatal(err)
		}
		if got := next.ids(); len(got) != 2 || got[0] != "gap 3" {
			t.Errorf("got %v", got)
		}
		down = true
		_ = a.Append(t.Context(), trivial())
		if err := a.Close(); !errors.Is(err, errStore) {
			t.Errorf("a last gap that cannot be written: got %v", err)
		}
	})
}

func TestAsyncClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := journal.NewAsync(new(recorder), journal.AsyncConfig{})
		if err := errors.Join(a.Append(t.Context()), a.Close()); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"trivial": a.Append(t.Context(), trivial()), "durable": a.Append(t.Context(),
				decision()), "Close": a.Close(),
		} {
			if !errors.Is(err, journal.ErrClosed) {
				t.Errorf("%s: got %v, want ErrClosed", name, err)
			}
		}
	})
}

// Close while others write: what was answered with nil is there.
func TestAsyncCloseUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := new(recorder)
		a := journal.NewAsync(next, journal.AsyncConfig{Queue: 4})
		answers := make(chan bool, 400)
		for i := range 400 {
			go func() {
				e := decision()
				if i%2 == 0 {
					e = trivial()
				}
				answers <- a.Append(context.Background(), e) == nil
			}()
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		taken := 0
		for range 400 {
			if <-answers {
				taken++
			}
		}
		written := 0
		for _, e := range next.events {
			written++
			if e.Kind == journal.KindGap {
				written += int(e.Detail.Lost) - 1
			}
		}
		if written != taken {
			t.Errorf("%d were taken, %d are accounted for", taken, written)
		}
	})
}

func TestAsyncBeforeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	f := openFile(t, journal.FileConfig{Path: path, Keys: new(journal.MemoryKeys)})
	a := journal.NewAsync(f, journal.AsyncConfig{})
	for _, id := range []string{"a", "b", "c"} {
		if err := a.Append(t.Context(), named(id)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(a.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	if ids, bad := got(t, path); !slices.Equal(ids, []string{"a", "b", "c"}) || bad != nil {
		t.Errorf("got %v, bad %v", ids, bad)
	}
}
