// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"bytes"
	"cmp"
	"slices"
)

// Merge adds what another copy of the same subject's profile learnt, so that
// of two concurrent updates neither is lost. What either copy removed or
// unlearnt stays so. The order of merging does not matter, and merging twice
// changes nothing more.
func (p *Profile) Merge(other *Profile) {
	if other == nil {
		return
	}
	o := Profile{
		home: other.home, devices: slices.Clone(other.devices), proofs: slices.Clone(other.proofs),
		place: other.place, gone: append(slices.Clone(p.gone), other.gone...), later: other.later,
	}
	o.sortGone()
	p.gone = slices.Clone(o.gone)
	// What one copy removed has to leave the other before they are joined: a
	// device that was proven anew since then must not get its old past back.
	p.applyGone()
	o.applyGone()
	for _, e := range o.proofs {
		p.mergeProof(e)
	}
	for _, d := range o.devices {
		p.mergeDevice(d)
	}
	if newer(o.place.at, p.place.at, o.place.by, p.place.by) {
		p.place = o.place
	}
	if newer(o.home.at, p.home.at, o.home.by, p.home.by) {
		p.home = o.home
	}
	if bytes.Compare(o.later, p.later) > 0 {
		p.later = o.later
	}
	p.detach()
	p.sort()
}

// newer decides between two values by their time, then by their proof, so that
// it does not matter which of them is asked about.
func newer(a, b int64, by, than tag) bool {
	return cmp.Or(cmp.Compare(a, b), bytes.Compare(by[:], than[:])) > 0
}

func (p *Profile) mergeProof(e proven) {
	i := slices.IndexFunc(p.proofs, func(own proven) bool { return own.by == e.by })
	if i < 0 {
		p.proofs = append(p.proofs, e)
		return
	}
	// One copy may have lost the device to its bound; the proof is the same.
	if own := &p.proofs[i]; bytes.Compare(e.device[:], own.device[:]) > 0 {
		own.device = e.device
	}
}

func (p *Profile) mergeDevice(d device) {
	i := p.find(d.id)
	if i < 0 {
		p.devices = append(p.devices, d)
		return
	}
	own := &p.devices[i]
	if newer(d.last, own.last, tag{}, tag{}) || d.last == own.last && own.agent.less(d.agent) {
		own.agent, own.last = d.agent, d.last
	}
	if d.first < own.first || d.first == own.first && newer(0, 0, d.by, own.by) {
		own.first, own.by = d.first, d.by
	}
	if d.trusted == 0 {
		return
	}
	if own.trusted == 0 || d.trusted < own.trusted ||
		d.trusted == own.trusted && newer(0, 0, d.trustedBy, own.trustedBy) {
		own.trusted, own.trustedBy = d.trusted, d.trustedBy
	}
}

// applyGone forgets the devices and proofs that were removed.
func (p *Profile) applyGone() {
	p.devices = slices.DeleteFunc(p.devices, func(d device) bool {
		return d.first <= p.deviceGone(d.id)
	})
	for i := range p.proofs {
		e := &p.proofs[i]
		if e.device != (DeviceID{}) && e.hour*3600 <= p.deviceGone(e.device) {
			e.device = DeviceID{}
		}
	}
	for _, g := range p.gone {
		p.forget(g.tag)
	}
}
