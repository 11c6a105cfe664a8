// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

func ExampleAssess() {
	// In production: geoip.Open("GeoLite2-City.mmdb", "GeoLite2-ASN.mmdb").
	locator := risktest.NewLocator()
	addr := netip.MustParseAddr(risktest.MadridAddr)
	where, err := locator.Locate(addr)
	if err != nil {
		fmt.Println(err) // and go on: what the locator would have said is unknown
	}

	var profile risk.Profile
	profile.Seed(risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"},
		risk.Proof{ID: "identity-check-1", Time: time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)})

	request := risk.Observation{
		Time:   time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC),
		Action: "transfer", Addr: addr, Location: where,
		Client: risktest.Desktop(), Profile: &profile,
	}
	var signals risk.Signals
	risk.Assess(&request, risk.GeoGroup|risk.DeviceGroup|risk.TravelGroup, &signals)

	country, _ := signals.Text(risk.GeoCountry)
	_, traveled := signals.Number(risk.TravelSpeed)
	fmt.Println("country:", country)
	fmt.Println("foreign:", signals.Bool(risk.GeoForeign))
	fmt.Println("device known:", signals.Bool(risk.DeviceKnown))
	fmt.Println("speed known:", traveled)
	// Output:
	// country: ES
	// foreign: true
	// device known: false
	// speed known: false
}

func ExampleProfile_Learn() {
	var profile risk.Profile
	request := risk.Observation{
		Time:     time.Date(2026, time.March, 2, 8, 0, 0, 0, time.UTC),
		Location: risktest.Paris(), Client: risktest.Desktop(),
		Device: risktest.Device("laptop"), Profile: &profile,
	}
	_, known := profile.Device(request.Device)
	fmt.Println("before:", known)

	// The challenge was passed: only now is anything learnt.
	profile.Learn(request.Evidence(), risk.Proof{ID: "proof-1", Time: request.Time, Strong: true})
	device, known := profile.Device(request.Device)
	fmt.Println("after:", known, device.UserAgent)

	// "It was not me."
	profile.Unlearn("proof-1", request.Time.Add(time.Hour))
	_, known = profile.Device(request.Device)
	fmt.Println("taken back:", known)
	// Output:
	// before: false
	// after: true Firefox on Linux
	// taken back: false
}

func ExampleCatalogue() {
	for _, s := range risk.Catalogue() {
		if s.Group == risk.TravelGroup {
			fmt.Printf("%s (%s): %s\n", s.Name, s.Unit, s.Purpose)
		}
	}
	// Output:
	// travel.km (km): notice impossible journeys
	// travel.hours (h): notice impossible journeys
	// travel.speed_kmh (km/h): notice impossible journeys
}
