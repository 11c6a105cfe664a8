// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"math"
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
	text, _ := s.number()
	return s.parseReal(text)
}

func (s *scanner) parseReal(text []byte) float64 {
	if s.err != nil {
		return 0
	}
	if x, ok := shortReal(text); ok {
		return x
	}
	x, err := strconv.ParseFloat(string(text), 64)
	if err != nil || math.IsInf(x, 0) {
		s.fail("want a number that 64 bits can hold")
		return 0
	}
	return x
}

// shortReal reads most numbers: up to 15 digits and no exponent. Then both the
// digits and the power of ten are exact, and their quotient is rounded once.
func shortReal(text []byte) (float64, bool) {
	const most = 15
	if len(text) > most+1 || text[0] == '-' {
		return 0, false
	}
	n, point := int64(0), len(text)-1
	for i, c := range text {
		switch {
		case c == '.':
			point = i
		case '0' <= c && c <= '9':
			n = n*10 + int64(c-'0')
		default:
			return 0, false
		}
	}
	if n >= maxSafe {
		return 0, false
	}
	return float64(n) / powersOfTen[len(text)-1-point], true
}

// powersOfTen are all that shortReal can need.
var powersOfTen = [...]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
}

// int reads a whole number that an int64 can hold.
func (s *scanner) int() int64 {
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
