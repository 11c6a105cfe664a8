// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

func complete() risk.Observation {
	now := start().Add(days(2))
	o := at(now, risktest.NewYorkAddr, settled())
	o.Channel, o.Language = "web", "fr"
	o.Session = risk.Session{
		Started: now.Add(-time.Hour), LastUsed: now.Add(-time.Minute),
		Methods: []string{"code6"}, ACR: "urn:example:loa:1",
	}
	one := risk.KnownCount(1)
	o.Counts = risk.Counts{
		Failures10m: one, Failures1h: one, Failures24h: one, IPFailures1h: one, IPSubjects1h: one,
		NetSubjects1h: one, Prompts24h: one, DeviceSubjects24h: one, GlobalFailures: one,
	}
	o.Familiarity, o.Consented = model(), true
	return o
}

func TestCompleteObservationKnowsEverything(t *testing.T) {
	s := assess(complete())
	for _, spec := range risk.Catalogue() {
		if !s.Known(spec.Signal) {
			t.Errorf("%s is unknown", spec.Name)
		}
	}
	for id, want := range map[risk.Signal]float64{
		risk.SessionAge: 3600, risk.SessionIdle: 60,
		risk.TimeHour: 9, risk.TimeWeekday: 3, risk.TimeHourUTC: 8, risk.TimeWeekdayUTC: 3,
		risk.GeoASN: 64502, risk.GeoAccuracy: 20, risk.TravelHours: 48,
		risk.DeviceAge: 13, risk.DeviceDrift: 0, risk.HistoryLogins: 12, risk.HistoryDays: 13,
		risk.HistoryDaysSinceLast: 2, risk.HistoryHourShare: 1, risk.VelocityPrompts24h: 1,
	} {
		if got, _ := s.Number(id); got != want {
			t.Errorf("%s: got %v, want %v", id, got, want)
		}
	}
	wantTruth(t, s, map[risk.Signal]risk.Truth{
		risk.GeoForeign: risk.True, risk.GeoHome: risk.False, risk.GeoTimezoneDiffers: risk.True,
		risk.GeoNewCountry: risk.True, risk.GeoNewASN: risk.True, risk.GeoTor: risk.False,
		risk.DeviceKnown: risk.True, risk.DeviceTrusted: risk.False, // not on this network
	})
}

func TestOnlyTheGroupsAskedFor(t *testing.T) {
	o := complete()
	var s risk.Signals
	for g := risk.ActionGroup; risk.AllGroups.Has(g); g <<= 1 {
		s.SetBool(risk.GeoTor, risk.True) // of an earlier request
		risk.Assess(&o, g, &s)
		if s.Computed() != g {
			t.Errorf("computed %s, want %s", s.Computed(), g)
		}
		for _, spec := range risk.Catalogue() {
			if s.Known(spec.Signal) != (spec.Group == g) {
				t.Errorf("asked for %s: %s known is %v", g, spec.Name, s.Known(spec.Signal))
			}
		}
	}
}

// Without the subject's consent exactly the signals that need it, by their basis
// or by the deployment's word, are unknown; they count as computed (L24).
func TestSignalsThatNeedConsent(t *testing.T) {
	for name, tt := range map[string]struct {
		asked     []risk.Signal
		consented bool
		withheld  []risk.Signal
	}{
		"given":           {nil, true, nil},
		"not given":       {nil, false, []risk.Signal{risk.GeoTimezoneDiffers}},
		"asked and given": {[]risk.Signal{risk.DeviceDrift}, true, nil},
		"asked": {
			[]risk.Signal{risk.DeviceDrift, risk.GeoRegion, risk.HistoryHourShare}, false,
			[]risk.Signal{risk.DeviceDrift, risk.GeoRegion, risk.HistoryHourShare, risk.GeoTimezoneDiffers},
		},
		"no signals": {[]risk.Signal{200, 255}, false, []risk.Signal{risk.GeoTimezoneDiffers}},
	} {
		t.Run(name, func(t *testing.T) {
			o := complete()
			o.Consented, o.Asked = tt.consented, tt.asked
			s := assess(o)
			for _, spec := range risk.Catalogue() {
				withheld := slices.Contains(tt.withheld, spec.Signal)
				if s.Known(spec.Signal) == withheld || !s.Computed().Has(spec.Group) {
					t.Errorf("%s: got known %t", spec.Name, s.Known(spec.Signal))
				}
				if spec.Basis == risk.Consent && !tt.consented && !withheld {
					t.Errorf("%s: its basis is consent", spec.Name)
				}
			}
		})
	}
}

