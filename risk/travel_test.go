// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"fmt"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"pgregory.net/rapid"
)

// from is a profile whose subject just proved himself at a place.
func from(l risk.Location) *risk.Profile {
	p := new(risk.Profile)
	o := at(start(), risktest.ParisAddr, p)
	o.Location = l
	prove(p, o)
	return p
}

func to(l risk.Location, after time.Duration, p *risk.Profile) risk.Observation {
	o := at(start().Add(after), risktest.LondonAddr, p)
	o.Location = l
	return o
}

// near returns a place so many kilometres north of another, on a network of
// its own.
func near(l risk.Location, km float64) risk.Location {
	l.Point.Latitude += km / 111.195
	l.ASN += 500
	return l
}

func TestJourneys(t *testing.T) {
	exact := risktest.Paris()
	exact.AccuracyKM = 1
	plain := exact
	plain.AccuracyKM = 0
	sameASN := risktest.NewYork()
	sameASN.ASN = risktest.Paris().ASN
	unplaced := risktest.NewYork()
	unplaced.HasPoint = false
	for name, tt := range map[string]struct {
		from, to risk.Location
		after    time.Duration
		km       float64 // 0: no journey
	}{
		"train to London":          {risktest.Paris(), risktest.London(), 3 * time.Hour, 304},
		"New York in an hour":      {risktest.Paris(), risktest.NewYork(), time.Hour, 5797},
		"at the least time":        {risktest.Paris(), risktest.NewYork(), time.Minute, 5797},
		"sooner than that":         {risktest.Paris(), risktest.NewYork(), time.Minute - 1, 0},
		"clock backwards":          {risktest.Paris(), risktest.NewYork(), -time.Hour, 0},
		"101 km less radii":        {exact, near(exact, 103), time.Hour, 101},
		"98 km less radii":         {exact, near(exact, 100), time.Hour, 0},
		"no radius is a wide one":  {plain, near(plain, 290), time.Hour, 0},
		"same network":             {risktest.Paris(), sameASN, time.Hour, 0},
		"another line of the same": {risktest.Paris(), risktest.Lyon(), time.Hour, 0},
		"phone near home":          {risktest.Paris(), near(risktest.Mobile(), 300), time.Minute, 0},
		"to a VPN":                 {risktest.Paris(), risktest.VPN(), time.Hour, 0},
		"to Tor":                   {risktest.Paris(), risktest.Tor(), time.Hour, 0},
		"to a data centre":         {risktest.Paris(), risktest.Hosting(), time.Hour, 0},
		"from Tor":                 {risktest.Tor(), risktest.NewYork(), time.Hour, 0},
		"to nowhere":               {risktest.Paris(), risk.Location{}, time.Hour, 0},
		"to a country alone":       {risktest.Paris(), unplaced, time.Hour, 0},
		"from nowhere":             {risk.Location{}, risktest.NewYork(), time.Hour, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := to(tt.to, tt.after, from(tt.from))
			s := assess(o)
			travel, ok := o.Travel()
			km, known := s.Number(risk.TravelKM)
			if ok != (tt.km > 0) || known != ok || math.Abs(km-tt.km) > 1 {
				t.Fatalf("got %v km, %v, want %v", km, known, tt.km)
			}
			if !ok {
				wantUnknown(t, s, risk.TravelKM, risk.TravelHours, risk.TravelSpeed)
				return
			}
			hours, _ := s.Number(risk.TravelHours)
			speed, _ := s.Number(risk.TravelSpeed)
			if travel.KM != km || travel.Hours != hours || travel.SpeedKMH != speed ||
				speed != km/hours || hours != tt.after.Hours() {
				t.Errorf("%+v explains %v km, %v h, %v km/h", travel, km, hours, speed)
			}
			if travel.From.City != tt.from.City || travel.To.City != tt.to.City ||
				!travel.From.Time.Equal(start()) || !travel.To.Time.Equal(o.Time) {
				t.Errorf("from %+v to %+v", travel.From, travel.To)
			}
		})
	}
}

