// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"math"
	"net/netip"
)

// Locator places addresses. Implementations are safe for concurrent use.
type Locator interface {
	// Locate returns what is known of a public address. What no loaded source
	// lists stays zero in the Location, without an error. An error means that
	// a source failed; the Location then holds what the other sources know.
	// Private, loopback, link-local, carrier-grade NAT, documentation and
	// other reserved addresses have the zero Location. It must not block on a
	// network, and its error must not hold the address.
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

	// False when a loaded source of anonymisers does not list the address,
	// Unknown without such a source.
	Hosting, VPN, Proxy, Tor, ResidentialProxy Truth
}

// Anonymous reports whether the address is listed as an anonymiser or as a
// machine in a data centre, so that its place is not its user's. It is false
// where nothing is known.
func (l *Location) Anonymous() bool {
	return l.VPN == True || l.Hosting == True || l.shared()
}

// shared reports whether the address is an exit that anybody may use, so that
// a proof given behind it says nothing of the network.
func (l *Location) shared() bool {
	return l.Tor == True || l.Proxy == True || l.ResidentialProxy == True
}

// Point is a place on Earth, in degrees (WGS 84).
type Point struct {
	Latitude, Longitude float64
}

// valid reports whether p is on Earth; NaN is not.
func (p Point) valid() bool {
	return math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180
}

// earthRadiusKM is the mean radius R1 = (2a + b) / 3 of the WGS 84 ellipsoid.
const earthRadiusKM = 6371.0088

// DistanceKM returns the great-circle distance in kilometres on a sphere of
// mean Earth radius (haversine): at most 20,015.2 km, and within 0.6 % of the
// ellipsoid's. It is NaN where a coordinate is.
func (p Point) DistanceKM(q Point) float64 {
	const radian = math.Pi / 180
	sinLat := math.Sin((q.Latitude - p.Latitude) * radian / 2)
	sinLon := math.Sin((q.Longitude - p.Longitude) * radian / 2)
	h := sinLat*sinLat +
		math.Cos(p.Latitude*radian)*math.Cos(q.Latitude*radian)*sinLon*sinLon
	// Rounding can lift h above 1 between antipodes, where Asin has no value.
	return 2 * earthRadiusKM * math.Asin(math.Sqrt(min(h, 1)))
}
