// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/otp"
)

func TestGenerate(t *testing.T) {
	for digits := 4; digits <= 8; digits++ {
		code, err := otp.Generate(digits)
		if err != nil || len(code) != digits || strings.Trim(code, "0123456789") != "" {
			t.Errorf("Generate(%d) = %q, %v", digits, code, err)
		}
	}
	for _, digits := range []int{-1, 0, 3, 9, math.MaxInt} {
		if code, err := otp.Generate(digits); !errors.Is(err, otp.ErrDigits) || code != "" {
			t.Errorf("Generate(%d) = %q, %v; want ErrDigits", digits, code, err)
		}
	}
}

// TestGenerateUniform bins the codes by first and by last digit: a range that
// is not a power of ten bends the first, a missing pad shortens both. With
// 9 degrees of freedom, chi-square passes 60 once in 10^9 runs.
func TestGenerateUniform(t *testing.T) {
	const draws = 20_000
	var first, last [10]int
	for range draws {
		code, err := otp.Generate(4)
		if err != nil {
			t.Fatal(err)
		}
		first[code[0]-'0']++
		last[code[3]-'0']++
	}
	for name, bins := range map[string][10]int{"first": first, "last": last} {
		chi := 0.0
		for _, n := range bins {
			d := float64(n) - draws/10
			chi += d * d / (draws / 10)
		}
		if chi > 60 {
			t.Errorf("%s digits are not uniform: chi-square %.1f, %v", name, chi, bins)
		}
	}
}

func TestCanonical(t *testing.T) {
	good := map[string]struct {
		input  string
		digits int
		want   string
	}{
		"plain":          {"0042", 4, "0042"},
		"grouped":        {"123 456", 6, "123456"},
		"hyphens":        {"12-34-56-78", 8, "12345678"},
		"around":         {"  4821 ", 4, "4821"},
		"at the maximum": {strings.Repeat(" ", 60) + "4821", 4, "4821"},
	}
	for name, tt := range good {
		t.Run(name, func(t *testing.T) {
			if got, err := otp.Canonical(tt.input, tt.digits); err != nil || got != tt.want {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
	bad := map[string]string{
		"empty":                  "",
		"only separators":        "- - -",
		"short":                  "482",
		"long":                   "48210",
		"letter":                 "48a1",
		"sign":                   "+482",
		"tab":                    "48\t21",
		"newline":                "4821\n",
		"no-break space":         "48\u00a021",
		"en dash":                "48–21",
		"full-width digits":      "４８２１",
		"arabic digits":          "٤٨٢١",
		"mathematical digits":    "𝟒𝟖𝟐𝟏",
		"zero-width space":       "48\u200b21",
		"invalid UTF-8":          "48\xff21",
		"NUL":                    "4821\x00",
		"one byte over the size": strings.Repeat(" ", 61) + "4821",
	}
	for name, input := range bad {
		t.Run(name, func(t *testing.T) {
			if got, err := otp.Canonical(input, 4); !errors.Is(err, otp.ErrMalformed) || got != "" {
				t.Errorf("got %q, %v; want ErrMalformed", got, err)
			}
		})
	}
	for _, digits := range []int{-1, 0, 3, 9} {
		if _, err := otp.Canonical("4821", digits); !errors.Is(err, otp.ErrDigits) {
			t.Errorf("%d digits: %v, want ErrDigits", digits, err)
		}
	}
}

// TestCanonicalOfOptions: the digits that the options verify are those that
// their Canonical reads, defaults included.
func TestCanonicalOfOptions(t *testing.T) {
	for name, tt := range map[string]struct {
		canonical func(string) (string, error)
		input     string
		want      string
		err       error
	}{
		"zero TOTP":     {otp.TOTP{}.Canonical, "081 804", "081804", nil},
		"zero HOTP":     {otp.HOTP{}.Canonical, "081 804", "081804", nil},
		"8 digits":      {otp.TOTP{Digits: 8}.Canonical, "0708-1804", "07081804", nil},
		"7 digits":      {otp.HOTP{Digits: 7}.Canonical, "4755224", "4755224", nil},
		"short":         {otp.TOTP{}.Canonical, "1804", "", otp.ErrMalformed},
		"long":          {otp.HOTP{}.Canonical, "0818044", "", otp.ErrMalformed},
		"out of bounds": {otp.TOTP{Digits: 9}.Canonical, "123456789", "", otp.ErrDigits},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := tt.canonical(tt.input)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}
