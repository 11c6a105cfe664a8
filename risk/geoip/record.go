// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package geoip

import (
	"cmp"
	"math"

	"github.com/proportion-go/proportion/risk"
)

// record is what is needed of a record of any kind. It reads a record field by
// field, and steps over what is not needed. Its texts are parts of the file.
type record struct {
	reader

	country, region, city, timezone, operator []byte

	latitude, longitude float64
	radius, asn         uint64

	vpn, hosting, proxy, residentialProxy, tor bool

	enough bool // of the map that is being read, nothing else is needed
}

// maxText is longer than any name of a place or an operator.
const maxText = 255

// A reading reads the value of a field, if it is needed, and returns where it
// ends.
type reading func(r *record, key []byte, at int) (end int)

// fields gives each field of the map at a place to read, and returns where the
// map ends.
func (r *record) fields(at int, read reading) (end int) {
	h, end := r.value(at)
	if h.kind != mapType {
		r.fail()
	}
	at = h.content
	for rest := h.size - 1; rest >= 0; rest-- {
		var key []byte
		if key, at = r.key(at); r.bad || r.left < 0 {
			r.fail()
			return 0
		}
		if at = read(r, key, at); r.enough {
			r.enough = false
			if end == 0 { // behind a pointer the rest need not be looked at
				end = r.skip(at, 2*rest)
			}
			return end
		}
	}
	if end == 0 {
		end = at
	}
	return end
}

// last reads a text that is all that is needed of its map.
func (r *record) last(at int, to *[]byte) (end int) {
	end = r.text(at, to)
	r.enough = true
	return end
}

// placed reads a field of a City, Country or Enterprise database.
func placed(r *record, key []byte, at int) (end int) {
	switch string(key) {
	case "country":
		return r.fields(at, func(r *record, key []byte, at int) int { return r.code(key, at, &r.country) })
	case "subdivisions":
		return r.subdivisions(at)
	case "city":
		return r.fields(at, inCity)
	case "location":
		return r.fields(at, inLocation)
	case "traits":
		return r.fields(at, operated)
	}
	return r.skip(at, 1)
}

func (r *record) code(key []byte, at int, to *[]byte) (end int) {
	if string(key) == "iso_code" {
		return r.last(at, to)
	}
	return r.skip(at, 1)
}

// subdivisions reads the first one, which is the largest.
func (r *record) subdivisions(at int) (end int) {
	h, end := r.value(at)
	if h.kind != arrayType {
		r.fail()
	}
	at = h.content
	for i := range h.size {
		if r.bad {
			return 0
		}
		if i > 0 {
			at = r.skip(at, h.size-i)
			break
		}
		at = r.fields(at, func(r *record, key []byte, at int) int { return r.code(key, at, &r.region) })
	}
	if end == 0 {
		end = at
	}
	return end
}

func inCity(r *record, key []byte, at int) (end int) {
	if string(key) == "names" {
		end = r.fields(at, inNames)
		r.enough = true
		return end
	}
	return r.skip(at, 1)
}

func inNames(r *record, key []byte, at int) (end int) {
	if string(key) == "en" {
		return r.last(at, &r.city)
	}
	return r.skip(at, 1)
}

func inLocation(r *record, key []byte, at int) (end int) {
	switch string(key) {
	case "latitude":
		return r.float(at, &r.latitude)
	case "longitude":
		return r.float(at, &r.longitude)
	case "accuracy_radius":
		return r.integer(at, &r.radius, math.MaxUint16)
	case "time_zone":
		return r.text(at, &r.timezone)
	}
	return r.skip(at, 1)
}

// operated reads a field of an ASN or ISP database, or of an Enterprise one's
// traits.
func operated(r *record, key []byte, at int) (end int) {
	switch string(key) {
	case "autonomous_system_number":
		return r.integer(at, &r.asn, math.MaxUint32)
	case "autonomous_system_organization":
		return r.text(at, &r.operator)
	}
	return r.skip(at, 1)
}

// listed reads a field of an Anonymous-IP or Anonymous-Plus database.
func listed(r *record, key []byte, at int) (end int) {
	switch string(key) {
	case "is_anonymous_vpn":
		return r.flag(at, &r.vpn)
	case "is_hosting_provider":
		return r.flag(at, &r.hosting)
	case "is_public_proxy":
		return r.flag(at, &r.proxy)
	case "is_residential_proxy":
		return r.flag(at, &r.residentialProxy)
	case "is_tor_exit_node":
		return r.flag(at, &r.tor)
	}
	return r.skip(at, 1)
}

// decode reads the record at a place in the data section. What it lacks stays
// zero.
func (s *source) decode(at int) (risk.Location, error) {
	r := s.records.Get().(*record)
	defer s.records.Put(r)
	*r = record{
		reader:   reader{data: s.data, left: maxValues},
		latitude: math.NaN(), longitude: math.NaN(),
	}
	switch s.kind {
	case anonymisers:
		r.fields(at, listed)
	case operators:
		r.fields(at, operated)
	default:
		r.fields(at, placed)
	}
	if r.bad {
		return risk.Location{}, s.damaged()
	}
	if s.kind == anonymisers {
		return r.listing(), nil
	}
	return r.location(), nil
}

// location is the place, and the operator. A point at 0, 0 is in the sea, but
// it is a point: only NaN is none.
func (r *record) location() risk.Location {
	var l risk.Location
	r.copyTexts(&l)
	l.ASN = uint32(r.asn)
	if math.Abs(r.latitude) <= 90 && math.Abs(r.longitude) <= 180 {
		l.HasPoint = true
		l.Point = risk.Point{Latitude: r.latitude, Longitude: r.longitude}
		l.AccuracyKM = float64(r.radius)
	}
	return l
}

// copyTexts copies all texts at once, and gives each its part: so the location
// holds on to no part of the file, and costs one allocation.
func (r *record) copyTexts(l *risk.Location) {
	var room [128]byte
	b := append(room[:0], r.country...)
	if len(r.country) > 0 && len(r.region) > 0 {
		b = append(append(b, '-'), r.region...)
	}
	region := len(b)
	b = append(append(append(b, r.city...), r.timezone...), r.operator...)
	all := string(b)
	take := func(n int) string {
		part := all[:n]
		all = all[n:]
		return part
	}
	l.Region = take(region)
	l.Country = l.Region[:len(r.country)]
	if l.Region == l.Country {
		l.Region = ""
	}
	l.City, l.Timezone, l.Network = take(len(r.city)), take(len(r.timezone)), take(len(r.operator))
}

// listing says which anonymisers the address is listed as. One that is not in
// the database is known to be none.
func (r *record) listing() risk.Location {
	return risk.Location{
		VPN: risk.TruthOf(r.vpn), Hosting: risk.TruthOf(r.hosting), Proxy: risk.TruthOf(r.proxy),
		ResidentialProxy: risk.TruthOf(r.residentialProxy), Tor: risk.TruthOf(r.tor),
	}
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
	to.VPN = either(to.VPN, from.VPN)
	to.Hosting = either(to.Hosting, from.Hosting)
	to.Proxy = either(to.Proxy, from.Proxy)
	to.ResidentialProxy = either(to.ResidentialProxy, from.ResidentialProxy)
	to.Tor = either(to.Tor, from.Tor)
}

// either is true where either database lists the address, and unknown where
// neither is one of anonymisers: the greater of the two.
func either(a, b risk.Truth) risk.Truth { return max(a, b) }
