// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// model is a calibrated model of a crowd that lives in Paris, with a few
// elsewhere.
func model() *risk.Familiarity {
	crowd := risk.NewCrowd(0)
	for i := range 1000 {
		addr := risktest.ParisAddr
		if i%10 == 0 {
			addr = []string{risktest.NewYorkAddr, risktest.LondonAddr}[i/10%2]
		}
		crowd.Add(observe(addr, i%2 == 0).Evidence())
	}
	return &risk.Familiarity{Crowd: crowd.View(start()), Calibration: ramp()}
}

func observe(addr string, phone bool) *risk.Observation {
	o := at(start(), addr, nil)
	if phone {
		o.Client = risktest.Phone()
	}
	return &o
}

// ramp is a calibration by evidence from -10 to 10.
func ramp() *risk.Calibration {
	values := make([]float64, risk.MinCalibration)
	for i := range values {
		values[i] = -10 + 20*float64(i)/float64(len(values)-1)
	}
	c, err := risk.NewCalibration(values)
	if err != nil {
		panic(err)
	}
	return c
}

func TestFamiliarityIsTheFormula(t *testing.T) {
	p := settled() // 12 proofs in Paris, on a desktop
	prove(p, at(start().Add(time.Hour), risktest.LondonAddr, p))
	o := at(start().Add(days(1)), risktest.LondonAddr, p)
	o.Familiarity = model()
	o.Familiarity.Weights = risk.Weights{
		Prior: 2, Prefix: 1, Network: 2, Country: 3, Agent: 4, Browser: 5, System: 6, Class: 7,
	}
	parts, sum := o.Explain(), 0.0
	want := []struct {
		level    string
		seen, of int
		share    float64
	}{
		{"prefix", 1, 13, 51. / 5096}, {"network", 1, 13, 51. / 2024}, {"country", 1, 13, 51. / 1250},
		{"agent", 13, 13, 501. / 1256}, {"browser", 13, 13, 501. / 1008},
		{"system", 13, 13, 501. / 1008}, {"class", 13, 13, 501. / 1004},
	}
	if len(parts) != len(want) {
		t.Fatalf("got %d parts, want %d: %+v", len(parts), len(want), parts)
	}
	for i, w := range want {
		evidence := float64(i+1) * math.Log(w.share/((float64(w.seen)+2*w.share)/float64(w.of+2)))
		got := parts[i]
		if got.Level != w.level || got.Seen != w.seen || got.Of != w.of ||
			!about(got.Share, w.share) || !about(got.Evidence, evidence) {
			t.Errorf("got %+v, want %+v with evidence %v", got, w, evidence)
		}
		sum += got.Evidence
	}
	s := assess(o)
	network, _ := s.Number(risk.FamiliarityNetwork)
	agent, _ := s.Number(risk.FamiliarityAgent)
	if !about(network+agent, sum) {
		t.Errorf("the signals are %v and %v, the parts add up to %v", network, agent, sum)
	}
}

func about(a, b float64) bool { return math.Abs(a-b) <= 1e-6*math.Abs(b) }

// strange is the evidence of a request, and whether both parts of it are known.
func strange(o risk.Observation) (evidence float64, known bool) {
	s := assess(o)
	network, n := s.Number(risk.FamiliarityNetwork)
	agent, a := s.Number(risk.FamiliarityAgent)
	return network + agent, n && a
}

func TestStrangerAndStranger(t *testing.T) {
	p, m := settled(), model()
	last := math.Inf(-1)
	for _, tt := range []struct {
		name   string
		change func(*risk.Observation)
	}{
		{"at home", func(*risk.Observation) {}},
		{"another part of the network", func(o *risk.Observation) {
			o.Addr = netip.MustParseAddr("192.0.3.1")
		}},
		{"another network", func(o *risk.Observation) {
			o.Addr, o.Location = netip.MustParseAddr("192.0.3.1"), risktest.Mobile()
		}},
		{"another country", func(o *risk.Observation) {
			o.Addr, o.Location = netip.MustParseAddr(risktest.NewYorkAddr), risktest.NewYork()
		}},
		{"and another client", func(o *risk.Observation) {
			o.Addr, o.Location = netip.MustParseAddr(risktest.NewYorkAddr), risktest.NewYork()
			o.Client = risktest.Phone()
		}},
	} {
		o := at(start().Add(days(1)), risktest.ParisAddr, p)
		o.Familiarity = m
		tt.change(&o)
		got, known := strange(o)
		if !known || got <= last {
			t.Errorf("%s: %v is not stranger than %v", tt.name, got, last)
		}
		last = got
	}
}

// TestASharedExitIsNobodysHabit, however often it was proven behind.
func TestASharedExitIsNobodysHabit(t *testing.T) {
	p := settled()
	for i := range 9 {
		prove(p, at(start().Add(days(float64(i)/10)), risktest.TorAddr, p))
	}
	o := at(start().Add(days(1)), risktest.TorAddr, p)
	o.Familiarity = model()
	for _, part := range o.Explain()[:2] {
		if part.Seen != 0 || part.Of != 12 || part.Evidence <= 0 {
			t.Errorf("got %+v, want a value never seen in 12 proofs", part)
		}
	}
}

