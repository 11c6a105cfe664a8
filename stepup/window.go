// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import "time"

// Cap is a limit on how often something is issued: at most Most in any window
// of Per, for what Key stands for.
type Cap struct {
	Key  Key
	Most int
	Per  time.Duration
}

// windows count what was issued, by the key of a cap.
type windows map[Key]*window

// window counts events in a sliding window by two fixed ones: all of the
// current, and the share of the one before that still lies within reach. For
// evenly spread events the estimate is exact; it is never above both together.
type window struct {
	start       time.Time
	per         time.Duration
	now, before int
}

// at moves the window to a time; one that goes back leaves it where it is.
func (w *window) at(t time.Time) {
	switch elapsed := t.Sub(w.start); {
	case elapsed >= 2*w.per:
		w.start, w.now, w.before = t, 0, 0
	case elapsed >= w.per:
		w.start, w.now, w.before = w.start.Add(w.per), 0, w.now
	}
}

// estimate returns about how many events lie within the last period.
func (w *window) estimate(t time.Time) int {
	left := float64(w.per-t.Sub(w.start)) / float64(w.per)
	return w.now + int(float64(w.before)*min(max(left, 0), 1))
}

// fit reports whether one more of each cap's is within it.
func (ws windows) fit(caps []Cap, now time.Time) bool {
	for _, c := range caps {
		if w := ws[c.Key]; w != nil {
			if w.at(now); w.estimate(now) >= c.Most {
				return false
			}
		}
	}
	return true
}

// count adds one to each.
func (ws windows) count(caps []Cap, now time.Time) {
	for _, c := range caps {
		if ws[c.Key] == nil {
			ws[c.Key] = &window{start: now, per: c.Per}
		}
		ws[c.Key].now++
	}
}

// uncount takes one back of each.
func (ws windows) uncount(keys []Key) {
	for _, key := range keys {
		if w := ws[key]; w != nil && w.now > 0 {
			w.now--
		}
	}
}

// sweep drops a few windows that are over, found by the map's own random
// order: enough to keep the map no larger than what is in use.
func (ws windows) sweep(now time.Time) {
	looked := 0
	for key, w := range ws {
		if now.Sub(w.start) >= 2*w.per {
			delete(ws, key)
		}
		if looked++; looked == 8 {
			return
		}
	}
}

// daily counts events of the last 30 days, day by day.
type daily struct {
	last int64 // the latest day
	days [budgetDays + 1]int
}

// add counts n events at a time. A clock that goes back counts on the latest
// day.
func (d *daily) add(t time.Time, n int) {
	d.move(t)
	slot := &d.days[d.last%int64(len(d.days))]
	*slot = max(*slot+n, 0)
}

// move forgets the days between the latest one and t.
func (d *daily) move(t time.Time) {
	day := dayOf(t)
	if d.last == 0 || day-d.last > int64(len(d.days)) {
		d.last, d.days = max(day, d.last), [budgetDays + 1]int{}
	}
	for d.last < day {
		d.last++
		d.days[d.last%int64(len(d.days))] = 0
	}
}

// spray returns the counts as of t.
func (d *daily) spray(t time.Time) (s Spray) {
	d.move(t)
	for _, n := range d.days {
		s.Month += n
	}
	s.Day = d.days[d.last%int64(len(d.days))]
	return s
}
