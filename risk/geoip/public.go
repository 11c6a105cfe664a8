// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"encoding/binary"
	"net/netip"
)

// reserved4 are the blocks of the IANA IPv4 special-purpose address registry
// (RFC 6890), with multicast and the former class E: no customer is there.
var reserved4 = blocks(
	"0.0.0.0/8",
	"10.0.0.0/8",
	"100.64.0.0/10", // carrier-grade NAT, RFC 6598
	"127.0.0.0/8",
	"169.254.0.0/16",
	"172.16.0.0/12",
	"192.0.0.0/24",
	"192.0.2.0/24", // documentation, RFC 5737
	"192.88.99.0/24",
	"192.168.0.0/16",
	"198.18.0.0/15",
	"198.51.100.0/24",
	"203.0.113.0/24",
	"224.0.0.0/3",
)

// global6 is all that IANA has set aside for global unicast (RFC 4291).
var global6 = netip.MustParsePrefix("2000::/3")

// reserved6 are the blocks of the IANA IPv6 special-purpose address registry
// inside global6. Teredo and 6to4 are among them: their place is that of
// whatever IPv4 address the sender wrote into them.
var reserved6 = [...]netip.Prefix{
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), // documentation, RFC 3849
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"), // documentation, RFC 9637
}

// block is an IPv4 prefix as numbers, which compare faster.
type block struct{ base, mask uint32 }

func blocks(prefixes ...string) []block {
	list := make([]block, len(prefixes))
	for i, text := range prefixes {
		p := netip.MustParsePrefix(text) // of the constants above
		list[i] = block{number(p.Addr()), ^uint32(0) << (32 - p.Bits())}
	}
	return list
}

func number(addr netip.Addr) uint32 {
	b := addr.As4()
	return binary.BigEndian.Uint32(b[:])
}

// public reports whether an unmapped address is one that a database may place.
func public(addr netip.Addr) bool {
	if addr.Is4() {
		n := number(addr)
		for _, b := range reserved4 {
			if n&b.mask == b.base {
				return false
			}
		}
		return true
	}
	if !global6.Contains(addr) {
		return false
	}
	for _, b := range reserved6 {
		if b.Contains(addr) {
			return false
		}
	}
	return true
}