// TestANewerBrowserIsFamiliar, since it says the same of everything else.
func TestANewerBrowserIsFamiliar(t *testing.T) {
	o := at(start(), risktest.ParisAddr, settled())
	o.Familiarity = model()
	before, _ := strange(o)
	o.Client = risktest.DesktopUpgraded()
	if after, _ := strange(o); after != before {
		t.Errorf("evidence went from %v to %v", before, after)
	}
}

func TestInvalidWeightsKnowNothing(t *testing.T) {
	for name, change := range map[string]func(*risk.Weights){
		"no prior":         func(w *risk.Weights) { w.Prior = 0 },
		"negative prior":   func(w *risk.Weights) { w.Prior = -1 },
		"infinite prior":   func(w *risk.Weights) { w.Prior = math.Inf(1) },
		"negative country": func(w *risk.Weights) { w.Country = -1 },
		"country not a number": func(w *risk.Weights) {
			w.Country = math.NaN()
		},
	} {
		o := complete()
		o.Familiarity.Weights = risk.DefaultWeights()
		if change(&o.Familiarity.Weights); len(o.Explain()) != 0 {
			t.Errorf("%s: got %+v", name, o.Explain())
		}
		wantUnknown(t, assess(o), risk.FamiliarityScore, risk.FamiliarityNetwork, risk.FamiliarityAgent)
	}
}

// habits is a profile of generated proofs and a request, from few places and
// clients, so that they repeat.
func habits(t *rapid.T) ([]risk.Observation, risk.Observation) {
	addrs := []string{
		risktest.ParisAddr, risktest.LyonAddr, risktest.LondonAddr, risktest.NewYorkAddr,
		risktest.VPNAddr, risktest.TorAddr, risktest.NowhereAddr,
	}
	clients := []risk.Client{
		risktest.Desktop(), risktest.DesktopUpgraded(), risktest.Phone(), {},
	}
	n := 0
	one := rapid.Custom(func(t *rapid.T) risk.Observation {
		n++
		o := at(start().Add(time.Duration(n)*time.Hour), rapid.SampledFrom(addrs).Draw(t, "addr"), nil)
		o.Client = rapid.SampledFrom(clients).Draw(t, "client")
		o.Device = risk.DeviceID{}
		return o
	})
	return rapid.SliceOfN(one, 1, 20).Draw(t, "proofs"), one.Draw(t, "request")
}

func learnt(proofs []risk.Observation) *risk.Profile {
	p := new(risk.Profile)
	for _, o := range proofs {
		prove(p, o)
	}
	return p
}

func weights(t *rapid.T) risk.Weights {
	w := func(name string) float64 { return rapid.Float64Range(0, 5).Draw(t, name) }
	return risk.Weights{
		Prior: rapid.Float64Range(0.01, 50).Draw(t, "prior"), Prefix: w("prefix"),
		Network: w("network"), Country: w("country"), Agent: w("agent"), Browser: w("browser"),
		System: w("system"), Class: w("class"),
	}
}

// TestFamiliarityIsMonotone: another proof of just this request never makes it
// stranger, at any level.
func TestFamiliarityIsMonotone(t *testing.T) {
	m := model()
	rapid.Check(t, func(t *rapid.T) {
		proofs, o := habits(t)
		o.Familiarity = &risk.Familiarity{Crowd: m.Crowd, Weights: weights(t)}
		o.Profile = learnt(proofs)
		before := o.Explain()
		again := o
		again.Time = o.Time.Add(time.Hour)
		o.Profile = learnt(append(proofs, again))
		after := map[string]risk.Part{}
		for _, part := range o.Explain() {
			after[part.Level] = part
		}
		for _, part := range before {
			then, exit := after[part.Level], o.Location.Tor == risk.True
			if !exit && then.Seen != part.Seen+1 || then.Evidence > part.Evidence+1e-9 {
				t.Fatalf("from %+v to %+v", part, then)
			}
		}
	})
}

// TestFamiliarityIsBounded as section 7 of the design says.
func TestFamiliarityIsBounded(t *testing.T) {
	m := model()
	rapid.Check(t, func(t *rapid.T) {
		proofs, o := habits(t)
		w := weights(t)
		o.Profile, o.Familiarity = learnt(proofs), &risk.Familiarity{Crowd: m.Crowd, Weights: w}
		level := map[string]float64{
			"prefix": w.Prefix, "network": w.Network, "country": w.Country, "agent": w.Agent,
			"browser": w.Browser, "system": w.System, "class": w.Class,
		}
		for _, part := range o.Explain() {
			n := float64(part.Of)
			most := level[part.Level] * math.Log((n+w.Prior)/w.Prior)
			least := level[part.Level] * math.Log(part.Share)
			if part.Evidence > most+1e-9 || part.Evidence < least-1e-9 {
				t.Fatalf("%+v is outside %v to %v", part, least, most)
			}
			if part.Seen == 0 && !about(part.Evidence+1, most+1) {
				t.Fatalf("%+v was never seen, want %v", part, most)
			}
		}
	})
}

