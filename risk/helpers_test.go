// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// start is a Monday, nine o'clock in Paris.
func start() time.Time { return time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC) }

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

// at is a request of a desktop from a place that risktest knows.
func at(t time.Time, addr string, p *risk.Profile) risk.Observation {
	ip := netip.MustParseAddr(addr)
	where, _ := risktest.NewLocator().Locate(ip)
	return risk.Observation{
		Time: t, Action: "transfer", Sensitivity: "sensitive", Addr: ip, Location: where,
		Client: risktest.Desktop(), Device: risktest.Device("laptop"), Profile: p,
	}
}

// prove lets the profile learn from a strong proof of an observation.
func prove(p *risk.Profile, o risk.Observation) {
	id := fmt.Sprint("proof of ", o.Time.UnixNano(), o.Addr, o.Device)
	p.Learn(o.Evidence(), risk.Proof{ID: id, Time: o.Time, Strong: true})
}

// settled is a profile with a home in France and twelve proofs in a fortnight
// from Paris, the last of them at start.
func settled() *risk.Profile {
	p := new(risk.Profile)
	p.Seed(risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"},
		risk.Proof{ID: "shop", Time: start().Add(-days(20))})
	for i := range 12 {
		prove(p, at(start().Add(-days(float64(11-i))), risktest.ParisAddr, p))
	}
	return p
}

func assess(o risk.Observation) *risk.Signals {
	var s risk.Signals
	risk.Assess(&o, risk.AllGroups, &s)
	return &s
}

func encode(t testing.TB, p *risk.Profile) []byte {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB, b []byte) *risk.Profile {
	t.Helper()
	p := new(risk.Profile)
	if err := p.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	return p
}

// wantTruth checks boolean signals by name.
func wantTruth(t *testing.T, s *risk.Signals, want map[risk.Signal]risk.Truth) {
	t.Helper()
	for id, v := range want {
		if got := s.Bool(id); got != v {
			t.Errorf("%s: got %s, want %s", id, got, v)
		}
	}
}

func wantUnknown(t *testing.T, s *risk.Signals, ids ...risk.Signal) {
	t.Helper()
	for _, id := range ids {
		if s.Known(id) {
			t.Errorf("%s is known", id)
		}
	}
}
