// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
	"strconv"
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
	words   map[string]string // strings seen before
}

// The bounds of what one line can make a reader do.
const (
	maxDepth = 64   // of values that are skipped
	maxWords = 4096 // remembered strings
	maxWord  = 64   // bytes of one
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

// isKey consumes the name and colon of a member, as `"name":`, if just these
// bytes stand here: so they do in lines that this package wrote.
func (s *scanner) isKey(quoted string) bool {
	end := s.at + len(quoted)
	if s.err != nil || end > len(s.line) || string(s.line[s.at:end]) != quoted {
		return false
	}
	s.at = end
	return true
}

// null consumes null, if it stands here.
func (s *scanner) null() bool {
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
	if word, ok := s.words[string(b)]; ok {
		return word
	}
	t := string(b)
	if len(s.words) < maxWords && len(t) <= maxWord {
		if s.words == nil {
			s.words = make(map[string]string)
		}
		s.words[t] = t
	}
	return t
}

// own reads a string that is not likely to come again.
func (s *scanner) own() string { return string(s.bytes()) }

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
	text, whole := s.number()
	if whole && len(text) <= 15 && text[0] != '-' { // exact, and most numbers are
		var n int64
		for _, c := range text {
			n = n*10 + int64(c-'0')
		}
		return float64(n)
	}
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
