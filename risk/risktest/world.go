// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"encoding/binary"
	"net/netip"

	"github.com/proportion-go/proportion/risk"
)

// The world of the simulator: six countries of three cities, each country with
// four access providers that reach all its cities and three mobile ones that
// come out at their own gateways, as real countries have them. One country is
// the deployment's main market.

type nation struct {
	code, language string
	share          float64 // of the population
	cities         [3]city
}

type city struct {
	region, name string
	lat, lon     float64
	zone         string
	offset       int // hours from UTC, all year: enough to have days and nights
}

func nations() []nation {
	return []nation{
		{"FR", "fr-FR,fr;q=0.9", 0.55, [3]city{
			{"FR-IDF", "Paris", 48.8566, 2.3522, "Europe/Paris", 1},
			{"FR-ARA", "Lyon", 45.7640, 4.8357, "Europe/Paris", 1},
			{"FR-PAC", "Marseille", 43.2965, 5.3698, "Europe/Paris", 1}}},
		{"BE", "fr-BE,fr;q=0.9", 0.15, [3]city{
			{"BE-BRU", "Brussels", 50.8503, 4.3517, "Europe/Brussels", 1},
			{"BE-VAN", "Antwerp", 51.2194, 4.4025, "Europe/Brussels", 1},
			{"BE-WLG", "Liège", 50.6326, 5.5797, "Europe/Brussels", 1}}},
		{"ES", "es-ES,es;q=0.9", 0.10, [3]city{
			{"ES-MD", "Madrid", 40.4168, -3.7038, "Europe/Madrid", 1},
			{"ES-CT", "Barcelona", 41.3874, 2.1686, "Europe/Madrid", 1},
			{"ES-VC", "Valencia", 39.4699, -0.3763, "Europe/Madrid", 1}}},
		{"DE", "de-DE,de;q=0.9", 0.08, [3]city{
			{"DE-BE", "Berlin", 52.5200, 13.4050, "Europe/Berlin", 1},
			{"DE-BY", "Munich", 48.1351, 11.5820, "Europe/Berlin", 1},
			{"DE-HH", "Hamburg", 53.5511, 9.9937, "Europe/Berlin", 1}}},
		{"GB", "en-GB,en;q=0.9", 0.06, [3]city{
			{"GB-ENG", "London", 51.5074, -0.1278, "Europe/London", 0},
			{"GB-ENG", "Manchester", 53.4808, -2.2426, "Europe/London", 0},
			{"GB-SCT", "Glasgow", 55.8642, -4.2518, "Europe/London", 0}}},
		{"US", "en-US,en;q=0.9", 0.06, [3]city{
			{"US-NY", "New York", 40.7128, -74.0060, "America/New_York", -5},
			{"US-IL", "Chicago", 41.8781, -87.6298, "America/Chicago", -6},
			{"US-CA", "Los Angeles", 34.0522, -118.2437, "America/Los_Angeles", -8}}},
	}
}

// cityShares is how many of a country live in each of its cities.
var cityShares = []float64{0.5, 0.3, 0.2}

// accessShares and mobileShares are the markets of a country.
var (
	accessShares = []float64{0.40, 0.27, 0.20, 0.13}
	mobileShares = []float64{0.45, 0.33, 0.22}
)

// leaseDays is how long a home keeps its address, by provider: some reconnect
// every night, some hardly ever.
var leaseDays = [...]float64{30, 1, 180, 365}

// How many prefixes (parts of a network, /48 here as /24 in the older protocol)
// a provider has.
const (
	accessPrefixes = 64 // in a city
	nearPrefixes   = 4  // of those, what one home can get
	mobilePrefixes = 32 // at all gateways of a country
	gatePrefixes   = 8  // of those, what one city comes out at
	exitPrefixes   = 16 // of a VPN, in a country
	exitBrands     = 3
)

// netKind is a kind of network.
type netKind uint8

const (
	access netKind = iota
	mobile
	exit // of a commercial VPN, in a data centre
)

// uplink is where a request comes from.
type uplink struct {
	kind         netKind
	nation, city uint8
	operator     uint8 // of its kind, in its country
	prefix, host uint16
}

// asnBase is the first number of those for private use (RFC 6996).
const asnBase = 4_200_000_000

func (u *uplink) number() uint32 {
	switch u.kind {
	case access:
		return asnBase + uint32(u.nation)*16 + uint32(u.operator)
	case mobile:
		return asnBase + uint32(u.nation)*16 + 8 + uint32(u.operator)
	}
	return asnBase + 1000 + uint32(u.operator) // the same brand in every country
}

// addr is in the documentation prefix 2001:db8::/32 (RFC 3849): its third
// group numbers the prefix, its last the host.
func (u *uplink) addr() netip.Addr {
	var index int
	switch u.kind {
	case access:
		index = (int(u.city)*len(accessShares)+int(u.operator))*accessPrefixes + int(u.prefix)
	case mobile:
		index = 3*len(accessShares)*accessPrefixes + int(u.operator)*mobilePrefixes + int(u.prefix)
	default:
		index = 3*len(accessShares)*accessPrefixes + 3*mobilePrefixes +
			int(u.operator)*exitPrefixes + int(u.prefix)
	}
	b := [16]byte{0x20, 0x01, 0x0d, 0xb8}
	binary.BigEndian.PutUint16(b[4:], uint16(int(u.nation)*1024+index))
	binary.BigEndian.PutUint16(b[14:], u.host)
	return netip.AddrFrom16(b)
}

// operatorNames are by kind.
var operatorNames = [...]string{"Fake access", "Fake mobile", "Fake VPN"}

// location is where a database places it: a mobile network at its country's
// first city, give or take.
func (u *uplink) location(all []nation) risk.Location {
	n := &all[u.nation]
	c, radius := &n.cities[u.city], 20.0
	if u.kind == mobile {
		c, radius = &n.cities[0], 200
	}
	return risk.Location{
		Country: n.code, Region: c.region, City: c.name,
		Point: risk.Point{Latitude: c.lat, Longitude: c.lon}, HasPoint: true, AccuracyKM: radius,
		Timezone: c.zone, ASN: u.number(), Network: operatorNames[u.kind],
		Hosting: risk.TruthOf(u.kind == exit), VPN: risk.TruthOf(u.kind == exit),
		Proxy: risk.False, Tor: risk.False, ResidentialProxy: risk.False,
	}
}
