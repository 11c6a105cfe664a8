// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "time"

// windowSlots is how many parts a window is counted in.
const windowSlots = 12

// Window counts events within the last so long, in 72 bytes whatever happens:
// in twelve parts of the period and the one before them, of which only a share
// is still within reach.
//
// What [Window.Count] returns differs from the true number by less than the
// events of that one part, the oldest twelfth: for evenly spread events by
// nothing, for a burst by the burst, while its age is between the whole period
// and thirteen twelfths of it.
//
// Other shapes were measured beside it, over even traffic and a burst, by their
// mean error as a share of the busiest hour (BenchmarkWindow): this one 0.8 %;
// two fixed windows 3.2 %, in 40 bytes; a decaying average, which never forgets,
// 11 %, in 32; a list of times none, in memory that whoever tries most decides.
//
// The zero value counts nothing: make one with [NewWindow]. It is a value, and
// not safe for concurrent use.
type Window struct {
	part time.Duration // 0: the zero Window
	head int64         // the number of the newest part, since 1970
	n    [windowSlots + 1]uint32
}

// NewWindow returns an empty window over a period, of a microsecond at least.
func NewWindow(per time.Duration) Window {
	return Window{part: max(per, time.Microsecond) / windowSlots}
}

// Add counts n events at a time, or takes as many of the newest back where n
// is negative. Times before the newest part are counted in it: a clock that
// goes back forgets nothing.
func (w *Window) Add(t time.Time, n int) {
	if w.part == 0 {
		return
	}
	w.move(w.number(t))
	slot := &w.n[w.slot(w.head)]
	*slot = uint32(min(max(int64(*slot)+int64(n), 0), 1<<32-1))
}

// Count returns about how many events were within the period that ends at a
// time. See [Window] for its error.
func (w *Window) Count(t time.Time) float64 {
	if w.part == 0 {
		return 0
	}
	now := max(w.number(t), w.head)
	sum := 0.0
	for back := range int64(windowSlots) {
		sum += float64(w.at(now - back))
	}
	return sum + (1-w.into(t, now))*float64(w.at(now-windowSlots))
}

// Idle reports whether nothing counted at a time any more, so that the window
// may be forgotten.
func (w *Window) Idle(t time.Time) bool {
	return w.part == 0 || w.number(t)-w.head > windowSlots
}

// into returns how much of the part with a number has passed, 0 to 1.
func (w *Window) into(t time.Time, number int64) float64 {
	passed := t.UnixNano() - number*int64(w.part)
	return min(max(float64(passed)/float64(w.part), 0), 1)
}

// at returns the events of a part, and none of one that is not kept.
func (w *Window) at(number int64) uint32 {
	if number > w.head || number < w.head-windowSlots {
		return 0
	}
	return w.n[w.slot(number)]
}

// move makes a part the newest, and forgets those that are out of reach.
func (w *Window) move(number int64) {
	if number-w.head > windowSlots {
		w.n = [windowSlots + 1]uint32{}
		w.head = number
	}
	for w.head < number {
		w.head++
		w.n[w.slot(w.head)] = 0
	}
}

func (w *Window) number(t time.Time) int64 { return t.UnixNano() / int64(w.part) }

func (w *Window) slot(number int64) int {
	const n = windowSlots + 1
	return int((number%n + n) % n)
}