// TestWhatIsMissingIsUnknown takes one thing away at a time: exactly what needs
// it becomes unknown, and nothing else.
func TestWhatIsMissingIsUnknown(t *testing.T) {
	geo := []risk.Signal{
		risk.GeoCountry, risk.GeoRegion, risk.GeoForeign, risk.GeoHome, risk.GeoASN,
		risk.GeoAccuracy, risk.GeoHosting, risk.GeoVPN, risk.GeoProxy, risk.GeoTor,
		risk.GeoResidentialProxy, risk.GeoTimezoneDiffers, risk.GeoNewCountry, risk.GeoNewASN,
	}
	travel := []risk.Signal{risk.TravelKM, risk.TravelHours, risk.TravelSpeed}
	history := []risk.Signal{
		risk.HistoryLogins, risk.HistoryDays, risk.HistoryDaysSinceLast, risk.HistoryHourShare,
	}
	counts := []risk.Signal{
		risk.VelocityFailures10m, risk.VelocityFailures1h, risk.VelocityFailures24h,
		risk.VelocityIPFailures1h, risk.VelocityIPSubjects1h, risk.VelocityNetSubjects1h,
		risk.VelocityPrompts24h, risk.VelocityGlobalFailures, risk.DeviceSubjects24h,
	}
	familiarity := []risk.Signal{
		risk.FamiliarityScore, risk.FamiliarityNetwork, risk.FamiliarityAgent,
	}
	for name, tt := range map[string]struct {
		without func(*risk.Observation)
		unknown []risk.Signal
	}{
		"location": {func(o *risk.Observation) {
			o.Location = risk.Location{}
		}, append(join(geo, travel), risk.DeviceTrusted)},
		"address and location": {func(o *risk.Observation) {
			o.Addr, o.Location = netip.Addr{}, risk.Location{}
		}, append(join(geo, travel), risk.DeviceTrusted, risk.FamiliarityNetwork, risk.FamiliarityScore)},
		"profile": {func(o *risk.Observation) { o.Profile = nil },
			append(join(join(travel, history), familiarity),
				risk.TimeHour, risk.TimeWeekday, risk.GeoForeign, risk.GeoHome, risk.GeoNewCountry,
				risk.GeoNewASN, risk.DeviceKnown, risk.DeviceTrusted, risk.DeviceAge, risk.DeviceDrift)},
		"history": {func(o *risk.Observation) { o.Profile = new(risk.Profile) },
			append(join(travel, familiarity),
				risk.TimeHour, risk.TimeWeekday, risk.GeoForeign, risk.GeoHome, risk.GeoNewCountry,
				risk.GeoNewASN, risk.DeviceAge, risk.DeviceDrift, risk.HistoryDays,
				risk.HistoryDaysSinceLast, risk.HistoryHourShare)},
		"anonymiser database": {func(o *risk.Observation) {
			o.Location.Hosting, o.Location.VPN, o.Location.Proxy = 0, 0, 0
			o.Location.Tor, o.Location.ResidentialProxy = 0, 0
		}, []risk.Signal{risk.GeoHosting, risk.GeoVPN, risk.GeoProxy, risk.GeoTor,
			risk.GeoResidentialProxy}},
		"ASN database": {func(o *risk.Observation) { o.Location.ASN = 0 },
			[]risk.Signal{risk.GeoASN, risk.GeoNewASN, risk.DeviceTrusted}},
		"token": {func(o *risk.Observation) { o.Device = risk.DeviceID{} },
			[]risk.Signal{risk.DeviceAge, risk.DeviceDrift}},
		"headers": {func(o *risk.Observation) { o.Client = risk.Client{} },
			[]risk.Signal{risk.DeviceAutomated, risk.DeviceDrift, risk.GeoTimezoneDiffers,
				risk.FamiliarityAgent, risk.FamiliarityScore}},
		"model": {func(o *risk.Observation) { o.Familiarity = nil }, familiarity},
		"crowd": {func(o *risk.Observation) { o.Familiarity = new(risk.Familiarity) }, familiarity},
		"calibration": {func(o *risk.Observation) {
			o.Familiarity = &risk.Familiarity{Crowd: o.Familiarity.Crowd}
		}, []risk.Signal{risk.FamiliarityScore}},
		"counters": {func(o *risk.Observation) { o.Counts = risk.Counts{} }, counts},
		"session": {func(o *risk.Observation) { o.Session = risk.Session{} }, []risk.Signal{
			risk.SessionMethods, risk.SessionAge, risk.SessionIdle, risk.SessionACR}},
		"channel":  {func(o *risk.Observation) { o.Channel = "" }, []risk.Signal{risk.ClientChannel}},
		"language": {func(o *risk.Observation) { o.Language = "" }, []risk.Signal{risk.ClientLanguage}},
	} {
		t.Run(name, func(t *testing.T) {
			o := complete()
			tt.without(&o)
			s := assess(o)
			want := map[risk.Signal]bool{}
			for _, id := range tt.unknown {
				want[id] = true
			}
			for _, spec := range risk.Catalogue() {
				if s.Known(spec.Signal) == want[spec.Signal] {
					t.Errorf("%s: known is %v", spec.Name, s.Known(spec.Signal))
				}
			}
			if s.Computed() != risk.AllGroups {
				t.Errorf("computed %s", s.Computed())
			}
		})
	}
}

