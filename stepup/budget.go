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
// begins. BUDGETS.md derives the numbers.
var limits = [Lanes]Guesses{
	StrangerLane:    {All: 500, Code4: 400},
	TrustedLane:     {All: 1000, Code4: 800},
	FirstFactorLane: {All: 500, Code4: 400},
}

const (
	// budgetDays is how long a wrong guess counts.
	budgetDays = 30

	// MostFailures is how many wrong answers in a row an authenticator takes
	// in one lane before it is shut there (NIST SP 800-63B-4 s3.2.2 allows
	// 100). In the trusted lane it is shut for one device after half of them.
	MostFailures = 50

	freeFailures = 3 // wrong answers in a row before the waits begin
	firstWait    = 30 * time.Second
	longestWait  = time.Hour
)

// Wait returns how long an authenticator rests after so many wrong answers in
// a row: nothing up to the second, then 30 s, doubling up to an hour (NIST SP
// 800-63B-4 s3.2.2).
func Wait(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	wait := firstWait
	for range failures - freeFailures {
		if wait *= 2; wait >= longestWait {
			return longestWait
		}
	}
	return wait
}

// totp is how time-based codes are generated and verified: the defaults of
// every authenticator app, with one step of delay (RFC 6238 s5.2).
var totp = otp.TOTP{}

// attempts returns how many attempts a challenge of the method allows.
func attempts(m Method) int {
	if m == Code4 || m == Mobile4 {
		return 3
	}
	return 5
}

// digits returns how long the codes of the method are; 0 where they are not of
// digits.
func digits(m Method) int {
	switch m {
	case Code4, Mobile4:
		return 4
	case Code6, TOTP:
		return 6
	}
	return 0
}

// cost returns what one wrong guess costs, in parts per million: the chance
// that it had.
func cost(m Method) int {
	switch m {
	case Code4, Mobile4:
		return 100
	case TOTP:
		return totp.Guesses()
	}
	return 1
}

// authenticator returns the method under which consecutive failures of m are
// counted: codes of four and of six digits go to the same contact.
func authenticator(m Method) Method {
	if m == Code4 {
		return Code6
	}
	return m
}

// Add returns the guesses with a cost by the method counted, or with a
// negative cost taken back.
func (u Guesses) Add(m Method, cost int) Guesses {
	u.All += cost
	if m == Code4 || m == Mobile4 {
		u.Code4 += cost
	}
	return u
}

// Within reports whether the guesses stay within a limit.
func (u Guesses) Within(limit Guesses) bool {
	return u.All <= limit.All && u.Code4 <= limit.Code4
}

// half is the most that one device may spend of a trusted lane (L11).
func (u Guesses) half() Guesses { return Guesses{All: u.All / 2, Code4: u.Code4 / 2} }

// Spraying: guesses at four-digit codes over many subjects (L29).
const (
	sprayMonth  = 10_000 // wrong ones in 30 days, whatever is usual
	sprayTimes  = 3      // times the usual day
	sprayUnless = 100    // wrong ones a day that are nothing unusual anywhere
)

// Spray is what the whole deployment guessed wrong at four-digit codes.
type Spray struct {
	Day   int // in the last day
	Month int // in the last 30 days
}

// Spraying reports whether four-digit codes have to rest outside the trusted
// lane.
func (s Spray) Spraying() bool {
	usual := max(s.Month-s.Day, 0) / (budgetDays - 1)
	return s.Month >= sprayMonth || s.Day > sprayUnless && s.Day > sprayTimes*usual
}
