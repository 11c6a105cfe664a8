// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/bits"
	"strings"
	"time"
)

// scanner reads the JSON of one line. It accepts exactly what RFC 8259 does,
// which a differential fuzz test holds against encoding/json. After the first
// error it reads nothing more, so that callers check once, at the end.
type scanner struct {
	line    []byte
	at      int
	err     error
	scratch []byte            // of the last string that had an escape
	words   *[maxWords]string // strings seen before, by their hash
}

// The bounds of what one line can make a reader do.
const (
	maxDepth = 64 // of values that are skipped
	wordBits = 12 // of a hash
	maxWords = 1 << wordBits
	maxWord  = 64 // bytes of a string that is remembered
)

func (s *scanner) reset(line []byte) { s.line, s.at, s.err = line, 0, nil }

// fail keeps the first error. What stands at the place is not repeated: it may
// be personal. A line that ends too early was torn.
func (s *scanner) fail(problem string) {
	kind := ErrSyntax
	if s.at >= len(s.line) {
		kind = ErrTorn
	}
	s.failAs(kind, problem)
}

func (s *scanner) failAs(kind error, problem string) {
	if s.err == nil {
		s.err = fmt.Errorf("%w: byte %d: %s", kind, s.at+1, problem)
	}
}

// peek returns the next byte that is no space, without consuming it; 0 at the
// end and after an error.
func (s *scanner) peek() byte {
	if s.err == nil && s.at < len(s.line) && s.line[s.at] > ' ' {
		return s.line[s.at]
	}
	return s.peekSpace()
}

func (s *scanner) peekSpace() byte {
	for ; s.err == nil && s.at < len(s.line); s.at++ {
		switch c := s.line[s.at]; c {
		case ' ', '\t', '\r': // a line has no line feed
		default:
			return c
		}
	}
	return 0
}

// expect consumes one byte.
func (s *scanner) expect(c byte, want string) {
	if s.peek() != c {
		s.fail("want " + want)
		return
	}
	s.at++
}

// open begins an object or a list.
func (s *scanner) open(c byte) {
	if c == '{' {
		s.expect(c, "an object")
		return
	}
	s.expect(c, "a list")
}

// more reports whether another element follows the n that were read; it
// consumes the comma before it, or the bracket that ends.
func (s *scanner) more(end byte, n int) bool {
	c := s.peek()
	switch {
	case c == ',' && n > 0:
		s.at++
		return true
	case s.err != nil:
		return false
	case c == end:
		s.at++
		return false
	case n == 0:
		return true
	}
	s.fail("want a comma or an end")
	return false
}

// key reads a member's name and the colon. It is valid until the next string
// is read.
func (s *scanner) key() []byte {
	k := s.bytes()
	s.expect(':', "a colon")
	return k
}

// isKey consumes a member's name and colon if they stand here just as this
// package writes them. Names have nothing to escape.
func (s *scanner) isKey(name string) bool {
	from, end := s.at+1, s.at+1+len(name)
	if s.err != nil || end+1 >= len(s.line) || s.line[from] != name[0] ||
		string(s.line[from:end]) != name || s.line[from-1] != '"' || s.line[end] != '"' || s.line[end+1] != ':' {
		return false
	}
	s.at = end + 2
	return true
}

// isQuoted is isKey for a name that has its quotes and colon: a single
// comparison.
func (s *scanner) isQuoted(key string) bool {
	end := s.at + len(key)
	if s.err != nil || end > len(s.line) || s.line[s.at+1] != key[1] || string(s.line[s.at:end]) != key {
		return false
	}
	s.at = end
	return true
}

// null consumes null, if it stands here.
func (s *scanner) null() bool {
	if end := s.at + len("null"); s.err == nil && end <= len(s.line) && string(s.line[s.at:end]) == "null" {
		s.at = end
		return true
	}
	if s.peek() != 'n' {
		return false
	}
	return s.literal("null")
}

func (s *scanner) literal(word string) bool {
	if s.err != nil {
		return false
	}
	if rest := s.line[s.at:]; !bytes.HasPrefix(rest, []byte(word)) {
		if strings.HasPrefix(word, string(rest)) {
			s.at = len(s.line) // so far it is the word
		}
		s.fail("want " + word)
		return false
	}
	s.at += len(word)
	return true
}

func (s *scanner) bool() bool {
	if s.peek() == 't' {
		return s.literal("true")
	}
	if s.peek() != 'f' {
		s.fail("want true or false")
		return false
	}
	s.literal("false")
	return false
}

