// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"slices"
	"time"
)

// ledger is one subject's wrong guesses by day, lane and device: a short list,
// empty for almost everyone. The budgets bound it: an entry is a part per
// million of its lane at least.
type ledger []entry

type entry struct {
	day        int32
	lane       Lane
	device     half
	all, code4 int32 // as Guesses
}

func (e *entry) used() Guesses { return Guesses{int(e.all), int(e.code4)} }

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// counts reports whether a day is within the last thirty; a later one is.
func (e *entry) counts(now time.Time) bool { return dayOf(now)-int64(e.day) <= budgetDays }

// used returns what counts now in each lane. A whole day counts until its last
// moment is 30 days old.
func (l ledger) used(now time.Time) (sum [Lanes]Guesses) {
	for i := range l {
		if e := &l[i]; e.counts(now) {
			sum[e.lane] = sum[e.lane].plus(e.used())
		}
	}
	return sum
}

// usedBy returns what one device used of the trusted lane.
func (l ledger) usedBy(device half, now time.Time) (sum Guesses) {
	for i := range l {
		if e := &l[i]; e.lane == TrustedLane && e.device == device && e.counts(now) {
			sum = sum.plus(e.used())
		}
	}
	return sum
}

func (u Guesses) plus(v Guesses) Guesses { return Guesses{u.All + v.All, u.Code4 + v.Code4} }

// count adds a cost on the day of t, which is no earlier than any before. Days
// that no longer count are dropped.
func (l *ledger) count(t time.Time, lane Lane, device half, m Method, cost int) {
	if lane != TrustedLane {
		device = 0 // anybody can name a new device
	}
	day := int32(dayOf(t))
	i := slices.IndexFunc(*l, func(e entry) bool { return e.day == day && e.lane == lane && e.device == device })
	if i < 0 {
		*l = slices.DeleteFunc(*l, func(e entry) bool { return !e.counts(t) })
		i = len(*l)
		*l = append(*l, entry{day: day, lane: lane, device: device})
	}
	e := &(*l)[i]
	used := e.used().Add(m, cost)
	e.all, e.code4 = int32(used.All), int32(used.Code4)
	if e.all <= 0 {
		*l = slices.Delete(*l, i, i+1)
	}
}

// run is a subject's wrong answers in a row with one authenticator in one lane,
// and in the trusted one, on one device.
type run struct {
	lane   Lane
	method Method
	device half
	n      int32
	last   int64
}

// runs is all of a subject's; empty for almost everyone.
type runs []run

// of returns the whole run of the method's authenticator in a lane, whatever the
// devices.
func (r runs) of(lane Lane, m Method) run {
	whole := run{lane: lane, method: authenticator(m)}
	for i := range r {
		if r[i].lane == lane && r[i].method == whole.method {
			whole.n += r[i].n
			whole.last = max(whole.last, r[i].last)
		}
	}
	return whole
}

// by returns where the part of one device is: -1 for none.
func (r runs) by(lane Lane, m Method, device half) int {
	if lane != TrustedLane {
		device = 0 // anybody can name a new device
	}
	return slices.IndexFunc(r, func(u run) bool {
		return u.lane == lane && u.method == authenticator(m) && u.device == device
	})
}

// after returns when the next answer is accepted; the zero time for at once.
// A shut authenticator has no such time: see shut.
func (r run) after() time.Time {
	if wait := Wait(int(r.n)); wait > 0 {
		return moment(r.last).Add(wait)
	}
	return time.Time{}
}

func (r run) shut() bool { return r.n >= MostFailures }

func (r run) told() Failures { return Failures{r.lane, r.method, int(r.n), moment(r.last)} }

// shut reports whether an authenticator is: in its lane, or for one device of
// the trusted lane, which has half of the answers in a row as of the guesses
// (L11).
func (r runs) shut(lane Lane, m Method, device half) bool {
	i := r.by(lane, m, device)
	return r.of(lane, m).shut() || lane == TrustedLane && i >= 0 && r[i].n >= MostFailures/2
}

// failed counts one more wrong answer.
func (r *runs) failed(lane Lane, m Method, device half, now time.Time) {
	i := r.by(lane, m, device)
	if i < 0 {
		i = len(*r)
		*r = append(*r, run{lane: lane, method: authenticator(m)})
		if lane == TrustedLane {
			(*r)[i].device = device
		}
	}
	(*r)[i].n++
	(*r)[i].last = now.UnixNano()
}

// takeBack uncounts the latest wrong answer.
func (r *runs) takeBack(lane Lane, m Method, device half) {
	if i := r.by(lane, m, device); i >= 0 {
		if (*r)[i].n--; (*r)[i].n <= 0 {
			*r = slices.Delete(*r, i, i+1)
		}
	}
}

// reset ends the run of the method's authenticator.
func (r *runs) reset(lane Lane, m Method) {
	*r = slices.DeleteFunc(*r, func(u run) bool { return u.lane == lane && u.method == authenticator(m) })
}

// moments are times, oldest first: a bounded number of the latest.
type moments []int64

// mostMoments is above any budget of prompts or wrong answers.
const mostMoments = 64

// since counts the moments after t.
func (m moments) since(t time.Time) (n int) {
	for _, at := range m {
		if at > t.UnixNano() {
			n++
		}
	}
	return n
}

// and returns the moments of the life before now, and now.
func (m moments) and(now time.Time, life time.Duration) moments {
	m = slices.DeleteFunc(m, func(at int64) bool { return now.UnixNano()-at > int64(life) })
	if len(m) == mostMoments {
		m = slices.Delete(m, 0, 1)
	}
	return append(m, now.UnixNano())
}
