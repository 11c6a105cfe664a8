// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// FuzzCanonical: what is accepted is the digits of the input, in order, and
// reads as itself.
func FuzzCanonical(f *testing.F) {
	for _, input := range []string{"4821", "12-34 56", "", "４８２１", "48\u00a021", " - 0000 0000 - "} {
		for _, digits := range []int{3, 4, 6, 8} {
			f.Add(input, digits)
		}
	}
	f.Fuzz(func(t *testing.T, input string, digits int) {
		got, err := otp.Canonical(input, digits)
		if err != nil {
			if got != "" || !errors.Is(err, otp.ErrMalformed) && !errors.Is(err, otp.ErrDigits) {
				t.Fatalf("%q with %v", got, err)
			}
			return
		}
		if len(got) != digits || strings.Trim(got, "0123456789") != "" {
			t.Fatalf("%q is not %d digits", got, digits)
		}
		if got != strings.NewReplacer(" ", "", "-", "").Replace(input) {
			t.Fatalf("%q was read as %q", input, got)
		}
		if again, err := otp.Canonical(got, digits); err != nil || again != got {
			t.Fatalf("%q was read as %q, %v", got, again, err)
		}
	})
}

// FuzzTOTPVerify: a code is accepted for no step but one inside the window,
// after lastStep, whose code it is.
func FuzzTOTPVerify(f *testing.F) {
	for _, v := range load[derived](f, "derived_otp.json").TOTP {
		f.Add(v.TOTP6, v.UnixTime, int64(0), 6, 30, 0, 0, 0)
		f.Add(v.TOTP8, v.UnixTime, v.UnixTime/30, 8, 30, 1, 2, 1)
	}
	f.Add("755224", int64(-1), int64(-1), 0, 0, 2, 1, -1)
	f.Fuzz(func(t *testing.T, code string, unix, lastStep int64, digits, period, algorithm, window, drift int) {
		o := otp.TOTP{
			Digits: digits, Period: time.Duration(period) * time.Second,
			Algorithm: otp.Algorithm(algorithm), Window: otp.Window(window), Drift: drift,
		}
		secret, at := seed(t, otp.SHA1), time.Unix(unix, 0)
		step, err := o.Verify(secret, code, at, lastStep)
		if err != nil {
			if step != 0 {
				t.Fatalf("step %d with %v", step, err)
			}
			return
		}
		if period == 0 {
			period = 30
		}
		now := unix / int64(period)
		if step <= lastStep || step < now-2 || step > now+2 {
			t.Fatalf("step %d accepted at %d, after %d", step, now, lastStep)
		}
		want, err := o.Code(secret, time.Unix(step*int64(period), 0))
		if err != nil || want != strings.NewReplacer(" ", "", "-", "").Replace(code) {
			t.Fatalf("%q accepted for step %d, whose code is %q, %v", code, step, want, err)
		}
		if next := o.NextDrift(step, at); next < -1 || next > 1 || next < drift-1 || next > drift+1 {
			t.Fatalf("drift went from %d to %d", drift, next)
		}
	})
}

// FuzzParseURI: what is accepted can be written, and reads the same; what is
// refused gives nothing.
func FuzzParseURI(f *testing.F) {
	for _, uri := range []string{
		"otpauth://totp/Example:alice@google.com?secret=" + rfcSecret + "&issuer=Example",
		"otpauth://totp/Big%20Corp%3A%20alice?secret=" + rfcSecret + "&issuer=Big+Corp&period=60&digits=8",
		"otpauth://hotp/alice?secret=" + rfcSecret + "&counter=7&algorithm=SHA512",
		"otpauth://totp/?secret=", "otpauth:", "",
	} {
		f.Add(uri)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		e, err := otp.ParseURI(uri)
		if err != nil {
			var uriErr *otp.URIError
			if !errors.As(err, &uriErr) || plain(e) != plain(otp.Enrolment{}) {
				t.Fatalf("%s with %v", plain(e), err)
			}
			return
		}
		written, err := e.RevealURI()
		if err != nil {
			// Only what was near the limit, unescaped, can be too long.
			if len(uri) < 500 {
				t.Fatalf("%q cannot be written: %v", uri, err)
			}
			return
		}
		back, err := otp.ParseURI(written)
		if err != nil || plain(back) != plain(e) {
			t.Fatalf("%s\ncame back as %s, %v", plain(e), plain(back), err)
		}
	})
}

// FuzzSealerOpen: only what was sealed opens.
func FuzzSealerOpen(f *testing.F) {
	sealer := ringOf(f, keyOf(f, "k1", 1), keyOf(f, "k2", 2)).Sealer("shop", "seal")
	plaintext, associated := []byte("plaintext"), []byte("associated")
	sealed, err := sealer.Seal(plaintext, associated)
	if err != nil {
		f.Fatal(err)
	}
	// The mutator is given a change to make: every fuzzing process has sealed
	// with a nonce of its own.
	f.Add([]byte{}, 0, byte(0))
	f.Add(sealed[:len(sealed)-1], 3, byte(1))
	f.Add([]byte("\x01\x02k1"), 50, byte(0x80))
	f.Fuzz(func(t *testing.T, forged []byte, at int, change byte) {
		if got, err := sealer.Open(forged, associated); err == nil && !bytes.Equal(forged, sealed) {
			t.Fatalf("%x opened as %q", forged, got)
		} else if err != nil && (err != otp.ErrSealed || got != nil) {
			t.Fatalf("%q with %v, want exactly ErrSealed", got, err)
		}
		tampered := bytes.Clone(sealed)
		tampered[(at%len(sealed)+len(sealed))%len(sealed)] ^= change
		if got, err := sealer.Open(tampered, associated); (err == nil) != (change == 0) {
			t.Fatalf("changed by %d at %d: %q, %v", change, at, got, err)
		}
	})
}

// FuzzRecoverySetUnmarshal: what is accepted is written back to the same
// bytes; what is refused leaves the zero set.
func FuzzRecoverySetUnmarshal(f *testing.F) {
	good, err := recoveryOf(f).set.MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		var set otp.RecoverySet
		if err := set.UnmarshalBinary(b); err != nil {
			if !errors.Is(err, otp.ErrRecoverySet) || set.Remaining() != 0 {
				t.Fatalf("%d codes with %v", set.Remaining(), err)
			}
			return
		}
		if back, err := set.MarshalBinary(); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%x came back as %x, %v", b, back, err)
		}
		if n := set.Remaining(); n < 0 || n > otp.RecoveryCodes {
			t.Fatalf("%d codes remain", n)
		}
	})
}

// FuzzParseRing: what is accepted can be written, and reads the same.
func FuzzParseRing(f *testing.F) {
	f.Add(ringOf(f, keyOf(f, "k1", 1), keyOf(f, "k2", 2)).Reveal())
	f.Add("k1:AQEB, k2:")
	f.Fuzz(func(t *testing.T, text string) {
		ring, err := otp.ParseRing(text)
		if err != nil {
			if ring != nil || !errors.Is(err, otp.ErrKey) {
				t.Fatalf("%v with %v", ring, err)
			}
			return
		}
		if back, err := otp.ParseRing(ring.Reveal()); err != nil || back.Reveal() != ring.Reveal() {
			t.Fatalf("did not come back: %v", err)
		}
	})
}