// bytes reads a string. It is valid until the next one is read.
func (s *scanner) bytes() []byte {
	s.expect('"', "a string")
	if s.err != nil {
		return nil
	}
	from := s.at
	s.at += plainBytes(s.line[s.at:])
	if s.at < len(s.line) && s.line[s.at] == '"' {
		s.at++
		return s.line[from : s.at-1]
	}
	return s.unescape(from)
}

// plainBytes counts the bytes before the first quote, backslash or control,
// eight at a time.
func plainBytes(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	n := 0
	for ; len(b)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		quote, slash := x^ones*'"', x^ones*'\\'
		// A byte below 0x20, or equal to one of the two: the borrow of a
		// subtraction shows it. False alarms come only after a true one.
		hit := ((x-ones*0x20)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & highs
		if hit != 0 {
			return n + bits.TrailingZeros64(hit)/8
		}
	}
	for ; n < len(b); n++ {
		if c := b[n]; c == '"' || c == '\\' || c < 0x20 {
			break
		}
	}
	return n
}

// text reads a string and keeps it. Words that come again and again, as names
// of rules and countries do, share one copy.
func (s *scanner) text() string {
	b := s.bytes()
	if len(b) == 0 || len(b) > maxWord {
		return string(b)
	}
	if s.words == nil {
		s.words = new([maxWords]string)
	}
	first := hash(b)
	second := first ^ 1
	switch {
	case s.words[first] == string(b):
		return s.words[first]
	case s.words[second] == string(b):
		return s.words[second]
	}
	s.words[first], s.words[second] = string(b), s.words[first]
	return s.words[first]
}

// hash needs only to be fast: each word has two places, and where more fall
// together, their copies are made anew.
func hash(b []byte) uint64 {
	x := uint64(len(b))
	for ; len(b) >= 8; b = b[8:] {
		x = (x ^ binary.LittleEndian.Uint64(b)) * 0x9e3779b97f4a7c15
		x ^= x >> 32
	}
	for _, c := range b {
		x = x<<8 ^ uint64(c) ^ x>>56
	}
	return x * 0x9e3779b97f4a7c15 >> (64 - wordBits)
}

// own reads a string that is not likely to come again.
func (s *scanner) own() string { return string(s.bytes()) }

// time reads a moment of RFC 3339 in UTC, with at most nine digits after the
// second.
func (s *scanner) time() time.Time {
	t, ok := timeOf(s.bytes())
	if !ok {
		s.fail("want a time as 2006-01-02T15:04:05.999999999Z")
	}
	return t
}

func timeOf(b []byte) (time.Time, bool) {
	if len(b) < len("2006-01-02T15:04:05Z") || len(b) > len(time.RFC3339Nano)-len("07:00") ||
		b[len(b)-1] != 'Z' {
		return time.Time{}, false
	}
	for i, want := range []byte("dddd-dd-ddTdd:dd:dd") {
		if want == 'd' && (b[i] < '0' || b[i] > '9') || want != 'd' && b[i] != want {
			return time.Time{}, false
		}
	}
	nanos, ok := nanosOf(b[len("2006-01-02T15:04:05") : len(b)-1])
	two := func(i int) int { return int(b[i]-'0')*10 + int(b[i+1]-'0') }
	year, month, day := two(0)*100+two(2), two(5), two(8)
	hour, minute, second := two(11), two(14), two(17)
	if !ok || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, nanos, time.UTC)
	return t, day <= 28 || t.Day() == day // there is no 30 February
}

// nanosOf reads the fraction of a second: nothing, or a point and digits.
func nanosOf(b []byte) (int, bool) {
	if len(b) == 0 {
		return 0, true
	}
	if b[0] != '.' || len(b) < 2 {
		return 0, false
	}
	n := 0
	for i := 1; i <= 9; i++ {
		n *= 10
		if i < len(b) {
			if b[i] < '0' || b[i] > '9' {
				return 0, false
			}
			n += int(b[i] - '0')
		}
	}
	return n, true
}

func (s *scanner) pseudonym() Pseudonym {
	p, ok := pseudonymOf(s.bytes())
	if !ok {
		s.fail("want a pseudonym")
	}
	return p
}

// base64 reads bytes in padded standard base64, into the given slice.
func (s *scanner) base64(into []byte) []byte {
	text := s.bytes()
	if s.err != nil {
		return nil
	}
	if bytes.ContainsAny(text, "\r\n") { // which the decoder would skip
		s.fail("want base64")
		return nil
	}
	out, err := base64.StdEncoding.Strict().AppendDecode(into[:0], text)
	if err != nil {
		s.fail("want base64")
		return nil
	}
	return out
}
