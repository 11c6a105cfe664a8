// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"net/netip"
	"testing"
)

// A network that is remembered has the pseudonym that it has in any process,
// whatever took its slot meanwhile.
func TestRememberedNetworks(t *testing.T) {
	ring := fakeRing(t)
	g := &Guard{networks: newNetworks()}
	g.keys.issue = ring.MAC("fake", "issue")
	for round := range 2 {
		for n := range 2 * recentNetworks {
			addr := netip.AddrFrom4([4]byte{21, byte(n >> 8), byte(n), 7})
			if n%2 == 0 {
				addr = netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, byte(n >> 8), byte(n), 7}).WithZone("eth0")
			}
			if got, want := g.network(addr), g.place([]byte(network(addr))); got != want || got == (Key{}) {
				t.Fatalf("round %d, %v: got %x, want %x", round, addr, got, want)
			}
		}
	}
	if got := g.network(netip.Addr{}); got != (Key{}) {
		t.Errorf("no address: got %x, want none", got)
	}
	mapped := netip.MustParseAddr("::ffff:21.0.1.9")
	if g.network(mapped) != g.network(mapped.Unmap()) {
		t.Error("an address of version 4 in one of version 6 is in another network")
	}
}
