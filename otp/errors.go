// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import "errors"

// What a verification can answer. Callers may branch on these; customers must
// not be able to tell them apart, in words or in time.
var (
	// ErrMalformed: the input is not a code at all (wrong length, a letter,
	// a digit of another script). Nothing was compared, so it need not cost
	// an attempt.
	ErrMalformed = errors.New("otp: malformed code")

	// ErrMismatch: the input is well formed and matches nothing. It costs
	// an attempt.
	ErrMismatch = errors.New("otp: code does not match")

	// ErrReplayed: the code is right, but its step is not after the last one
	// accepted. Somebody may be replaying what a customer typed. It costs an
	// attempt, as any refusal after a comparison.
	ErrReplayed = errors.New("otp: code was already accepted")

	// ErrUsed: the recovery code is right, but was spent before.
	ErrUsed = errors.New("otp: recovery code was already used")

	// ErrSealed: the sealed bytes cannot be opened. It says no more on
	// purpose: another key, namespace, purpose or associated data, damage and
	// tampering look the same.
	ErrSealed = errors.New("otp: cannot open sealed data")
)

// What a configuration or a stored value can get wrong. These are faults of
// the host, never of the customer.
var (
	// ErrDigits: a number of digits that this kind of code does not have.
	ErrDigits = errors.New("otp: unsupported number of digits")

	// ErrOptions: an option of HOTP or TOTP is out of range.
	ErrOptions = errors.New("otp: options out of range")

	// ErrTime: a time before 1970 or after 9999, which no clock should show.
	ErrTime = errors.New("otp: time out of range")

	// ErrSecret: a shared secret that is missing, too short, too long, or
	// not base32.
	ErrSecret = errors.New("otp: unusable secret")

	// ErrKey: a key, or a ring of keys, that cannot be used.
	ErrKey = errors.New("otp: unusable key")

	// ErrRecoverySet: bytes that are not a set of recovery codes, or an
	// index that is not in the set.
	ErrRecoverySet = errors.New("otp: unusable recovery set")
)
