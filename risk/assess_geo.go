// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"slices"
	"time"
)

func (o *Observation) assessGeo(out *Signals) {
	l := &o.Location
	if parseCountry(l.Country).known() {
		out.SetText(GeoCountry, l.Country)
	}
	out.SetText(GeoRegion, l.Region)
	out.SetBool(GeoForeign, o.foreign())
	out.SetBool(GeoHome, o.atHome())
	if l.ASN != 0 {
		out.SetNumber(GeoASN, float64(l.ASN))
	}
	if l.AccuracyKM > 0 {
		out.SetNumber(GeoAccuracy, l.AccuracyKM)
	}
	out.SetBool(GeoHosting, l.Hosting)
	out.SetBool(GeoVPN, l.VPN)
	out.SetBool(GeoProxy, l.Proxy)
	out.SetBool(GeoTor, l.Tor)
	out.SetBool(GeoResidentialProxy, l.ResidentialProxy)
	if o.Consented { // a script reads the zone from the customer's device
		out.SetBool(GeoTimezoneDiffers, o.timezoneDiffers())
	}
	out.SetBool(GeoNewCountry, o.newCountry())
	out.SetBool(GeoNewASN, o.newASN())
}

// atHome reports whether the request comes from one of the home countries.
// Behind an exit in one of them, the subject may be anywhere: that is unknown.
func (o *Observation) atHome() Truth {
	c := parseCountry(o.Location.Country)
	if o.Profile == nil || !c.known() || !o.Profile.home.countries[0].known() {
		return Unknown
	}
	if !o.Profile.home.in(c) {
		return False
	}
	return o.unlessBorrowed(True)
}

// foreign reports whether the request comes from outside the home and usual
// countries. Behind an exit inside them it is unknown.
func (o *Observation) foreign() Truth {
	c := parseCountry(o.Location.Country)
	if o.Profile == nil || !c.known() {
		return Unknown
	}
	switch p := o.Profile; {
	case p.home.in(c) || p.usual(c):
		return o.unlessBorrowed(False)
	case p.home.countries[0].known() || p.usualAny():
		return True
	}
	return Unknown
}

// unlessBorrowed returns an answer that speaks for the request, unless its
// place may be borrowed for the purpose: unless it comes from an exit behind
// which the subject never proved himself.
func (o *Observation) unlessBorrowed(answer Truth) Truth {
	if o.Location.Anonymous() && !o.provenBehind() {
		return Unknown
	}
	return answer
}

// provenBehind reports whether a proof was given behind an exit of this
// network in this country: it is the subject's own VPN or company proxy. An
// exit that anybody may use is nobody's own.
func (o *Observation) provenBehind() bool {
	if o.Location.shared() {
		return false
	}
	c, net := parseCountry(o.Location.Country), networkOf(&o.Location, o.Addr)
	return net != 0 && slices.ContainsFunc(o.Profile.proofs, func(e proven) bool {
		return e.anonymous && e.country == c && e.network == net
	})
}

// newCountry reports whether no proof was given in the country, nor is it a
// home. The customer's own VPN is not new where he proved himself behind it.
func (o *Observation) newCountry() Truth {
	c := parseCountry(o.Location.Country)
	if o.Profile == nil || !c.known() {
		return Unknown
	}
	p := o.Profile
	if p.home.in(c) || o.provenBehind() {
		return False
	}
	answer := Unknown
	if p.home.countries[0].known() {
		answer = True
	}
	for i := range p.proofs {
		switch e := &p.proofs[i]; {
		case e.country == c && !e.anonymous:
			return False
		case e.country.known():
			answer = True
		}
	}
	return answer
}

// newASN reports whether no proof was given on the autonomous system.
func (o *Observation) newASN() Truth {
	if o.Profile == nil || o.Location.ASN == 0 {
		return Unknown
	}
	net, answer := networkOf(&o.Location, o.Addr), Unknown
	for i := range o.Profile.proofs {
		switch n := o.Profile.proofs[i].network; {
		case n == net:
			return False
		case n.kind() == asnNetwork:
			answer = True
		}
	}
	return answer
}

// timezoneDiffers compares offsets, not names: several zones share one.
func (o *Observation) timezoneDiffers() Truth {
	there, own := zone(o.Location.Timezone), zone(o.Client.Hints.Timezone)
	if there == nil || own == nil {
		return Unknown
	}
	_, a := o.Time.In(there).Zone()
	_, b := o.Time.In(own).Zone()
	return TruthOf(a != b)
}

func (h *home) in(c country) bool { return c.known() && slices.Contains(h.countries[:], c) }

// usualDays is on how many different days (UTC) a subject must have proven
// himself in a country for it to be usual: a visit of a day or two is not,
// and whoever stays longer is not asked for ever.
const usualDays = 3

// usual reports whether a country is usual for the subject. An exit in it does
// not count: he was not there.
func (p *Profile) usual(c country) bool {
	days, last := 0, int64(-1)
	for i := range p.proofs {
		e := &p.proofs[i]
		if e.country == c && !e.anonymous && e.day() != last {
			days++
			last = e.day()
		}
	}
	return days >= usualDays
}

// usualAny reports whether the subject has a usual country at all.
func (p *Profile) usualAny() bool {
	for i := range p.proofs {
		if c := p.proofs[i].country; c.known() && p.usual(c) {
			return true
		}
	}
	return false
}

// Home returns what the host established, the zero Home where it did not.
func (p *Profile) Home() Home {
	h := Home{Timezone: p.home.timezone}
	for _, c := range p.home.countries {
		if c.known() {
			h.Countries = append(h.Countries, c.String())
		}
	}
	return h
}

// UsualCountries returns the countries in which the subject proved himself on
// three days or more, in alphabetical order; for explanations.
func (p *Profile) UsualCountries() []string {
	var list []string
	for i := range p.proofs {
		c := p.proofs[i].country
		if c.known() && !slices.Contains(list, c.String()) && p.usual(c) {
			list = append(list, c.String())
		}
	}
	slices.Sort(list)
	return list
}

// zone returns the subject's own time zone, and nil where it is not known.
func (p *Profile) zone() *time.Location {
	if p == nil {
		return nil
	}
	return zone(p.home.timezone)
}
