// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
)

func TestParseDecimal(t *testing.T) {
	good := map[string]string{
		"0": "0", "-0": "0", "12.50": "12.5", "+3": "3", "007": "7", "-0.10": "-0.1", "100": "100",
		"999999999999999999": "999999999999999999", "0.000000000000000001": "0.000000000000000001",
		"1.0000000000000000000000": "1", "-999999999.999999999": "-999999999.999999999",
	}
	for text, want := range good {
		if d, err := policy.ParseDecimal(text); err != nil || d.String() != want {
			t.Errorf("ParseDecimal(%q) = %v, %v; want %s", text, d, err, want)
		}
	}
	for _, text := range []string{
		"", "-", ".", "1.", ".5", "1e3", "1,5", "1_000", " 1", "0x1", "1000000000000000000",
		"0.0000000000000000001", "99999999999999999999999", "--1", "+-1", "٣", "NaN", "1.2.3",
	} {
		if d, err := policy.ParseDecimal(text); !errors.Is(err, policy.ErrDecimal) {
			t.Errorf("ParseDecimal(%q) = %v, %v; want ErrDecimal", text, d, err)
		}
	}
}

func drawDecimal(t *rapid.T) (policy.Decimal, *big.Rat) {
	text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?`).Draw(t, "decimal")
	d, err := policy.ParseDecimal(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	r, _ := new(big.Rat).SetString(text)
	return d, r
}

// TestDecimalAgainstRat holds the arithmetic to that of math/big.
func TestDecimalAgainstRat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, r := drawDecimal(t)
		e, s := drawDecimal(t)
		if d.Compare(e) != r.Cmp(s) || d.Sign() != r.Sign() || (d == e) != (r.Cmp(s) == 0) {
			t.Fatalf("%v and %v compare as %d, want %d", d, e, d.Compare(e), r.Cmp(s))
		}
		if f, _ := r.Float64(); d.Float() != f {
			t.Fatalf("%v is %g, want %g", d, d.Float(), f)
		}
		want := new(big.Rat).Add(r, s)
		sum, ok := d.Add(e)
		if got, _ := new(big.Rat).SetString(sum.String()); ok && got.Cmp(want) != 0 {
			t.Fatalf("%v + %v = %v, want %v", d, e, sum, want)
		}
		digits := strings.NewReplacer("-", "", ".",
			"").Replace(strings.TrimRight(want.FloatString(18), "0"))
		if fits := len(strings.TrimLeft(digits, "0")) <= 18; ok != fits {
			t.Fatalf("%v + %v fits is %v, want %v", d, e, ok, fits)
		}
	})
}

func TestDecimalOverflow(t *testing.T) {
	most, _ := policy.ParseDecimal("999999999999999999")
	one, _ := policy.ParseDecimal("1")
	least, _ := policy.ParseDecimal("0.000000000000000001")
	if sum, ok := most.Add(one); ok {
		t.Errorf("the sum is %v, want none", sum)
	}
	if sum, ok := one.Add(least); ok {
		t.Errorf("the sum is %v, want none", sum)
	}
	var zero policy.Decimal
	if sum, ok := zero.Add(least); !ok || sum != least || zero.String() != "0" {
		t.Errorf("0 + %v = %v", least, sum)
	}
}
