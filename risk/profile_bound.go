// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"bytes"
	"cmp"
	"slices"
)

// The canonical order of each list. Two profiles that know the same have the
// same encoding.

func (g gone) compare(h gone) int {
	return cmp.Or(cmp.Compare(g.at, h.at), bytes.Compare(g.tag[:], h.tag[:]))
}

func (d device) compare(e device) int {
	return cmp.Or(cmp.Compare(d.first, e.first), bytes.Compare(d.id[:], e.id[:]))
}

func (p *proven) compare(q *proven) int {
	if p.hour != q.hour {
		return cmp.Compare(p.hour, q.hour)
	}
	return bytes.Compare(p.by[:], q.by[:])
}

// inOrder reports whether every list is in order and no entry stands twice, as
// a decoder needs to know.
func (p *Profile) inOrder() bool {
	return ascending(p.gone, gone.compare) && ascending(p.devices, device.compare) &&
		p.proofsAscend()
}

// proofsAscend is [ascending] of the proofs, in place: there are many, and a
// copy of one is long.
func (p *Profile) proofsAscend() bool {
	for i := 1; i < len(p.proofs); i++ {
		if p.proofs[i-1].compare(&p.proofs[i]) >= 0 {
			return false
		}
	}
	return true
}

func ascending[T any](list []T, compare func(a, b T) int) bool {
	for i := 1; i < len(list); i++ {
		if compare(list[i-1], list[i]) >= 0 {
			return false
		}
	}
	return true
}

// sort brings the profile into its canonical form, within its bounds.
func (p *Profile) sort() {
	p.sortGone()
	p.boundDevices()
	if !p.proofsAscend() {
		slices.SortFunc(p.proofs, func(a, b proven) int { return a.compare(&b) })
	}
	for len(p.proofs) > maxProofs {
		i := p.dispensable()
		p.proofs = slices.Delete(p.proofs, i, i+1)
	}
}

// sortGone keeps the newest removals: older ones are in every copy by now.
func (p *Profile) sortGone() {
	slices.SortFunc(p.gone, gone.compare)
	p.gone = slices.Compact(p.gone)
	p.gone = p.gone[max(0, len(p.gone)-maxGone):]
}

// boundDevices forgets the devices that were used least recently.
func (p *Profile) boundDevices() {
	if len(p.devices) > maxDevices {
		slices.SortFunc(p.devices, func(a, b device) int {
			return cmp.Or(cmp.Compare(b.last, a.last), bytes.Compare(a.id[:], b.id[:]))
		})
		p.devices = p.devices[:maxDevices]
		p.detach()
	}
	slices.SortFunc(p.devices, device.compare)
}

// dispensable returns the oldest proof of which a newer one says the same:
// device, network, country and kind of client. So a country seen twice a year is not pushed
// out by daily proofs at home. Where all differ it is the oldest.
func (p *Profile) dispensable() int {
	for i, old := range p.proofs {
		if slices.ContainsFunc(p.proofs[i+1:], old.sameHabit) {
			return i
		}
	}
	return 0
}

func (p proven) sameHabit(q proven) bool {
	return p.device == q.device && p.network == q.network &&
		p.country == q.country && p.agent == q.agent && p.anonymous == q.anonymous
}

// deviceGone returns when a device was removed, and 0 for never.
func (p *Profile) deviceGone(id DeviceID) int64 {
	if len(p.gone) == 0 {
		return 0 // as nearly always: without a hash
	}
	return p.goneSince(deviceTag(id))
}

// goneSince returns when a proof or device was removed, and 0 for never.
func (p *Profile) goneSince(t tag) int64 {
	var at int64
	for _, g := range p.gone {
		if g.tag == t {
			at = max(at, g.at)
		}
	}
	return at
}
