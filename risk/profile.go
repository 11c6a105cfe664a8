// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"crypto/sha256"
	"slices"
	"time"
)

// Profile is what is remembered about a subject: devices, places, habits. It
// is bounded, and every entry keeps when and by which proof it was learnt.
// Only Learn and Seed add to it.
//
// At its heart is a list of the newest proofs, each with its hour, device,
// network, country and kind of client; habits are counted from it. So two copies can be merged
// and a proof can be unlearnt exactly.
//
// The zero value is the profile of a newcomer. A Profile is not safe for
// concurrent use, and prints as how much it holds, never what.
type Profile struct {
	home    home
	devices []device // by first proof, then ID
	proofs  []proven // by hour, then tag
	place   place
	gone    []gone // by time, then tag
	// later holds sections that a newer release wrote, as they were: during a
	// roll-out an old process must not lose what a new one learnt.
	later []byte
}

// The bounds of a profile.
const (
	maxHomes   = 4
	maxDevices = 8
	maxProofs  = 48
	maxGone    = 16
	maxLater   = 512
)

// retention is how long what a proof taught is kept: 13 months, as long as a
// yearly habit needs, and what the CNIL accepts for trackers.
const retention = 396 * 24 * time.Hour

// tag stands for a proof or a device where only equality matters: the first
// six bytes of a SHA-256.
type tag [6]byte

func proofTag(id string) tag {
	sum := sha256.Sum256([]byte(id))
	return tag(sum[:6])
}

func deviceTag(id DeviceID) tag {
	sum := sha256.Sum256(id[:])
	return tag(sum[:6])
}

// home is what an identity check established. The zero value is unknown.
type home struct {
	countries [maxHomes]country
	timezone  string
	at        int64 // Unix seconds, as all times of a profile
	by        tag
}

type device struct {
	id          DeviceID
	agent       agent
	first, last int64
	trusted     int64 // 0: by no strong proof
	by          tag   // the first proof on it
	trustedBy   tag
}

// proven is one proof. Its time is kept to the hour: a habit needs no more.
type proven struct {
	hour      int64 // since 1970
	by        tag
	device    DeviceID
	network   network
	prefix    prefix
	agent     agent // without the version: it changes by itself
	country   country
	strong    bool
	anonymous bool // the country is that of an exit, not the subject's
	leap      bool // it came sooner than the subject could have travelled
}

func (p *proven) day() int64 { return p.hour / 24 }

// place is where the subject last proved himself. The zero value is unknown.
type place struct {
	spot
	at      int64
	country country
	network network
	by      tag
}

// gone says that a proof was unlearnt or a device removed, so that a copy of
// the profile which still has it does not bring it back.
type gone struct {
	at  int64
	tag tag
}

// Proof is the passed challenge from which a profile learns.
type Proof struct {
	ID     string // names the proof, so that what it taught can be unlearnt
	Time   time.Time
	Strong bool // strong enough to trust a device
}

// Reset forgets everything, and keeps the memory for the next UnmarshalBinary:
// who decodes many profiles, one after the other, makes no garbage with them.
// A copy of the profile is of no more use.
func (p *Profile) Reset() {
	clear(p.devices)
	clear(p.proofs)
	*p = Profile{devices: p.devices[:0], proofs: p.proofs[:0]}
}

// Learn adds what was proven: place, network, device and habit. The same proof
// teaches once, however often it is given. Evidence without a time, and a
// proof without an ID or a time, teach nothing.
func (p *Profile) Learn(e Evidence, by Proof) {
	id, at := proofTag(by.ID), unixSeconds(by.Time)
	if by.ID == "" || at == 0 || unixSeconds(e.Time) == 0 || p.has(id) {
		return
	}
	p.Expire(by.Time)
	event := proven{
		hour: at / 3600, by: id, device: e.device, network: e.network, prefix: e.prefix,
		agent: e.agent.unversioned(), country: e.country,
		strong: by.Strong, anonymous: e.anonymous, leap: p.place.leaps(&e),
	}
	p.learnDevice(&e, &event, at)
	p.learnPlace(&e, &event)
	p.proofs = append(p.proofs, event)
	p.sort()
}

// has reports whether a proof was learnt already, or unlearnt.
func (p *Profile) has(id tag) bool {
	for i := range p.proofs {
		if p.proofs[i].by == id {
			return true
		}
	}
	return p.goneSince(id) != 0
}

