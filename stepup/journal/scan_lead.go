// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// lead is how this package writes what stands before the value of a member: a
// comma, unless it is the first of its object, the name and a colon. Whoever
// guesses which member comes next reads all of it by one comparison, of three
// words rather than of bytes: those that belong to it. What others wrote, or is
// in another order, is read the longer way.
type lead struct {
	first       bool // it has no comma
	size        int
	words, mask [mostLead / 8]uint64
	text        string
}

// mostLead bounds a lead.
const mostLead = 24

// leadOf returns the lead of the member at a place. Names have nothing to
// escape.
func leadOf(place int, name string) lead {
	l := lead{first: place == 0, text: `,"` + name + `":`}
	if l.first {
		l.text = l.text[1:]
	}
	l.size = len(l.text)
	if l.size > mostLead { // it is always read the longer way: no text has a zero
		l.mask[0] = ^uint64(0)
		return l
	}
	var text, mask [mostLead]byte
	for i := range copy(text[:], l.text) {
		mask[i] = 0xff
	}
	for i := range l.words {
		l.words[i], l.mask[i] = binary.LittleEndian.Uint64(text[8*i:]), binary.LittleEndian.Uint64(mask[8*i:])
	}
	return l
}

// key returns the lead without the comma.
func (l *lead) key() string { return strings.TrimPrefix(l.text, ",") }

// is reports whether it is the lead of a name.
func (l *lead) is(name []byte) bool {
	key := l.key()
	return len(name) == len(key)-len(`"":`) && string(name) == key[1:1+len(name)]
}

// leads consumes the lead, if it stands here, after so many members.
func (s *scanner) leads(l *lead, after int) bool {
	if (after == 0) != l.first || s.err != nil {
		return false
	}
	rest := s.line[s.at:]
	if len(rest) < mostLead { // where there are no three words
		if !bytes.HasPrefix(rest, []byte(l.text)) {
			return false
		}
		s.at += l.size
		return true
	}
	if (binary.LittleEndian.Uint64(rest)^l.words[0])&l.mask[0]|
		(binary.LittleEndian.Uint64(rest[8:])^l.words[1])&l.mask[1]|
		(binary.LittleEndian.Uint64(rest[16:])^l.words[2])&l.mask[2] != 0 {
		return false
	}
	s.at += l.size
	return true
}
