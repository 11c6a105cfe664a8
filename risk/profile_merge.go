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
	p.mergeGone(other.gone)
	for _, e := range other.proofs {
		p.mergeProof(e)
	}
	for _, d := range other.devices {
		p.mergeDevice(d)
	}
	if newer(other.place.at, p.place.at, other.place.by, p.place.by) {
		p.place = other.place
	}
	if newer(other.home.at, p.home.at, other.home.by, p.home.by) {
		p.home = other.home
	}
	if bytes.Compare(other.later, p.later) > 0 {
		p.later = other.later
	}
	p.settle()
}

// newer decides between two values by their time, then by their proof, so that
// it does not matter which of them is asked about.
func newer(a, b int64, by, than tag) bool {
	return cmp.Or(cmp.Compare(a, b), bytes.Compare(by[:], than[:])) > 0
}

func (p *Profile) mergeGone(other []gone) {
	for _, g := range other {
		if !slices.Contains(p.gone, g) {
			p.gone = append(p.gone, g)
		}
	}
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

// settle applies what either copy removed, and the bounds.
func (p *Profile) settle() {
	for _, g := range p.gone {
		p.devices = slices.DeleteFunc(p.devices, func(d device) bool {
			return d.first <= g.at && deviceTag(d.id) == g.tag
		})
		p.forget(g.tag)
	}
	p.detach()
	p.sort()
}
