// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/risk"
)

var epoch = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// within counts the events after t-per and up to t.
func within(events []time.Time, t time.Time, per time.Duration) (n int) {
	for _, e := range events {
		if e.After(t.Add(-per)) && !e.After(t) {
			n++
		}
	}
	return n
}

// TestWindowErrorIsBounded adds events at any distances, and compares with an
// exact count: the error is less than the events of one part of twelve.
func TestWindowErrorIsBounded(t *testing.T) {
	const per = time.Hour
	rapid.Check(t, func(t *rapid.T) {
		w := risk.NewWindow(per)
		gap := rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 10 * time.Minute, 3 * time.Hour})
		now, events := epoch, []time.Time(nil)
		for range rapid.IntRange(0, 200).Draw(t, "events") {
			most := gap.Draw(t, "gap")
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(most)).Draw(t, "wait")))
			w.Add(now, 1)
			events = append(events, now)
		}
		now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*per)).Draw(t, "after")))
		// The part that straddles the beginning of the window.
		part := per / 12
		begin := time.Unix(0, now.Add(-per).UnixNano()/int64(part)*int64(part))
		straddles := 0
		for _, e := range events {
			if !e.Before(begin) && e.Before(begin.Add(part)) {
				straddles++
			}
		}
		got, exact := w.Count(now), float64(within(events, now, per))
		if math.Abs(got-exact) > float64(straddles) {
			t.Fatalf("got %v, exactly %v, want within %d", got, exact, straddles)
		}
	})
}

// TestWindowIsExactForEvenTraffic has one event a second for an hour and a
// half.
func TestWindowIsExactForEvenTraffic(t *testing.T) {
	w := risk.NewWindow(time.Hour)
	for i := range 5400 {
		w.Add(epoch.Add(time.Duration(i)*time.Second), 1)
		if i > 3600 {
			if got := w.Count(epoch.Add(time.Duration(i) * time.Second)); math.Abs(got-3600) > 1.5 {
				t.Fatalf("after %d s: got %v, want 3600", i, got)
			}
		}
	}
}

func TestWindowEdges(t *testing.T) {
	var none risk.Window
	none.Add(epoch, 1)
	if none.Count(epoch) != 0 || !none.Idle(epoch) {
		t.Error("the zero window counts")
	}
	w := risk.NewWindow(time.Hour)
	w.Add(epoch, 3)
	w.Add(epoch.Add(-time.Hour), 2) // the clock went back
	w.Add(epoch, -1)
	if got := w.Count(epoch); got != 4 {
		t.Errorf("got %v, want 4", got)
	}
	if w.Add(epoch, -9); w.Count(epoch) != 0 {
		t.Errorf("got %v, want none: more was taken back than there was", w.Count(epoch))
	}
	w.Add(epoch, 1)
	if w.Idle(epoch.Add(time.Hour)) || !w.Idle(epoch.Add(66*time.Minute)) {
		t.Error("idle too early, or never")
	}
	if got := w.Count(epoch.Add(66 * time.Minute)); got != 0 {
		t.Errorf("past the window: got %v", got)
	}
	if size := unsafe.Sizeof(w); size != 72 {
		t.Errorf("a window takes %d bytes, and says 72", size)
	}
}

// TestDistinctIsExactForFew compares with an exact count of at most 64 values,
// of which some come again.
func TestDistinctIsExactForFew(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, last := risk.NewDistinct(time.Hour), map[uint64]time.Time{}
		now := epoch
		for range rapid.IntRange(0, 200).Draw(t, "sightings") {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "wait")) * time.Second)
			value := rapid.Uint64Range(0, 63).Draw(t, "value")
			d.Add(value, now)
			last[value] = now
		}
		want := 0
		for _, at := range last {
			if now.Sub(at) <= time.Hour {
				want++
			}
		}
		if got := d.Count(now); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	})
}

