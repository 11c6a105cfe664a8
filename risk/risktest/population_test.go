// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

func ExamplePopulation() {
	people := risktest.NewPopulation(1, 1000)
	n := 0
	for login := range people.Logins(7) {
		fmt.Println(login.Time.Format(time.DateOnly), login.Location.City, login.Browser, login.System)
		if n++; n == 3 {
			break
		}
	}
	attack := people.Attack(risktest.Targeted, 7, 0, risktest.Epoch())
	fmt.Println(attack.Attack, attack.Location.City)
	// Output:
	// 2026-01-06 Madrid Safari 141 macOS
	// 2026-01-08 Madrid Safari 141 macOS
	// 2026-01-09 Berlin Safari 141 iPadOS
	// targeted Berlin
}

// life is the first logins of a subject.
func life(p *risktest.Population, subject, n int) (list []risktest.Event) {
	for e := range p.Logins(subject) {
		if list = append(list, e); len(list) == n {
			break
		}
	}
	return list
}

func TestTheSeedDecides(t *testing.T) {
	a, b := risktest.NewPopulation(1, 50), risktest.NewPopulation(1, 50)
	for i := range a.Len() {
		if !slices.Equal(life(a, i, 30), life(b, i, 30)) {
			t.Fatalf("subject %d lives two lives", i)
		}
		for kind := risktest.Naive; kind <= risktest.VeryTargeted; kind++ {
			if a.Attack(kind, i, 3, risktest.Epoch()) != b.Attack(kind, i, 3, risktest.Epoch()) {
				t.Fatalf("%s: two attempts", kind)
			}
		}
	}
	other := risktest.NewPopulation(2, 50)
	if slices.Equal(life(a, 0, 30), life(other, 0, 30)) {
		t.Error("another seed gives the same life")
	}
	if got := life(a, 50, 1); got != nil {
		t.Errorf("nobody logs in: %+v", got)
	}
}

func TestLivesAreInOrder(t *testing.T) {
	p := risktest.NewPopulation(1, 100)
	for i := range p.Len() {
		last := risktest.Epoch()
		for _, e := range life(p, i, 100) {
			if !e.Time.After(last) || e.Subject != i || e.Attack != 0 {
				t.Fatalf("subject %d: %+v after %s", i, e, last)
			}
			last = e.Time
		}
	}
}

// TestWhatPeopleDo holds the population to what it promises.
func TestWhatPeopleDo(t *testing.T) {
	p := risktest.NewPopulation(1, 2000)
	type set map[string]bool
	var vpn, mobile, abroad, total float64
	asns, shared := map[string]set{}, map[risk.DeviceID]map[int]bool{}
	neighbours := map[netip.Addr]map[int]bool{}
	upgraded, replaced := 0, 0
	for i := range p.Len() {
		list := life(p, i, 60)
		browsers, devices := set{}, map[string]map[risk.DeviceID]bool{}
		for _, e := range list {
			total++
			if e.Location.VPN == risk.True {
				vpn++
			} else if asns[e.Location.Country] == nil {
				asns[e.Location.Country] = set{}
			}
			if e.Location.VPN != risk.True {
				asns[e.Location.Country][fmt.Sprint(e.Location.ASN)] = true
			}
			if e.Location.AccuracyKM == 200 {
				mobile++
			}
			if e.Location.Country != list[0].Location.Country {
				abroad++
			}
			browsers[e.Browser] = true
			add(shared, e.Device, i)
			add(neighbours, e.Addr, i)
			add(devices, e.Form, e.Device)
		}
		if len(browsers) > 3 {
			upgraded++
		}
		if len(devices["mobile"]) > 1 {
			replaced++
		}
	}
	for name, tt := range map[string]struct{ got, least, most float64 }{
		"VPN": {vpn / total, 0.01, 0.10}, "mobile": {mobile / total, 0.1, 0.4},
		"abroad": {abroad / total, 0.02, 0.2}, "upgraded": {float64(upgraded), 500, 2000},
		"new phones":          {float64(replaced), 50, 1000},
		"shared devices":      {float64(crowded(shared, 2)), 50, 400},
		"shared home lines":   {float64(crowded(neighbours, 2)), 500, 1e6},
		"carrier NAT gateway": {float64(crowded(neighbours, 6)), 20, 1e6},
	} {
		if tt.got < tt.least || tt.got > tt.most {
			t.Errorf("%s: got %v, want %v to %v", name, tt.got, tt.least, tt.most)
		}
	}
	for country, numbers := range asns {
		if len(numbers) != 7 {
			t.Errorf("%s has %d networks, want 4 of access and 3 mobile ones", country, len(numbers))
		}
	}
}

