// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"cmp"
	"slices"
	"time"
)

// ledger is one subject's wrong guesses by day, lane and device: a short list,
// empty for almost everyone.
type ledger []entry

type entry struct {
	day    int64
	lane   Lane
	device Key
	used   Guesses
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// used returns what counts now in each lane. A whole day counts until its last
// moment is 30 days old.
func (l ledger) used(now time.Time) (sum [laneCount]Guesses) {
	for _, e := range l {
		if dayOf(now)-e.day <= budgetDays {
			sum[e.lane] = sum[e.lane].plus(e.used)
		}
	}
	return sum
}

// usedBy returns what one device used of the trusted lane.
func (l ledger) usedBy(device Key, now time.Time) (sum Guesses) {
	for _, e := range l {
		if e.lane == TrustedLane && e.device == device && dayOf(now)-e.day <= budgetDays {
			sum = sum.plus(e.used)
		}
	}
	return sum
}

func (u Guesses) plus(v Guesses) Guesses { return Guesses{u.All + v.All, u.Code4 + v.Code4} }

// count adds a cost on the day of t. Days that no longer count stay until there
// are many, so that a clock that leaps ahead and comes back forgets nothing.
func (l *ledger) count(t time.Time, lane Lane, device Key, m Method, cost int) {
	if lane != TrustedLane {
		device = Key{} // anybody can name a new device
	}
	is := func(e entry) bool { return e.day == dayOf(t) && e.lane == lane && e.device == device }
	i := slices.IndexFunc(*l, is)
	if i < 0 {
		i = len(*l)
		*l = append(*l, entry{day: dayOf(t), lane: lane, device: device})
	}
	(*l)[i].used = (*l)[i].used.Add(m, cost)
	*l = slices.DeleteFunc(*l, func(e entry) bool { return e.used.All <= 0 })
	if len(*l) > mostEntries {
		oldest := slices.MinFunc(*l, func(a, b entry) int { return cmp.Compare(a.day, b.day) })
		*l = slices.DeleteFunc(*l, func(e entry) bool { return e.day == oldest.day })
	}
}

// mostEntries is more than a month can fill within the budgets: the days and
// lanes, and the devices of the trusted one.
const mostEntries = 128

// run is a subject's wrong answers in a row with one authenticator in one
// lane.
type run struct {
	lane   Lane
	method Method
	n      int
	last   time.Time
}

// runs is all of a subject's; empty for almost everyone.
type runs []run

// of returns the run of the method's authenticator, and where it is: -1 for
// none.
func (r runs) of(lane Lane, m Method) (run, int) {
	for i := range r {
		if r[i].lane == lane && r[i].method == authenticator(m) {
			return r[i], i
		}
	}
	return run{lane: lane, method: authenticator(m)}, -1
}

// after returns when the next answer is accepted; the zero time for at once.
// A shut authenticator has no such time: see shut.
func (r run) after() time.Time {
	if wait := Wait(r.n); wait > 0 {
		return r.last.Add(wait)
	}
	return time.Time{}
}

func (r run) shut() bool { return r.n >= MostFailures }

// failed counts one more wrong answer.
func (r *runs) failed(lane Lane, m Method, now time.Time) {
	u, i := r.of(lane, m)
	if i < 0 {
		i = len(*r)
		*r = append(*r, u)
	}
	(*r)[i].n++
	(*r)[i].last = now
}

// takeBack uncounts the latest wrong answer.
func (r *runs) takeBack(lane Lane, m Method) {
	if _, i := r.of(lane, m); i >= 0 {
		if (*r)[i].n--; (*r)[i].n <= 0 {
			*r = slices.Delete(*r, i, i+1)
		}
	}
}

// reset ends the run of the method's authenticator.
func (r *runs) reset(lane Lane, m Method) {
	if _, i := r.of(lane, m); i >= 0 {
		*r = slices.Delete(*r, i, i+1)
	}
}
