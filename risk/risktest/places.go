// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"net/netip"

	"github.com/proportion-go/proportion/risk"
)

// The addresses that [NewLocator] places. All of a /28 around each is placed
// alike. [NowhereAddr] has no place.
const (
	ParisAddr    = "192.0.2.1"
	LyonAddr     = "192.0.2.17"
	MobileAddr   = "192.0.2.33"
	BrusselsAddr = "192.0.2.49"
	LondonAddr   = "198.51.100.1"
	MadridAddr   = "198.51.100.17"
	DakarAddr    = "198.51.100.33"
	NewYorkAddr  = "203.0.113.1"
	SaoPauloAddr = "203.0.113.17"
	TorAddr      = "203.0.113.33"
	VPNAddr      = "203.0.113.49"
	HostingAddr  = "203.0.113.65"
	NowhereAddr  = "203.0.113.241"
)

// fixtures says which address is where.
func fixtures() map[string]risk.Location {
	return map[string]risk.Location{
		ParisAddr: Paris(), LyonAddr: Lyon(), MobileAddr: Mobile(), BrusselsAddr: Brussels(),
		LondonAddr: London(), MadridAddr: Madrid(), DakarAddr: Dakar(), NewYorkAddr: NewYork(),
		SaoPauloAddr: SaoPaulo(), TorAddr: Tor(), VPNAddr: VPN(), HostingAddr: Hosting(),
	}
}

// block returns the /28 around an address.
func block(addr string) netip.Prefix {
	return netip.PrefixFrom(netip.MustParseAddr(addr), 28).Masked()
}

// Paris is a home line in France.
func Paris() risk.Location {
	return line("FR", "FR-IDF", "Paris", 48.8566, 2.3522, "Europe/Paris", 64496)
}

// Lyon is a home line of the same operator, 390 km from [Paris].
func Lyon() risk.Location {
	return line("FR", "FR-ARA", "Lyon", 45.7640, 4.8357, "Europe/Paris", 64496)
}

// Mobile is a phone in France: placed in Paris, give or take 200 km.
func Mobile() risk.Location {
	l := line("FR", "FR-IDF", "Paris", 48.8566, 2.3522, "Europe/Paris", 64497)
	l.AccuracyKM = 200
	return l
}

// Brussels is a line in a country next to France.
func Brussels() risk.Location {
	return line("BE", "BE-BRU", "Brussels", 50.8503, 4.3517, "Europe/Brussels", 64498)
}

// London is a train journey from [Paris].
func London() risk.Location {
	return line("GB", "GB-ENG", "London", 51.5074, -0.1278, "Europe/London", 64499)
}

// Madrid is a flight from [Paris].
func Madrid() risk.Location {
	return line("ES", "ES-MD", "Madrid", 40.4168, -3.7038, "Europe/Madrid", 64500)
}

// Dakar is a long flight from [Paris].
func Dakar() risk.Location {
	return line("SN", "SN-DK", "Dakar", 14.7167, -17.4677, "Africa/Dakar", 64501)
}

// NewYork is an ocean away from [Paris].
func NewYork() risk.Location {
	return line("US", "US-NY", "New York", 40.7128, -74.0060, "America/New_York", 64502)
}

// SaoPaulo is another ocean away.
func SaoPaulo() risk.Location {
	return line("BR", "BR-SP", "São Paulo", -23.5505, -46.6333, "America/Sao_Paulo", 64503)
}

// Tor is a Tor exit in a German data centre.
func Tor() risk.Location {
	l := line("DE", "DE-HE", "Frankfurt am Main", 50.1109, 8.6821, "Europe/Berlin", 64504)
	l.Tor, l.Hosting = risk.True, risk.True
	return l
}

// VPN is an exit of a commercial VPN in the Netherlands.
func VPN() risk.Location {
	l := line("NL", "NL-NH", "Amsterdam", 52.3676, 4.9041, "Europe/Amsterdam", 64505)
	l.VPN = risk.True
	return l
}

// Hosting is a machine in a data centre in the United States.
func Hosting() risk.Location {
	l := line("US", "US-VA", "Ashburn", 39.0438, -77.4874, "America/New_York", 64506)
	l.Hosting = risk.True
	return l
}

// line is a place that is known to be no anonymiser.
func line(country, region, city string, lat, lon float64, zone string, asn uint32) risk.Location {
	return risk.Location{
		Country: country, Region: region, City: city,
		Point: risk.Point{Latitude: lat, Longitude: lon}, HasPoint: true, AccuracyKM: 20,
		Timezone: zone, ASN: asn, Network: "Fake network of " + city,
		Hosting: risk.False, VPN: risk.False, Proxy: risk.False, Tor: risk.False,
		ResidentialProxy: risk.False,
	}
}
