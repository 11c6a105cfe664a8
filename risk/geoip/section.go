// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/oschwald/maxminddb-golang/v2"
)

// A record is read from the data section of a file by what is here, in place of
// the library's decoder: stepping over names in languages that nobody asked for
// is most of the work, and costs a third so. The format is that of "MaxMind DB
// File Format Specification" 2.0, "Output Data Section".

// The types of values.
const (
	extendedType = iota
	pointerType
	textType
	doubleType
	bytesType
	uint16Type
	uint32Type
	mapType
	int32Type
	uint64Type
	uint128Type
	arrayType
	_ // data cache container
	_ // end marker
	boolType
	floatType
)

// metadataMark stands before the metadata, which follow the data section.
const metadataMark = "\xAB\xCD\xEFMaxMind.com"

// sectionOf returns the data section of a file: behind the search tree, whose
// nodes are two records each, and 16 zero bytes.
func sectionOf(data []byte, m *maxminddb.Metadata) ([]byte, error) {
	begin := uint64(m.NodeCount)*uint64(m.RecordSize)/4 + 16
	end := bytes.LastIndex(data, []byte(metadataMark))
	if end < 0 || begin > uint64(end) {
		return nil, fmt.Errorf("no data section before the metadata: %w", ErrCorrupt)
	}
	return data[begin:end], nil
}

// reader reads values of a data section. What is not as the format says makes
// it bad; it then reads zeros.
type reader struct {
	data []byte
	left int // values that may still be looked at
	bad  bool
}

// maxValues bounds the work that one record may cause: real ones have some
// hundred values, in all languages.
const maxValues = 4096

// head is the beginning of a value: where its content is, and its size, in
// bytes, or in entries of a map or an array.
type head struct {
	kind    byte
	size    int
	content int
}

func (r *reader) fail() { r.bad = true }

// bytes returns n bytes at a place, and nil where there are not so many.
func (r *reader) bytes(at, n int) []byte {
	if at < 0 || n < 0 || n > len(r.data)-at {
		r.fail()
		return nil
	}
	return r.data[at : at+n]
}

// number returns a big-endian number of n bytes, 8 at most.
func (r *reader) number(at, n int) uint64 {
	var v uint64
	for _, b := range r.bytes(at, n) {
		v = v<<8 | uint64(b)
	}
	return v
}

// head reads the control byte at a place and the bytes that belong to it.
func (r *reader) head(at int) head {
	if r.left--; r.left < 0 || uint(at) >= uint(len(r.data)) {
		r.fail()
		return head{}
	}
	control := r.data[at]
	h := head{kind: control >> 5, size: int(control & 0x1f), content: at + 1}
	if h.kind != pointerType && (h.kind == extendedType || h.size > 28) {
		return r.longHead(h)
	}
	return h
}

// longHead reads what a control byte has no room for.
func (r *reader) longHead(h head) head {
	if h.kind == extendedType {
		h.kind = byte(r.number(h.content, 1)) + 7
		h.content++
		if h.kind < int32Type || h.kind > floatType {
			r.fail() // the others have no need to be extended
		}
	}
	if n := h.size - 28; n > 0 { // 29, 30 and 31 say that 1, 2 and 3 bytes follow
		least := [...]int{29, 285, 65821}[n-1]
		h.size = least + int(r.number(h.content, n))
		h.content += n
	}
	return h
}

// value reads the head of the value at a place, behind a pointer too. It
// returns where the pointer ends, and 0 where there is none.
func (r *reader) value(at int) (h head, end int) {
	h = r.head(at)
	if h.kind != pointerType || r.bad {
		return h, 0
	}
	size := h.size>>3 + 1
	b := r.bytes(h.content, size)
	if b == nil {
		return head{}, 0
	}
	high, target := h.size&7, 0
	switch size {
	case 1:
		target = high<<8 | int(b[0])
	case 2:
		target = high<<16 | int(b[0])<<8 | int(b[1]) + 2048
	case 3:
		target = high<<24 | int(b[0])<<16 | int(b[1])<<8 | int(b[2]) + 526336
	default:
		target = int(binary.BigEndian.Uint32(b))
	}
	end = h.content + size
	if h = r.head(target); h.kind == pointerType {
		r.fail() // pointers never point to pointers
	}
	return h, end
}

// scalar reads a value that is no container, and returns its content and where
// it ends.
func (r *reader) scalar(at int) (h head, content []byte, end int) {
	h, end = r.value(at)
	if h.kind == mapType || h.kind == arrayType || r.bad {
		r.fail()
		return head{}, nil, 0
	}
	n := h.size
	if h.kind == boolType {
		n = 0 // its size is its value
	}
	content = r.bytes(h.content, n)
	if end == 0 {
		end = h.content + n
	}
	return h, content, end
}

// skip returns where so many values, one after the other, end, whatever they
// are. Most have a short head, which is read here.
func (r *reader) skip(at, values int) int {
	d := r.data
	for ; values > 0 && !r.bad; values-- {
		if r.left--; r.left < 0 || uint(at) >= uint(len(d)) {
			r.fail()
			return 0
		}
		kind, size := d[at]>>5, int(d[at]&0x1f)
		switch {
		case kind == pointerType:
			at += size>>3 + 2
			continue
		case kind == extendedType || size > 28:
			h := r.longHead(head{kind: kind, size: size, content: at + 1})
			kind, size, at = h.kind, h.size, h.content
		default:
			at++
		}
		switch kind {
		case mapType:
			values += 2 * size
		case arrayType:
			values += size
		case boolType: // its size is its value
		default:
			at += size
		}
	}
	return at
}

// key reads a text at a place. Those of records are short, and are mostly
// reached by the shortest of pointers: these are read here, all others as any
// text.
func (r *reader) key(at int) (key []byte, end int) {
	d := r.data
	if uint(at) < uint(len(d)-1) && d[at]>>3 == pointerType<<2 {
		target := int(d[at]&7)<<8 | int(d[at+1])
		if target < len(d) && d[target]>>5 == textType {
			n := int(d[target] & 0x1f)
			if n < 29 && target+n < len(d) {
				r.left--
				return d[target+1 : target+1+n], at + 2
			}
		}
	}
	end = r.text(at, &key)
	return key, end
}

func (r *reader) text(at int, to *[]byte) int {
	h, content, end := r.scalar(at)
	if h.kind != textType || len(content) > maxText {
		r.fail()
		return 0
	}
	*to = content
	return end
}

// integer reads an unsigned number of at most the given size.
func (r *reader) integer(at int, to *uint64, most uint64) int {
	h, content, end := r.scalar(at)
	if h.kind != uint16Type && h.kind != uint32Type && h.kind != uint64Type || h.size > 8 {
		r.fail()
		return 0
	}
	*to = r.number(h.content, len(content))
	if *to > most {
		r.fail()
	}
	return end
}

func (r *reader) float(at int, to *float64) int {
	h, content, end := r.scalar(at)
	switch {
	case h.kind == doubleType && len(content) == 8:
		*to = math.Float64frombits(binary.BigEndian.Uint64(content))
	case h.kind == floatType && len(content) == 4:
		*to = float64(math.Float32frombits(binary.BigEndian.Uint32(content)))
	default:
		r.fail()
	}
	return end
}

func (r *reader) flag(at int, to *bool) int {
	h, _, end := r.scalar(at)
	if h.kind != boolType || h.size > 1 {
		r.fail()
	}
	*to = h.size == 1
	return end
}
