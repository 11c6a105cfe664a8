// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"hash/maphash"
	"net/netip"
	"sync/atomic"
)

// place is the pseudonym of an address or network; none has the zero Key.
func (g *Guard) place(text []byte) Key {
	if len(text) == 0 {
		return Key{}
	}
	var room fewSums
	return refOf(g.keys.issue.AppendSums(room[:0], []byte("place"), text)).Key
}

// addressLength is room for an address or a network.
const addressLength = 48

// address returns the pseudonym of what counts as one address.
func (g *Guard) address(addr netip.Addr) Key {
	var text [addressLength]byte
	return g.place(appendAddress(text[:0], addr))
}

// appendAddress appends what counts as one address, if it is valid: of version
// 6 a /64, which is one household or host.
func appendAddress(text []byte, addr netip.Addr) []byte {
	switch addr = addr.Unmap(); {
	case !addr.IsValid():
		return text
	case addr.Is4():
		return addr.AppendTo(text)
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return text
	}
	return p.AppendTo(text)
}

// recentNetworks is how many networks a guard remembers.
const recentNetworks = 1024

// networks remembers the pseudonyms of the networks that requests came from
// last. A million customers share some thousand networks, and fingerprints are
// much of what a decision costs. Names, sessions and whole addresses are not
// remembered: they are to be forgotten with the request.
type networks struct {
	seed  maphash.Seed
	slots [recentNetworks]atomic.Pointer[knownNetwork]
}

type knownNetwork struct {
	of  netip.Prefix
	key Key
}

func newNetworks() *networks { return &networks{seed: maphash.MakeSeed()} }

// network returns the pseudonym of an address's network.
func (g *Guard) network(addr netip.Addr) Key {
	p, ok := truncated(addr)
	if !ok {
		return Key{}
	}
	slot := &g.networks.slots[maphash.Comparable(g.networks.seed, p)%recentNetworks]
	if known := slot.Load(); known != nil && known.of == p {
		return known.key
	}
	var text [addressLength]byte
	fresh := &knownNetwork{of: p, key: g.place(p.AppendTo(text[:0]))}
	slot.Store(fresh)
	return fresh.key
}

// truncated returns the network of an address, if it is valid: a /24 or /48.
func truncated(addr netip.Addr) (netip.Prefix, bool) {
	if !addr.IsValid() {
		return netip.Prefix{}, false
	}
	addr = addr.Unmap()
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	return p, err == nil
}

// network returns the truncated network of an address, or "".
func network(addr netip.Addr) string {
	p, ok := truncated(addr)
	if !ok {
		return ""
	}
	return p.String()
}
