// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"math"
	"testing"

	"github.com/proportion-go/proportion/otp"
	"pgregory.net/rapid"
)

func hotpCode(t testing.TB, h otp.HOTP, counter uint64) string {
	t.Helper()
	code, err := h.Code(seed(t, h.Algorithm), counter)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestHOTPLookAhead(t *testing.T) {
	secret := seed(t, otp.SHA1)
	const counter = 5
	for _, ahead := range []int{0, 1, 3, 100} {
		h := otp.HOTP{Digits: 8, LookAhead: ahead}
		for _, at := range []int{counter - 1, counter, counter + ahead, counter + ahead + 1} {
			next, err := h.Verify(secret, hotpCode(t, h, uint64(at)), counter)
			if inside := at >= counter && at <= counter+ahead; inside {
				if err != nil || next != uint64(at)+1 {
					t.Errorf("look-ahead %d, counter %d: %d, %v", ahead, at, next, err)
				}
			} else if !errors.Is(err, otp.ErrMismatch) || next != 0 {
				t.Errorf("look-ahead %d, counter %d: %d, %v; want ErrMismatch", ahead, at, next, err)
			}
		}
		if h.Guesses() != ahead+1 {
			t.Errorf("look-ahead %d: Guesses() = %d", ahead, h.Guesses())
		}
	}
}

func TestHOTPSharedDigitsAreSpentOnce(t *testing.T) {
	h := otp.HOTP{LookAhead: 100}
	const first, second = 2386, 2394 // make the same code
	code := hotpCode(t, h, first)
	if code != hotpCode(t, h, second) {
		t.Fatal("the two counters make different codes")
	}
	next, err := h.Verify(seed(t, otp.SHA1), code, first)
	if err != nil || next != second+1 {
		t.Fatalf("Verify = %d, %v; want %d, past both counters", next, err, second+1)
	}
	if _, err := h.Verify(seed(t, otp.SHA1), code, next); !errors.Is(err, otp.ErrMismatch) {
		t.Errorf("the same digits were accepted again: %v", err)
	}
}

func TestHOTPResync(t *testing.T) {
	h, secret := otp.HOTP{}, seed(t, otp.SHA1)
	const counter = 1000
	code := func(at int) string { return hotpCode(t, h, uint64(at)) }
	for _, at := range []int{counter, counter + 1, counter + otp.ResyncAhead - 1} {
		next, err := h.Resync(secret, code(at), code(at+1), counter)
		if err != nil || next != uint64(at)+2 {
			t.Errorf("from %d: %d, %v; want %d", at, next, err, at+2)
		}
	}
	refused := map[string][2]string{
		"before":          {code(counter - 1), code(counter)},
		"past the search": {code(counter + otp.ResyncAhead), code(counter + otp.ResyncAhead + 1)},
		"not consecutive": {code(counter), code(counter + 2)},
		"swapped":         {code(counter + 1), code(counter)},
		"the same twice":  {code(counter), code(counter)},
		"only the second": {"000000", code(counter + 1)},
		"only the first":  {code(counter), "000000"},
	}
	for name, pair := range refused {
		t.Run(name, func(t *testing.T) {
			next, err := h.Resync(secret, pair[0], pair[1], counter)
			if !errors.Is(err, otp.ErrMismatch) || next != 0 {
				t.Errorf("got %d, %v; want ErrMismatch", next, err)
			}
		})
	}
	for _, pair := range [][2]string{{"", code(1)}, {code(1), "x"}} {
		if _, err := h.Resync(secret, pair[0], pair[1], counter); !errors.Is(err, otp.ErrMalformed) {
			t.Errorf("Resync(%q): %v, want ErrMalformed", pair, err)
		}
	}
}

// TestHOTPNeverWraps: past the last counter, every old code would be new.
func TestHOTPNeverWraps(t *testing.T) {
	h, secret := otp.HOTP{LookAhead: 3}, seed(t, otp.SHA1)
	const last = math.MaxUint64
	if next, err := h.Verify(secret, hotpCode(t, h, last-1), last-1); err != nil || next != last {
		t.Errorf("the counter before the last: %d, %v", next, err)
	}
	for _, at := range []uint64{last, 0, 1, 2} {
		if next, err := h.Verify(secret, hotpCode(t, h, at), last); !errors.Is(err, otp.ErrMismatch) {
			t.Errorf("code of %d at the last counter: %d, %v; want ErrMismatch", at, next, err)
		}
	}
	first, second := hotpCode(t, h, last), hotpCode(t, h, 0)
	if next, err := h.Resync(secret, first, second, last-1); !errors.Is(err, otp.ErrMismatch) {
		t.Errorf("Resync over the end: %d, %v; want ErrMismatch", next, err)
	}
}

func TestHOTPRefusesOptions(t *testing.T) {
	secret := seed(t, otp.SHA1)
	for name, tt := range map[string]struct {
		options otp.HOTP
		want    error
	}{
		"5 digits":            {otp.HOTP{Digits: 5}, otp.ErrDigits},
		"9 digits":            {otp.HOTP{Digits: 9}, otp.ErrDigits},
		"negative digits":     {otp.HOTP{Digits: -6}, otp.ErrDigits},
		"unknown algorithm":   {otp.HOTP{Algorithm: 3}, otp.ErrOptions},
		"negative look-ahead": {otp.HOTP{LookAhead: -1}, otp.ErrOptions},
		"look-ahead too far":  {otp.HOTP{LookAhead: 101}, otp.ErrOptions},
	} {
		t.Run(name, func(t *testing.T) {
			_, codeErr := tt.options.Code(secret, 0)
			_, verifyErr := tt.options.Verify(secret, "755224", 0)
			_, resyncErr := tt.options.Resync(secret, "755224", "287082", 0)
			for _, err := range []error{tt.options.Validate(), codeErr, verifyErr, resyncErr} {
				if !errors.Is(err, tt.want) {
					t.Errorf("got %v, want %v", err, tt.want)
				}
			}
			if tt.options.Guesses() < 1 {
				t.Errorf("a guess would cost %d", tt.options.Guesses())
			}
		})
	}
	if _, err := (otp.HOTP{}).Verify(otp.Secret{}, "755224", 0); !errors.Is(err, otp.ErrSecret) {
		t.Errorf("zero secret: %v, want ErrSecret", err)
	}
}

// TestHOTPIsHMAC compares with crypto/hmac, for keys on both sides of the
// block size.
func TestHOTPIsHMAC(t *testing.T) {
	hashes := []func() hash.Hash{sha1.New, sha256.New, sha512.New}
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 16, 128).Draw(t, "key")
		counter := rapid.Uint64().Draw(t, "counter")
		a := rapid.IntRange(0, 2).Draw(t, "algorithm")
		digits := rapid.IntRange(6, 8).Draw(t, "digits")

		mac := hmac.New(hashes[a], key)
		_ = binary.Write(mac, binary.BigEndian, counter)
		sum := mac.Sum(nil)
		n := binary.BigEndian.Uint32(sum[sum[len(sum)-1]&15:]) & math.MaxInt32
		want := fmt.Sprintf("%0*d", digits, n%uint32(math.Pow10(digits)))

		secret, err := otp.NewSecret(key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := otp.HOTP{Digits: digits, Algorithm: otp.Algorithm(a)}.Code(secret, counter)
		if err != nil || got != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
	})
}

func TestAlgorithmString(t *testing.T) {
	if got := fmt.Sprint(otp.SHA1, otp.SHA256, otp.SHA512, otp.Algorithm(9)); got != "SHA1 SHA256 SHA512 Algorithm(9)" {
		t.Error(got)
	}
}
