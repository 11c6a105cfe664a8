// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

import "math/rand/v2"

// Requests is how many requests an engine answers before the first comes
// again.
const Requests = 4096

// traffic returns varied requests for the actions: four in five are usual, the
// others odd in several ways at once.
func traffic(actions []string, rng *rand.Rand) []Request {
	made := make([]Request, Requests)
	for i := range made {
		made[i] = request(pick(actions, rng), rng)
	}
	return made
}

func request(action string, rng *rand.Rand) Request {
	odd := rng.Float64() < 0.2
	chance := func(usual, unusual float64) bool {
		if odd {
			return rng.Float64() < unusual
		}
		return rng.Float64() < usual
	}
	q := Request{
		Action:       Action{action},
		Client:       Client{pick([]string{"web", "web", "app", "app", "app", "phone", "api"}, rng)},
		Session:      Session{upTo(3600, rng)},
		Time:         Time{rng.IntN(24)},
		Geo:          place(chance, rng),
		History:      History{Logins: upTo(500, rng), SinceLast: upTo(60, rng)},
		Amount:       upTo(3000, rng),
		AccountDays:  upTo(2000, rng),
		SIMHours:     upTo(9000, rng),
		PayeeTrusted: chance(0.6, 0.1),
		Segment:      pick([]string{"consumer", "consumer", "business", "premium", "prepaid"}, rng),
		Velocity: Velocity{
			Failures1h: few(2, rng), Failures24h: few(4, rng), IPFailures: few(8, rng), Prompts: few(3, rng),
		},
		Device: Device{Known: chance(0.9, 0.3), Automated: chance(0.01, 0.2), Age: upTo(400, rng)},
	}
	q.Device.Trusted = q.Device.Known && chance(0.8, 0.2)
	if chance(0.1, 0.6) {
		q.Travel = Travel{KM: upTo(9000, rng), Speed: upTo(2500, rng)}
	}
	return q
}

func place(chance func(usual, unusual float64) bool, rng *rand.Rand) Geo {
	g := Geo{
		Country: "FR", Hosting: chance(0.02, 0.2), VPN: chance(0.03, 0.3), Tor: chance(0.001, 0.1),
		NewASN: chance(0.05, 0.5),
	}
	if chance(0.08, 0.7) {
		g.Country = pick(countries, rng)
		g.Foreign, g.NewCountry = g.Country != "FR", g.Country != "FR" && rng.IntN(2) == 0
	}
	return g
}

// upTo favours small numbers, as most quantities do.
func upTo(most int, rng *rand.Rand) int {
	share := rng.Float64()
	return int(share * share * float64(most))
}

// few is mostly zero.
func few(mean int, rng *rand.Rand) int {
	if rng.Float64() < 0.7 {
		return 0
	}
	return int(rng.ExpFloat64() * float64(mean))
}