func join(a, b []risk.Signal) []risk.Signal { return append(append([]risk.Signal(nil), a...), b...) }

func TestNoTokenIsKnownToBeUnknown(t *testing.T) {
	o := at(start(), risktest.ParisAddr, new(risk.Profile))
	o.Device = risk.DeviceID{}
	wantTruth(t, assess(o), map[risk.Signal]risk.Truth{
		risk.DeviceKnown: risk.False, risk.DeviceTrusted: risk.False,
	})
}

// TestFaultyInputIsUnknown gives what no honest source would.
func TestFaultyInputIsUnknown(t *testing.T) {
	o := complete()
	o.Session.Started, o.Session.LastUsed = o.Time.Add(1), o.Time.Add(1)
	o.Counts.Failures10m = risk.KnownCount(math.NaN())
	o.Counts.Failures1h = risk.KnownCount(math.Inf(1))
	o.Counts.Failures24h = risk.KnownCount(-1)
	o.Location.Country = "France"
	o.Location.Timezone = "../../etc/passwd"
	o.Location.AccuracyKM = -3
	o.Location.Point.Latitude = math.NaN()
	wantUnknown(t, assess(o), risk.SessionAge, risk.SessionIdle, risk.VelocityFailures10m,
		risk.VelocityFailures1h, risk.VelocityFailures24h, risk.GeoCountry, risk.GeoForeign,
		risk.GeoHome, risk.GeoNewCountry, risk.GeoAccuracy, risk.GeoTimezoneDiffers, risk.TravelKM,
		risk.TravelSpeed)
}

