// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"encoding/binary"
	"math"
	"time"
)

// Parts of a life that dice decide, each by its own number.
const (
	loginPart = 100 + iota
	gapPart
	homePart
	devicePart
	tripPart
)

// subject is one life of the population. Times are days since [Epoch].
type subject struct {
	world     *Population
	number    int
	self      dice
	household dice // shared by those who live together
	gap       float64
	home      uplink // without prefix and host, which the lease decides
	office    uplink // fixed
	worker    bool
	carrier   uint8
	trips     float64 // per 30 days
	vpn       float64 // share of logins behind one
	vpnExit   uplink
	onPhone   float64 // share of logins on the phone
	owns      [3]bool // by form
	shares    bool    // the tablet is the household's
	language  string
}

func (p *Population) subject(number int) subject {
	self := p.seed.of(uint64(number))
	// Two in five live with the one numbered before or after them.
	household := p.seed.of(1 << 40).of(uint64(number / 2))
	if !household.happens(1, 0.4) {
		household = self.of(homePart)
	}
	s := subject{
		world: p, number: number, self: self, household: household,
		gap:     0.5 * math.Exp2(3*self.unit(2)), // from twice a day to every fourth
		worker:  self.happens(3, 0.45),
		carrier: self.pick(4, mobileShares),
		trips:   []float64{0.1, 0.3, 1}[self.pick(5, []float64{0.5, 0.4, 0.1})],
		onPhone: 0.2 + 0.7*self.unit(6),
		owns:    [3]bool{phone: true, desktop: self.happens(7, 0.75), tablet: household.happens(8, 0.3)},
		shares:  household.happens(9, 0.5),
	}
	s.home = uplink{kind: access, nation: household.pick(10, p.markets),
		city: household.pick(11, cityShares), operator: household.pick(12, accessShares)}
	s.office = uplink{kind: access, nation: s.home.nation, city: s.home.city,
		operator: self.pick(13, accessShares),
		prefix:   uint16(self.below(14, accessPrefixes)), host: uint16(self.below(15, 4096))}
	s.language = p.nations[s.home.nation].language
	if self.happens(16, 0.12) {
		s.language = "en-US,en;q=0.9"
	}
	if self.happens(17, 0.08) {
		s.useVPN()
	}
	return s
}

// useVPN gives the subject a VPN that he keeps, with an exit at home for most
// and abroad for some.
func (s *subject) useVPN() {
	s.vpn = 0.2 + 0.6*s.self.unit(18)
	s.vpnExit = uplink{kind: exit, nation: s.home.nation, operator: uint8(s.self.below(19, exitBrands))}
	if s.self.happens(20, 0.35) {
		s.vpnExit.nation = s.self.pick(21, s.world.markets)
	}
}

// login writes the login at a time into e.
func (s *subject) login(e *Event, at float64, d dice) {
	at = s.awake(at)
	*e = Event{Time: date(at), Subject: s.number}
	up, f := s.where(at, d)
	s.on(e, f, at)
	if s.vpn > 0 && d.happens(1, s.vpn) {
		up = s.vpnExit
		up.prefix, up.host = uint16(d.below(2, exitPrefixes)), uint16(d.below(3, 256))
	}
	e.Addr, e.Location = up.addr(), up.location(s.world.nations)
}

func date(at float64) time.Time { return Epoch().Add(time.Duration(at * 24 * float64(time.Hour))) }

// awake moves a time within its day to an hour at which people are up, by the
// clock at home. Order is kept to the day.
func (s *subject) awake(at float64) float64 {
	day, hour := math.Modf(at)
	offset := float64(s.world.nations[s.home.nation].cities[s.home.city].offset)
	return day + (7+16*hour-offset)/24
}

// where returns where the subject is, and on which form of device.
func (s *subject) where(at float64, d dice) (uplink, form) {
	f := s.hand(d)
	if abroad, ok := s.trip(at); ok {
		return s.away(abroad, d, f)
	}
	city, workday := s.home.city, int(at)%7 < 5
	hour := math.Mod(at, 1) * 24
	switch {
	case f == phone && d.happens(6, 0.4): // out, or with the wireless off
		return s.mobile(s.home.nation, city, d), f
	case s.worker && workday && hour >= 8 && hour < 17 && d.happens(7, 0.6):
		return s.office, f
	case d.happens(8, 0.03): // with friends, in a café
		return s.guest(s.home.nation, city, d), f
	}
	return s.leased(at), f
}

