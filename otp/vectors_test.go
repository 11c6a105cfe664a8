// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
)

// load reads one file of vectors.
func load[T any](t testing.TB, name string) T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// atLeast fails when a file lost vectors: an empty loop must not pass.
func atLeast(t testing.TB, what string, got, want int) {
	t.Helper()
	if got < want {
		t.Fatalf("%s: drove %d vectors, want at least %d", what, got, want)
	}
}

func secretOf(t testing.TB, b []byte) otp.Secret {
	t.Helper()
	s, err := otp.NewSecret(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// seed returns the secret of RFC 6238 Appendix A: the digits 1 to 0, repeated.
func seed(t testing.TB, a otp.Algorithm) otp.Secret {
	t.Helper()
	const digits = "1234567890123456789012345678901234567890123456789012345678901234"
	size := map[otp.Algorithm]int{otp.SHA1: 20, otp.SHA256: 32, otp.SHA512: 64}
	return secretOf(t, []byte(digits[:size[a]]))
}

func algorithm(t testing.TB, name string) otp.Algorithm {
	t.Helper()
	for _, a := range []otp.Algorithm{otp.SHA1, otp.SHA256, otp.SHA512} {
		if a.String() == name {
			return a
		}
	}
	t.Fatalf("no algorithm %q", name)
	return 0
}

// checkHOTP drives one counter through both ways: making and verifying.
func checkHOTP(t *testing.T, h otp.HOTP, secret otp.Secret, counter uint64, want string) {
	t.Helper()
	got, err := h.Code(secret, counter)
	if err != nil || got != want {
		t.Errorf("%+v: Code(%d) = %q, %v; want %q", h, counter, got, err, want)
	}
	next, err := h.Verify(secret, want, counter)
	if err != nil || next != counter+1 {
		t.Errorf("%+v: Verify(%d) = %d, %v; want %d", h, counter, next, err, counter+1)
	}
}

// checkTOTP is checkHOTP for a time.
func checkTOTP(t *testing.T, o otp.TOTP, secret otp.Secret, at time.Time, want string) {
	t.Helper()
	got, err := o.Code(secret, at)
	if err != nil || got != want {
		t.Errorf("%+v: Code(%v) = %q, %v; want %q", o, at, got, err, want)
	}
	step, err := o.Verify(secret, want, at, 0)
	if err != nil || step != at.Unix()/30 {
		t.Errorf("%+v: Verify(%v) = %d, %v; want %d", o, at, step, err, at.Unix()/30)
	}
}

func TestRFC4226(t *testing.T) {
	file := load[struct {
		SecretHex    string `json:"secret_hex"`
		SecretBase32 string `json:"secret_base32"`
		Vectors      []struct {
			Counter uint64
			HOTP    string
		}
	}](t, "rfc4226.json")
	atLeast(t, "rfc4226", len(file.Vectors), 10)
	b, err := hex.DecodeString(file.SecretHex)
	if err != nil {
		t.Fatal(err)
	}
	secret := secretOf(t, b)
	if parsed, err := otp.ParseSecret(file.SecretBase32); err != nil || !parsed.Equal(secret) {
		t.Errorf("base32 and hex forms of the secret differ: %v", err)
	}
	for _, v := range file.Vectors {
		checkHOTP(t, otp.HOTP{}, secret, v.Counter, v.HOTP)
	}
}

func TestRFC6238(t *testing.T) {
	file := load[struct {
		Seeds   map[string]struct{ Hex, Base32 string }
		Vectors []struct {
			UnixTime  int64 `json:"unix_time"`
			Algorithm string
			TOTP      string
		}
	}](t, "rfc6238.json")
	atLeast(t, "rfc6238 seeds", len(file.Seeds), 3)
	atLeast(t, "rfc6238", len(file.Vectors), 18)
	for name, s := range file.Seeds {
		parsed, err := otp.ParseSecret(s.Base32)
		if err != nil || !parsed.Equal(seed(t, algorithm(t, name))) || hex.EncodeToString(parsed.Bytes()) != s.Hex {
			t.Errorf("seed %s: base32 and hex forms differ: %v", name, err)
		}
	}
	for _, v := range file.Vectors {
		a := algorithm(t, v.Algorithm)
		checkTOTP(t, otp.TOTP{Digits: 8, Algorithm: a}, seed(t, a), time.Unix(v.UnixTime, 0), v.TOTP)
	}
}

type derived struct {
	HOTP []struct {
		Counter            uint64
		D4, D5, D6, D7, D8 string
	} `json:"hotp_digits"`
	TOTP []struct {
		UnixTime                   int64 `json:"unix_time"`
		Algorithm                  string
		TOTP4, TOTP6, TOTP7, TOTP8 string
	} `json:"totp_6_digits"`
	Wide []struct {
		Counter              string
		SHA1, SHA256, SHA512 string
	} `json:"wide_counter"`
	LeadingZero []struct {
		Counter uint64
		HOTP6   string
	} `json:"leading_zero"`
	Window map[string]string `json:"window_at_unix_1111111109_sha1_6"`
}

func TestDerivedHOTP(t *testing.T) {
	file := load[derived](t, "derived_otp.json")
	atLeast(t, "hotp_digits", len(file.HOTP), 10)
	atLeast(t, "wide_counter", len(file.Wide), 7)
	atLeast(t, "leading_zero", len(file.LeadingZero), 6)
	secret := seed(t, otp.SHA1)
	for _, v := range file.HOTP {
		checkHOTP(t, otp.HOTP{Digits: 6}, secret, v.Counter, v.D6)
		checkHOTP(t, otp.HOTP{Digits: 7}, secret, v.Counter, v.D7)
		checkHOTP(t, otp.HOTP{Digits: 8}, secret, v.Counter, v.D8)
		// RFC 4226 s4 R4: an authenticator shows six digits at least.
		for digits, short := range map[int]string{4: v.D4, 5: v.D5} {
			_, err := otp.HOTP{Digits: digits}.Verify(secret, short, v.Counter)
			if !errors.Is(err, otp.ErrDigits) {
				t.Errorf("%d digits: %v, want ErrDigits", digits, err)
			}
		}
	}
	for _, v := range file.Wide {
		counter, err := strconv.ParseUint(v.Counter, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"SHA1": v.SHA1, "SHA256": v.SHA256, "SHA512": v.SHA512} {
			a := algorithm(t, name)
			checkHOTP(t, otp.HOTP{Digits: 8, Algorithm: a}, seed(t, a), counter, want)
		}
	}
	for _, v := range file.LeadingZero {
		checkHOTP(t, otp.HOTP{}, secret, v.Counter, v.HOTP6)
	}
}

func TestDerivedTOTP(t *testing.T) {
	file := load[derived](t, "derived_otp.json")
	atLeast(t, "totp_6_digits", len(file.TOTP), 18)
	for _, v := range file.TOTP {
		a := algorithm(t, v.Algorithm)
		secret, at := seed(t, a), time.Unix(v.UnixTime, 0)
		checkTOTP(t, otp.TOTP{Algorithm: a}, secret, at, v.TOTP6)
		checkTOTP(t, otp.TOTP{Algorithm: a, Digits: 7}, secret, at, v.TOTP7)
		checkTOTP(t, otp.TOTP{Algorithm: a, Digits: 8}, secret, at, v.TOTP8)
		_, err := otp.TOTP{Algorithm: a, Digits: 4}.Verify(secret, v.TOTP4, at, 0)
		if !errors.Is(err, otp.ErrDigits) {
			t.Errorf("4 digits: %v, want ErrDigits", err)
		}
	}
}

// TestDerivedWindow drives every code from three steps back to three ahead
// through every window and drift.
func TestDerivedWindow(t *testing.T) {
	file := load[derived](t, "derived_otp.json")
	atLeast(t, "window", len(file.Window), 7)
	secret, at := seed(t, otp.SHA1), time.Unix(1111111109, 0)
	accepts := map[otp.Window][2]int{
		otp.WindowBack:   {-1, 0},
		otp.WindowStrict: {0, 0},
		otp.WindowAround: {-1, 1},
	}
	for window, bounds := range accepts {
		for drift := -1; drift <= 1; drift++ {
			o := otp.TOTP{Window: window, Drift: drift}
			accepted := 0
			for key, code := range file.Window {
				offset, err := strconv.Atoi(key)
				if err != nil {
					t.Fatal(err)
				}
				inside := offset >= bounds[0]+drift && offset <= bounds[1]+drift
				step, err := o.Verify(secret, code, at, 0)
				name := fmt.Sprintf("%+v at offset %d", o, offset)
				if inside && (err != nil || step != at.Unix()/30+int64(offset)) {
					t.Errorf("%s: %d, %v; want a match", name, step, err)
				}
				if !inside && !errors.Is(err, otp.ErrMismatch) {
					t.Errorf("%s: %v, want ErrMismatch", name, err)
				}
				if err == nil {
					accepted++
				}
			}
			if accepted != o.Guesses() {
				t.Errorf("%+v accepts %d steps, Guesses says %d", o, accepted, o.Guesses())
			}
		}
	}
}
