// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
)

// number consumes the text of a number; whole reports that it has neither a
// fraction nor an exponent.
func (s *scanner) number() (text []byte, whole bool) {
	s.peek()
	from := s.at
	s.accept('-')
	if !s.accept('0') && !s.digits() {
		s.fail("want a number")
		return nil, false
	}
	whole = true
	if s.accept('.') {
		whole = false
		if !s.digits() {
			s.fail("want a digit")
		}
	}
	if s.accept('e') || s.accept('E') {
		whole = false
		if !s.accept('+') {
			s.accept('-')
		}
		if !s.digits() {
			s.fail("want a digit")
		}
	}
	if s.err != nil {
		return nil, false
	}
	return s.line[from:s.at], whole
}

func (s *scanner) accept(c byte) bool {
	if s.err != nil || s.at >= len(s.line) || s.line[s.at] != c {
		return false
	}
	s.at++
	return true
}

func (s *scanner) digits() bool {
	from := s.at
	for s.err == nil && s.at < len(s.line) && '0' <= s.line[s.at] && s.line[s.at] <= '9' {
		s.at++
	}
	return s.at > from
}

// real reads a number that a float64 can hold.
func (s *scanner) real() float64 {
	// A counter mostly has one digit.
	if rest := s.line[s.at:]; len(rest) > 1 && rest[0]-'0' <= 9 && (rest[1] == ',' || rest[1] == '}') && s.err == nil {
		s.at++
		return float64(rest[0] - '0')
	}
	if d, ok := s.decimal(); ok {
		return d.real()
	}
	text, _ := s.number()
	return s.parseReal(text)
}

func (s *scanner) parseReal(text []byte) float64 {
	if s.err != nil {
		return 0
	}
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(x, 0) {
		s.fail("want a number that 64 bits can hold")
		return 0
	}
	return x
}

// int reads a whole number that an int64 can hold.
func (s *scanner) int() int64 {
	from := s.at
	if d, ok := s.decimal(); ok && d.behind == 0 && d.digits <= math.MaxInt64 {
		return d.whole()
	}
	s.at = from
	text, whole := s.number()
	if s.err != nil {
		return 0
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if !whole || err != nil {
		s.fail("want a whole number of 64 bits")
		return 0
	}
	return n
}

// decimal is a number as it is written: its digits, so many of them behind the
// point.
type decimal struct {
	digits   uint64
	behind   int
	negative bool
}

// mostDigits are those that a uint64 always holds.
const mostDigits = 19

// decimal reads, in one pass, what nearly all numbers are: no more digits than
// that, and no exponent. Of any other it consumes nothing.
func (s *scanner) decimal() (d decimal, ok bool) {
	line, at := s.line, s.at
	if d.negative = at < len(line) && line[at] == '-'; d.negative {
		at++
	}
	from := at
	for ; at < len(line); at++ {
		c := line[at] - '0'
		if c > 9 {
			break
		}
		d.digits = d.digits*10 + uint64(c)
	}
	count := at - from
	if count == 0 || count > 1 && line[from] == '0' || at == len(line) {
		return d, false // no number of JSON, or more of it may follow
	}
	if line[at] == '.' {
		d.digits, d.behind = digits(line[at+1:], d.digits)
		if at += 1 + d.behind; d.behind == 0 || at == len(line) {
			return d, false
		}
	}
	if count+d.behind > mostDigits || line[at]|0x20 == 'e' || s.err != nil {
		return d, false
	}
	s.at = at
	return d, true
}

// digits appends the digits that b begins with to n, and counts them. More than
// a uint64 holds overflow.
func digits(b []byte, n uint64) (with uint64, count int) {
	for len(b)-count >= 8 {
		eight, k := digitsOf(binary.LittleEndian.Uint64(b[count:]))
		n, count = n*powersOfTen[k]+eight, count+k
		if k < 8 {
			return n, count
		}
	}
	for ; count < len(b) && b[count]-'0' <= 9; count++ {
		n = n*10 + uint64(b[count]-'0')
	}
	return n, count
}

// digitsOf returns the number that eight characters begin with, and how many of
// them it has. What follows is pushed out, so that zeros stand before the
// number; then neighbours are added up, pairs of them, and the two of four.
func digitsOf(x uint64) (n uint64, count int) {
	const zeros, toHigh, highs = 0x3030303030303030, 0x7676767676767676, 0x8080808080808080
	x -= zeros
	// The first that is no digit is now below 0 or above 9. It may disturb
	// those that follow, and none before.
	count = bits.TrailingZeros64((x|(x+toHigh))&highs) / 8
	x <<= 8 * uint(8-count) // all of it, if there is none
	x = x*10 + x>>8
	x = x&0x00ff00ff00ff00ff*100 + x>>16&0x00ff00ff00ff00ff
	return x&0xffff*10_000 + x>>32&0xffff, count
}

// whole returns a number without a point, which an int64 holds.
func (d decimal) whole() int64 {
	if d.negative {
		return -int64(d.digits)
	}
	return int64(d.digits)
}

// real returns the nearest float64, and of two the even one.
func (d decimal) real() float64 {
	x := float64(d.digits)
	switch {
	case d.digits >= 1<<53: // the digits alone would be rounded
		x = quotient(d.digits, powersOfTen[d.behind])
	case d.behind > 0:
		x /= float64(powersOfTen[d.behind])
	}
	if d.negative {
		return -x
	}
	return x
}

// quotient returns n/by, rounded once; n is not 0. The division, of n shifted as
// far as it goes, leaves at least 63 bits, ten more than a float64 has: that
// something remains matters only where they end in just one half, and is told
// by the last bit.
func quotient(n, by uint64) float64 {
	up, byUp := bits.LeadingZeros64(n), bits.LeadingZeros64(by)
	n, by = n<<up, by<<byUp
	bits64, rest := bits.Div64(n>>1, n<<63, by)
	if rest != 0 {
		bits64 |= 1
	}
	const bias = 1023 // of the exponent: no result comes near its bounds
	return float64(bits64) * math.Float64frombits(uint64(bias+byUp-up-63)<<52)
}

// powersOfTen are exact as a uint64 and as a float64.
var powersOfTen = [mostDigits + 1]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}
