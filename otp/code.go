// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

const (
	minDigits = 4
	maxDigits = 8

	// minAuthenticatorDigits is what RFC 4226 s4 R4 and NIST SP 800-63B-4
	// s3.1.4 ask of an authenticator, as opposed to a confirmation.
	minAuthenticatorDigits = 6

	// maxInput bounds what a form may send for one code, in bytes: eight
	// digits, and room for generous spacing.
	maxInput = 64
)

// Generate returns a numeric one-time code of 4 to 8 ASCII digits, zero
// padded, for the host to deliver. Every code is equally likely: it is drawn
// from crypto/rand, without modulo bias, and never chosen.
//
// A code of n digits is worth n × 3.3 bits, so it protects nothing without a
// cap on attempts, which this package does not keep. Store a keyed [MAC] of
// it, never the code, and let it live at most ten minutes (NIST SP 800-63B-4
// s3.1.3.2).
//
// The error is [ErrDigits], or that of the system's random source.
func Generate(digits int) (string, error) {
	if digits < minDigits || digits > maxDigits {
		return "", fmt.Errorf("%w: want %d to %d, got %d", ErrDigits, minDigits, maxDigits, digits)
	}
	// rand.Int rejects and draws again, rather than reduce modulo.
	n, err := rand.Int(rand.Reader, big.NewInt(int64(pow10(digits))))
	if err != nil {
		return "", fmt.Errorf("otp: generate a code: %w", err)
	}
	return pad(uint32(n.Uint64()), digits), nil
}

// Canonical returns the code in what a customer typed: exactly the given
// number of ASCII digits, once ASCII spaces and hyphens are removed. Anything
// else is [ErrMalformed]: other separators, digits of other scripts, other
// lengths, and more than 64 bytes in all. It is the one place where typed
// codes are read; every Verify of numeric codes goes through it, so a code
// cannot mean two things (CVE-2025-6014).
//
// Malformed input was never a guess: refuse it before an attempt is counted or
// a store is read. [TOTP.Canonical], [HOTP.Canonical] and [CanonicalRecovery]
// do the same for other codes.
//
// A number of digits outside 4 to 8 is [ErrDigits].
func Canonical(input string, digits int) (string, error) {
	if digits < minDigits || digits > maxDigits {
		return "", fmt.Errorf("%w: want %d to %d, got %d", ErrDigits, minDigits, maxDigits, digits)
	}
	code, err := scan(input, digits)
	if err != nil {
		return "", err
	}
	return string(code[:digits]), nil
}

// scan fills the first digits bytes of code. An array, so that a wrong guess
// allocates nothing.
func scan(input string, digits int) (code [maxDigits]byte, err error) {
	if len(input) > maxInput {
		return code, ErrMalformed
	}
	n := 0
	for i := range len(input) {
		switch c := input[i]; {
		case c == ' ' || c == '-':
		case c < '0' || c > '9' || n == digits:
			return code, ErrMalformed
		default:
			code[n] = c
			n++
		}
	}
	if n != digits {
		return code, ErrMalformed
	}
	return code, nil
}

// parse is scan for the codes that are compared as numbers. Eight digits fit
// in 27 bits.
func parse(input string, digits int) (uint32, error) {
	code, err := scan(input, digits)
	if err != nil {
		return 0, err
	}
	var n uint32
	for _, c := range code[:digits] {
		n = n*10 + uint32(c-'0')
	}
	return n, nil
}

func pad(n uint32, digits int) string {
	text := strconv.FormatUint(uint64(n), 10)
	return strings.Repeat("0", digits-len(text)) + text
}

func pow10(digits int) uint32 {
	n := uint32(1)
	for range digits {
		n *= 10
	}
	return n
}
