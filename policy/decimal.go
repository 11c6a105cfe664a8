// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Decimal is an exact decimal number, as money needs: up to 18 digits in all.
// The zero value is 0. Decimals of equal value are equal with ==.
type Decimal struct {
	coefficient int64
	scale       uint8 // digits after the point, as few as the value needs
}

// ErrDecimal is the error of a text that is not a [Decimal].
var ErrDecimal = errors.New("policy: not a decimal of at most 18 digits")

const (
	maxDigits = 18
	unit      = 1_000_000_000_000_000_000 // 10^18, just above the greatest coefficient
)

var powersOfTen = [...]int64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
	1e14, 1e15, 1e16, 1e17, 1e18,
}

// ParseDecimal reads digits with an optional sign and fraction, as "-12.50".
// It refuses exponents, separators, and more than 18 significant digits or
// 18 digits after the point; the error is [ErrDecimal].
func ParseDecimal(text string) (Decimal, error) {
	digits, negative := strings.CutPrefix(text, "-")
	if !negative {
		digits = strings.TrimPrefix(digits, "+")
	}
	whole, fraction, point := strings.Cut(digits, ".")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" || point && strings.HasSuffix(text, ".") || len(fraction) > maxDigits {
		return Decimal{}, fmt.Errorf("%w", ErrDecimal)
	}
	var coefficient int64
	for _, r := range whole + fraction {
		if r < '0' || r > '9' || coefficient >= unit/10 {
			return Decimal{}, fmt.Errorf("%w", ErrDecimal)
		}
		coefficient = coefficient*10 + int64(r-'0')
	}
	if negative {
		coefficient = -coefficient
	}
	return Decimal{coefficient, uint8(len(fraction))}, nil
}

// String returns the canonical form: no exponent, no trailing zeros in the
// fraction, as "12.5".
func (d Decimal) String() string {
	if d.scale == 0 {
		return strconv.FormatInt(d.coefficient, 10)
	}
	sign, digits := "", strconv.FormatInt(d.coefficient, 10)
	if d.coefficient < 0 {
		sign, digits = "-", digits[1:]
	}
	if missing := int(d.scale) + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - int(d.scale)
	return sign + digits[:point] + "." + digits[point:]
}

// split returns the whole part and the fraction in units of 10^-18. Both have
// the sign of d.
func (d Decimal) split() (whole, fraction int64) {
	p := powersOfTen[d.scale]
	return d.coefficient / p, d.coefficient % p * powersOfTen[maxDigits-d.scale]
}

// Compare returns -1, 0 or 1 as d is less than, equal to or greater than e.
func (d Decimal) Compare(e Decimal) int {
	if d.scale == e.scale {
		return cmp.Compare(d.coefficient, e.coefficient)
	}
	dWhole, dFraction := d.split()
	eWhole, eFraction := e.split()
	return cmp.Or(cmp.Compare(dWhole, eWhole), cmp.Compare(dFraction, eFraction))
}

// Add returns the sum, and false when it needs more than 18 digits.
func (d Decimal) Add(e Decimal) (Decimal, bool) {
	dWhole, dFraction := d.split()
	eWhole, eFraction := e.split()
	whole, fraction := dWhole+eWhole, dFraction+eFraction
	whole, fraction = whole+fraction/unit, fraction%unit
	// Both parts must have one sign before they can be put together.
	switch {
	case whole > 0 && fraction < 0:
		whole, fraction = whole-1, fraction+unit
	case whole < 0 && fraction > 0:
		whole, fraction = whole+1, fraction-unit
	}
	return compose(whole, fraction)
}

func compose(whole, fraction int64) (Decimal, bool) {
	scale := 0
	for rest := fraction; rest != 0; scale++ {
		rest %= powersOfTen[maxDigits-scale-1]
	}
	limit := powersOfTen[maxDigits-scale]
	if whole >= limit || whole <= -limit {
		return Decimal{}, false
	}
	c := whole*powersOfTen[scale] + fraction/powersOfTen[maxDigits-scale]
	return Decimal{c, uint8(scale)}, true
}

// Float returns the nearest float64, which is what expressions compare.
func (d Decimal) Float() float64 {
	if d.coefficient > -maxExact && d.coefficient < maxExact && d.scale <= 22 {
		// Both operands are exact, so that the quotient is rounded once.
		return float64(d.coefficient) / float64(powersOfTen[d.scale])
	}
	f, _ := strconv.ParseFloat(d.String(), 64)
	return f
}

// maxExact is the first whole number after which float64 has gaps.
const maxExact = 1 << 53

// Sign returns -1, 0 or 1 as d is negative, zero or positive.
func (d Decimal) Sign() int { return cmp.Compare(d.coefficient, 0) }
