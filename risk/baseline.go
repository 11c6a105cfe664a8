// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "time"

const (
	baselineDays = 30
	// settledDays is how many whole days a baseline has to have seen.
	settledDays = 7
	// fewHourly is taken for an hour's usual number where it is lower, so that
	// a handful of events in a quiet place is no attack.
	fewHourly = 10
)

// Baseline compares how often something happens to a whole deployment now with
// how often it did over the last 30 days, for example wrong answers: an attack
// that tries a little on every account stands out here and nowhere else.
//
// The zero value has seen nothing. It takes 216 bytes and is not safe for
// concurrent use.
type Baseline struct {
	hour  Window
	first int64 // the first day seen, since 1970; 0: none
	last  int64 // the newest
	days  [baselineDays + 1]uint32
}

// Add counts n events at a time, or takes as many back where n is negative. A
// clock that goes back counts on the newest day.
func (b *Baseline) Add(t time.Time, n int) {
	if b.first == 0 {
		b.hour = NewWindow(time.Hour)
		b.first, b.last = dayOf(t), dayOf(t)
	}
	b.move(dayOf(t))
	slot := &b.days[b.last%int64(len(b.days))]
	*slot = uint32(min(max(int64(*slot)+int64(n), 0), 1<<32-1))
	b.hour.Add(t, n)
}

// Times returns how many times what is usual happened within the last hour: 1
// is usual. It is unknown until seven whole days were seen. An hour's usual
// number is that of the last 30 days, today left out, and 10 at least. Busy
// hours of the day come to 2 or 3 where nothing is wrong.
func (b *Baseline) Times(t time.Time) Count {
	today := max(dayOf(t), b.last)
	days := min(today-b.first, baselineDays)
	if b.first == 0 || days < settledDays {
		return Count{}
	}
	sum := 0.0
	for day := max(today-days, b.last-baselineDays); day < min(today, b.last+1); day++ {
		sum += float64(b.days[day%int64(len(b.days))])
	}
	usual := sum / float64(days) / 24
	return KnownCount(b.hour.Count(t) / max(usual, fewHourly))
}

func (b *Baseline) move(day int64) {
	if day-b.last > baselineDays {
		b.days, b.last = [baselineDays + 1]uint32{}, day
	}
	for b.last < day {
		b.last++
		b.days[b.last%int64(len(b.days))] = 0
	}
}

// dayOf is the day since 1970, by UTC, and at least 1.
func dayOf(t time.Time) int64 { return max(t.Unix()/86400, 1) }