// TestFamiliarityIsOrderIndependent, of proofs and of the crowd.
func TestFamiliarityIsOrderIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		proofs, o := habits(t)
		evidence := func(proofs []risk.Observation) []risk.Part {
			crowd := risk.NewCrowd(0)
			for i := range proofs {
				crowd.Add(proofs[i].Evidence())
			}
			o.Profile = learnt(proofs)
			o.Familiarity = &risk.Familiarity{Crowd: crowd.View(start().Add(days(10)))}
			return o.Explain()
		}
		before := evidence(proofs)
		after := evidence(rapid.Permutation(proofs).Draw(t, "shuffled"))
		for i, part := range before {
			if then := after[i]; then.Seen != part.Seen || !about(then.Evidence+100, part.Evidence+100) {
				t.Fatalf("from %+v to %+v", part, then)
			}
		}
	})
}

func TestCrowdForgets(t *testing.T) {
	crowd := risk.NewCrowd(days(10))
	o := at(start(), risktest.ParisAddr, settled())
	o.Familiarity = new(risk.Familiarity)
	share := func(after time.Duration) float64 {
		o.Familiarity.Crowd = crowd.View(start().Add(after))
		return o.Explain()[2].Share // of the country
	}
	if got := share(0); !about(got, 1./250) {
		t.Errorf("of nobody: %v", got)
	}
	for range 250 {
		crowd.Add(o.Evidence())
	}
	frozen := crowd.View(start())
	for half, want := range map[float64]float64{0: 251. / 500, 1: 126. / 375, 2: 63.5 / 312.5} {
		if got := share(days(10 * half)); !about(got, want) {
			t.Errorf("after %v half-lives: got %v, want %v", half, got, want)
		}
	}
	crowd.Add(o.Evidence())
	crowd.Add(risk.Evidence{})
	o.Familiarity.Crowd = frozen
	if got := o.Explain()[2].Share; !about(got, 251./500) {
		t.Errorf("a frozen crowd moved to %v", got)
	}
}

// TestCrowdIsBounded: a flood of values takes no room, and leaves the share of
// what is usual right to a few thousandths.
func TestCrowdIsBounded(t *testing.T) {
	crowd := risk.NewCrowd(0)
	o := at(start(), risktest.ParisAddr, settled())
	flood := o.Evidence()
	add := func() {
		for i := range 20_000 {
			stranger := o
			stranger.Addr = netip.AddrFrom4([4]byte{100, byte(i >> 8), byte(i), 1})
			stranger.Location.ASN = uint32(i + 1)
			crowd.Add(stranger.Evidence())
			crowd.Add(flood)
		}
	}
	if allocs := testing.AllocsPerRun(1, add); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
	o.Familiarity = &risk.Familiarity{Crowd: crowd.View(start())}
	for _, part := range o.Explain()[:2] {
		if math.Abs(part.Share-0.5) > 0.05 {
			t.Errorf("half of all show it: got %+v", part)
		}
	}
	never := o
	never.Location.ASN = 4_000_000
	if got := never.Explain()[1].Share; got > 0.001 {
		t.Errorf("a network never seen has a share of %v", got)
	}
}

// TestTimesOfNoClock do not make shares infinite.
func TestTimesOfNoClock(t *testing.T) {
	crowd := risk.NewCrowd(days(1))
	o := at(start(), risktest.ParisAddr, settled())
	for _, year := range []int{1, 1970, 2026, 9999, 200_000} {
		o.Time = time.Date(year, 1, 2, 0, 0, 0, 0, time.UTC)
		crowd.Add(o.Evidence())
	}
	o.Time = start()
	for _, now := range []time.Time{{}, start(), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		o.Familiarity = &risk.Familiarity{Crowd: crowd.View(now)}
		for _, part := range o.Explain() {
			if math.IsNaN(part.Evidence) || math.IsInf(part.Evidence, 0) || !(part.Share > 0 && part.Share <= 1) {
				t.Errorf("at %s: %+v", now, part)
			}
		}
	}
}

func ExampleObservation_Explain() {
	crowd := risk.NewCrowd(risk.DefaultHalfLife)
	for range 100 {
		crowd.Add(observe(risktest.ParisAddr, false).Evidence())
	}
	o := at(start().Add(days(1)), risktest.LondonAddr, settled())
	o.Familiarity = &risk.Familiarity{Crowd: crowd.View(o.Time)}
	for _, part := range o.Explain()[2:4] {
		fmt.Printf("%s: in %d of %d proofs, %+.1f\n", part.Level, part.Seen, part.Of, part.Evidence)
	}
	// Output:
	// country: in 0 of 12 proofs, +4.7
	// agent: in 12 of 12 proofs, -1.3
}

func TestExplainWithoutAModel(t *testing.T) {
	o := at(start(), risktest.ParisAddr, settled())
	if got := o.Explain(); !slices.Equal(got, nil) {
		t.Errorf("got %+v", got)
	}
}
