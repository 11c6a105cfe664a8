// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// monday is in summer.
func monday() time.Time { return time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC) }

func ExampleParseJourney() {
	stops, err := risktest.ParseJourney(monday(),
		"Paris 9:00, train, London 14:00, VPN to New York 15:00, New York 16:00")
	if err != nil {
		fmt.Println(err)
		return
	}
	var p risk.Profile
	for i, s := range stops {
		var signals risk.Signals
		o := s.Observation(&p)
		risk.Assess(&o, risk.TravelGroup, &signals)
		speed, known := signals.Number(risk.TravelSpeed)
		fmt.Printf("%s UTC %s: %.0f km/h, %v\n", s.Time.Format("15:04"), s.Words, speed, known)
		p.Learn(o.Evidence(), risk.Proof{ID: fmt.Sprint(i), Time: s.Time})
	}
	// Output:
	// 07:00 UTC Paris: 0 km/h, false
	// 13:00 UTC London: 51 km/h, true
	// 14:00 UTC VPN to New York: 0 km/h, false
	// 20:00 UTC New York: 790 km/h, true
}

func TestJourneyClocks(t *testing.T) {
	stops, err := risktest.ParseJourney(monday(),
		" Paris 23:10 ,flight,  New York 23:55, Tor 23:59, night, mobile in São Paulo 09:30")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		at, city string
		asn      uint32
	}{
		{"2026-06-01T21:10:00Z", "Paris", risktest.Paris().ASN},
		{"2026-06-02T03:55:00Z", "New York", risktest.NewYork().ASN},
		{"2026-06-02T03:59:00Z", risktest.Tor().City, risktest.Tor().ASN},
		{"2026-06-02T12:30:00Z", "São Paulo", risktest.Mobile().ASN},
	} {
		got := stops[i]
		if got.Time.Format(time.RFC3339) != want.at || got.Location.City != want.city ||
			got.Location.ASN != want.asn {
			t.Errorf("stop %d: got %+v, want %+v", i, got, want)
		}
	}
	if stops[1].Location != risktest.NewYork() || stops[3].Location.AccuracyKM != 200 {
		t.Errorf("got %+v and %+v", stops[1].Location, stops[3].Location)
	}
}

func TestErrJourney(t *testing.T) {
	for name, script := range map[string]string{
		"empty": "", "no stop": "train, night", "no time": "Paris", "wrong time": "Paris 9.00",
		"no such hour": "Paris 25:00", "no such place": "Atlantis 9:00", "a word too many": "by train",
		"backwards":         "Paris 9:00, London 7:30",
		"a VPN from where":  "VPN to Paris 9:00",
		"Tor from where":    "Tor 9:00",
		"both":              "Paris 9:00, VPN to mobile in Paris 10:00",
		"twice at one time": "Paris 9:00, Paris 9:00",
	} {
		if stops, err := risktest.ParseJourney(monday(), script); !errors.Is(err, risktest.ErrJourney) || stops != nil {
			t.Errorf("%s: got %v, %v", name, stops, err)
		}
	}
}
