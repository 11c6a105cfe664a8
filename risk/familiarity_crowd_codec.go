// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"math"
	"time"
)

var (
	_ encoding.BinaryMarshaler   = (*Crowd)(nil)
	_ encoding.BinaryUnmarshaler = (*Crowd)(nil)
	_ encoding.BinaryMarshaler   = (*CrowdView)(nil)
	_ encoding.BinaryUnmarshaler = (*CrowdView)(nil)
)

// An encoded crowd is a version, the half-life in seconds, the totals, the
// counters and a checksum; a view is the same without a half-life and a
// checksum, and with counters of 32 bits. Numbers are little-endian, as IEEE 754
// has them. Where nothing was counted, there are no counters.
const crowdHeader = 1 + 8*int(levelCount)

// MarshalBinary returns the counts in 512 KiB at most, so that a process can go
// on where another ended. It never fails.
func (c *Crowd) MarshalBinary() ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := make([]byte, 0, 8+crowdHeader+8*len(c.slots)+checksumSize)
	b = append(b, codecVersion)
	b = binary.LittleEndian.AppendUint64(b, uint64(c.halfLife/time.Second))
	for _, n := range c.totals {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(n))
	}
	for _, n := range c.slots {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(n))
	}
	return binary.LittleEndian.AppendUint32(b, checksum(b)), nil
}

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is
// [ErrEncoding], and leaves the crowd as it was.
func (c *Crowd) UnmarshalBinary(data []byte) error {
	body := data[:max(0, len(data)-checksumSize)]
	counters := (len(body) - 8 - crowdHeader) / 8
	if len(body) != 8+crowdHeader+8*counters || counters != 0 && counters != crowdSlots ||
		body[0] != codecVersion || binary.LittleEndian.Uint32(data[len(body):]) != checksum(body) {
		return fmt.Errorf("risk: crowd of %d bytes: %w", len(data), ErrEncoding)
	}
	halfLife := binary.LittleEndian.Uint64(body[1:])
	if halfLife != 0 && halfLife < 24*3600 || halfLife > uint64(math.MaxInt64/time.Second) {
		return fmt.Errorf("risk: half-life of a crowd: %w", ErrEncoding)
	}
	next := Crowd{halfLife: time.Duration(halfLife) * time.Second}
	if counters > 0 {
		next.slots = make([]float64, crowdSlots)
	}
	if !readCounts(body[9:], next.totals[:]) || !readCounts(body[8+crowdHeader:], next.slots) {
		return fmt.Errorf("risk: counts of a crowd: %w", ErrEncoding)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.halfLife, c.slots, c.totals = next.halfLife, next.slots, next.totals
	return nil
}

// readCounts reads as many counts as there is room for, and reports whether
// they can be calculated with.
func readCounts(data []byte, to []float64) bool {
	for i := range to {
		to[i] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:]))
		if !(to[i] >= 0) || math.IsInf(to[i], 0) { // NaN is not
			return false
		}
	}
	return true
}

// MarshalBinary returns the counts in 256 KiB, or less than 100 bytes for the
// zero value. It never fails.
func (v *CrowdView) MarshalBinary() ([]byte, error) {
	b := make([]byte, 0, crowdHeader+4*len(v.slots))
	b = append(b, codecVersion)
	for _, n := range v.totals {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(n))
	}
	for _, n := range v.slots {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(n))
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is
// [ErrEncoding], and leaves the view as it was.
func (v *CrowdView) UnmarshalBinary(data []byte) error {
	counters := (len(data) - crowdHeader) / 4
	if len(data) != crowdHeader+4*counters || counters != 0 && counters != crowdSlots || data[0] != codecVersion {
		return fmt.Errorf("risk: view of %d bytes: %w", len(data), ErrEncoding)
	}
	var next CrowdView
	data = data[1:]
	ok := true
	for l := range next.totals {
		next.totals[l] = math.Float64frombits(binary.LittleEndian.Uint64(data[8*int(l):]))
		ok = ok && next.totals[l] >= 0 && !math.IsInf(next.totals[l], 0)
	}
	if counters > 0 {
		next.slots = make([]float32, counters)
	}
	for i := range next.slots {
		n := math.Float32frombits(binary.LittleEndian.Uint32(data[crowdHeader-1+4*i:]))
		next.slots[i] = n
		ok = ok && n >= 0 && !math.IsInf(float64(n), 0)
	}
	if !ok {
		return fmt.Errorf("risk: counts of a view: %w", ErrEncoding)
	}
	*v = next
	return nil
}