// hand returns the form of device that the subject takes.
func (s *subject) hand(d dice) form {
	switch {
	case d.happens(4, s.onPhone):
		return phone
	case s.owns[tablet] && (!s.owns[desktop] || d.happens(5, 0.2)):
		return tablet
	case s.owns[desktop]:
		return desktop
	}
	return phone
}

// leased is the home's own line, with the address that it has now.
func (s *subject) leased(at float64) uplink {
	up, h := s.home, s.household.of(homePart)
	near := h.below(1, accessPrefixes/nearPrefixes) * nearPrefixes
	lease := h.of(uint64(at/leaseDays[up.operator] + h.unit(2)))
	up.prefix = uint16(near + lease.below(3, nearPrefixes))
	up.host = uint16(lease.below(4, 4096))
	return up
}

// mobile is the carrier's gateway for a city; every login may get another of
// its addresses, as thousands of others do.
func (s *subject) mobile(nation, city uint8, d dice) uplink {
	near := int(city) * gatePrefixes
	return uplink{kind: mobile, nation: nation, city: city, operator: s.carrier,
		prefix: uint16(near + d.below(9, gatePrefixes)), host: uint16(d.below(10, 64))}
}

// guest is somebody else's line in a city.
func (s *subject) guest(nation, city uint8, d dice) uplink {
	return uplink{kind: access, nation: nation, city: city, operator: d.pick(11, accessShares),
		prefix: uint16(d.below(12, accessPrefixes)), host: uint16(d.below(13, 4096))}
}

// trip returns where the subject travels, if he does. A month has one trip at
// most, of two to twelve days.
func (s *subject) trip(at float64) (to uplink, ok bool) {
	month := uint64(at / 30)
	d := s.self.of(tripPart).of(month)
	start, length := 16*d.unit(1), 2+10*d.unit(2)
	day := at - 30*float64(month)
	if !d.happens(3, s.trips) || day < start || day > start+length {
		return to, false
	}
	to = uplink{kind: access, nation: s.home.nation, city: uint8(d.below(4, len(cityShares))),
		operator: d.pick(5, accessShares), prefix: uint16(d.below(6, accessPrefixes)),
		host: uint16(d.below(7, 4096))}
	if d.happens(8, 0.5) {
		to.nation = uint8(d.below(9, len(s.world.nations)))
	}
	return to, true
}

// away is where a traveller connects: where he stays, or roaming, which comes
// out at his own carrier's gateway at home.
func (s *subject) away(stay uplink, d dice, f form) (uplink, form) {
	if f == desktop && d.happens(14, 0.5) {
		f = phone // the rest is at home
	}
	if f == phone && d.happens(15, 0.4) {
		return s.mobile(s.home.nation, s.home.city, d), f
	}
	return stay, f
}

// on writes the device of a form into e, as it is now: devices are replaced
// every few years, mostly by the same kind, and browsers update themselves a
// little after each release.
func (s *subject) on(e *Event, f form, at float64) {
	owner := s.self
	if f == tablet && s.shares {
		owner = s.household
	}
	d := owner.of(devicePart).of(uint64(f))
	life := 500 + 900*d.unit(1)
	generation := uint64(at/life + d.unit(2))
	kind := d.pick(3, s.world.byForm[f])
	if g := d.of(generation); generation > 0 && g.happens(4, 0.2) {
		kind = g.pick(5, s.world.byForm[f])
	}
	lag := 30 * d.unit(6) * d.unit(7)
	s.world.client(e, kind, at-lag, s.language)
	binary.BigEndian.PutUint64(e.Device[:], uint64(d.of(generation)))
	copy(e.Device[12:], "fake")
}

// client writes a client of a kind, updated at a time, into e.
func (p *Population) client(e *Event, kind uint8, at float64, language string) {
	version := min(max(int(at/releaseDays)+1, 0), versions-1)
	k := &p.kinds[kind]
	e.Client = p.clients[kind][version]
	e.Client.Hints.AcceptLanguage = language
	e.Browser, e.System, e.Form = p.names[kind][version], k.system, k.device
}
