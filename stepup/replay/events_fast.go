// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import "bytes"

// flat reads the members of a line of JSON whose values are texts without
// escapes, numbers, true, false or null, as nearly every raw event is. It
// reports false for any other line, which encoding/json then reads: that
// agrees with it on all lines that it reads, as a test sees to.
func (j *jsonRow) flat(line []byte) bool {
	f := flatScanner{line: line}
	if !f.next('{') {
		return false
	}
	var seen [len(flatNames)]bool
	for {
		name, ok := f.text()
		if !ok || !f.next(':') {
			return false
		}
		i := place(name)
		value, quoted, ok := f.value()
		if !ok || i >= 0 && seen[i] {
			return false
		}
		if i >= 0 {
			seen[i] = true
			if !j.set(i, value, quoted) {
				return false
			}
		} else if !ascii(name) {
			return false // encoding/json folds the case of names
		}
		if f.next(',') {
			continue
		}
		return f.next('}') && len(bytes.TrimSpace(f.line[f.at:])) == 0
	}
}

var flatNames = [...]string{
	"id", "time", "subject", "action", "ip", "user_agent", "device", "success", "label", "channel", "language",
}

// place returns the number of a name, -1 for an unknown one.
func place(name []byte) int {
	for i := range flatNames {
		if string(name) == flatNames[i] {
			return i
		}
	}
	return -1
}

// ascii reports whether a name is of other letters than those that a known
// name could be folded to: one of the wrong case is left to encoding/json.
func ascii(name []byte) bool {
	for _, c := range name {
		if c >= 0x80 || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return string(name) != "facts"
}

// set sets a member; it reports false for a value of another type.
func (j *jsonRow) set(i int, value []byte, quoted bool) bool {
	null := !quoted && string(value) == "null"
	if null {
		value = nil
	}
	switch i {
	case 0:
		j.ID = value
	case 1:
		j.Time = value
	case 2:
		j.Subject = value
	case 7:
		is := string(value) == "true"
		if !null {
			j.Success = &is
		}
		return null || !quoted && (is || string(value) == "false")
	default:
		*j.field(i) = string(value)
		return null || quoted
	}
	return true
}

func (j *jsonRow) field(i int) *string {
	switch i {
	case 3:
		return &j.Action
	case 4:
		return &j.IP
	case 5:
		return &j.UserAgent
	case 6:
		return &j.Device
	case 8:
		return &j.Label
	case 9:
		return &j.Channel
	}
	return &j.Language
}

// flatScanner reads a line in one direction.
type flatScanner struct {
	line []byte
	at   int
}

// next consumes a byte and the space before it, if it stands here.
func (f *flatScanner) next(c byte) bool {
	f.space()
	if f.at < len(f.line) && f.line[f.at] == c {
		f.at++
		return true
	}
	return false
}

func (f *flatScanner) space() {
	for f.at < len(f.line) && (f.line[f.at] == ' ' || f.line[f.at] == '\t' || f.line[f.at] == '\r') {
		f.at++
	}
}

// text reads a string without escapes, in ASCII.
func (f *flatScanner) text() ([]byte, bool) {
	if !f.next('"') {
		return nil, false
	}
	from := f.at
	for ; f.at < len(f.line); f.at++ {
		switch c := f.line[f.at]; {
		case c == '"':
			f.at++
			return f.line[from : f.at-1], true
		case c == '\\' || c < 0x20 || c >= 0x80:
			return nil, false
		}
	}
	return nil, false
}

// value reads a text, a literal or a plain number.
func (f *flatScanner) value() (value []byte, quoted, ok bool) {
	f.space()
	if f.at < len(f.line) && f.line[f.at] == '"' {
		value, ok = f.text()
		return value, true, ok
	}
	from := f.at
	for f.at < len(f.line) && f.line[f.at] != ',' && f.line[f.at] != '}' && f.line[f.at] > ' ' {
		f.at++
	}
	value = f.line[from:f.at]
	switch string(value) {
	case "null", "true", "false":
		return value, false, true
	}
	return value, false, isPlainNumber(value)
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
