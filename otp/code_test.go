// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"errors"
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
	for _, digits := range []int{-1, 0, 3, 9, 1 << 40} {
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
