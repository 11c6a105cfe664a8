// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policies_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// requests is how many requests each law is tried with, per policy.
const requests = 3_000

// noon is when they take place.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// drawn makes requests as they come: what can be known follows from the
// place, the device and the channel. Most of what could be suspicious is not,
// since where everything is, one more circumstance changes nothing.
type drawn struct {
	random  *rand.Rand
	policy  *policy.Policy
	actions []string
}

func (d drawn) chance(percent int) bool { return d.random.IntN(100) < percent }

func pick[T any](d drawn, values ...T) T { return values[d.random.IntN(len(values))] }

// request draws a request with all its facts, in which every group of signals
// is known as far as it can be.
func (d drawn) request() policy.Input {
	s := new(risk.Signals)
	channel := pick(d, "web", "app", "phone", "shop", "api")
	s.SetText(risk.ClientChannel, channel)
	s.SetText(risk.ClientLanguage, "fr")
	s.SetNumber(risk.SessionAge, pick(d, 10.0, 1000))
	s.SetNumber(risk.SessionIdle, pick(d, 0.0, 10, 60, 299, 301))
	s.SetList(risk.SessionMethods, []string{pick(d, "password", "pin", "password", "code6")})
	hour := pick(d, 3.0, 12, 23)
	s.SetNumber(risk.TimeHour, hour)
	s.SetNumber(risk.TimeHourUTC, hour)
	s.SetNumber(risk.TimeWeekdayUTC, 1)
	remote := channel != "phone" && channel != "shop"
	d.device(s)
	if remote {
		d.place(s)
	}
	d.counts(s, remote)
	in := policy.Input{
		Action: d.actions[d.random.IntN(len(d.actions))], Time: noon, Signals: s,
		Facts:   map[string]any{},
		Prompts: policy.Count{N: pick(d, 0, 2, 5), Known: d.chance(80)},
		Spent:   policy.Spent{Known: d.chance(80)},
	}
	for _, f := range d.policy.Facts() {
		if !f.Optional || d.chance(80) {
			in.Facts[f.Name] = d.fact(f.Type)
		}
	}
	return in
}

func (d drawn) fact(t policy.FactType) any {
	switch t {
	case policy.NumberFact, policy.DecimalFact:
		return pick(d, 0.01, 0.03, 1, 5, 25, 30, 71, 90, 181, 400, 20000)
	case policy.BoolFact:
		return d.chance(15)
	case policy.StringsFact:
		return pick(d, []string{"members.read"}, []string{"data.export"})
	}
	return pick(d, "FR", "FR", "KP", "admin", "member")
}

// device draws a device: new, known, or trusted.
func (d drawn) device(s *risk.Signals) {
	newcomer(s)
	s.SetBool(risk.DeviceAutomated, risk.TruthOf(d.chance(10)))
	if d.chance(40) {
		return
	}
	s.SetBool(risk.DeviceKnown, risk.True)
	s.SetBool(risk.DeviceTrusted, risk.TruthOf(d.chance(70)))
	s.SetNumber(risk.DeviceAge, pick(d, 2.0, 400))
	s.SetNumber(risk.DeviceDrift, pick(d, 0, 0, 0.1, 0.1, 0.6))
	s.SetNumber(risk.DeviceSubjects24h, pick(d, 1.0, 2, 9))
}

// place draws a place: at home, or abroad, perhaps hidden, perhaps too far.
func (d drawn) place(s *risk.Signals) {
	home(s)
	if d.chance(40) {
		return
	}
	foreign := d.chance(60)
	s.SetText(risk.GeoCountry, pick(d, "US", "DE"))
	s.SetBool(risk.GeoHome, risk.False)
	s.SetBool(risk.GeoForeign, risk.TruthOf(foreign))
	s.SetBool(risk.GeoNewCountry, risk.TruthOf(foreign && d.chance(70)))
	for _, exit := range exits {
		s.SetBool(exit, risk.TruthOf(d.chance(15)))
	}
	if d.chance(40) {
		speed := pick(d, 100.0, 880, 5000)
		s.SetNumber(risk.TravelKM, 2*speed)
		s.SetNumber(risk.TravelHours, 2)
		s.SetNumber(risk.TravelSpeed, speed)
	}
}

func (d drawn) counts(s *risk.Signals, remote bool) {
	failures := pick(d, 0.0, 0, 0, 0, 0, 4, 5, 30)
	s.SetNumber(risk.VelocityFailures10m, failures)
	s.SetNumber(risk.VelocityFailures1h, failures)
	s.SetNumber(risk.VelocityFailures24h, failures)
	if remote {
		s.SetNumber(risk.VelocityIPFailures1h, pick(d, 0.0, 100))
		s.SetNumber(risk.VelocityIPSubjects1h, pick(d, 1.0, 300))
		s.SetNumber(risk.VelocityNetSubjects1h, pick(d, 1.0, 300))
	}
	s.SetNumber(risk.VelocityPrompts24h, pick(d, 0.0, 5))
	s.SetNumber(risk.HistoryLogins, pick(d, 1.0, 48))
	s.SetNumber(risk.HistoryDays, pick(d, 1.0, 400))
	s.SetNumber(risk.HistoryDaysSinceLast, pick(d, 1.0, 89, 120))
	s.SetNumber(risk.FamiliarityScore, pick(d, 3.0, 12, 30, 60, 95))
}

