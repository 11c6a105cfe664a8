// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package otp makes and checks one-time codes, and keeps the secrets behind
// them: numeric codes, HOTP (RFC 4226), TOTP (RFC 6238), recovery codes, and a
// ring of keys to seal and fingerprint with.
//
// # What most callers want
//
// A code that the host delivers: [Generate] it, keep the [MAC] of it, and pass
// what the customer types through [Canonical] before anything else.
//
// An authenticator app: [GenerateSecret], then [TOTP.Verify] with the zero
// TOTP, which is what every app does. Verify returns the step that matched;
// store it with a compare-and-set, and the code cannot be used twice. Keep the
// secret with [SealSecret]. [Enrolment.RevealURI] is the text of the QR code.
//
// Recovery codes: [GenerateRecovery] gives ten to show once, and a
// [RecoverySet] to store; [RecoverySet.Verify], then [RecoverySet.Spend].
//
// Keys: read a [Ring] once with [ParseRing], and derive a [Sealer] and a [MAC]
// for each purpose. The first key writes, all of them read; to rotate, put a
// new one in front.
//
// # What it does not do
//
// It stores nothing, counts nothing and delivers nothing. A code of six digits
// is only as strong as the cap on attempts, the single use and the expiry
// around it, which package stepup provides. Functions here are pure: the time
// is an argument, and only what is named Generate or Seal uses randomness.
//
// # Errors
//
// A refusal is [ErrMalformed], [ErrMismatch], [ErrReplayed] or [ErrUsed].
// Branch on them, but answer the customer alike. Every other error is a fault
// of the host or of what it stored, and must refuse as well.
//
// # Secrets in logs
//
// [Secret], [Enrolment], [RecoveryCode], [RecoverySet], [Key], [Ring],
// [Sealer] and [MAC] print as a fixed text, whatever the verb or encoder. What
// gives a secret away has a name that says so: Bytes, Base32, Reveal,
// RevealURI. Codes from Generate are plain strings, to be delivered and
// forgotten.
package otp
