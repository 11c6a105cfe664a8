// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding"
	"encoding/binary"
	"fmt"
)

var (
	_ encoding.BinaryMarshaler   = Evidence{}
	_ encoding.BinaryUnmarshaler = (*Evidence)(nil)
)

// The flags of an encoded Evidence.
const (
	evidenceAnonymous = 1 << iota
	evidenceSpot
	evidenceDevice
	evidenceFlags
)

// MarshalBinary returns the evidence in a compact, versioned form of at most
// 112 bytes. It never fails.
func (e Evidence) MarshalBinary() ([]byte, error) {
	var flags byte
	if e.anonymous {
		flags |= evidenceAnonymous
	}
	if e.spot.known {
		flags |= evidenceSpot
	}
	if e.device != (DeviceID{}) {
		flags |= evidenceDevice
	}
	b := append(make([]byte, 0, 64), codecVersion, flags)
	b = binary.AppendUvarint(b, uint64(unixSeconds(e.Time)))
	b = append(b, e.country[:]...)
	b = binary.AppendUvarint(b, uint64(e.network))
	b = binary.LittleEndian.AppendUint16(b, uint16(e.prefix))
	b = appendAgent(b, e.agent)
	if e.device != (DeviceID{}) {
		b = append(b, e.device[:]...)
	}
	if e.spot.known {
		b = appendSpot(b, &e.spot)
	}
	return b, nil
}

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is
// [ErrEncoding], and leaves the evidence as it was.
func (e *Evidence) UnmarshalBinary(data []byte) error {
	d := decoder{b: data}
	d.require(d.byte() == codecVersion)
	flags := d.byte()
	d.require(flags < evidenceFlags)
	next := Evidence{
		Time:      unixTime(d.seconds()),
		country:   d.country(),
		network:   d.network(),
		prefix:    d.prefix(),
		agent:     d.agent(),
		anonymous: flags&evidenceAnonymous != 0,
	}
	if flags&evidenceDevice != 0 {
		next.device = d.device()
	}
	if flags&evidenceSpot != 0 {
		next.spot = d.spot()
		d.require(!next.anonymous) // an exit is no place
	}
	if !d.done() {
		return fmt.Errorf("risk: evidence of %d bytes: %w", len(data), ErrEncoding)
	}
	*e = next
	return nil
}
