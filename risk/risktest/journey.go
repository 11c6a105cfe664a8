// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// ErrJourney is returned for a script that cannot be read.
var ErrJourney = errors.New("risktest: not a journey")

// Stop is where and when a traveller of a script logs in.
type Stop struct {
	Words    string // of the script, as "VPN to New York"
	Time     time.Time
	Addr     netip.Addr
	Location risk.Location
}

// Observation is the login, on the traveller's own laptop.
func (s *Stop) Observation(p *risk.Profile) risk.Observation {
	return risk.Observation{
		Time: s.Time, Action: "login", Sensitivity: "normal", Channel: "web",
		Addr: s.Addr, Location: s.Location, Client: Desktop(), Device: Device("traveller"), Profile: p,
	}
}

// ParseJourney reads the logins of a traveller from a script such as
//
//	Paris 9:00, train, London 14:00, VPN to New York 15:00, night, London 8:30
//
// that begins on a day. Each stop is a place and a time, by the clock of where
// the traveller really is: Paris, Lyon, Brussels, London, Madrid, Dakar, New
// York or São Paulo; "mobile in" one of them; "VPN to" one of them, while he
// stays where he was; or "Tor". Between stops may stand how he travels (train,
// flight, car, bus, ferry), and "night", after which it is the next day. Times
// must follow each other. Anything else is [ErrJourney].
func ParseJourney(day time.Time, script string) ([]Stop, error) {
	t := traveller{day: day}
	for _, item := range strings.Split(script, ",") {
		if err := t.next(strings.Join(strings.Fields(item), " ")); err != nil {
			return nil, err
		}
	}
	if len(t.stops) == 0 {
		return nil, fmt.Errorf("%w: no stop in %q", ErrJourney, script)
	}
	return t.stops, nil
}

type traveller struct {
	day   time.Time
	clock *time.Location // of where he really is
	stops []Stop
}

func (t *traveller) next(item string) error {
	switch {
	case item == "night":
		t.day = t.day.AddDate(0, 0, 1)
		return nil
	case slices.Contains([]string{"train", "flight", "car", "bus", "ferry"}, item):
		return nil
	}
	i := strings.LastIndexByte(item, ' ')
	if i < 0 {
		return fmt.Errorf("%w: %q is neither a stop nor a way to travel", ErrJourney, item)
	}
	s := Stop{Words: item[:i]}
	if err := t.place(&s); err != nil {
		return err
	}
	if err := t.at(&s, item[i+1:]); err != nil {
		return err
	}
	t.stops = append(t.stops, s)
	return nil
}

// at gives the stop its time.
func (t *traveller) at(s *Stop, clock string) error {
	hour, err := time.Parse("15:04", clock)
	if err != nil {
		return fmt.Errorf("%w: %q has no time as 9:00: %w", ErrJourney, s.Words+" "+clock, err)
	}
	y, m, d := t.day.Date()
	s.Time = time.Date(y, m, d, hour.Hour(), hour.Minute(), 0, 0, t.clock).UTC()
	if n := len(t.stops); n > 0 && !s.Time.After(t.stops[n-1].Time) {
		return fmt.Errorf("%w: %s %s is not after %s: is a night missing?", ErrJourney,
			s.Words, clock, t.stops[n-1].Words)
	}
	return nil
}

// place gives the stop its place, and the traveller the clock there if he went.
func (t *traveller) place(s *Stop) error {
	if s.Words == "Tor" {
		s.Addr, s.Location = netip.MustParseAddr(TorAddr), Tor()
		return t.stay(s)
	}
	name, tunnel := strings.CutPrefix(s.Words, "VPN to ")
	name, mobile := strings.CutPrefix(name, "mobile in ")
	addr, at, ok := cityNamed(name)
	if !ok || tunnel && mobile {
		return fmt.Errorf("%w: no place %q", ErrJourney, s.Words)
	}
	s.Addr, s.Location = netip.MustParseAddr(addr), at
	if tunnel {
		exit := VPN()
		s.Addr = netip.MustParseAddr(VPNAddr)
		s.Location.ASN, s.Location.Network, s.Location.VPN = exit.ASN, exit.Network, risk.True
		return t.stay(s)
	}
	if mobile {
		phone := Mobile()
		s.Addr = netip.MustParseAddr(MobileAddr)
		s.Location.ASN, s.Location.Network = phone.ASN, phone.Network
		s.Location.AccuracyKM = phone.AccuracyKM
	}
	clock, err := time.LoadLocation(at.Timezone)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrJourney, err)
	}
	t.clock = clock
	return nil
}

// stay checks that the traveller is somewhere.
func (t *traveller) stay(s *Stop) error {
	if t.clock == nil {
		return fmt.Errorf("%w: %s before any place: whose clock?", ErrJourney, s.Words)
	}
	return nil
}

// cityNamed returns the home line of a city.
func cityNamed(name string) (addr string, at risk.Location, ok bool) {
	for addr, at := range fixtures() {
		if at.City == name && !at.Anonymous() && at.AccuracyKM < Mobile().AccuracyKM {
			return addr, at, true
		}
	}
	return "", risk.Location{}, false
}
