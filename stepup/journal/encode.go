// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxLine is the most bytes that a line has, its end included. A decision has
// about a thousand.
const MaxLine = 1 << 20

// maxID is the most bytes of an event's id.
const maxID = 64

// AppendLine appends the event's line, with its line feed, and returns the
// extended slice. It allocates nothing where dst has room. Where there is an
// error, dst is returned as it was. Text that is not UTF-8 is repaired.
//
// The errors are an [*EventError], for what no reader would take, and
// [ErrTooLong].
func AppendLine(dst []byte, e *Event) ([]byte, error) {
	if err := e.writable(); err != nil {
		return dst, err
	}
	from := len(dst)
	line := appendClear(dst, e)
	line = appendMember(line, &lineTable.members[detailAt], e)
	line = appendMember(line, &lineTable.members[sealedAt], e)
	line = append(line, '}', '\n')
	if len(line)-from > MaxLine {
		return dst, ErrTooLong
	}
	return line, nil
}

// The places of the last two members of a line.
const (
	detailAt = 9
	sealedAt = 10
)

// writable returns what would make the line unreadable.
func (e *Event) writable() error {
	switch {
	case e.Time.IsZero() || !e.inRange():
		return &EventError{"time", "want a year from 0 to 9999, and not the zero time"}
	case e.Kind == "":
		return &EventError{"kind", "is empty"}
	case e.ID == "" || len(e.ID) > maxID:
		return &EventError{"id", "want 1 to 64 bytes"}
	case !extraIsFit(e.Extra, lineTable) || !extraIsFit(e.Detail.Extra, detailTable):
		return &EventError{"extra", "is not a list of unknown members"}
	case e.Decision != nil && !areUnique(e.Decision.Facts):
		return &EventError{"facts", "have a name twice"}
	}
	return nil
}

// inRange reports whether every moment of the event has a year of four digits.
func (e *Event) inRange() bool {
	for _, t := range []time.Time{e.Time, e.Detail.Expires, e.Detail.Since, e.Detail.Until} {
		if year := t.UTC().Year(); year < 0 || year > 9999 {
			return false
		}
	}
	return e.Decision == nil || !slices.ContainsFunc(e.Decision.Proofs, func(p Proof) bool {
		year := p.Time.UTC().Year()
		return year < 0 || year > 9999
	})
}

// areUnique takes one comparison each for facts in ascending order.
func areUnique(facts []Fact) bool {
	greatest := ""
	for i := range facts {
		name := facts[i].Name
		if i > 0 && name <= greatest && slices.ContainsFunc(facts[:i],
			func(f Fact) bool { return f.Name == name }) {
			return false
		}
		greatest = max(greatest, name)
	}
	return true
}

// appendClear appends the beginning of a line, up to the detail.
func appendClear(dst []byte, e *Event) []byte {
	dst = append(dst, '{')
	return appendMembers(dst, lineTable.members[:detailAt], e, e.Extra)
}

func writeDetail(dst []byte, e *Event) []byte {
	if len(e.Sealed) > 0 {
		return dst
	}
	from := len(dst)
	dst = appendDetail(dst, e)
	if len(dst) == from+len("{}") {
		return dst[:from]
	}
	return dst
}

// appendDetail appends the object of the detail, empty or not.
func appendDetail(dst []byte, e *Event) []byte {
	dst = append(dst, '{')
	return append(appendMembers(dst, detailTable.members, e, e.Detail.Extra), '}')
}

func writeSealed(dst []byte, e *Event) []byte {
	if len(e.Sealed) == 0 {
		return dst
	}
	dst = base64.StdEncoding.AppendEncode(append(dst, '"'), e.Sealed)
	return append(dst, '"')
}

// appendMembers appends the members that have a value.
func appendMembers(dst []byte, members []member, e *Event, extra string) []byte {
	for i := range members {
		dst = appendMember(dst, &members[i], e)
	}
	if extra != "" {
		dst = append(comma(dst), extra...)
	}
	return dst
}

func appendMember(dst []byte, m *member, e *Event) []byte {
	from := len(dst)
	dst = appendKey(dst, m.name)
	value := len(dst)
	if dst = m.write(dst, e); len(dst) == value {
		return dst[:from]
	}
	return dst
}

// comma appends a comma, unless nothing stands before it.
func comma(dst []byte) []byte {
	if c := dst[len(dst)-1]; c == '{' || c == '[' {
		return dst
	}
	return append(dst, ',')
}

// appendKey appends the name of a member. Names have nothing to escape.
func appendKey(dst []byte, name string) []byte {
	dst = append(append(comma(dst), '"'), name...)
	return append(dst, '"', ':')
}

func appendText(dst []byte, text string) []byte {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	dst = append(dst, '"')
	from := 0
	for i := range len(text) {
		if c := text[i]; c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = appendEscape(append(dst, text[from:i]...), text[i])
		from = i + 1
	}
	return append(append(dst, text[from:]...), '"')
}

// appendEscape appends a byte that may not stand in a string as it is (RFC
// 8259 s7).
func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\t':
		return append(dst, '\\', 't')
	case '\r':
		return append(dst, '\\', 'r')
	}
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&0xf])
}

func appendTexts(dst []byte, texts []string) []byte {
	dst = append(dst, '[')
	for _, t := range texts {
		dst = appendText(comma(dst), t)
	}
	return append(dst, ']')
}

func appendInt(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }

// appendReal writes the shortest text that reads as the same number. A whole
// one without an exponent reads as a whole number.
func appendReal(dst []byte, x float64) []byte {
	if size := math.Abs(x); x == 0 || size >= 1e-6 && size < maxSafe {
		return strconv.AppendFloat(dst, x, 'f', -1, 64)
	}
	return strconv.AppendFloat(dst, x, 'e', -1, 64)
}

// appendTime writes the moment in UTC.
func appendTime(dst []byte, t time.Time) []byte {
	dst = t.UTC().AppendFormat(append(dst, '"'), time.RFC3339Nano)
	return append(dst, '"')
}

func appendValue(dst []byte, v Value) []byte {
	switch v.kind {
	case boolValue:
		return strconv.AppendBool(dst, v.whole != 0)
	case wholeValue:
		return appendInt(dst, v.whole)
	case realValue:
		return appendReal(dst, v.real)
	case textValue:
		return appendText(dst, v.text)
	case textsValue:
		return appendTexts(dst, v.texts)
	}
	return append(dst, "null"...)
}
