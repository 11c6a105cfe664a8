// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/proportion-go/proportion/risk"
)

// vector is a login of testdata/rba_freeman.json.
type vector struct {
	User, IP, ASN, Country, UA, Browser, OS, Device string
}

func (v *vector) login() risk.Login {
	return risk.Login{
		Subject: v.User, Address: v.IP, ASN: v.ASN, Country: v.Country,
		UserAgent: v.UA, Browser: v.Browser, System: v.OS, Device: v.Device,
	}
}

// TestPublishedModelIsExact on vectors from an independent port of the formula.
func TestPublishedModelIsExact(t *testing.T) {
	b, err := os.ReadFile("testdata/rba_freeman.json")
	if err != nil {
		t.Fatal(err)
	}
	var data struct {
		Events   []vector
		Expected []struct{ Score *float64 }
		Cases    []struct {
			Name    string
			Attempt vector
			Score   *float64
		} `json:"cases_after_all_events"`
	}
	if err := json.Unmarshal(b, &data); err != nil {
		t.Fatal(err)
	}
	var p risk.Published
	scored := 0
	check := func(name any, l risk.Login, want *float64) {
		got, known := p.Score(l)
		if known != (want != nil) || known && math.Abs(got-*want) > 1e-9*math.Abs(*want) {
			t.Errorf("%v: got %v, %v, want %v", name, got, known, want)
		}
		scored++
	}
	for i, e := range data.Events {
		check(i, e.login(), data.Expected[i].Score)
		p.Add(e.login())
	}
	for _, c := range data.Cases {
		check(c.Name, c.Attempt.login(), c.Score)
	}
	if scored < 87 {
		t.Errorf("%d vectors, want at least 87", scored)
	}
}

func TestPublishedWeightsAreData(t *testing.T) {
	p := risk.Published{Weights: risk.PublishedWeights{Network: [3]float64{0, 0, 1}, Agent: [4]float64{0, 0, 0, 1}}}
	home := risk.Login{Subject: "a", Address: "192.0.2.1", Country: "FR", Device: "desktop"}
	p.Add(home)
	away := home
	away.Address = "198.51.100.1"
	one, _ := p.Score(home)
	if two, _ := p.Score(away); one != two {
		t.Errorf("%v and %v differ, though the address weighs nothing", one, two)
	}
}

func ExamplePublished() {
	var p risk.Published
	home := risk.Login{
		Subject: "a", Address: "192.0.2.1", ASN: "64496", Country: "FR",
		UserAgent: "UA", Browser: "Firefox 144", System: "Linux", Device: "desktop",
	}
	for range 9 {
		p.Add(home)
	}
	abroad := home
	abroad.Address, abroad.ASN, abroad.Country = "198.51.100.1", "64500", "ES"
	usual, _ := p.Score(home)
	strange, _ := p.Score(abroad)
	fmt.Println(usual < strange)
	// Output: true
}
