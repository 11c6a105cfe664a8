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
	day     day               // of the last time
}

// The bounds of what one line can make a reader do.
const (
	maxDepth = 64 // of values that are skipped
	wordBits = 12 // of a hash
	maxWords = 1 << wordBits
	maxWord  = 72 // bytes of a string that is remembered, and its quote
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

// null consumes null, if it stands here.
func (s *scanner) null() bool {
	if rest := s.line[s.at:]; len(rest) >= 4 && string(rest[:4]) == "null" && s.err == nil {
		s.at += 4
		return true
	}
	return s.peek() == 'n' && s.literal("null")
}

func (s *scanner) literal(word string) bool {
	if s.err != nil {
		return false
	}
	if rest := s.line[s.at:]; len(rest) < len(word) || string(rest[:len(word)]) != word {
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
	switch rest := s.line[s.at:]; {
	case len(rest) < 5 || s.err != nil:
	case string(rest[:4]) == "true":
		s.at += 4
		return true
	case string(rest[:5]) == "false":
		s.at += 5
		return false
	}
	switch s.peek() {
	case 't':
		return s.literal("true")
	case 'f':
		s.literal("false")
	default:
		s.fail("want true or false")
	}
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
	n := 0
	for ; len(b)-n >= 8; n += 8 {
		if plain := plainOf(binary.LittleEndian.Uint64(b[n:])); plain < 8 {
			return n + plain
		}
	}
	for ; n < len(b); n++ {
		if c := b[n]; c == '"' || c == '\\' || c < 0x20 {
			break
		}
	}
	return n
}

// plainOf counts those of eight.
func plainOf(x uint64) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	quote, slash := x^ones*'"', x^ones*'\\'
	// A byte below 0x20, or equal to one of the two: the borrow of a
	// subtraction shows it. False alarms come only after a true one.
	hit := ((x-ones*0x20)&^x | (quote-ones)&^quote | (slash-ones)&^slash) & highs
	return bits.TrailingZeros64(hit) / 8
}

// text reads a string and keeps it. Words that come again and again, as names
// of rules and countries do, share one copy: one pass finds the end of a word
// and makes its hash. Escapes, and what is long, are no words.
func (s *scanner) text() string {
	if s.peek() != '"' {
		return s.own() // which fails
	}
	rest, h := s.line[s.at+1:], uint64(0)
	for n := 0; n < maxWord && len(rest)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(rest[n:])
		plain := plainOf(x)
		if plain == 8 {
			h = mix(h, x)
			continue
		}
		if n += plain; rest[n] != '"' {
			break
		}
		s.at += n + len(`""`)
		return s.word(rest[:n], mix(h, x&(1<<(8*plain)-1)))
	}
	return s.own()
}

// word returns the copy of a word. Each has two places: where more fall
// together, they are copied anew.
func (s *scanner) word(b []byte, h uint64) string {
	if s.words == nil {
		s.words = new([maxWords]string)
	}
	first := h >> (64 - wordBits)
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

// mix adds eight bytes to a hash. It needs only to be fast.
func mix(h, x uint64) uint64 { return (h>>32 ^ h ^ x) * 0x9e3779b97f4a7c15 }

// own reads a string that is not likely to come again.
func (s *scanner) own() string { return string(s.bytes()) }

func (s *scanner) pseudonym() Pseudonym {
	if rest := s.line[s.at:]; len(rest) > pseudonymSize+1 && rest[0] == '"' && rest[pseudonymSize+1] == '"' && s.err == nil {
		if p, ok := pseudonymOf(rest[1 : pseudonymSize+1]); ok {
			s.at += pseudonymSize + len(`""`)
			return p
		}
	}
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
