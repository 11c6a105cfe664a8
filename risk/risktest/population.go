// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"iter"
	"net/netip"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// Population is a number of simulated subjects: they live in households, some
// share a tablet, commute, work in offices, travel, use VPNs, get new phones,
// and come out at the same carrier gateways as their neighbours. All of it is
// synthetic, and decided by the seed: the same population does the same.
//
// It is not changed by use, and safe for concurrent use.
type Population struct {
	seed    dice
	size    int
	nations []nation
	kinds   []kind
	clients [][versions]risk.Client
	names   [][versions]string // of the browser, with its version
	byForm  [3][]float64       // share of each kind in its form, 0 for other forms
	markets []float64
}

// NewPopulation returns size subjects, at least one.
func NewPopulation(seed uint64, size int) *Population {
	p := &Population{
		seed: dice(spread(seed + 1)), size: max(size, 1), nations: nations(), kinds: kinds(),
	}
	p.clients, p.names = rendered(p.kinds)
	for f := range p.byForm {
		p.byForm[f] = make([]float64, len(p.kinds))
	}
	for i, k := range p.kinds {
		p.byForm[k.form][i] = k.share
	}
	for _, n := range p.nations {
		p.markets = append(p.markets, n.share)
	}
	return p
}

// Len returns the number of subjects.
func (p *Population) Len() int { return p.size }

// Event is a login, of a subject or of an attacker who claims to be him.
type Event struct {
	Time     time.Time
	Subject  int
	Attack   Attack // 0: the subject himself
	Addr     netip.Addr
	Location risk.Location
	Client   risk.Client
	Device   risk.DeviceID // the device, as a token would name it

	// What a user agent parser makes of Client, with versions.
	Browser, System, Form string
}

// Observation returns the event as a service without device tokens sees it.
func (e *Event) Observation(p *risk.Profile) risk.Observation {
	return risk.Observation{
		Time: e.Time, Action: "login", Sensitivity: "normal", Channel: "web",
		Addr: e.Addr, Location: e.Location, Client: e.Client, Profile: p,
	}
}

// Epoch is when every simulated life begins: a Monday.
func Epoch() time.Time { return time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC) }

// Logins returns the logins of a subject, without end, in order of time, from
// his first one after [Epoch]. A subject is numbered from 0 to below Len;
// others have none.
func (p *Population) Logins(subject int) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		if subject < 0 || subject >= p.size {
			return
		}
		s := p.subject(subject)
		var e Event
		at := s.self.wait(1, s.gap)
		for n := uint64(0); ; n++ {
			s.login(&e, at, s.self.of(loginPart).of(n))
			if !yield(e) {
				return
			}
			at += 0.02 + s.self.of(gapPart).wait(n, s.gap)
		}
	}
}

// Events returns the first n logins of every subject, one subject after the
// other.
func (p *Population) Events(n int) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for i := range p.size {
			left := n
			for e := range p.Logins(i) {
				if left--; left < 0 {
					break
				}
				if !yield(e) {
					return
				}
			}
		}
	}
}
