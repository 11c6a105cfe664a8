// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Attack is what an attacker who has the subject's password knows besides. The
// zero value is no attack.
type Attack uint8

const (
	// Naive attackers come from anywhere, mostly abroad, on what they have.
	Naive Attack = iota + 1
	// BehindVPN attackers know the country, and take a VPN's exit in it.
	BehindVPN
	// Targeted attackers know the city and the browser: they take a line there,
	// such as an infected machine's, and send the subject's own user agent and
	// language.
	Targeted
	// VeryTargeted attackers know the access provider too, and have stolen a
	// session with the token of the device.
	VeryTargeted
)

var attackNames = [...]string{"none", "naive", "VPN", "targeted", "very targeted"}

// String returns the name of the attack.
func (a Attack) String() string {
	if int(a) < len(attackNames) {
		return attackNames[a]
	}
	return "unknown"
}

// Attack returns the n-th attempt of a kind on a subject, made at a time. The
// same attempt is always the same.
func (p *Population) Attack(kind Attack, subject, n int, at time.Time) Event {
	s := p.subject(min(max(subject, 0), p.size-1))
	d := s.self.of(1 << 41).of(uint64(kind)).of(uint64(n))
	days := at.Sub(Epoch()).Hours() / 24
	e := Event{Time: at.UTC(), Subject: s.number, Attack: kind}
	var up uplink
	switch kind {
	case Targeted, VeryTargeted:
		up = s.stranger(kind, d)
		_, f := s.where(days, d)
		s.on(&e, f, days)
		if kind == Targeted {
			e.Device = risk.DeviceID{}
		}
	case BehindVPN:
		up = uplink{kind: exit, nation: s.home.nation, operator: uint8(d.below(20, exitBrands)),
			prefix: uint16(d.below(21, exitPrefixes)), host: uint16(d.below(22, 256))}
		s.tools(&e, days, d)
	default:
		up = p.anywhere(d)
		s.tools(&e, days, d)
	}
	e.Addr, e.Location = up.addr(), up.location(p.nations)
	return e
}

// stranger is a line in the subject's city that is not his: the access
// provider's one in its market share, or his own where the attacker knows it.
func (s *subject) stranger(kind Attack, d dice) uplink {
	up := s.guest(s.home.nation, s.home.city, d)
	if kind == VeryTargeted {
		up.operator = s.home.operator
	}
	return up
}

// anywhere is a machine of a data centre or an infected one, in any country
// alike.
func (p *Population) anywhere(d dice) uplink {
	up := uplink{nation: uint8(d.below(20, len(p.nations))), city: d.pick(21, cityShares)}
	if d.happens(22, 0.5) {
		up.kind, up.operator = exit, uint8(d.below(23, exitBrands))
		up.prefix, up.host = uint16(d.below(24, exitPrefixes)), uint16(d.below(25, 256))
		return up
	}
	up.operator = d.pick(23, accessShares)
	up.prefix, up.host = uint16(d.below(24, accessPrefixes)), uint16(d.below(25, 4096))
	return up
}

// tools is the attacker's own client, from among the usual ones on desktops
// and phones, in a language that half of them adapt to the subject's country.
func (s *subject) tools(e *Event, days float64, d dice) {
	f := desktop
	if d.happens(30, 0.3) {
		f = phone
	}
	language := "en-US,en;q=0.9"
	if d.happens(31, 0.5) {
		language = s.world.nations[s.home.nation].language
	}
	s.world.client(e, d.pick(32, s.world.byForm[f]), days-60*d.unit(33), language)
}
