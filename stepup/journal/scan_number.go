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
	if x, ok := s.plain(); ok {
		return x
	}
	text, _ := s.number()
	return s.parseReal(text)
}

// plain reads, in one pass, what most numbers are: digits, perhaps a sign and
// a point, and no more of them than a float64 has. It consumes nothing else.
// Both the digits and the power of ten are then exact, and their quotient is
// rounded once.
func (s *scanner) plain() (float64, bool) {
	if s.err != nil || s.at >= len(s.line) {
		return 0, false
	}
	line, at, sign := s.line, s.at, 1.0
	if line[at] == '-' {
		at, sign = at+1, -1
	}
	from, n, point := at, int64(0), -1
	for ; at < len(line); at++ {
		c := line[at]
		if c == '.' && point < 0 {
			point = at
		} else if '0' <= c && c <= '9' {
			n = n*10 + int64(c-'0')
		} else {
			break
		}
	}
	digits, behind := at-from, 0
	if point >= 0 {
		digits, behind = digits-1, at-point-1
	}
	before := digits - behind // the point
	switch {
	case before == 0, before > 1 && line[from] == '0', point >= 0 && behind == 0:
		return 0, false // no number of JSON
	case digits > 15, at == len(line), line[at]|0x20 == 'e':
		return 0, false // a long one, or more of it may follow
	}
	s.at = at
	return sign * float64(n) / powersOfTen[behind], true
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

// powersOfTen are all that plain can need.
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
