// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// discard is a sink that takes everything.
type discard struct{}

func (discard) Append(context.Context, ...*journal.Event) error { return nil }

// recorder is a sink that can be held up, and can fail.
type recorder struct {
	mu     sync.Mutex
	events []*journal.Event
	calls  int
	gate   chan struct{}              // each call waits for it, if there is one
	fail   func(*journal.Event) error // of any event of a call
}

func (r *recorder) Append(_ context.Context, events ...*journal.Event) error {
	if r.gate != nil {
		<-r.gate
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	for _, e := range events {
		if r.fail != nil && r.fail(e) != nil {
			return r.fail(e)
		}
	}
	r.events = append(r.events, events...)
	return nil
}

var (
	_ journal.Sink = discard{}
	_ journal.Sink = (*recorder)(nil)
)

func openFile(t testing.TB, c journal.FileConfig) *journal.File {
	t.Helper()
	f, err := journal.OpenFile(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// varied is the i-th of many different decisions.
func varied(i int) *journal.Event {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	e := decision()
	e.Time = e.Time.Add(time.Duration(i) * time.Second)
	e.ID = fmt.Sprintf("decision-%d", i)
	e.Alias = pseudonym(byte(r.IntN(256)))
	s := e.Decision.Signals
	s.SetNumber(risk.TravelKM, r.Float64()*8000)
	s.SetNumber(risk.TravelHours, r.Float64()*200)
	s.SetNumber(risk.TravelSpeed, r.Float64()*900)
	s.SetNumber(risk.SessionAge, r.Float64()*10000)
	s.SetNumber(risk.HistoryHourShare, r.Float64())
	s.SetText(risk.GeoCountry, string([]byte{'A' + byte(r.IntN(26)), 'A' + byte(r.IntN(26))}))
	s.SetBool(risk.GeoForeign, risk.Truth(r.IntN(3)))
	s.SetBool(risk.DeviceKnown, risk.Truth(r.IntN(3)))
	e.Decision.Score = int64(r.IntN(101))
	e.Decision.Facts[0] = keep("amount", journal.Keep, fmt.Sprintf("%d.%02d", r.IntN(5000), r.IntN(100)))
	return e
}