var exits = [...]risk.Signal{
	risk.GeoTor, risk.GeoVPN, risk.GeoProxy, risk.GeoHosting, risk.GeoResidentialProxy,
}

// newcomer is a device that was never seen before, and says so.
func newcomer(s *risk.Signals) {
	s.Forget(risk.DeviceGroup)
	s.SetBool(risk.DeviceKnown, risk.False)
	s.SetBool(risk.DeviceTrusted, risk.False)
	s.SetBool(risk.DeviceAutomated, risk.False)
}

// home is the subject's own country, with nothing hidden.
func home(s *risk.Signals) {
	s.Forget(risk.GeoGroup | risk.TravelGroup)
	s.SetText(risk.GeoCountry, "FR")
	s.SetBool(risk.GeoHome, risk.True)
	for _, id := range append(exits[:], risk.GeoForeign, risk.GeoNewCountry, risk.GeoNewASN) {
		s.SetBool(id, risk.False)
	}
}

// groups are those that a client, or a failing source, can make unknown.
var groups = []risk.Groups{
	risk.ClientGroup, risk.SessionGroup, risk.TimeGroup, risk.GeoGroup, risk.TravelGroup,
	risk.DeviceGroup, risk.VelocityGroup, risk.HistoryGroup, risk.FamiliarityGroup,
}

// each calls try with many requests to each policy, and each group.
func each(t *testing.T, try func(*testing.T, *policy.Policy, policy.Input, risk.Groups)) {
	for i, folder := range folders {
		t.Run(folder, func(t *testing.T) {
			p := load(t, folder)
			d := drawn{rand.New(rand.NewPCG(2026, uint64(i))), p, p.Actions()}
			for range requests {
				in := d.request()
				for _, g := range groups {
					if try(t, p, in, g); t.Failed() {
						return
					}
				}
			}
		})
	}
}

// with returns the input with other signals.
func with(in policy.Input, change func(*risk.Signals)) policy.Input {
	s := *in.Signals
	change(&s)
	in.Signals = &s
	return in
}

// hidden returns the input with a group unknown. The clock cannot be hidden.
func hidden(in policy.Input, g risk.Groups) policy.Input {
	return with(in, func(s *risk.Signals) {
		utc, _ := s.Number(risk.TimeHourUTC)
		s.Forget(g)
		s.SetNumber(risk.TimeHourUTC, utc)
		s.SetNumber(risk.TimeWeekdayUTC, 1)
	})
}

// notWeaker fails unless the step of got is at least that of the other.
func notWeaker(t *testing.T, p *policy.Policy, got, least policy.Input, what string) {
	t.Helper()
	a, b := p.Evaluate(got), p.Evaluate(least)
	if len(a.Degraded) > 0 {
		t.Fatalf("the request lacks %v: the law is about signals", a.Degraded)
	}
	if a.Step.Index < b.Step.Index {
		t.Errorf("%s gives %s, less than %s\n\n%s\nbut:\n%s",
			what, a.Step.Name, b.Step.Name, a.Explain(), b.Explain())
	}
}

// TestHidingOnANewDevice: on a device that was never seen before, making any
// group of signals unknown never gives a weaker step than being at home.
func TestHidingOnANewDevice(t *testing.T) {
	each(t, func(t *testing.T, p *policy.Policy, in policy.Input, g risk.Groups) {
		in = with(in, newcomer)
		what := fmt.Sprintf("%s on a new device, without %s,", in.Action, g)
		notWeaker(t, p, hidden(in, g), with(in, home), what)
	})
}

// TestHidingWhatIsPersonal: whatever the device, an unknown device never gets
// a weaker step than a new one, nor an unknown place or journey a weaker one
// than being at home. (Compared with a new device at home, a trusted one may
// get less: that is what trust is for.)
func TestHidingWhatIsPersonal(t *testing.T) {
	each(t, func(t *testing.T, p *policy.Policy, in policy.Input, g risk.Groups) {
		change := home
		switch g {
		case risk.DeviceGroup:
			change = newcomer
		case risk.GeoGroup:
		case risk.TravelGroup:
			change = func(s *risk.Signals) { s.Forget(risk.TravelGroup) }
		default:
			return
		}
		least := with(in, change)
		if g == risk.GeoGroup {
			in = with(in, func(s *risk.Signals) { s.Forget(risk.TravelGroup) })
		}
		notWeaker(t, p, hidden(in, g), least, fmt.Sprintf("%s without %s", in.Action, g))
	})
}

// TestHidingWhatIsCounted: what a client cannot help to be known (counters,
// habits, the session, the channel) never gives a weaker step when unknown
// than when known.
func TestHidingWhatIsCounted(t *testing.T) {
	each(t, func(t *testing.T, p *policy.Policy, in policy.Input, g risk.Groups) {
		if g&(risk.DeviceGroup|risk.GeoGroup|risk.TravelGroup) == 0 {
			notWeaker(t, p, hidden(in, g), in, fmt.Sprintf("%s without %s", in.Action, g))
		}
	})
}