func TestTimezoneNamesOfClients(t *testing.T) {
	for name, want := range map[string]risk.Truth{
		"Europe/Paris": risk.False, "Europe/Brussels": risk.False, "America/New_York": risk.True,
		"": risk.Unknown, "Local": risk.Unknown, "/etc/localtime": risk.Unknown,
		"Europe/../Paris": risk.Unknown, "Europe/Atlantis": risk.Unknown, "Europe/Pa\x00ris": risk.Unknown,
	} {
		o := at(start(), risktest.ParisAddr, settled())
		o.Client.Hints.Timezone, o.Consented = name, true
		if got := assess(o).Bool(risk.GeoTimezoneDiffers); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

func TestForeign(t *testing.T) {
	visit := func(p *risk.Profile, addr string, n int) {
		for i := range n {
			prove(p, at(start().Add(-days(float64(30-i))), addr, p))
		}
	}
	const yes, no, unknown = risk.True, risk.False, risk.Unknown
	type answers struct{ foreign, home, isNew risk.Truth }
	type visits struct {
		addr  string
		times int
	}
	madrid := func(n int) visits { return visits{risktest.MadridAddr, n} }
	paris := func(n int) visits { return visits{risktest.ParisAddr, n} }
	for name, tt := range map[string]struct {
		home bool // France
		past visits
		addr string
		exit bool // the address is a VPN
		want answers
	}{
		"newcomer":           {addr: risktest.ParisAddr, want: answers{unknown, unknown, unknown}},
		"home":               {home: true, addr: risktest.ParisAddr, want: answers{no, yes, no}},
		"abroad":             {home: true, addr: risktest.MadridAddr, want: answers{yes, no, yes}},
		"unlocatable":        {home: true, addr: risktest.NowhereAddr},
		"two days in Madrid": {true, madrid(2), risktest.MadridAddr, false, answers{yes, no, no}},
		"a week in Madrid":   {true, madrid(3), risktest.MadridAddr, false, answers{no, no, no}},
		"usual, no home":     {false, paris(3), risktest.ParisAddr, false, answers{no, unknown, no}},
		"away, no home":      {false, paris(3), risktest.MadridAddr, false, answers{yes, unknown, yes}},
		"little known": {false, paris(2), risktest.MadridAddr, false,
			answers{unknown, unknown, yes}},
		"own VPN abroad": {true, visits{risktest.VPNAddr, 9}, risktest.VPNAddr, false,
			answers{yes, no, no}},
		"Tor stays new": {true, visits{risktest.TorAddr, 9}, risktest.TorAddr, false,
			answers{yes, no, yes}},
		"a VPN at home": {true, paris(9), risktest.LyonAddr, true, answers{unknown, unknown, no}},
	} {
		t.Run(name, func(t *testing.T) {
			p := new(risk.Profile)
			if tt.home {
				p.Seed(risk.Home{Countries: []string{"FR"}}, risk.Proof{ID: "shop", Time: start()})
			}
			visit(p, tt.past.addr, tt.past.times)
			o := at(start(), tt.addr, p)
			if tt.exit {
				o.Location.VPN = risk.True
			}
			check := func(want answers) {
				t.Helper()
				wantTruth(t, assess(o), map[risk.Signal]risk.Truth{
					risk.GeoForeign: want.foreign, risk.GeoHome: want.home, risk.GeoNewCountry: want.isNew,
				})
			}
			check(tt.want)
			if tt.exit {
				prove(p, o) // it was the customer: now it is his own
				check(answers{no, yes, no})
			}
		})
	}
}

// TestTorInTheNetworkOfTheOwnVPN is not the own VPN.
func TestTorInTheNetworkOfTheOwnVPN(t *testing.T) {
	p := settled()
	vpn := at(start().Add(days(1)), risktest.LyonAddr, p)
	vpn.Location.VPN, vpn.Location.ASN = risk.True, 64511
	prove(p, vpn)
	tor := at(start().Add(days(2)), risktest.LyonAddr, p)
	tor.Location.Tor, tor.Location.ASN = risk.True, 64511
	wantTruth(t, assess(tor), map[risk.Signal]risk.Truth{
		risk.GeoHome: risk.Unknown, risk.GeoForeign: risk.Unknown, risk.DeviceTrusted: risk.False,
	})
	vpn.Time = tor.Time
	wantTruth(t, assess(vpn), map[risk.Signal]risk.Truth{
		risk.GeoHome: risk.True, risk.GeoForeign: risk.False, risk.DeviceTrusted: risk.True,
	})
}

func TestHourShareGoesAroundMidnight(t *testing.T) {
	p := settled() // Paris: nine o'clock; 12 proofs
	for i := range 4 {
		// 23:30 in Paris, in winter and, 30 days later, in summer
		prove(p, at(start().Add(-days(30)+14*time.Hour+30*time.Minute+days(float64(i))),
			risktest.ParisAddr, p))
	}
	for hour, want := range map[int]float64{9: 0.75, 10: 0.75, 8: 0.75, 11: 0, 23: 0.25, 0: 0.25,
		22: 0.25, 1: 0} {
		o := at(time.Date(2026, time.March, 4, hour, 10, 0, 0, time.FixedZone("CET", 3600)),
			risktest.ParisAddr, p)
		if got, known := assess(o).Number(risk.HistoryHourShare); !known || got != want {
			t.Errorf("%d h: got %v, %v, want %v", hour, got, known, want)
		}
	}
}

func TestAssessAllocates(t *testing.T) {
	o, s := complete(), new(risk.Signals)
	risk.Assess(&o, risk.AllGroups, s)
	if got := testing.AllocsPerRun(100, func() { risk.Assess(&o, risk.AllGroups, s) }); got > 0 {
		t.Errorf("got %v allocations, want none", got)
	}
}

func BenchmarkAssess(b *testing.B) {
	o, s := complete(), new(risk.Signals)
	b.ReportAllocs()
	for b.Loop() {
		risk.Assess(&o, risk.AllGroups, s)
	}
}

func BenchmarkProfileDecode(b *testing.B) {
	data := encode(b, settled())
	b.ReportAllocs()
	for b.Loop() {
		var p risk.Profile
		if err := p.UnmarshalBinary(data); err != nil {
			b.Fatal(err)
		}
	}
}
