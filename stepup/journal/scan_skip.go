// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"unicode/utf16"
	"unicode/utf8"
)

// unescape reads the rest of a string that has an escape, from its first byte
// on.
func (s *scanner) unescape(from int) []byte {
	s.scratch = append(s.scratch[:0], s.line[from:s.at]...)
	for s.at < len(s.line) {
		switch c := s.line[s.at]; {
		case c == '"':
			s.at++
			return s.scratch
		case c < 0x20:
			s.fail("control character in a string")
			return nil
		case c == '\\':
			s.at++
			if !s.escape() {
				return nil
			}
		default:
			n := plainBytes(s.line[s.at:])
			s.scratch = append(s.scratch, s.line[s.at:s.at+n]...)
			s.at += n
		}
	}
	s.fail("string without an end")
	return nil
}

// escape reads what follows a backslash (RFC 8259 s7).
func (s *scanner) escape() bool {
	if s.at >= len(s.line) {
		s.fail("string without an end")
		return false
	}
	c := s.line[s.at]
	s.at++
	switch c {
	case '"', '\\', '/':
		s.scratch = append(s.scratch, c)
	case 'b':
		s.scratch = append(s.scratch, '\b')
	case 'f':
		s.scratch = append(s.scratch, '\f')
	case 'n':
		s.scratch = append(s.scratch, '\n')
	case 'r':
		s.scratch = append(s.scratch, '\r')
	case 't':
		s.scratch = append(s.scratch, '\t')
	case 'u':
		return s.escapeRune()
	default:
		s.fail("unknown escape")
		return false
	}
	return true
}

// escapeRune reads four hexadecimal digits, and those of the other half of a
// pair. Half a pair alone is U+FFFD, as encoding/json has it.
func (s *scanner) escapeRune() bool {
	r, ok := s.hex(s.at)
	if !ok {
		if len(s.line)-s.at < 4 {
			s.at = len(s.line)
		}
		s.fail("want four hexadecimal digits")
		return false
	}
	s.at += 4
	if utf16.IsSurrogate(r) {
		r = s.pair(r)
	}
	s.scratch = utf8.AppendRune(s.scratch, r)
	return true
}

func (s *scanner) pair(first rune) rune {
	if s.at+1 < len(s.line) && s.line[s.at] == '\\' && s.line[s.at+1] == 'u' {
		if second, ok := s.hex(s.at + 2); ok {
			if r := utf16.DecodeRune(first, second); r != utf8.RuneError {
				s.at += 6
				return r
			}
		}
	}
	return utf8.RuneError
}

func (s *scanner) hex(at int) (r rune, ok bool) {
	if at+4 > len(s.line) {
		return 0, false
	}
	for _, c := range s.line[at : at+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// skip reads one value of any kind and returns its text.
func (s *scanner) skip() []byte {
	s.peek()
	from := s.at
	s.skipValue(maxDepth)
	if s.err != nil {
		return nil
	}
	return s.line[from:s.at]
}

func (s *scanner) skipValue(depth int) {
	if depth == 0 {
		s.fail("nested too deeply")
		return
	}
	switch c := s.peek(); c {
	case '{':
		s.open('{')
		for n := 0; s.more('}', n); n++ {
			s.key()
			s.skipValue(depth - 1)
		}
	case '[':
		s.open('[')
		for n := 0; s.more(']', n); n++ {
			s.skipValue(depth - 1)
		}
	case '"':
		s.bytes()
	case 't', 'f':
		s.bool()
	case 'n':
		s.null()
	default:
		s.number()
	}
}

// end fails unless nothing but space is left.
func (s *scanner) end() {
	s.peek()
	if s.err == nil && s.at < len(s.line) {
		s.fail("want nothing more")
	}
}