// TestFiftyKilometresInThreeMinutes on a phone is no impossible journey: its
// address moved, not its owner.
func TestFiftyKilometresInThreeMinutes(t *testing.T) {
	for _, radius := range []float64{0, 1, 20, 200} {
		phone := near(risktest.Mobile(), 50)
		phone.AccuracyKM = radius
		o := to(phone, 3*time.Minute, from(risktest.Paris()))
		o.Client = risktest.Phone()
		wantUnknown(t, assess(o), risk.TravelKM, risk.TravelSpeed)
	}
}

// TestCorporateProxySwitch: a company sends its people out in Paris, then in
// New York, by the same network.
func TestCorporateProxySwitch(t *testing.T) {
	paris, newYork := risktest.Paris(), risktest.NewYork()
	paris.ASN, newYork.ASN = 64510, 64510
	o := to(newYork, 2*time.Minute, from(paris))
	wantUnknown(t, assess(o), risk.TravelKM, risk.TravelSpeed)
}

// TestTorAfterHome is unknown travel, and Tor.
func TestTorAfterHome(t *testing.T) {
	s := assess(to(risktest.Tor(), 5*time.Minute, from(risktest.Paris())))
	wantUnknown(t, s, risk.TravelKM, risk.TravelSpeed)
	wantTruth(t, s, map[risk.Signal]risk.Truth{risk.GeoTor: risk.True, risk.GeoNewCountry: risk.True})
}

// TestAnExitIsNoPlace: after a proof behind a VPN the subject is still at home.
func TestAnExitIsNoPlace(t *testing.T) {
	p := from(risktest.Paris())
	prove(p, to(risktest.VPN(), time.Hour, p))
	o := to(risktest.NewYork(), 2*time.Hour, p)
	if travel, ok := o.Travel(); !ok || travel.From.City != "Paris" {
		t.Errorf("got %+v, %v, want a journey from Paris", travel, ok)
	}
}

// TestUnlistedVPNIsLearnt: an exit that no database lists looks like an
// impossible journey, until the subject proved himself there twice.
func TestUnlistedVPNIsLearnt(t *testing.T) {
	exit := risktest.NewYork()
	p := from(risktest.Paris())
	for day := range 2 {
		o := to(exit, days(float64(day))+30*time.Minute, p)
		if travel, ok := o.Travel(); !ok || travel.From.City != "Paris" {
			t.Fatalf("day %d: got %+v, %v, want a journey from Paris", day, travel, ok)
		}
		prove(p, o)
		home := to(risktest.Paris(), days(float64(day)+1), p)
		if _, ok := home.Travel(); ok {
			t.Errorf("day %d: coming home is a journey", day)
		}
		prove(p, home)
	}
	o := to(exit, days(2)+10*time.Minute, p)
	if travel, ok := o.Travel(); ok {
		t.Errorf("after two proofs there: %+v", travel)
	}
	elsewhere := to(risktest.SaoPaulo(), days(2)+10*time.Minute, p)
	if _, ok := elsewhere.Travel(); !ok {
		t.Error("other journeys are not judged any more")
	}
}

func TestPrivateAddressesHaveNoPlace(t *testing.T) {
	for _, addr := range []string{"10.0.0.1", "192.168.1.1", "127.0.0.1", "100.64.1.1", "fe80::1", "::1"} {
		o := at(start().Add(time.Hour), risktest.ParisAddr, settled())
		o.Addr = netip.MustParseAddr(addr)
		o.Location = risk.Location{} // as every Locator says of it
		wantUnknown(t, assess(o), risk.GeoForeign, risk.GeoNewCountry, risk.GeoNewASN, risk.GeoHome,
			risk.GeoTor, risk.TravelKM, risk.TravelSpeed)
	}
}

