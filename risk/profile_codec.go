// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

var (
	_ encoding.BinaryAppender    = (*Profile)(nil)
	_ encoding.BinaryMarshaler   = (*Profile)(nil)
	_ encoding.BinaryUnmarshaler = (*Profile)(nil)
)

// The sections of an encoded profile, in the order in which they are written.
// Each is its number, its length and its content; an empty one is left out.
// Sections of a higher number belong to a later release, which adds them only
// where an older one may ignore them; else it raises codecVersion.
const (
	homeSection = 1 + iota
	devicesSection
	proofsSection
	placeSection
	goneSection
)

// maxSection is beyond any section that fits the bounds.
const maxSection = 4096

// AppendBinary appends the profile in a compact, versioned form: about 300
// bytes for a dozen proofs on two devices. It never fails.
func (p *Profile) AppendBinary(b []byte) ([]byte, error) {
	start := len(b)
	b = append(b, codecVersion)
	b = appendSection(b, homeSection, p.home != home{}, p.home.append)
	b = appendSection(b, devicesSection, len(p.devices) > 0, p.appendDevices)
	b = appendSection(b, proofsSection, len(p.proofs) > 0, p.appendProofs)
	b = appendSection(b, placeSection, p.place.known, p.place.append)
	b = appendSection(b, goneSection, len(p.gone) > 0, p.appendGone)
	b = append(b, p.later...)
	return binary.LittleEndian.AppendUint32(b, checksum(b[start:])), nil
}

// checksum ends an encoding. A profile of which a part was lost would else read
// as that of a subject with fewer devices, which is known, not unknown.
func checksum(b []byte) uint32 { return crc32.ChecksumIEEE(b) }

// checksumSize is its length in bytes.
const checksumSize = 4

// MarshalBinary returns the profile in a compact, versioned form.
func (p *Profile) MarshalBinary() ([]byte, error) {
	return p.AppendBinary(make([]byte, 0, 400))
}

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is
// [ErrEncoding], and leaves the profile as it was. No data reads as a
// newcomer's profile. Call [Profile.Expire] next: what is too old is still in
// the data.
func (p *Profile) UnmarshalBinary(data []byte) error {
	if len(data) == 0 {
		*p = Profile{}
		return nil
	}
	body := data[:max(0, len(data)-checksumSize)]
	d, sum := decoder{b: body}, decoder{b: data[len(body):]}
	var next Profile
	if len(p.devices)+len(p.proofs) == 0 { // else it would lose them if this fails
		next.devices, next.proofs = p.devices, p.proofs
	}
	d.require(d.byte() == codecVersion)
	next.decode(&d)
	if b := sum.next(checksumSize); b == nil || binary.LittleEndian.Uint32(b) != checksum(body) {
		d.fail()
	}
	if !d.done() {
		return fmt.Errorf("risk: profile of %d bytes: %w", len(data), ErrEncoding)
	}
	*p = next
	return nil
}

func (p *Profile) decode(d *decoder) {
	for last := byte(0); len(d.b) > 0; {
		rest := d.b
		id := d.byte()
		d.require(id > last)
		part := decoder{b: d.next(d.count(maxSection))}
		switch id {
		case homeSection:
			p.home.decode(&part)
		case devicesSection:
			p.decodeDevices(&part)
		case proofsSection:
			p.decodeProofs(&part)
		case placeSection:
			p.place.decode(&part)
		case goneSection:
			p.decodeGone(&part)
		default:
			part.b = nil
			p.later = append(p.later, rest[:len(rest)-len(d.b)]...)
			d.require(len(p.later) <= maxLater)
		}
		d.require(part.done())
		last = id
	}
}

// appendSection writes the content first, then moves it behind its length.
func appendSection(b []byte, id byte, present bool, content func([]byte) []byte) []byte {
	if !present {
		return b
	}
	b = append(b, id)
	start := len(b)
	b = content(b)
	var size [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(size[:], uint64(len(b)-start))
	b = append(b, size[:n]...)
	copy(b[start+n:], b[start:len(b)-n])
	copy(b[start:], size[:n])
	return b
}

func (h *home) append(b []byte) []byte {
	n := 0
	for n < maxHomes && h.countries[n].known() {
		n++
	}
	b = append(b, byte(n))
	for _, c := range h.countries[:n] {
		b = append(b, c[:]...)
	}
	b = appendText(b, h.timezone)
	b = binary.AppendUvarint(b, uint64(h.at))
	return append(b, h.by[:]...)
}

func (h *home) decode(d *decoder) {
	for i := range d.count(maxHomes) {
		h.countries[i] = d.country()
		d.require(h.countries[i].known())
	}
	h.timezone = d.timezone()
	h.at = d.seconds()
	h.by = d.tag()
	d.require(h.at > 0)
}

// minDevice and minProof are the fewest bytes that one takes, to reserve room.
const (
	minDevice = 30
	minProof  = 13
)

func (p *Profile) appendDevices(b []byte) []byte {
	for i := range p.devices {
		v := &p.devices[i]
		b = append(b, v.id[:]...)
		b = binary.AppendUvarint(b, uint64(v.first))
		b = binary.AppendUvarint(b, uint64(v.last-v.first))
		b = append(b, v.by[:]...)
		b = appendAgent(b, v.agent)
		// Seconds after the first proof, and one: 0 is no trust.
		if v.trusted == 0 {
			b = append(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, uint64(v.trusted-v.first)+1)
		b = append(b, v.trustedBy[:]...)
	}
	return b
}

func (p *Profile) decodeDevices(d *decoder) {
	d.require(len(d.b) > 0)
	p.devices = slices.Grow(p.devices, min(len(d.b)/minDevice+1, maxDevices))
	for len(d.b) > 0 && len(p.devices) < maxDevices {
		v := device{id: d.device(), first: d.seconds()}
		v.last = d.since(v.first)
		v.by = d.tag()
		v.agent = d.agent()
		if after := d.uvarint(maxSeconds); after > 0 {
			v.trusted = v.first + int64(after) - 1
			v.trustedBy = d.tag()
		}
		d.require(v.first > 0 && v.trusted <= v.last && p.find(v.id) < 0)
		p.devices = append(p.devices, v)
	}
	d.require(p.inOrder())
}

func (p *Profile) appendGone(b []byte) []byte {
	for _, g := range p.gone {
		b = binary.AppendUvarint(b, uint64(g.at))
		b = append(b, g.tag[:]...)
	}
	return b
}

func (p *Profile) decodeGone(d *decoder) {
	d.require(len(d.b) > 0)
	for len(d.b) > 0 && len(p.gone) < maxGone {
		p.gone = append(p.gone, gone{at: d.seconds(), tag: d.tag()})
	}
	d.require(p.inOrder())
}

func (p *place) append(b []byte) []byte {
	b = appendSpot(b, &p.spot)
	b = binary.AppendUvarint(b, uint64(p.at))
	b = append(b, p.country[:]...)
	b = binary.AppendUvarint(b, uint64(p.network))
	return append(b, p.by[:]...)
}

func (p *place) decode(d *decoder) {
	*p = place{
		spot: d.spot(), at: d.seconds(), country: d.country(), network: d.network(), by: d.tag(),
	}
	d.require(p.at > 0)
}
