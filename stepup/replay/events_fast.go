// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"

	"github.com/proportion-go/proportion/stepup/journal"
)

// flat is a line of JSON whose values are texts without escapes, numbers, true,
// false or null, in its facts too, as nearly every raw event is. encoding/json
// reads any other line. The two agree on all lines that flat reads, as a test
// sees to.
type flat struct {
	texts
	facts []journal.Fact // in the order of their names
}

// read reads a line, and reports false for one that is not flat.
func (f *flat) read(line []byte, words interned) bool {
	f.texts, f.facts = texts{}, f.facts[:0]
	s := flatScanner{line: line}
	var seen [len(textNames)]bool
	more := s.next('{')
	for more {
		name, ok := s.text()
		if !ok || !s.next(':') {
			return false
		}
		i := slices.Index(textNames[:], string(name))
		switch {
		case i < 0 && !lower(name) || i >= 0 && seen[i]:
			return false // encoding/json folds the case of names
		case i == factsText && s.next('{'):
			ok = f.readFacts(&s, words)
		default:
			ok = f.set(i, &s)
		}
		if !ok {
			return false
		}
		if i >= 0 {
			seen[i] = true
		}
		if more = s.next(','); !more {
			return s.next('}') && s.ends()
		}
	}
	return false
}

// lower reports whether a name is of other letters than those that a known
// name could be folded to: one of the wrong case is left to encoding/json.
func lower(name []byte) bool {
	for _, c := range name {
		if c >= 0x80 || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// set reads the value of a member, of an unknown one for -1. It reports false
// for a value of another type.
func (f *flat) set(i int, s *flatScanner) bool {
	value, kind := s.value()
	switch {
	case kind == noValue:
		return false
	case i < 0 || kind == nullValue:
		return true
	case i == successText:
		f.texts[i] = value
		return kind == boolValue
	case i == factsText || kind == boolValue && (i > subjectText):
		return false
	case i > subjectText && kind != textValue:
		return false
	}
	f.texts[i] = value
	return true
}

// readFacts reads the facts after their brace.
func (f *flat) readFacts(s *flatScanner, words interned) bool {
	if s.next('}') {
		return true
	}
	for {
		name, ok := s.text()
		if !ok || !s.next(':') {
			return false
		}
		value, ok := s.fact()
		if !ok || !f.addFact(words.of(name), value) {
			return false
		}
		if !s.next(',') {
			return s.next('}')
		}
	}
}

// addFact reports false for a name that is there already.
func (f *flat) addFact(name string, value journal.Value) bool {
	at, there := slices.BinarySearchFunc(f.facts, name, func(f journal.Fact, name string) int {
		return cmp.Compare(f.Name, name)
	})
	if there {
		return false
	}
	f.facts = slices.Insert(f.facts, at, journal.Fact{Name: name, Mode: journal.Keep, Value: value})
	return true
}

// flatScanner reads a line in one direction.
type flatScanner struct {
	line []byte
	at   int
}

// kind is the type of a value.
type kind uint8

const (
	noValue kind = iota // or one that is left to encoding/json
	nullValue
	boolValue
	numberValue
	textValue
)

// next consumes a byte and the space before it, if it stands here.
func (s *flatScanner) next(c byte) bool {
	s.space()
	if s.at < len(s.line) && s.line[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *flatScanner) space() {
	for s.at < len(s.line) && (s.line[s.at] == ' ' || s.line[s.at] == '\t' || s.line[s.at] == '\r') {
		s.at++
	}
}

// ends reports whether nothing follows.
func (s *flatScanner) ends() bool { return len(bytes.TrimSpace(s.line[s.at:])) == 0 }

// text reads a string without escapes, in ASCII.
func (s *flatScanner) text() ([]byte, bool) {
	if !s.next('"') {
		return nil, false
	}
	line := s.line[s.at:]
	for i, c := range line {
		if plain[c] {
			continue
		}
		s.at += i + 1
		return line[:i], c == '"'
	}
	return nil, false
}

// plain are the bytes that stand for themselves in a string of ASCII.
var plain = func() (is [256]bool) {
	for c := ' '; c < 0x80; c++ {
		is[c] = c != '"' && c != '\\'
	}
	return is
}()

// value reads a text, a literal or a plain number.
func (s *flatScanner) value() ([]byte, kind) {
	s.space()
	if s.at < len(s.line) && s.line[s.at] == '"' {
		if text, ok := s.text(); ok {
			return text, textValue
		}
		return nil, noValue
	}
	from := s.at
	for s.at < len(s.line) && s.line[s.at] != ',' && s.line[s.at] != '}' && s.line[s.at] > ' ' {
		s.at++
	}
	value := s.line[from:s.at]
	switch string(value) {
	case "null":
		return nil, nullValue
	case "true", "false":
		return value, boolValue
	}
	if isPlainNumber(value) {
		return value, numberValue
	}
	return nil, noValue
}

// fact reads the value of a fact. One that is null is left to encoding/json.
func (s *flatScanner) fact() (journal.Value, bool) {
	value, kind := s.value()
	switch kind {
	case textValue:
		return journal.ValueOf(string(value))
	case boolValue:
		return journal.ValueOf(string(value) == "true")
	case numberValue:
		if x, err := strconv.ParseFloat(string(value), 64); err == nil {
			return journal.ValueOf(x)
		}
	}
	return journal.Value{}, false
}

// isPlainNumber reports whether a text is a number of JSON without an
// exponent.
func isPlainNumber(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("-"))
	whole, fraction, point := bytes.Cut(text, []byte("."))
	return isDigits(whole) && (len(whole) == 1 || whole[0] != '0') && (!point || isDigits(fraction))
}

func isDigits(text []byte) bool {
	for _, c := range text {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(text) > 0
}
