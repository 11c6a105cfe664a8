// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

func TestLearnAndKnow(t *testing.T) {
	var p risk.Profile
	o := at(start(), risktest.ParisAddr, &p)
	if _, ok := p.Device(o.Device); ok {
		t.Fatal("a newcomer has a device")
	}
	prove(&p, o)
	d, ok := p.Device(o.Device)
	want := risk.Device{
		ID: o.Device, First: start(), Last: start(), Trusted: start(), UserAgent: "Firefox on Linux",
	}
	if !ok || d != want {
		t.Errorf("got %+v, want %+v", d, want)
	}
	if list := p.Devices(); len(list) != 1 || list[0] != want {
		t.Errorf("devices: %+v", list)
	}
}

func TestOneProofTeachesOnce(t *testing.T) {
	var p risk.Profile
	o := at(start(), risktest.ParisAddr, &p)
	for range 3 {
		p.Learn(o.Evidence(), risk.Proof{ID: "p1", Time: start(), Strong: true})
	}
	if n, _ := assess(o).Number(risk.HistoryLogins); n != 1 {
		t.Errorf("%v proofs, want 1", n)
	}
}

func TestNothingToLearnFrom(t *testing.T) {
	o := at(start(), risktest.ParisAddr, nil)
	e, good := o.Evidence(), risk.Proof{ID: "p1", Time: start()}
	for name, learn := range map[string]func(*risk.Profile){
		"no evidence": func(p *risk.Profile) { p.Learn(risk.Evidence{}, good) },
		"no proof":    func(p *risk.Profile) { p.Learn(e, risk.Proof{}) },
		"no name":     func(p *risk.Profile) { p.Learn(e, risk.Proof{Time: start()}) },
		"no time":     func(p *risk.Profile) { p.Learn(e, risk.Proof{ID: "p1"}) },
		"no seed":     func(p *risk.Profile) { p.Seed(risk.Home{Countries: []string{"FR"}}, risk.Proof{}) },
	} {
		var p risk.Profile
		if learn(&p); !bytes.Equal(encode(t, &p), encode(t, new(risk.Profile))) {
			t.Errorf("%s: taught something", name)
		}
	}
}

// TestTrustBoundary is L11, to the second before and after.
func TestTrustBoundary(t *testing.T) {
	for name, tt := range map[string]struct {
		strong bool
		after  time.Duration
		change func(*risk.Observation)
		want   risk.Truth
	}{
		"at 24 h":     {true, days(1), nil, risk.True},
		"just before": {true, days(1) - 1, nil, risk.False},
		"weak proof":  {false, days(9), nil, risk.False},
		"upgraded browser": {true, days(9), func(o *risk.Observation) {
			o.Client = risktest.DesktopUpgraded()
		}, risk.True},
		"another language": {true, days(9), func(o *risk.Observation) {
			o.Client.Hints.AcceptLanguage = "en"
		}, risk.True},
		"another machine": {true, days(9), func(o *risk.Observation) {
			o.Client = risktest.Phone()
		}, risk.False},
		"silent client": {true, days(9), func(o *risk.Observation) {
			o.Client = risk.Client{}
		}, risk.Unknown},
		"another network": {true, days(9), func(o *risk.Observation) {
			o.Location = risktest.London()
		}, risk.False},
		"Tor": {true, days(9), func(o *risk.Observation) { o.Location.Tor = risk.True }, risk.False},
		"another device": {true, days(9), func(o *risk.Observation) {
			o.Device = risktest.Device("stolen")
		}, risk.False},
		"clock backwards": {true, -days(2), nil, risk.False},
	} {
		t.Run(name, func(t *testing.T) {
			var p risk.Profile
			o := at(start(), risktest.ParisAddr, &p)
			p.Learn(o.Evidence(), risk.Proof{ID: "p1", Time: start(), Strong: tt.strong})
			o = at(start().Add(tt.after), risktest.ParisAddr, &p)
			if tt.change != nil {
				tt.change(&o)
			}
			wantTruth(t, assess(o), map[risk.Signal]risk.Truth{risk.DeviceTrusted: tt.want})
		})
	}
}

// TestNetworkProvenOnAnotherDevice does not help a device to be trusted.
func TestNetworkProvenOnAnotherDevice(t *testing.T) {
	var p risk.Profile
	prove(&p, at(start(), risktest.ParisAddr, &p))
	o := at(start().Add(time.Hour), risktest.LondonAddr, &p)
	o.Device = risktest.Device("phone")
	prove(&p, o)
	wantTruth(t, assess(at(start().Add(days(3)), risktest.LondonAddr, &p)), map[risk.Signal]risk.Truth{
		risk.DeviceKnown: risk.True, risk.DeviceTrusted: risk.False, risk.GeoNewASN: risk.False,
	})
}

