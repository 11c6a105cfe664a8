// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"time"

	"github.com/proportion-go/proportion/otp"
)

// limits are the guess budgets of a subject by lane, in parts per million over
// 30 days, and the part of them that four-digit codes may use (L10): a
// stranger's chance is at most 0.05 % in 30 days, however many challenges he
// begins.
var limits = [3]Guesses{
	StrangerLane:    {All: 500, Code4: 400},
	TrustedLane:     {All: 1000, Code4: 800},
	FirstFactorLane: {All: 500, Code4: 400},
}

// budgetDays is how long a wrong guess counts.
const budgetDays = 30

// totp is how time-based codes are generated and verified: the defaults of
// every authenticator app, with one step of delay (RFC 6238 s5.2).
var totp = otp.TOTP{}

// attempts returns how many attempts a challenge of the method allows.
func attempts(m Method) int {
	if m == Code4 {
		return 3
	}
	return 5
}

// digits returns how long the codes of the method are.
func digits(m Method) int {
	if m == Code4 {
		return 4
	}
	return 6
}

// cost returns what one wrong guess costs, in parts per million: the chance
// that it had.
func cost(m Method) int {
	switch m {
	case Code4:
		return 100
	case TOTP:
		return totp.Guesses()
	}
	return 1
}

// fits reports whether one more guess by the method stays within the limit.
func (u Guesses) fits(m Method, limit Guesses) bool {
	u = u.add(m, cost(m))
	return u.All <= limit.All && u.Code4 <= limit.Code4
}

// add returns the guesses with one more counted, or with a negative cost one
// taken back.
func (u Guesses) add(m Method, cost int) Guesses {
	u.All += cost
	if m == Code4 {
		u.Code4 += cost
	}
	return u
}

// ledger is one subject's wrong guesses by day and lane: a short list, empty
// for almost everyone.
type ledger []entry

type entry struct {
	day  int64
	lane Lane
	used Guesses
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

// used returns what counts now in each lane. A whole day counts until its last
// moment is 30 days old.
func (l ledger) used(now time.Time) (sum [3]Guesses) {
	for _, e := range l {
		if dayOf(now)-e.day <= budgetDays {
			sum[e.lane].All += e.used.All
			sum[e.lane].Code4 += e.used.Code4
		}
	}
	return sum
}

// count adds a cost on the day of t, and drops days that no longer count. A
// clock that goes back drops nothing.
func (l *ledger) count(t time.Time, lane Lane, m Method, cost int) {
	kept := (*l)[:0]
	found := false
	for _, e := range *l {
		if e.day == dayOf(t) && e.lane == lane {
			e.used, found = e.used.add(m, cost), true
		}
		if dayOf(t)-e.day <= budgetDays && e.used != (Guesses{}) {
			kept = append(kept, e)
		}
	}
	if !found && cost > 0 {
		kept = append(kept, entry{dayOf(t), lane, Guesses{}.add(m, cost)})
	}
	*l = kept
}
