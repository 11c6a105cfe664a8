// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/subtle"
	"fmt"
	"time"
)

const (
	defaultPeriod = 30 * time.Second

	// maxUnix is the last second of the year 9999, so that no step near it
	// can overflow.
	maxUnix = 253402300799
)

// Window says which steps around the current one are accepted. Every step
// more makes a guess one more time as likely to succeed, see [TOTP.Guesses].
// A value that is not one of the constants is refused.
type Window uint8

const (
	// WindowBack accepts the current step and the one before it, for a code
	// that was read just before it changed (RFC 6238 s5.2 recommends at most
	// one step). It is the zero value.
	WindowBack Window = iota

	// WindowStrict accepts the current step only.
	WindowStrict

	// WindowAround accepts one step on either side, for devices whose clocks
	// run ahead as well.
	WindowAround
)

// bounds returns how many steps before and after the current one count.
func (w Window) bounds() (back, ahead int) {
	switch w {
	case WindowStrict:
		return 0, 0
	case WindowAround:
		return 1, 1
	default:
		return 1, 0
	}
}

// TOTP makes and checks the time-based codes of RFC 6238. The zero value is
// ready, and is what every authenticator app does: six digits, SHA1, steps of
// 30 seconds from 1970; it accepts the current step and the one before. The
// same Digits, Algorithm and Period must be used for a secret as long as it
// lives. TOTP is a plain value, safe for concurrent use.
type TOTP struct {
	// Digits is the length of a code, 6 to 8; zero means 6.
	Digits int

	// Algorithm is the hash; zero means SHA1.
	Algorithm Algorithm

	// Period is the length of a step, in whole seconds; zero means 30 s. A
	// code can be used for [TOTP.Guesses] periods at most.
	Period time.Duration

	// Window is which steps are accepted; zero means the current one and the
	// one before.
	Window Window

	// Drift shifts the window by -1, 0 or 1 step, for one device whose clock
	// is known to be slow (-1) or fast (1). It never widens the window. Learn
	// it with [TOTP.NextDrift], and keep it beside the secret.
	Drift int
}

// Validate reports whether the options can be used: nil, [ErrDigits] or
// [ErrOptions]. The other methods check too; call it where a configuration is
// read.
func (o TOTP) Validate() error {
	o = o.withDefaults()
	if err := validateDigits(o.Digits); err != nil {
		return err
	}
	if o.Period < time.Second || o.Period%time.Second != 0 {
		return fmt.Errorf("%w: period: want whole seconds, got %v", ErrOptions, o.Period)
	}
	if o.Window > WindowAround {
		return fmt.Errorf("%w: unknown window %d", ErrOptions, uint8(o.Window))
	}
	if o.Drift < -1 || o.Drift > 1 {
		return fmt.Errorf("%w: drift: want -1 to 1, got %d", ErrOptions, o.Drift)
	}
	return o.Algorithm.validate()
}

// Guesses returns how many codes one attempt is compared with, 1 to 3: the
// number of times 10^-Digits that a wrong guess could have succeeded. Budgets
// charge that much for it.
func (o TOTP) Guesses() int {
	back, ahead := o.Window.bounds()
	return back + 1 + ahead
}

// Canonical is the function [Canonical] with the number of digits of these
// options. Use it before anything is counted or read from a store.
func (o TOTP) Canonical(input string) (string, error) {
	return Canonical(input, o.withDefaults().Digits)
}

// Code returns the code of the step that t falls in, zero padded, as a device
// with the right time shows it: Window and Drift do not matter. Errors:
// [ErrSecret] for the zero Secret, [ErrTime], or that of [TOTP.Validate].
func (o TOTP) Code(secret Secret, t time.Time) (string, error) {
	o = o.withDefaults()
	step, err := o.check(secret, t)
	if err != nil {
		return "", err
	}
	g := secret.generator(o.Algorithm)
	return pad(g.code(uint64(step), o.Digits), o.Digits), nil
}

