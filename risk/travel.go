// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"time"
)

// The limits under which a journey is not judged.
const (
	// minTravelKM is the least distance, after both accuracy radii: what is
	// nearer is commuting, or a mobile gateway in the next city.
	minTravelKM = 100
	// minTravel is the least time: below it the clocks of two servers, and
	// requests that overtake each other, decide the speed.
	minTravel = time.Minute
	// assumedRadiusKM stands in where a database gives no accuracy radius. It
	// is what City databases commonly state for a mobile network.
	assumedRadiusKM = 100
	// airlinerKMH is beyond any scheduled flight over ground. It decides only
	// what a profile learns of a network; policies judge speeds themselves.
	airlinerKMH = 1000
	// maxKM is half of the equator: no two places are farther apart.
	maxKM = 20038
)

// Place is an end of a journey, for explanations.
type Place struct {
	City       string // "" where only the country is known
	Country    string // ISO 3166-1 alpha-2
	Point      Point
	AccuracyKM float64
	Time       time.Time
}

// Travel is a journey that a request implies: from where the subject last
// proved himself to where the request comes from.
type Travel struct {
	From, To Place
	KM       float64 // great circle, less both accuracy radii
	Hours    float64
	SpeedKMH float64
}

// Travel returns the journey that the request implies, and whether there is
// one to judge. There is none without two located places, behind an
// anonymiser, on the same network, from a network that is a proxy of the
// subject's, under 100 km or a minute, or when the clock went backwards.
func (o *Observation) Travel() (t Travel, ok bool) {
	km, hours := o.journey()
	if hours == 0 {
		return Travel{}, false
	}
	from, here := &o.Profile.place, spotOf(&o.Location)
	return Travel{
		From: from.spot.place(from.country, unixTime(from.at)),
		To:   here.place(parseCountry(o.Location.Country), o.Time.UTC()),
		KM:   km, Hours: hours, SpeedKMH: km / hours,
	}, true
}

// journey returns no hours where there is no journey to judge.
func (o *Observation) journey() (km, hours float64) {
	if o.Profile == nil || !o.Profile.place.known || o.Location.Anonymous() {
		return 0, 0
	}
	from, here := &o.Profile.place, spotOf(&o.Location)
	elapsed := o.Time.Sub(unixTime(from.at))
	net := networkOf(&o.Location, o.Addr)
	if elapsed < minTravel || from.sameNetwork(net) || o.Profile.relays(net) {
		return 0, 0
	}
	if km = from.kmTo(&here); km < minTravelKM {
		return 0, 0
	}
	return km, elapsed.Hours()
}

func (s *spot) place(c country, at time.Time) Place {
	return Place{
		City: s.city, Country: c.String(), Point: s.point(),
		AccuracyKM: float64(s.radius), Time: at,
	}
}

// kmTo returns how far apart two spots are at least, and 0 where one is not
// known.
func (s *spot) kmTo(t *spot) float64 {
	if !s.known || !t.known {
		return 0
	}
	return max(0, s.point().DistanceKM(t.point())-float64(s.radius)-float64(t.radius))
}

// radiusKM returns the accuracy radius, or what to assume for it.
func radiusKM(stated float64) float64 {
	if stated > 0 {
		return stated
	}
	return assumedRadiusKM
}

// sameNetwork reports whether the subject is still on the network of his last
// place. A carrier or a company moves its customers between gateways far
// apart: that is no journey.
func (p *place) sameNetwork(n network) bool { return n != 0 && n == p.network }

// leaps reports whether the evidence was gathered sooner after the last place
// than an aircraft could have brought the subject there.
func (p *place) leaps(e *Evidence) bool {
	elapsed := e.Time.Sub(unixTime(p.at))
	km := p.kmTo(&e.spot)
	return km >= minTravelKM && elapsed >= 0 && !p.sameNetwork(e.network) &&
		km > airlinerKMH*elapsed.Hours()
}

// leapsOfRelay is how many proofs, sooner than any journey, make a network a
// relay: one may be a mistake of the database.
const leapsOfRelay = 2

// relays reports whether a network is a VPN or company proxy of the subject's:
// most of the proofs given on it came sooner than he could have travelled. Its
// place is not his.
func (p *Profile) relays(n network) bool {
	if n == 0 {
		return false
	}
	leaps, proofs := 0, 0
	for i := range p.proofs {
		e := &p.proofs[i]
		if e.network != n {
			continue
		}
		proofs++
		if e.leap {
			leaps++
		}
	}
	return leaps >= leapsOfRelay && 2*leaps > proofs
}
