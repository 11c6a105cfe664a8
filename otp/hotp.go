// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/subtle"
	"fmt"
	"math"
)

// ResyncAhead is how many counters [HOTP.Resync] searches.
const ResyncAhead = 100

const maxLookAhead = 100

// HOTP makes and checks the counter-based codes of RFC 4226. The zero value
// is ready: six digits, SHA1, no look-ahead. The same options must be used
// for a secret as long as it lives. HOTP is a plain value, safe for
// concurrent use.
type HOTP struct {
	// Digits is the length of a code, 6 to 8; zero means 6 (RFC 4226 s4 R4).
	Digits int

	// Algorithm is the hash; zero means SHA1.
	Algorithm Algorithm

	// LookAhead is how many counters after the expected one are accepted
	// too, 0 to 100, for codes that were shown but never typed (RFC 4226
	// s7.4). Zero accepts the expected one only. 3 forgives most accidents;
	// each one more makes a guess one more time as likely (see
	// [HOTP.Guesses]).
	LookAhead int
}

// Validate reports whether the options can be used: nil, [ErrDigits] or
// [ErrOptions]. The other methods check too; call it where a configuration is
// read.
func (h HOTP) Validate() error {
	h = h.withDefaults()
	if err := validateDigits(h.Digits); err != nil {
		return err
	}
	if h.LookAhead < 0 || h.LookAhead > maxLookAhead {
		return fmt.Errorf("%w: look-ahead: want 0 to %d, got %d", ErrOptions, maxLookAhead, h.LookAhead)
	}
	return h.Algorithm.validate()
}

// Guesses returns how many codes one attempt is compared with: the number of
// times 10^-Digits that a wrong guess could have succeeded. Budgets charge
// that much for it.
func (h HOTP) Guesses() int { return max(h.LookAhead, 0) + 1 }

// Canonical is the function [Canonical] with the number of digits of these
// options. Use it before anything is counted or read from a store.
func (h HOTP) Canonical(input string) (string, error) {
	return Canonical(input, h.withDefaults().Digits)
}

// Code returns the code of a counter, zero padded. The error is [ErrSecret]
// for the zero Secret, or that of [HOTP.Validate].
func (h HOTP) Code(secret Secret, counter uint64) (string, error) {
	h = h.withDefaults()
	if err := h.check(secret); err != nil {
		return "", err
	}
	g := secret.generator(h.Algorithm)
	return pad(g.code(counter, h.Digits), h.Digits), nil
}

// Verify compares a typed code with that of the expected counter and of
// LookAhead counters after it, all of them, in constant time. It returns the
// counter to expect next; store that with a compare-and-set from counter
// before accepting, or two parallel requests spend one code twice.
//
// Errors: [ErrMalformed], [ErrMismatch], [ErrSecret], or that of
// [HOTP.Validate]. next is zero with any error, and must not be stored.
func (h HOTP) Verify(secret Secret, code string, counter uint64) (next uint64, err error) {
	h = h.withDefaults()
	if err := h.check(secret); err != nil {
		return 0, err
	}
	typed, err := parse(code, h.Digits)
	if err != nil {
		return 0, err
	}
	g := secret.generator(h.Algorithm)
	// The newest match wins: were an older one taken, the same digits would
	// be accepted once more at the newer counter.
	matched := -1
	for i := range h.Guesses() {
		same := equal(g.code(counter+uint64(i), h.Digits), typed)
		matched = subtle.ConstantTimeSelect(same, i, matched)
	}
	return after(counter, matched, 1)
}

// Resync finds a counter that was lost further than LookAhead: it takes two
// consecutive codes and searches [ResyncAhead] counters from the expected one
// (RFC 4226 s7.4), all of them, in constant time. It returns the counter to
// expect next. A guess succeeds with a chance of ResyncAhead × 10^(-2·Digits).
//
// Errors are those of [HOTP.Verify].
func (h HOTP) Resync(secret Secret, first, second string, counter uint64) (next uint64, err error) {
	h = h.withDefaults()
	if err := h.check(secret); err != nil {
		return 0, err
	}
	one, err := parse(first, h.Digits)
	if err != nil {
		return 0, err
	}
	two, err := parse(second, h.Digits)
	if err != nil {
		return 0, err
	}
	g := secret.generator(h.Algorithm)
	matched := -1
	previous := equal(g.code(counter, h.Digits), one)
	for i := range ResyncAhead {
		code := g.code(counter+uint64(i)+1, h.Digits)
		matched = subtle.ConstantTimeSelect(previous&equal(code, two), i, matched)
		previous = equal(code, one)
	}
	return after(counter, matched, 2)
}

// after returns the counter that follows the codes codes matched at offset
// matched. A counter that would wrap is refused: every old code would be new.
func after(counter uint64, matched, codes int) (uint64, error) {
	if matched < 0 || counter > math.MaxUint64-uint64(matched+codes) {
		return 0, ErrMismatch
	}
	return counter + uint64(matched+codes), nil
}

func (h HOTP) withDefaults() HOTP {
	if h.Digits == 0 {
		h.Digits = minAuthenticatorDigits
	}
	return h
}

func (h HOTP) check(secret Secret) error {
	if secret.IsZero() {
		return ErrSecret
	}
	return h.Validate()
}

func validateDigits(digits int) error {
	if digits < minAuthenticatorDigits || digits > maxDigits {
		return fmt.Errorf("%w: want %d to %d, got %d",
			ErrDigits, minAuthenticatorDigits, maxDigits, digits)
	}
	return nil
}

// equal is 1 when both codes are the same, in constant time.
func equal(a, b uint32) int { return subtle.ConstantTimeEq(int32(a), int32(b)) }