func (p *Profile) learnDevice(e *Evidence, event *proven, at int64) {
	if e.device == (DeviceID{}) || p.deviceGone(e.device) >= at {
		event.device = DeviceID{}
		return
	}
	i := p.find(e.device)
	if i < 0 {
		i = len(p.devices)
		p.devices = append(p.devices, device{id: e.device, first: at, by: event.by})
	}
	d := &p.devices[i]
	// What the device says of itself now was just proven to be the subject's:
	// an upgrade is learnt, also where it looked like drift.
	if at >= d.last && e.agent != (agent{}) {
		d.agent = e.agent
	}
	d.last = max(d.last, at)
	if at < d.first {
		d.first, d.by = at, event.by
	}
	if event.strong && (d.trusted == 0 || at < d.trusted) {
		d.trusted, d.trustedBy = at, event.by
	}
}

// learnPlace moves the subject to where the evidence was gathered. An exit is
// no place, and neither is an arrival sooner than any aircraft: the subject
// stays where he was until he can have travelled.
func (p *Profile) learnPlace(e *Evidence, event *proven) {
	at := unixSeconds(e.Time)
	if !e.spot.known || event.leap || at < p.place.at || p.relays(e.network) {
		return
	}
	p.place = place{spot: e.spot, at: at, country: e.country, network: e.network, by: event.by}
}

// renewal is how stale the last use of a device must be for Refresh to write
// it: neither the store nor the subject's trace needs it finer.
const renewal = 24 * time.Hour

// Refresh renews what a proof once taught of a device, after an action on it
// was allowed, and reports whether anything changed that is worth storing. It
// adds nothing: ten thousand unproven requests move nothing (L21).
func (p *Profile) Refresh(id DeviceID, now time.Time) (changed bool) {
	i, at := p.find(id), unixSeconds(now)
	if i < 0 || at-p.devices[i].last < int64(renewal/time.Second) {
		return false
	}
	p.devices[i].last = at
	return true
}

// Home is what an identity check of the host established.
type Home struct {
	Countries []string // ISO 3166-1 alpha-2; four at most are kept
	Timezone  string   // IANA name
}

// Seed adds what the host established by an identity check. It replaces what
// an earlier check established. What is not a country or a time zone is left
// out.
func (p *Profile) Seed(h Home, by Proof) {
	at := unixSeconds(by.Time)
	if by.ID == "" || at == 0 || at < p.home.at || p.goneSince(proofTag(by.ID)) != 0 {
		return
	}
	next := home{at: at, by: proofTag(by.ID)}
	n := 0
	for _, s := range h.Countries {
		c := parseCountry(s)
		if c.known() && n < maxHomes && !slices.Contains(next.countries[:], c) {
			next.countries[n] = c
			n++
		}
	}
	if zone(h.Timezone) != nil {
		next.timezone = h.Timezone
	}
	p.home = next
}

// Expire forgets what was last proven more than 13 months before now. Call it
// where a profile is loaded. The home stays until the next identity check.
func (p *Profile) Expire(now time.Time) {
	oldest, devices := now.Add(-retention).Unix(), len(p.devices)
	p.devices = slices.DeleteFunc(p.devices, func(d device) bool { return d.last < oldest })
	if p.knowsBefore(oldest / 3600) {
		p.proofs = slices.DeleteFunc(p.proofs, func(e proven) bool { return e.hour < oldest/3600 })
	}
	p.gone = slices.DeleteFunc(p.gone, func(g gone) bool { return g.at < oldest })
	if p.place.at < oldest {
		p.place = place{}
	}
	if len(p.devices) < devices {
		p.detach()
	}
}

// knowsBefore reports whether there is a proof from before an hour. There
// seldom is one, and this is quicker to say than to delete nothing.
func (p *Profile) knowsBefore(hour int64) bool {
	for i := range p.proofs {
		if p.proofs[i].hour < hour {
			return true
		}
	}
	return false
}

// detach takes the device from proofs whose device is no longer remembered.
func (p *Profile) detach() {
	for i := range p.proofs {
		if p.find(p.proofs[i].device) < 0 {
			p.proofs[i].device = DeviceID{}
		}
	}
}

// find returns the index of a device, and -1 for none.
func (p *Profile) find(id DeviceID) int {
	if id == (DeviceID{}) {
		return -1
	}
	for i := range p.devices { // in place: a copy of each would take longer
		if p.devices[i].id == id {
			return i
		}
	}
	return -1
}
