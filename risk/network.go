// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding/binary"
	"net/netip"
)

// country is an ISO 3166-1 alpha-2 code; the zero value is none.
type country [2]byte

// parseCountry returns no country for what is not two capital letters.
func parseCountry(s string) country {
	if len(s) != 2 || !isCapital(s[0]) || !isCapital(s[1]) {
		return country{}
	}
	return country{s[0], s[1]}
}

func isCapital(c byte) bool { return 'A' <= c && c <= 'Z' }

func (c country) known() bool { return c != country{} }

func (c country) String() string {
	if !c.known() {
		return ""
	}
	return string(c[:])
}

// network is the network of an address, as coarse as it can be recognised by:
// its autonomous system, or the address cut to /24 or /48 where that is not
// known (L23). The zero value is none.
//
// The lowest two bits say which of the three it is; so the encoding of an
// autonomous system stays short.
type network uint64

const (
	asnNetwork network = iota + 1
	ip4Network
	ip6Network

	maxNetwork = ^uint64(0) >> 14 // 48 bits of prefix and 2 of kind
)

// networkOf returns the network of an address that is placed at l.
func networkOf(l *Location, addr netip.Addr) network {
	if l.ASN != 0 {
		return network(l.ASN)<<2 | asnNetwork
	}
	return truncated(addr)
}

// truncated returns the address cut to /24 or /48.
func truncated(addr netip.Addr) network {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid() || addr.IsUnspecified():
		return 0
	case addr.Is4():
		b := addr.As4()
		return network(binary.BigEndian.Uint32(b[:])>>8)<<2 | ip4Network
	}
	b := addr.As16()
	return network(binary.BigEndian.Uint64(b[:])>>16)<<2 | ip6Network
}

// prefix recognises the part of a network that an address is in: 16 bits of a
// digest of the address cut to /24 or /48. Equality is all that is needed, so
// no more is kept: some 256 such parts share each value. 0 is none.
type prefix uint16

func prefixOf(addr netip.Addr) prefix {
	n := truncated(addr)
	if n == 0 {
		return 0
	}
	return max(prefix(mix(uint64(n))>>48), 1)
}

// mix spreads a value over 64 bits: the finalizer of SplitMix64 (Steele, Lea
// and Flood, OOPSLA 2014). It is not a secret.
func mix(v uint64) uint64 {
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

func (n network) kind() network { return n & 3 }

// asn returns the autonomous system's number, and 0 for a prefix.
func (n network) asn() uint32 {
	if n.kind() != asnNetwork {
		return 0
	}
	return uint32(n >> 2)
}

// text returns the truncated address, and "" for an autonomous system.
func (n network) text() string {
	switch n.kind() {
	case ip4Network:
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(n>>2)<<8)
		return netip.PrefixFrom(netip.AddrFrom4(b), 24).String()
	case ip6Network:
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], uint64(n>>2)<<16)
		return netip.PrefixFrom(netip.AddrFrom16(b), 48).String()
	}
	return ""
}

// valid reports whether n is a network or none, as a decoder needs to know.
func (n network) valid() bool {
	switch n.kind() {
	case asnNetwork:
		return n>>2 != 0 && n>>34 == 0
	case ip4Network:
		return n>>26 == 0
	case ip6Network:
		return n>>50 == 0
	}
	return n == 0
}
