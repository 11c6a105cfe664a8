// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding"
	"encoding/binary"
	"time"
)

var (
	_ encoding.BinaryMarshaler   = (*Baseline)(nil)
	_ encoding.BinaryUnmarshaler = (*Baseline)(nil)
)

// MarshalBinary returns the encoding of what was seen, to be kept over a
// restart: without it, nothing is usual for a week. The error is always nil.
func (b *Baseline) MarshalBinary() ([]byte, error) {
	out := []byte{codecVersion}
	numbers := []int64{b.first, b.last, b.hour.head}
	for _, n := range b.days {
		numbers = append(numbers, int64(n))
	}
	for _, n := range b.hour.n {
		numbers = append(numbers, int64(n))
	}
	for _, n := range numbers {
		out = binary.AppendUvarint(out, uint64(n))
	}
	return out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is
// [ErrEncoding], and changes nothing.
func (b *Baseline) UnmarshalBinary(data []byte) error {
	d := decoder{b: data}
	d.require(d.byte() == codecVersion)
	const last = maxSeconds / 86400
	read := Baseline{hour: NewWindow(time.Hour)}
	read.first, read.last = int64(d.uvarint(last)), int64(d.uvarint(last))
	read.hour.head = int64(d.uvarint(maxSeconds / 300)) // parts of five minutes
	sum := uint64(0)
	for _, counts := range [][]uint32{read.days[:], read.hour.n[:]} {
		for i := range counts {
			counts[i] = uint32(d.uvarint(1<<32 - 1))
			sum += uint64(counts[i])
		}
	}
	d.require(read.first <= read.last && (read.first > 0 || sum == 0 && read.hour.head == 0))
	if !d.done() {
		return ErrEncoding
	}
	if read.first == 0 {
		read = Baseline{}
	}
	*b = read
	return nil
}
