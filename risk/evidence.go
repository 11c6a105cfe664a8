// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// Evidence is the part of an observation that a proof would teach: where and
// on what the subject was. It is small, comparable, and holds no full address:
// a network is its number, or the address cut to /24 or /48, of which a digest
// of 16 bits is kept beside the number.
//
// The zero value teaches nothing.
type Evidence struct {
	Time time.Time // in UTC, to the second

	device    DeviceID
	agent     agent
	network   network
	prefix    prefix
	country   country
	spot      spot
	anonymous bool // the place is not the subject's
}

// spot is a place as coarse as a location database knows it.
type spot struct {
	known    bool
	lat, lon int16  // hundredths of a degree
	radius   uint16 // km
	city     string
}

// maxCity and maxTimezone bound the texts that are kept, in bytes. The longest
// IANA name has 32.
const (
	maxCity     = 40
	maxTimezone = 40
)

// Evidence returns what a proof of this observation would teach.
func (o *Observation) Evidence() Evidence {
	e := Evidence{
		Time:      unixTime(unixSeconds(o.Time)),
		device:    o.Device,
		agent:     agentOf(&o.Client),
		country:   parseCountry(o.Location.Country),
		anonymous: o.Location.Anonymous(),
	}
	if !o.Location.shared() {
		e.network = networkOf(&o.Location, o.Addr)
		e.prefix = prefixOf(o.Addr)
	}
	if !e.anonymous {
		e.spot = spotOf(&o.Location)
	}
	return e
}

// Device returns the device that was observed; the zero DeviceID is none.
func (e Evidence) Device() DeviceID { return e.device }

// spotOf rounds a place to about a kilometre, which is finer than any database
// is right.
func spotOf(l *Location) spot {
	if !l.HasPoint || !l.Point.valid() {
		return spot{}
	}
	return spot{
		known:  true,
		lat:    int16(math.Round(l.Point.Latitude * 100)),
		lon:    int16(math.Round(l.Point.Longitude * 100)),
		radius: uint16(min(max(math.Round(radiusKM(l.AccuracyKM)), 1), maxKM)),
		city:   clip(l.City, maxCity),
	}
}

func (s *spot) point() Point {
	return Point{Latitude: float64(s.lat) / 100, Longitude: float64(s.lon) / 100}
}

// clip cuts a text to at most n bytes, between runes, and drops what is not
// UTF-8.
func clip(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// maxSeconds is the last second of the year 9999.
const maxSeconds = 253402300799

// unixSeconds returns 0 for a time that no clock of ours shows: the zero time,
// or one outside 1970 to 9999.
func unixSeconds(t time.Time) int64 {
	s := t.Unix()
	if s < 0 || s > maxSeconds {
		return 0
	}
	return s
}

// unixTime returns the zero time for 0.
func unixTime(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