func add[K, V comparable](m map[K]map[V]bool, k K, v V) {
	if m[k] == nil {
		m[k] = map[V]bool{}
	}
	m[k][v] = true
}

// crowded counts the keys that at least n have.
func crowded[K comparable](m map[K]map[int]bool, n int) (keys int) {
	for _, who := range m {
		if len(who) >= n {
			keys++
		}
	}
	return keys
}

func TestWhatAttackersKnow(t *testing.T) {
	p := risktest.NewPopulation(1, 500)
	at := risktest.Epoch().Add(90 * 24 * time.Hour)
	count := map[string]float64{}
	for i := range p.Len() {
		home, devices, clients := majority(life(p, i, 40))
		for kind := risktest.Naive; kind <= risktest.VeryTargeted; kind++ {
			e := p.Attack(kind, i, 0, at)
			note := func(what string, is bool) {
				if is {
					count[kind.String()+" "+what]++
				}
			}
			note("country", e.Location.Country == home.Location.Country)
			note("city", e.Location.City == home.Location.City)
			note("ASN", e.Location.ASN == home.Location.ASN)
			note("exit", e.Location.VPN == risk.True)
			note("device", devices[e.Device])
			note("client", clients[e.System])
			if e.Attack != kind || !e.Time.Equal(at) || e.Subject != i {
				t.Fatalf("got %+v", e)
			}
		}
	}
	for what, want := range map[string][2]float64{
		"naive country": {0.1, 0.4}, "naive exit": {0.4, 0.6}, "naive device": {0, 0},
		"VPN country": {0.8, 1}, "VPN exit": {1, 1}, "VPN device": {0, 0},
		"targeted country": {0.8, 1}, "targeted city": {0.6, 1}, "targeted ASN": {0.1, 0.5},
		"targeted device": {0, 0}, "targeted client": {0.95, 1}, "targeted exit": {0, 0},
		"very targeted ASN": {0.5, 1}, "very targeted device": {0.8, 1},
	} {
		if got := count[what] / float64(p.Len()); got < want[0] || got > want[1] {
			t.Errorf("%s: %v of attacks, want %v", what, got, want)
		}
	}
}

// majority is a login of the subject's most usual network, and all of his
// devices and systems.
func majority(list []risktest.Event) (home risktest.Event, devices map[risk.DeviceID]bool, systems map[string]bool) {
	seen, most := map[uint32]int{}, 0
	devices, systems = map[risk.DeviceID]bool{}, map[string]bool{}
	for _, e := range list {
		devices[e.Device], systems[e.System] = true, true
		if e.Location.AccuracyKM < 200 {
			seen[e.Location.ASN]++
		}
		if seen[e.Location.ASN] > most {
			home, most = e, seen[e.Location.ASN]
		}
	}
	return home, devices, systems
}

// TestNothingIsReal: every address is a documentation address, every network of
// a private number.
func TestNothingIsReal(t *testing.T) {
	p := risktest.NewPopulation(3, 200)
	doc := netip.MustParsePrefix("2001:db8::/32")
	for e := range p.Events(20) {
		if !doc.Contains(e.Addr) || e.Location.ASN < 4_200_000_000 || e.Location.ASN > 4_294_967_294 ||
			!strings.HasPrefix(e.Location.Network, "Fake") || string(e.Device[12:]) != "fake" {
			t.Fatalf("%+v of %s", e.Location, e.Addr)
		}
	}
}

func BenchmarkPopulation(b *testing.B) {
	p := risktest.NewPopulation(1, 1000)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for range p.Events(20) {
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
}
