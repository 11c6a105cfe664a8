// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"cmp"
	"math"

	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/proportion-go/proportion/risk"
)

// placeRecord, operatorRecord and anonymousRecord name the few fields that are
// needed of each kind; decoding more would cost more.
type placeRecord struct {
	Country struct {
		ISOCode string `maxminddb:"iso_code"`
	} `maxminddb:"country"`
	City struct {
		Names struct {
			English string `maxminddb:"en"`
		} `maxminddb:"names"`
	} `maxminddb:"city"`
	Subdivisions []struct {
		ISOCode string `maxminddb:"iso_code"`
	} `maxminddb:"subdivisions"`
	Location struct {
		Latitude  float64 `maxminddb:"latitude"`
		Longitude float64 `maxminddb:"longitude"`
		Radius    uint16  `maxminddb:"accuracy_radius"`
		Timezone  string  `maxminddb:"time_zone"`
	} `maxminddb:"location"`
	Traits operatorRecord `maxminddb:"traits"`
}

type operatorRecord struct {
	Number       uint32 `maxminddb:"autonomous_system_number"`
	Organization string `maxminddb:"autonomous_system_organization"`
}

type anonymousRecord struct {
	VPN              bool `maxminddb:"is_anonymous_vpn"`
	Hosting          bool `maxminddb:"is_hosting_provider"`
	Proxy            bool `maxminddb:"is_public_proxy"`
	ResidentialProxy bool `maxminddb:"is_residential_proxy"`
	Tor              bool `maxminddb:"is_tor_exit_node"`
}

// decode reads what a database of a kind says of an address.
func decode(k kind, result maxminddb.Result) (risk.Location, error) {
	switch k {
	case anonymisers:
		return decodeAnonymous(result)
	case operators:
		var r operatorRecord
		err := result.Decode(&r)
		return risk.Location{ASN: r.Number, Network: r.Organization}, err
	}
	return decodePlace(result)
}

// decodePlace reads a record of a City, Country or Enterprise database. What
// the record lacks stays zero.
func decodePlace(result maxminddb.Result) (risk.Location, error) {
	var r placeRecord
	// A point at 0, 0 is in the sea, but it is a point: only NaN is none.
	r.Location.Latitude, r.Location.Longitude = math.NaN(), math.NaN()
	if err := result.Decode(&r); err != nil {
		return risk.Location{}, err
	}
	l := risk.Location{
		Country: r.Country.ISOCode, City: r.City.Names.English, Timezone: r.Location.Timezone,
		ASN: r.Traits.Number, Network: r.Traits.Organization,
	}
	if len(r.Subdivisions) > 0 && r.Subdivisions[0].ISOCode != "" && l.Country != "" {
		l.Region = l.Country + "-" + r.Subdivisions[0].ISOCode
	}
	if math.Abs(r.Location.Latitude) <= 90 && math.Abs(r.Location.Longitude) <= 180 {
		l.HasPoint = true
		l.Point = risk.Point{Latitude: r.Location.Latitude, Longitude: r.Location.Longitude}
		l.AccuracyKM = float64(r.Location.Radius)
	}
	return l, nil
}

// decodeAnonymous reads a record of an Anonymous-IP or Anonymous-Plus
// database. An address that is not in it is known to be none of these.
func decodeAnonymous(result maxminddb.Result) (risk.Location, error) {
	var r anonymousRecord
	if err := result.Decode(&r); err != nil {
		return risk.Location{}, err
	}
	return risk.Location{
		VPN: risk.TruthOf(r.VPN), Hosting: risk.TruthOf(r.Hosting), Proxy: risk.TruthOf(r.Proxy),
		ResidentialProxy: risk.TruthOf(r.ResidentialProxy), Tor: risk.TruthOf(r.Tor),
	}, nil
}

// merge adds what another database knows. Where two disagree on the country,
// the second's place is left out: parts of both would be nowhere.
func merge(to, from *risk.Location) {
	if to.Country == "" || from.Country == to.Country {
		to.Country = from.Country
		to.Region = cmp.Or(to.Region, from.Region)
		to.City = cmp.Or(to.City, from.City)
		to.Timezone = cmp.Or(to.Timezone, from.Timezone)
		if !to.HasPoint {
			to.HasPoint, to.Point, to.AccuracyKM = from.HasPoint, from.Point, from.AccuracyKM
		}
	}
	if to.ASN == 0 {
		to.ASN, to.Network = from.ASN, from.Network
	}
	to.VPN = listed(to.VPN, from.VPN)
	to.Hosting = listed(to.Hosting, from.Hosting)
	to.Proxy = listed(to.Proxy, from.Proxy)
	to.ResidentialProxy = listed(to.ResidentialProxy, from.ResidentialProxy)
	to.Tor = listed(to.Tor, from.Tor)
}

// listed is true where either database lists the address, and unknown where
// neither is one of anonymisers: the greater of the two.
func listed(a, b risk.Truth) risk.Truth { return max(a, b) }