// TestUnprovenRequestsMoveNothing is L21.
func TestUnprovenRequestsMoveNothing(t *testing.T) {
	p := settled()
	before := encode(t, p)
	addrs := []string{
		risktest.NewYorkAddr, risktest.TorAddr, risktest.VPNAddr, risktest.MadridAddr, risktest.ParisAddr,
	}
	for i := range 10_000 {
		o := at(start().Add(time.Duration(i)*time.Second), addrs[i%len(addrs)], p)
		o.Device = risktest.Device(fmt.Sprint("stranger", i%50))
		o.Client = risktest.Phone()
		if p.Refresh(o.Device, o.Time) {
			t.Fatalf("request %d changed the profile", i)
		}
	}
	if !bytes.Equal(before, encode(t, p)) {
		t.Error("the profile changed")
	}
}

func TestRefreshRenewsADeviceOnly(t *testing.T) {
	p, fresh := settled(), settled()
	o := at(start().Add(days(300)), risktest.NewYorkAddr, p)
	o.Client = risktest.Phone()
	if !p.Refresh(o.Device, o.Time) {
		t.Fatal("nothing was renewed")
	}
	if p.Refresh(o.Device, o.Time) {
		t.Error("renewed twice in a day")
	}
	was, _ := fresh.Device(o.Device)
	is, _ := p.Device(o.Device)
	if !is.Last.Equal(o.Time) || is.Last == was.Last {
		t.Errorf("last use is %s, want %s", is.Last, o.Time)
	}
	is.Last = was.Last
	if is != was {
		t.Errorf("got %+v, want %+v", is, was)
	}
	p.Expire(start().Add(days(500)))
	if _, ok := p.Device(o.Device); !ok {
		t.Error("a device in use was forgotten")
	}
	if n, _ := assess(o).Number(risk.HistoryLogins); n != 0 {
		t.Errorf("%v proofs are older than 13 months", n)
	}
}

func TestRetention(t *testing.T) {
	p := settled()
	p.Expire(start().Add(days(396)))
	if n := len(p.Devices()); n != 1 {
		t.Errorf("%d devices at the limit, want 1", n)
	}
	p.Expire(start().Add(days(397)))
	s := assess(at(start().Add(days(397)), risktest.LondonAddr, p))
	wantUnknown(t, s, risk.TravelKM, risk.HistoryDays, risk.GeoNewASN)
	wantTruth(t, s, map[risk.Signal]risk.Truth{
		risk.DeviceKnown: risk.False, risk.GeoHome: risk.False, // the home stays
	})
}

func TestBounds(t *testing.T) {
	var p risk.Profile
	for i := range 500 {
		o := at(start().Add(days(float64(i)/10)), risktest.ParisAddr, &p)
		o.Device = risktest.Device(fmt.Sprint(i % 20))
		o.Location.ASN = uint32(1 + i%90)
		o.Location.Country = string([]byte{'A' + byte(i%26), 'B'})
		prove(&p, o)
	}
	if n := len(p.Devices()); n != 8 {
		t.Errorf("%d devices, want 8", n)
	}
	if n, _ := assess(at(start().Add(days(60)), risktest.ParisAddr, &p)).Number(risk.HistoryLogins); n != 48 {
		t.Errorf("%v proofs, want 48", n)
	}
	if b := encode(t, &p); len(b) > 2000 {
		t.Errorf("%d bytes", len(b))
	}
}

// TestRareHabitsSurvive a hundred proofs at home.
func TestRareHabitsSurvive(t *testing.T) {
	var p risk.Profile
	prove(&p, at(start(), risktest.DakarAddr, &p))
	for i := range 100 {
		prove(&p, at(start().Add(days(1+float64(i)/2)), risktest.ParisAddr, &p))
	}
	wantTruth(t, assess(at(start().Add(days(60)), risktest.DakarAddr, &p)), map[risk.Signal]risk.Truth{
		risk.GeoNewCountry: risk.False, risk.GeoNewASN: risk.False,
	})
}

// TestTypicalSize is a subject of 12 logins, 2 devices, 2 countries.
func TestTypicalSize(t *testing.T) {
	p := new(risk.Profile)
	p.Seed(risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"},
		risk.Proof{ID: "shop", Time: start()})
	for i := range 12 {
		addr := []string{risktest.ParisAddr, risktest.MobileAddr, risktest.BrusselsAddr}[i%3]
		o := at(start().Add(days(float64(i)*5.3)), addr, p)
		if i%2 == 1 {
			o.Device, o.Client = risktest.Device("phone"), risktest.Phone()
		}
		prove(p, o)
	}
	if b := encode(t, p); len(b) > 400 {
		t.Errorf("%d bytes, want at most 400", len(b))
	}
	if !slices.Equal(p.UsualCountries(), []string{"BE", "FR"}) {
		t.Errorf("usual countries are %v", p.UsualCountries())
	}
}

