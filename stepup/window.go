// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"slices"
	"sync"
	"time"
)

// Cap is a limit on how often something is issued: at most Most in any window
// of Per, for what the pseudonym stands for.
type Cap struct {
	Of   Ref
	Most int
	Per  time.Duration
}

// issued counts what a store issued, by the key of a cap, and the challenges
// that it holds, by network.
type issued struct {
	mu       sync.Mutex
	most     int // windows
	windows  windows
	networks map[quarter]int
	cleared  time.Time // when every window was looked at, last
}

// take counts a challenge against its caps and its network's share, which holds
// when the store is crowded, or counts nothing: a [*BusyError].
func (i *issued) take(o *Opening, now time.Time, crowded bool, share int) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	network := o.Network.quarter()
	if crowded && network != 0 && i.networks[network] >= share {
		return &BusyError{}
	}
	if err := i.counted(o.Caps, now); err != nil {
		return err
	}
	if network != 0 {
		i.networks[network]++
	}
	return nil
}

// left takes back that a network's challenge is held.
func (i *issued) left(network quarter) {
	if network == 0 {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.networks[network]--; i.networks[network] <= 0 {
		delete(i.networks, network)
	}
}

// count adds one to each cap, or nothing where one is reached: a [*BusyError].
func (i *issued) count(caps []Cap, now time.Time) error {
	if len(caps) == 0 {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.counted(caps, now)
}

// counted counts if there is room: what is over is looked for before there is
// found to be none, at most once a minute.
func (i *issued) counted(caps []Cap, now time.Time) error {
	if len(i.windows) >= i.most && now.Sub(i.cleared) >= time.Minute {
		i.cleared = now
		i.windows.clear(now)
	}
	if len(i.windows) >= i.most {
		return ErrFull
	}
	return i.windows.count(caps, now)
}

// uncount takes one back of each.
func (i *issued) uncount(caps []Ref) {
	if len(caps) == 0 {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, r := range caps {
		if w := i.windows.find(r); w != nil {
			w.uncount()
		}
	}
}

// windows count what was issued, by every key of a cap.
type windows map[Key]*window

// window is when each of the last events was, oldest first: no more than a cap
// lets through, so that it holds in any window of time.
type window struct {
	at  []int64
	per time.Duration
}

// count adds one event to each cap's, or to none where one is reached.
func (ws windows) count(caps []Cap, now time.Time) error {
	ws.sweep(now)
	var wait time.Duration
	for _, c := range caps {
		if w := ws.find(c.Of); w != nil && w.within(now) >= c.Most {
			wait = max(wait, w.until(c.Most, now))
		}
	}
	if wait > 0 {
		return &BusyError{RetryAfter: wait}
	}
	for _, c := range caps {
		w := ws.find(c.Of)
		if w == nil {
			w = new(window)
		}
		w.at, w.per = append(w.at, now.UnixNano()), c.Per
		ws[c.Of.Key] = w
		for _, k := range c.Of.Former {
			ws[k] = w
		}
	}
	return nil
}

// find returns the window that is kept under one of the keys, or nil.
func (ws windows) find(r Ref) *window {
	if w := ws[r.Key]; w != nil {
		return w
	}
	for _, k := range r.Former {
		if w := ws[k]; w != nil {
			return w
		}
	}
	return nil
}

// named returns each window with its names.
func (ws windows) named() map[*window][]Key {
	all := map[*window][]Key{}
	for k, w := range ws {
		all[w] = append(all[w], k)
	}
	return all
}

// within forgets what is older than the period, and returns how many are not.
func (w *window) within(now time.Time) int {
	since := now.Add(-w.per).UnixNano()
	i := slices.IndexFunc(w.at, func(at int64) bool { return at > since })
	if i < 0 {
		i = len(w.at)
	}
	w.at = w.at[i:]
	return len(w.at)
}

// until returns how long the window is full: until no more than one less than
// the most are within it.
func (w *window) until(most int, now time.Time) time.Duration {
	if most <= 0 {
		return w.per
	}
	return time.Duration(w.at[len(w.at)-most] + int64(w.per) - now.UnixNano())
}

// uncount takes one back. It takes the oldest, so that those that are left
// count the longest.
func (w *window) uncount() {
	if len(w.at) > 0 {
		w.at = w.at[1:]
	}
}

// sweep drops a few windows in which nothing counts any more, found by the
// map's own random order: enough to keep it no larger than what is in use.
func (ws windows) sweep(now time.Time) {
	looked := 0
	for key, w := range ws {
		if w.within(now) == 0 {
			delete(ws, key)
		}
		if looked++; looked == 8 {
			return
		}
	}
}

// clear drops all windows in which nothing counts any more.
func (ws windows) clear(now time.Time) {
	for key, w := range ws {
		if w.within(now) == 0 {
			delete(ws, key)
		}
	}
}

// spray counts the wrong four-digit guesses of everyone.
type spray struct {
	mu    sync.Mutex
	wrong daily
}

// guess counts one, unless four-digit codes rest, and reports whether it did.
func (s *spray) guess(now time.Time, trusted bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !trusted && s.wrong.spray(now).Spraying() {
		return false
	}
	s.wrong.add(now, 1)
	return true
}

// right takes back that a guess was counted as wrong.
func (s *spray) right(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong.add(now, -1)
}

func (s *spray) asOf(now time.Time) Spray {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong.spray(now)
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
