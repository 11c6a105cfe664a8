// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/geoip"
	"github.com/proportion-go/proportion/risk/risktest"
)

// typicalProofs is how often a typical subject proved himself: the table says
// so too.
const typicalProofs = 12

// people is how many profiles the requests are spread over.
const people = 256

// assessments measures every signal of a request, and the size of what is
// remembered of a subject.
func assessments() (Report, error) {
	locator, err := geoip.Open(testdata("synthetic-city.mmdb"), testdata("synthetic-asn.mmdb"))
	if err != nil {
		return Report{}, err
	}
	rng := rand.New(rand.NewPCG(1, 5))
	profiles := make([]*risk.Profile, people)
	bytes := make([]float64, people)
	for i := range profiles {
		if profiles[i], bytes[i], err = typical(locator, i, rng); err != nil {
			return Report{}, err
		}
	}
	requests := make([]risk.Observation, workload.Requests)
	for i := range requests {
		if requests[i], err = seen(locator, i%people, profiles[i%people], rng); err != nil {
			return Report{}, err
		}
	}
	var out risk.Signals
	r := compete(len(requests), contestant{"risk.Assess, all groups", func(i int) {
		risk.Assess(&requests[i], risk.AllGroups, &out)
	}})[0]
	size := median(bytes)
	return Report{
		Tables: []Table{{
			Title: "Assessing a request and remembering a subject",
			Head:  []string{"", "time", "allocations", "bytes"},
			Rows: [][]string{
				{r.Name, duration(r.Time()), count(r.Allocs), ""},
				{"profile of 12 proofs on two devices, encoded", "", "", fmt.Sprintf("%.0f", size)},
			},
		}},
		Bars: []Bar{{
			"profile of a typical subject, encoded", "≤ 400 bytes", fmt.Sprintf("%.0f bytes", size), size <= 400,
		}},
	}, nil
}

var start = time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC)

// typical returns the profile of a subject in France who proved himself on a
// computer at home and on a phone, over some months, and its encoded size.
func typical(locator risk.Locator, person int, rng *rand.Rand) (*risk.Profile, float64, error) {
	p := new(risk.Profile)
	p.Seed(risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"}, risk.Proof{
		ID: fmt.Sprintf("seed-%d", person), Time: start.AddDate(0, -6, 0), Strong: true,
	})
	for n := range typicalProofs {
		at := start.AddDate(0, 0, -14*(typicalProofs-n)).Add(time.Duration(rng.IntN(600)) * time.Minute)
		o := risk.Observation{
			Time: at, Addr: home(person), Client: risktest.Desktop(), Device: device(person, "desktop"),
		}
		if rng.IntN(3) == 0 {
			o.Addr, o.Client, o.Device = mobile(person), risktest.Phone(), device(person, "phone")
		}
		var err error
		if o.Location, err = locator.Locate(o.Addr); err != nil {
			return nil, 0, err
		}
		id := fmt.Sprintf("proof-%d-%d", person, n)
		p.Learn(o.Evidence(), risk.Proof{ID: id, Time: at, Strong: n%2 == 0})
	}
	data, err := p.MarshalBinary()
	return p, float64(len(data)), err
}

// seen returns a request of the person: mostly from home, sometimes from
// anywhere.
func seen(locator risk.Locator, person int, p *risk.Profile, rng *rand.Rand) (risk.Observation, error) {
	now := start.Add(time.Duration(rng.IntN(24*60)) * time.Minute)
	o := risk.Observation{
		Time: now, Action: "transfer", Sensitivity: "sensitive", Channel: "web", Language: "fr",
		Session: risk.Session{
			Started: now.Add(-time.Hour), LastUsed: now.Add(-time.Minute), Methods: []string{"code6"},
		},
		Addr: anywhere(person, rng), Client: risktest.Desktop(), Device: device(person, "desktop"),
		Profile: p,
	}
	for _, c := range []*risk.Count{
		&o.Counts.Failures10m, &o.Counts.Failures1h, &o.Counts.Failures24h,
		&o.Counts.IPFailures1h, &o.Counts.IPSubjects1h, &o.Counts.NetSubjects1h,
		&o.Counts.Prompts24h, &o.Counts.DeviceSubjects24h, &o.Counts.GlobalFailures,
	} {
		*c = risk.KnownCount(float64(rng.IntN(4)))
	}
	var err error
	o.Location, err = locator.Locate(o.Addr)
	return o, err
}

func device(person int, name string) risk.DeviceID {
	return risktest.Device(fmt.Sprintf("%s-%d", name, person))
}
