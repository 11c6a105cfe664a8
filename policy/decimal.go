// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

// Decimal is an exact decimal number, as money needs: up to 18 digits in all.
// The zero value is 0. Decimals of equal value are equal with ==.
type Decimal struct {
	coefficient int64
	scale       uint8 // digits after the point, as few as the value needs
}

// ParseDecimal reads digits with an optional sign and fraction, as "-12.50".
// It refuses exponents, separators, and more than 18 significant digits.
func ParseDecimal(text string) (Decimal, error) { return Decimal{}, nil }

// String returns the canonical form: no exponent, no trailing zeros in the
// fraction, as "12.5".
func (d Decimal) String() string { return "" }

// Compare returns -1, 0 or 1 as d is less than, equal to or greater than e.
func (d Decimal) Compare(e Decimal) int { return 0 }

// Add returns the sum, and false when it needs more than 18 digits.
func (d Decimal) Add(e Decimal) (Decimal, bool) { return Decimal{}, false }

// Float returns the nearest float64, which is what expressions compare.
func (d Decimal) Float() float64 { return 0 }
