// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/oschwald/maxminddb-golang/v2/mmdbdata"
)

// long is a text with its size in as many more bytes as asked for.
func long(sizeBytes, size int) []byte {
	head := map[int][]byte{
		0: {byte(textType<<5 | size)},
		1: {textType<<5 | 29, byte(size - 29)},
		2: {textType<<5 | 30, byte((size - 285) >> 8), byte(size - 285)},
	}[sizeBytes]
	return append(head, bytes.Repeat([]byte{'x'}, size)...)
}

func TestSection(t *testing.T) {
	far := append(make([]byte, 526336+2), long(0, 3)...)
	for name, tt := range map[string]struct {
		data     []byte
		at, want int // where it ends
		size     int
	}{
		"text":              {long(0, 28), 0, 29, 28},
		"text, one byte":    {long(1, 200), 0, 202, 200},
		"text, two bytes":   {long(2, 300), 0, 303, 300},
		"pointer, one byte": {slices.Concat(long(0, 3), []byte{0x20, 0}), 4, 6, 3},
		"pointer, two":      {slices.Concat(make([]byte, 2048+1), long(0, 3), []byte{0x28, 0, 1}), 2053, 2056, 3},
		"pointer, three":    {slices.Concat(far, []byte{0x30, 0, 0, 2}), len(far), len(far) + 4, 3},
		"pointer, four":     {slices.Concat(long(0, 3), []byte{0x3f, 0, 0, 0, 0}), 4, 9, 3},
		"pointer, high":     {slices.Concat(make([]byte, 0x700), long(0, 3), []byte{0x27, 0}), 0x704, 0x706, 3},
	} {
		t.Run(name, func(t *testing.T) {
			r := reader{data: tt.data, left: maxValues}
			h, content, end := r.scalar(tt.at)
			if r.bad || end != tt.want || len(content) != tt.size || h.kind != textType {
				t.Errorf("got %d bytes, end %d, bad %t, want %d and %d", len(content), end, r.bad, tt.size, tt.want)
			}
			r = reader{data: tt.data, left: maxValues}
			if end := r.skip(tt.at, 1); end != tt.want || r.bad {
				t.Errorf("stepped to %d, bad %t, want %d", end, r.bad, tt.want)
			}
		})
	}
}

func TestSectionRefuses(t *testing.T) {
	for name, data := range map[string][]byte{
		"nothing":               {},
		"a cut text":            {textType<<5 | 3, 'x'},
		"a cut size":            {textType<<5 | 30, 1},
		"a cut pointer":         {0x28, 1},
		"a pointer to itself":   {0x20, 0},
		"a pointer beyond":      {0x20, 9},
		"a map":                 {mapType << 5},
		"a pointer in disguise": {0, 0xfa, 0},
		"a number":              {uint16Type<<5 | 1, 7},
		"a long text":           long(1, 256),
	} {
		var got []byte
		r := reader{data: data, left: maxValues}
		if r.text(0, &got); !r.bad || got != nil {
			t.Errorf("%s: got %q, bad %t", name, got, r.bad)
		}
	}
}

// TestRecordIsBounded is a record in which every value points to one that is
// large: what looks like 30 bytes is much work.
func TestRecordIsBounded(t *testing.T) {
	var data []byte
	for range 200 { // a city in a city 200 times
		data = append(data, textType<<5|4)
		data = append(data, "city"...)
		data = append(data, 0x20, 0) // a pointer to the map itself
	}
	data = append([]byte{mapType<<5 | 29, 200 - 29}, data...)
	s := &source{path: "bounded", data: data, kind: places, records: pool()}
	if _, err := s.decode(0); err == nil {
		t.Error("got no error")
	}
}

func TestNumbers(t *testing.T) {
	var n uint64
	r := reader{data: []byte{uint32Type<<5 | 3, 1, 0, 0}, left: maxValues}
	if r.integer(0, &n, math.MaxUint32); n != 1<<16 || r.bad {
		t.Errorf("got %d, bad %t", n, r.bad)
	}
	if r.integer(0, &n, math.MaxUint16); !r.bad {
		t.Error("a number above the most is taken")
	}
}

// FuzzSkip compares where a value ends with what the library says, by the text
// that each reads there. Ours is stricter, and bounds the work.
func FuzzSkip(f *testing.F) {
	f.Add([]byte{mapType<<5 | 1, textType<<5 | 1, 'a', 0x01, 7})
	f.Add(long(2, 300))
	f.Add([]byte{0, 0xfa})
	f.Add([]byte{0x02, 0x04, 0x20, 0, 0x20, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		data = append(bytes.Clone(data), long(0, 2)...)
		r := reader{data: data, left: maxValues}
		end := r.skip(0, 1)
		next, err := mmdbdata.NewDecoder(data, 0).Cursor().Skip()
		if err != nil || r.bad {
			return
		}
		var ours []byte
		r.text(end, &ours)
		theirs, _, err := next.ReadString()
		if (err != nil) != r.bad && len(theirs) <= maxText || !r.bad && string(ours) != theirs {
			t.Fatalf("got %q at %d, bad %t, want %q, %v", ours, end, r.bad, theirs, err)
		}
	})
}