// Verify compares a typed code with that of every step of the window around
// t, in constant time, and returns the step that matched. lastStep is the
// last step accepted for this secret, 0 if there was none: a code is accepted
// once, and never after a newer one (RFC 6238 s5.2). Store the returned step
// with a compare-and-set from lastStep before accepting, or two parallel
// requests spend one code twice.
//
// Errors: [ErrMalformed]; [ErrMismatch]; [ErrReplayed] when the code is right
// but its step is not after lastStep; [ErrSecret]; [ErrTime]; or that of
// [TOTP.Validate]. step is zero with any error, and must not be stored.
func (o TOTP) Verify(secret Secret, code string, t time.Time, lastStep int64) (step int64, err error) {
	o = o.withDefaults()
	now, err := o.check(secret, t)
	if err != nil {
		return 0, err
	}
	typed, err := parse(code, o.Digits)
	if err != nil {
		return 0, err
	}
	g := secret.generator(o.Algorithm)
	back, _ := o.Window.bounds()
	first := now + int64(o.Drift-back)
	// The newest match wins, so that digits which two steps share are spent
	// for both.
	matched := -1
	for i := range o.Guesses() {
		same := equal(g.code(uint64(first+int64(i)), o.Digits), typed)
		matched = subtle.ConstantTimeSelect(same, i, matched)
	}
	step = first + int64(matched)
	switch {
	case matched < 0 || step < 0: // there is no step before 1970
		return 0, ErrMismatch
	case step <= lastStep:
		return 0, ErrReplayed
	}
	return step, nil
}

// NextDrift returns the drift to use from now on, after a code was accepted
// at t for the given step under the current o.Drift. It moves by one step at
// most, and stays within -1 and 1, so that the window follows a device's
// clock and never wanders off with it. Learn only from successes that are
// beyond doubt.
//
// A code of the step before is no proof of a slow clock: people read, then
// type. So the drift goes to -1 only when such a code was typed in the last
// sixth of the current step, which takes a delay that only a wrong clock
// explains, and back to 0 when one is typed in the first third; between the
// two it stays, or a clock half a step slow would be learnt anew each time. It
// goes to 1 only for a step that has not begun, and to 0 for the current one.
// The result is 0 when an option or t is out of range.
func (o TOTP) NextDrift(step int64, t time.Time) int {
	o = o.withDefaults()
	if o.Validate() != nil {
		return 0
	}
	now, err := o.step(t)
	if err != nil {
		return 0
	}
	late := o.Period / 6 * 5
	if o.Drift < 0 {
		late = o.Period / 3
	}
	seen := 0
	switch {
	case step > now:
		seen = 1
	case step < now-1, step == now-1 && o.sinceStep(t) > late:
		seen = -1
	}
	return o.Drift + min(max(seen-o.Drift, -1), 1)
}

// sinceStep returns how long ago the step of t began.
func (o TOTP) sinceStep(t time.Time) time.Duration {
	seconds := t.Unix() % int64(o.Period/time.Second)
	return time.Duration(seconds)*time.Second + time.Duration(t.Nanosecond())
}

// Step returns the time step that t falls in: the T of RFC 6238 s4.2, with
// T0 = 0. A host that enrols a secret which may have been used elsewhere takes
// it as the first lastStep. Errors: [ErrTime], or that of [TOTP.Validate].
func (o TOTP) Step(t time.Time) (int64, error) {
	o = o.withDefaults()
	if err := o.Validate(); err != nil {
		return 0, err
	}
	return o.step(t)
}

// step is Step for options that are complete and valid.
func (o TOTP) step(t time.Time) (int64, error) {
	if unix := t.Unix(); unix < 0 || unix > maxUnix {
		return 0, ErrTime
	}
	return t.Unix() / int64(o.Period/time.Second), nil
}

func (o TOTP) check(secret Secret, t time.Time) (step int64, err error) {
	if secret.IsZero() {
		return 0, ErrSecret
	}
	if err := o.Validate(); err != nil {
		return 0, err
	}
	return o.step(t)
}

func (o TOTP) withDefaults() TOTP {
	if o.Digits == 0 {
		o.Digits = minAuthenticatorDigits
	}
	if o.Period == 0 {
		o.Period = defaultPeriod
	}
	return o
}
