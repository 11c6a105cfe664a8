// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding/binary"
	"slices"
)

// Each proof is: a byte of flags and device, the hours since the one before,
// its tag, its prefix, its network, its country, its agent. Devices are places
// in the list of devices; networks, countries and agents are places in the
// order of their first appearance, where they follow in full. So a habit costs
// thirteen bytes a proof.

// The flags of an encoded proof, below the number of its device.
const (
	proofStrong = 1 << iota
	proofAnonymous
	proofLeap
	proofDevice // counted in steps of this
)

// dictionary numbers values in the order of their first appearance, from 1; 0
// is no value.
type dictionary[T comparable] struct {
	seen [maxProofs]T
	n    int
}

// number returns the value's number, and whether it appears for the first time.
func (d *dictionary[T]) number(v T) (n uint64, fresh bool) {
	var none T
	if v == none {
		return 0, false
	}
	for i, old := range d.seen[:d.n] {
		if old == v {
			return uint64(i) + 1, false
		}
	}
	d.seen[d.n] = v
	d.n++
	return uint64(d.n), true
}

// read returns the value that a number stands for; content reads a new one.
func (d *dictionary[T]) read(r *decoder, content func() T) (v T) {
	if len(r.b) > 0 && int(r.b[0]) <= d.n { // as nearly all: it appeared before
		if n := r.b[0]; n > 0 {
			v = d.seen[n-1]
		}
		r.b = r.b[1:]
		return v
	}
	n := int(r.uvarint(uint64(min(d.n+1, maxProofs))))
	if n <= d.n {
		if n > 0 {
			v = d.seen[n-1]
		}
		return v
	}
	v = content()
	_, fresh := d.number(v)
	r.require(fresh || r.bad)
	return v
}

func (p *Profile) appendProofs(b []byte) []byte {
	var networks dictionary[network]
	var countries dictionary[country]
	var agents dictionary[agent]
	var last int64
	for i := range p.proofs {
		e := &p.proofs[i]
		b = append(b, e.flags()|byte(p.find(e.device)+1)*proofDevice)
		b = binary.AppendUvarint(b, uint64(e.hour-last))
		b = append(b, e.by[:]...)
		b = binary.LittleEndian.AppendUint16(b, uint16(e.prefix))
		n, fresh := networks.number(e.network)
		if b = binary.AppendUvarint(b, n); fresh {
			b = binary.AppendUvarint(b, uint64(e.network))
		}
		n, fresh = countries.number(e.country)
		if b = binary.AppendUvarint(b, n); fresh {
			b = append(b, e.country[:]...)
		}
		n, fresh = agents.number(e.agent)
		if b = binary.AppendUvarint(b, n); fresh {
			b = appendAgent(b, e.agent)
		}
		last = e.hour
	}
	return b
}

func (p *Profile) decodeProofs(d *decoder) {
	var networks dictionary[network]
	var countries dictionary[country]
	var agents dictionary[agent]
	var last int64
	d.require(len(d.b) > 0)
	p.proofs = slices.Grow(p.proofs, min(len(d.b)/minProof+1, maxProofs))
	for len(d.b) > 0 && len(p.proofs) < maxProofs {
		p.proofs = append(p.proofs, proven{})
		e := &p.proofs[len(p.proofs)-1]
		head := d.byte()
		e.hour = last + int64(d.uvarint(uint64(maxSeconds/3600-last)))
		e.by, e.prefix = d.tag(), d.prefix()
		e.network = networks.read(d, d.network)
		e.country = countries.read(d, d.country)
		e.agent = agents.read(d, d.agent)
		e.strong, e.anonymous = head&proofStrong != 0, head&proofAnonymous != 0
		e.leap = head&proofLeap != 0
		d.require(e.agent.version == 0)
		if i := int(head / proofDevice); i > len(p.devices) {
			d.fail()
		} else if i > 0 {
			e.device = p.devices[i-1].id
		}
		last = e.hour
	}
	d.require(p.inOrder())
}

func (e *proven) flags() (f byte) {
	if e.strong {
		f |= proofStrong
	}
	if e.anonymous {
		f |= proofAnonymous
	}
	if e.leap {
		f |= proofLeap
	}
	return f
}