func TestSeed(t *testing.T) {
	var p risk.Profile
	p.Seed(risk.Home{
		Countries: []string{"FR", "France", "FR", "be", "BE", "LU", "CH", "DE"},
		Timezone:  "Nowhere/At_all",
	}, risk.Proof{ID: "shop", Time: start()})
	if got := p.Home(); !slices.Equal(got.Countries, []string{"FR", "BE", "LU", "CH"}) || got.Timezone != "" {
		t.Errorf("got %+v", got)
	}
	p.Seed(risk.Home{Countries: []string{"ES"}}, risk.Proof{ID: "older", Time: start().Add(-1 * time.Hour)})
	if got := p.Home().Countries[0]; got != "FR" {
		t.Errorf("an older check moved the home to %s", got)
	}
	p.Seed(risk.Home{Countries: []string{"ES"}}, risk.Proof{ID: "newer", Time: start().Add(time.Hour)})
	if got := p.Home().Countries; !slices.Equal(got, []string{"ES"}) {
		t.Errorf("after moving house: %v", got)
	}
}

func TestRemoveDevice(t *testing.T) {
	p, old := settled(), settled()
	laptop := risktest.Device("laptop")
	if p.RemoveDevice(risktest.Device("phone"), start()) || !p.RemoveDevice(laptop, start()) {
		t.Fatal("removed what was not there, or not what was")
	}
	o := at(start(), risktest.ParisAddr, p)
	wantTruth(t, assess(o), map[risk.Signal]risk.Truth{risk.DeviceKnown: risk.False})

	p.Merge(old)
	p = decode(t, encode(t, p))
	if _, ok := p.Device(laptop); ok {
		t.Error("an older copy brought the device back")
	}
	late := at(start().Add(-time.Minute), risktest.ParisAddr, p)
	p.Learn(late.Evidence(), risk.Proof{ID: "late", Time: late.Time, Strong: true})
	if _, ok := p.Device(laptop); ok {
		t.Error("a proof from before brought the device back")
	}
	prove(p, at(start().Add(days(1)), risktest.ParisAddr, p))
	if d, ok := p.Device(laptop); !ok || !d.First.Equal(start().Add(days(1))) {
		t.Errorf("a new proof on it: got %+v, %v", d, ok)
	}
}

func TestUnlearn(t *testing.T) {
	p := settled()
	before := encode(t, p)
	o := at(start().Add(days(2)), risktest.DakarAddr, p)
	o.Device = risktest.Device("thief")
	fraud := risk.Proof{ID: "fraud", Time: o.Time, Strong: true}
	p.Learn(o.Evidence(), fraud)
	infected := decode(t, encode(t, p))
	if p.Unlearn("unheard of", o.Time) || !p.Unlearn("fraud", o.Time) {
		t.Fatal("unlearnt what was not there, or not what was")
	}
	if p.Unlearn("fraud", o.Time) {
		t.Error("unlearnt twice")
	}
	p.Merge(infected)
	p.Learn(o.Evidence(), fraud)
	wantTruth(t, assess(o), map[risk.Signal]risk.Truth{
		risk.DeviceKnown: risk.False, risk.GeoNewCountry: risk.True, risk.GeoNewASN: risk.True,
	})
	wantUnknown(t, assess(at(o.Time.Add(time.Hour), risktest.ParisAddr, p)), risk.TravelKM)
	if bytes.Equal(before, encode(t, p)) {
		t.Error("nothing says that the proof is gone")
	}
	if d, ok := p.Device(risktest.Device("laptop")); !ok || d.Trusted.IsZero() {
		t.Errorf("what other proofs taught is gone too: %+v, %v", d, ok)
	}
}

// TestUnlearnMovesTrustForward: a device whose first strong proof is taken back
// rests on the next one.
func TestUnlearnMovesTrustForward(t *testing.T) {
	var p risk.Profile
	first := at(start(), risktest.ParisAddr, &p)
	p.Learn(first.Evidence(), risk.Proof{ID: "first", Time: first.Time, Strong: true})
	prove(&p, at(start().Add(days(5)), risktest.ParisAddr, &p))
	p.Unlearn("first", start().Add(days(6)))
	d, ok := p.Device(first.Device)
	if !ok || d.Trusted.Before(start().Add(days(5))) || d.First.Before(start().Add(days(5))) {
		t.Errorf("got %+v, %v: want it to rest on the second proof", d, ok)
	}
}