// TestDistinctEstimates counts many values many times: unbiased, and with the
// error that is stated.
func TestDistinctEstimates(t *testing.T) {
	for _, n := range []int{100, 1_000, 20_000} {
		rng := rand.New(rand.NewPCG(1, uint64(n)))
		const runs = 200
		sum, squares := 0.0, 0.0
		for range runs {
			d := risk.NewDistinct(time.Hour)
			for range n {
				d.Add(rng.Uint64(), epoch)
			}
			e := float64(d.Count(epoch))/float64(n) - 1
			sum += e
			squares += e * e
		}
		bias, deviation := sum/runs, math.Sqrt(squares/runs)
		if math.Abs(bias) > 0.04 || deviation > 0.18 {
			t.Errorf("%d values: bias %.3f, error %.3f, want about 0 and 0.15", n, bias, deviation)
		}
	}
}

// TestDistinctComesDown lets many become fewer, hour by hour, and few in the
// end: too low by half at most, and then exact.
func TestDistinctComesDown(t *testing.T) {
	d := risk.NewDistinct(time.Hour)
	now, value := epoch, uint64(0)
	hour := func(n int) {
		for range n {
			now = now.Add(time.Hour / time.Duration(n))
			d.Add(value, now)
			value++
		}
	}
	hour(10_000)
	for _, n := range []int{1_000, 500, 500, 500, 500, 500, 500, 500, 500} {
		hour(n)
		if got := d.Count(now); got < n/2-n/4 || got > n+n/2 {
			t.Errorf("%d an hour: got %d", n, got)
		}
	}
	if got := d.Count(now); got < 350 || got > 650 {
		t.Errorf("500 an hour, for hours: got %d", got)
	}
	now = now.Add(2 * time.Hour)
	hour(10)
	if got := d.Count(now); got != 10 {
		t.Errorf("got %d, want 10", got)
	}
	if d.Idle(now) || !d.Idle(now.Add(time.Hour+time.Second)) {
		t.Error("idle too early, or never")
	}
}

func TestDistinctZero(t *testing.T) {
	var d risk.Distinct
	d.Add(1, epoch)
	if d.Count(epoch) != 0 {
		t.Error("the zero value counts")
	}
}

// TestBaseline has ten failures an hour for ten days, then a night of ninety.
func TestBaseline(t *testing.T) {
	var b risk.Baseline
	if b.Times(epoch).Known {
		t.Error("nothing was seen, and something is usual")
	}
	now := epoch
	for hour := range 240 {
		for range 20 {
			b.Add(now, 1)
			now = now.Add(3 * time.Minute)
		}
		got := b.Times(now)
		if settled := dayNumber(now)-dayNumber(epoch) >= 7; got.Known != settled {
			t.Fatalf("hour %d: known %t, want %t", hour, got.Known, settled)
		}
		if got.Known && math.Abs(got.N-1) > 0.25 {
			t.Fatalf("hour %d: got %v times what is usual, want about 1", hour, got.N)
		}
	}
	for range 180 {
		b.Add(now, 1)
		now = now.Add(20 * time.Second)
	}
	if got := b.Times(now); !got.Known || math.Abs(got.N-9) > 1.5 {
		t.Errorf("an attack: got %+v, want about 9", got)
	}
	b.Add(now, -180)
	if got := b.Times(now.Add(40 * 24 * time.Hour)); !got.Known || got.N != 0 {
		t.Errorf("after a quiet month: got %+v, want 0", got)
	}
}

// TestBaselineOfAQuietPlace takes a handful for no attack.
func TestBaselineOfAQuietPlace(t *testing.T) {
	var b risk.Baseline
	b.Add(epoch, 1)
	later := epoch.Add(10 * 24 * time.Hour)
	b.Add(later, 5)
	if got := b.Times(later); !got.Known || got.N != 0.5 {
		t.Errorf("got %+v, want 0.5: five where ten are nothing unusual", got)
	}
	b.Add(later.Add(-5*24*time.Hour), 5) // the clock went back
	if got := b.Times(later); got.N != 1 {
		t.Errorf("got %+v, want 1", got)
	}
}

