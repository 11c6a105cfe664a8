// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// ErrEncoding is returned by UnmarshalBinary for data that MarshalBinary of
// this release did not write: truncated, corrupted, or of a later version. The
// caller must treat the value as unreadable, hence unknown, never as empty.
var ErrEncoding = errors.New("risk: not an encoding that this release reads")

// codecVersion is the first byte of an encoding.
const codecVersion = 1

// decoder reads an encoding from the front. After the first fault it returns
// zeros; the caller looks at bad once, at the end.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) fail() { d.b, d.bad = nil, true }

// done reports whether all was read without a fault.
func (d *decoder) done() bool { return !d.bad && len(d.b) == 0 }

// require fails the decoding unless ok.
func (d *decoder) require(ok bool) {
	if !ok {
		d.fail()
	}
}

// uvarint reads a number of at most limit, in its shortest form.
func (d *decoder) uvarint(limit uint64) uint64 {
	// Nearly all numbers here are of one byte.
	if len(d.b) > 0 && d.b[0] < 0x80 && uint64(d.b[0]) <= limit {
		v := uint64(d.b[0])
		d.b = d.b[1:]
		return v
	}
	v, n := binary.Uvarint(d.b)
	if n <= 0 || v > limit || n > 1 && d.b[n-1] == 0 {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return v
}

// count reads a number of at most limit.
func (d *decoder) count(limit int) int { return int(d.uvarint(uint64(limit))) }

// seconds reads a time.
func (d *decoder) seconds() int64 { return int64(d.uvarint(maxSeconds)) }

// since reads a time as the seconds after another.
func (d *decoder) since(t int64) int64 { return t + int64(d.uvarint(uint64(maxSeconds-t))) }

func (d *decoder) next(n int) []byte {
	if n > len(d.b) {
		d.fail()
		return nil
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

func (d *decoder) byte() byte {
	if b := d.next(1); b != nil {
		return b[0]
	}
	return 0
}

func (d *decoder) tag() (t tag) {
	copy(t[:], d.next(len(t)))
	return t
}

func (d *decoder) device() (id DeviceID) {
	copy(id[:], d.next(len(id)))
	d.require(id != DeviceID{})
	return id
}

// text reads at most limit bytes of UTF-8.
func (d *decoder) text(limit int) string {
	b := d.next(d.count(limit))
	d.require(utf8.Valid(b))
	return string(b)
}

// timezone reads the name of a time zone. One that is known already is not
// allocated again.
func (d *decoder) timezone() string {
	b := d.next(d.count(maxTimezone))
	if known := zones.Load(); known != nil {
		if loc := (*known)[string(b)]; loc != nil {
			return loc.String()
		}
	}
	d.require(utf8.Valid(b))
	return string(b)
}

// country reads a country or none.
func (d *decoder) country() (c country) {
	copy(c[:], d.next(len(c)))
	d.require(!c.known() || parseCountry(c.String()) == c)
	return c
}

func (d *decoder) network() network {
	n := network(d.uvarint(maxNetwork))
	d.require(n.valid())
	return n
}

func (d *decoder) prefix() prefix {
	if b := d.next(2); b != nil {
		return prefix(binary.LittleEndian.Uint16(b))
	}
	return 0
}

func (d *decoder) agent() agent {
	a := agent{
		browser: family(d.uvarint(uint64(len(browserNames) - 1))),
		system:  family(d.uvarint(uint64(len(systemNames) - 1))),
		class:   class(d.uvarint(uint64(len(classNames) - 1))),
		version: uint16(d.uvarint(0xffff)),
	}
	s := d.next(d.count(len(a.language)))
	a.language = parseLanguage(string(s))
	d.require(a.language.String() == string(s)) // neither is kept, nor allocated
	return a
}

// String returns the subtag without its padding.
func (l language) String() string {
	n := len(l)
	for n > 0 && l[n-1] == 0 {
		n--
	}
	return string(l[:n])
}

func (d *decoder) spot() spot {
	s := spot{
		known:  true,
		lat:    unsign(d.uvarint(2 * 9000)),
		lon:    unsign(d.uvarint(2 * 18000)),
		radius: uint16(d.uvarint(maxKM)),
		city:   d.text(maxCity),
	}
	d.require(s.radius > 0)
	return s
}

// sign maps small numbers of either sign to small ones without (zigzag).
func sign(v int16) uint64 { return uint64(uint32(int32(v)<<1) ^ uint32(int32(v)>>31)) }

func unsign(v uint64) int16 { return int16(int32(v>>1) ^ -int32(v&1)) }

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendAgent(b []byte, a agent) []byte {
	b = append(b, byte(a.browser), byte(a.system), byte(a.class))
	b = binary.AppendUvarint(b, uint64(a.version))
	return appendText(b, a.language.String())
}

func appendSpot(b []byte, s *spot) []byte {
	b = binary.AppendUvarint(b, sign(s.lat))
	b = binary.AppendUvarint(b, sign(s.lon))
	b = binary.AppendUvarint(b, uint64(s.radius))
	return appendText(b, s.city)
}
