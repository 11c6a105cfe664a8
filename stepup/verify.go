// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"

	"github.com/proportion-go/proportion/otp"
)

// canonical returns the code in what a customer typed, without asking the
// store (L13): ErrMalformed where it is none, ErrRefused where the method is
// not answered by typing.
func canonical(m Method, input string) (code string, err error) {
	switch m {
	case Code4, Code6:
		code, err = otp.Canonical(input, digits(m))
	case TOTP:
		code, err = totp.Canonical(input)
	case Recovery:
		code, err = otp.CanonicalRecovery(input)
	case Passkey:
		if code = input; code == "" || len(code) > longestResponse {
			err = ErrMalformed
		}
	default:
		return "", ErrRefused
	}
	if err != nil {
		return "", ErrMalformed
	}
	return code, nil
}

// verify compares, after the attempt was counted.
func (g *Guard) verify(ctx context.Context, f *finishing, code string) bool {
	switch f.attempted.Method {
	case TOTP:
		return g.verifyTOTP(f, code)
	case Recovery:
		return g.verifyRecovery(ctx, f, code)
	case Passkey:
		return g.verifyPasskey(ctx, f, code)
	}
	return g.keys.code.Verify(f.attempted.Code, f.demand.codeParts(f.attempted.Method, code)...)
}

// enrolled returns the subject's authenticator of the method, or nil.
func enrolled(all []Authenticator, m Method) *Authenticator {
	for i := range all {
		if all[i].Method == m && len(all[i].Sealed) > 0 {
			return &all[i]
		}
	}
	return nil
}

// verifyTOTP accepts a step later than the last one, and learns the drift of
// the device's clock where the owner is beyond doubt: in the trusted lane.
func (g *Guard) verifyTOTP(f *finishing, code string) bool {
	a := enrolled(f.attempted.Authenticators, TOTP)
	if a == nil {
		return false
	}
	secret, err := otp.OpenSecret(g.keys.seal, a.Sealed, f.demand.Subject, TOTP.String())
	if err != nil {
		return false
	}
	options := totp
	options.Drift = a.Drift
	last := a.LastStep
	if step, err := totp.Step(f.attempted.Epoch); err == nil {
		last = max(last, step) // what was accepted before may be forgotten (L12)
	}
	step, err := options.Verify(secret, code, f.now, last)
	if err != nil {
		return false
	}
	f.used, f.was = *a, a.Sealed
	f.used.LastStep = step
	if f.attempted.Lane == TrustedLane {
		f.used.Drift = options.NextDrift(step, f.now)
	}
	return true
}

// guessers bounds how many recovery codes are compared at once: each takes
// 19 MiB and tens of milliseconds.
const guessers = 4

// verifyRecovery spends a code of the subject's set. A subject without one
// costs the same work.
func (g *Guard) verifyRecovery(ctx context.Context, f *finishing, code string) bool {
	room := g.guessing
	if f.nowhere {
		room = g.refusing // a flood of those keeps nobody from recovering
	}
	if !enter(ctx, room) {
		return false
	}
	defer leave(room)
	var set otp.RecoverySet
	a := enrolled(f.attempted.Authenticators, Recovery)
	if a != nil {
		plain, err := g.keys.seal.Open(a.Sealed, recoveryBinding(f.demand.Subject))
		if err != nil || set.UnmarshalBinary(plain) != nil {
			a = nil // and the set matches nothing
		}
	}
	index, err := set.Verify(code)
	if err != nil || a == nil {
		return false
	}
	spent, err := set.Spend(index)
	if err != nil {
		return false
	}
	sealed, err := g.sealRecovery(spent, f.demand.Subject)
	if err != nil {
		return false
	}
	f.used, f.was = *a, a.Sealed
	f.used.Sealed = sealed
	return true
}

// enter takes a place in a room, unless the caller hangs up before.
func enter(ctx context.Context, room chan struct{}) bool {
	select {
	case room <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func leave(room chan struct{}) { <-room }

// recoveryBinding ties a sealed set to its subject.
func recoveryBinding(subject string) []byte { return []byte("recovery\x00" + subject) }

func (g *Guard) sealRecovery(set otp.RecoverySet, subject string) ([]byte, error) {
	plain, err := set.MarshalBinary()
	if err != nil {
		return nil, err
	}
	return g.keys.seal.Seal(plain, recoveryBinding(subject))
}