func TestDistance(t *testing.T) {
	for name, tt := range map[string]struct {
		a, b risk.Point
		want float64
	}{
		"nowhere":            {risk.Point{}, risk.Point{}, 0},
		"quarter":            {risk.Point{}, risk.Point{Longitude: 90}, 10007.6},
		"antipodes":          {risk.Point{}, risk.Point{Longitude: 180}, 20015.1},
		"pole to pole":       {risk.Point{Latitude: 90}, risk.Point{Latitude: -90}, 20015.1},
		"one pole":           {risk.Point{Latitude: 90, Longitude: 12}, risk.Point{Latitude: 90, Longitude: -100}, 0},
		"antimeridian":       {risk.Point{Longitude: 179.9}, risk.Point{Longitude: -179.9}, 22.2},
		"over a pole":        {risk.Point{Latitude: 89, Longitude: 0}, risk.Point{Latitude: 89, Longitude: 180}, 222.4},
		"Fiji to Samoa":      {risk.Point{Latitude: -18.14, Longitude: 178.44}, risk.Point{Latitude: -13.83, Longitude: -171.77}, 1150.7},
		"Paris to New York":  {risktest.Paris().Point, risktest.NewYork().Point, 5837},
		"near its antipodes": {risk.Point{Latitude: 1e-9}, risk.Point{Longitude: 180}, 20015.1},
	} {
		got, back := tt.a.DistanceKM(tt.b), tt.b.DistanceKM(tt.a)
		if math.Abs(got-tt.want) > 1 || got != back {
			t.Errorf("%s: got %.1f and back %.1f, want %.1f", name, got, back, tt.want)
		}
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	point := rapid.Custom(func(t *rapid.T) risk.Point {
		return risk.Point{
			Latitude:  rapid.Float64Range(-90, 90).Draw(t, "latitude"),
			Longitude: rapid.Float64Range(-180, 180).Draw(t, "longitude"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := point.Draw(t, "a"), point.Draw(t, "b"), point.Draw(t, "c")
		ab, bc, ac := a.DistanceKM(b), b.DistanceKM(c), a.DistanceKM(c)
		if !(ab >= 0 && ab <= 20016) || math.Abs(ab-b.DistanceKM(a)) > 1e-6 || ac > ab+bc+1e-6 {
			t.Fatalf("ab %v, bc %v, ac %v", ab, bc, ac)
		}
	})
}

func TestAnonymous(t *testing.T) {
	for i, set := range []func(*risk.Location, risk.Truth){
		func(l *risk.Location, v risk.Truth) { l.VPN = v },
		func(l *risk.Location, v risk.Truth) { l.Hosting = v },
		func(l *risk.Location, v risk.Truth) { l.Proxy = v },
		func(l *risk.Location, v risk.Truth) { l.Tor = v },
		func(l *risk.Location, v risk.Truth) { l.ResidentialProxy = v },
	} {
		for _, v := range []risk.Truth{risk.Unknown, risk.False, risk.True} {
			var l risk.Location
			set(&l, v)
			if got := l.Anonymous(); got != (v == risk.True) {
				t.Errorf("%d is %s: anonymous is %v", i, v, got)
			}
		}
	}
}

func ExampleObservation_Travel() {
	var p risk.Profile
	paris := risk.Observation{
		Time: time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC), Location: risktest.Paris(),
	}
	p.Learn(paris.Evidence(), risk.Proof{ID: "proof-1", Time: paris.Time})

	request := risk.Observation{
		Time: paris.Time.Add(time.Hour), Location: risktest.NewYork(), Profile: &p,
	}
	t, ok := request.Travel()
	fmt.Println(ok)
	fmt.Printf("%s to %s: %.0f km in %.0f h, %.0f km/h\n",
		t.From.City, t.To.City, t.KM, t.Hours, t.SpeedKMH)
	// Output:
	// true
	// Paris to New York: 5797 km in 1 h, 5797 km/h
}