// What a baseline has seen is kept over a restart, whole or not at all.
func TestBaselineRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b, got risk.Baseline
		now := epoch
		for _, n := range rapid.SliceOf(rapid.IntRange(-3, 300)).Draw(t, "numbers") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hours")) * time.Hour)
			b.Add(now, n)
		}
		data, err := b.MarshalBinary()
		if err != nil || len(data) > 300 {
			t.Fatalf("got %d bytes, error %v", len(data), err)
		}
		if err := got.UnmarshalBinary(data); err != nil || got != b {
			t.Fatalf("got %+v, error %v, want %+v", got, err, b)
		}
		got.Add(now, 1)
		for cut := range data {
			before := got
			if err := got.UnmarshalBinary(data[:cut]); !errors.Is(err, risk.ErrEncoding) || got != before {
				t.Fatalf("cut to %d bytes: got error %v, want %v and nothing changed", cut, err, risk.ErrEncoding)
			}
		}
	})
}

func dayNumber(t time.Time) int64 { return t.Unix() / 86400 }

// shape is a way to count events in a sliding window.
type shape interface {
	Add(t time.Time, n int)
	Count(t time.Time) float64
}

// times keeps every event.
type times []time.Time

func (s *times) Add(t time.Time, _ int) { *s = append(*s, t) }

func (s *times) Count(t time.Time) float64 { return float64(within(*s, t, time.Hour)) }

// pair is two fixed windows, the earlier by its share.
type pair struct {
	start       time.Time
	now, before int
}

func (s *pair) Add(t time.Time, n int) { s.move(t); s.now += n }

func (s *pair) Count(t time.Time) float64 {
	s.move(t)
	return float64(s.now) + float64(s.before)*(1-t.Sub(s.start).Hours())
}

func (s *pair) move(t time.Time) {
	for s.start.IsZero() || t.Sub(s.start) >= time.Hour {
		if s.start.IsZero() || t.Sub(s.start) >= 2*time.Hour {
			*s = pair{start: t.Truncate(time.Hour)}
			return
		}
		s.start, s.now, s.before = s.start.Add(time.Hour), 0, s.now
	}
}

// decay is an average that fades.
type decay struct {
	at time.Time
	n  float64
}

func (s *decay) Add(t time.Time, n int) { s.n, s.at = s.Count(t)+float64(n), t }

func (s *decay) Count(t time.Time) float64 { return s.n * math.Exp(-t.Sub(s.at).Hours()) }

// BenchmarkWindow measures four shapes over bursts and even traffic: the time
// of an event and a count, and the mean error against an exact count, as a share
// of the busiest hour.
func BenchmarkWindow(b *testing.B) {
	for name, shape := range map[string]func() shape{
		"window of twelve parts": func() shape { w := risk.NewWindow(time.Hour); return &w },
		"two fixed windows":      func() shape { return new(pair) },
		"decaying average":       func() shape { return new(decay) },
		"list of times":          func() shape { return new(times) },
	} {
		b.Run(name, func(b *testing.B) {
			events := traffic()
			for b.Loop() {
				s := shape()
				for _, t := range events {
					s.Add(t, 1)
					s.Count(t)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(events)), "ns/event")
			b.ReportMetric(meanError(shape(), events), "error")
		})
	}
}

// traffic is five hours: even, a burst, silence, even again.
func traffic() (events []time.Time) {
	for i := range 300 {
		at := epoch.Add(time.Duration(i) * time.Minute)
		if i < 120 || i > 240 {
			events = append(events, at)
		}
		if i == 130 {
			for range 60 {
				events = append(events, at)
			}
		}
	}
	return events
}

// meanError is over the minutes of seven hours, as a share of the busiest hour.
func meanError(s shape, events []time.Time) float64 {
	sum, busiest, i := 0.0, 1.0, 0
	const minutes = 420
	for m := range minutes {
		now := epoch.Add(time.Duration(m) * time.Minute)
		for ; i < len(events) && !events[i].After(now); i++ {
			s.Add(events[i], 1)
		}
		exact := float64(within(events, now, time.Hour))
		busiest = max(busiest, exact)
		sum += math.Abs(s.Count(now) - exact)
	}
	return sum / minutes / busiest
}
