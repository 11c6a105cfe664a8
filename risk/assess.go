// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"math"
	"time"
)

// Assess computes the signals of the groups asked for, and no other, into
// out, which it resets first. It is a pure function: what an observation
// lacks leaves exactly the signals that need it unknown. It allocates nothing
// and never fails.
//
// Signals of one request hold its place and session: keep them no longer than
// the catalogue says.
func Assess(o *Observation, groups Groups, out *Signals) {
	out.Reset()
	out.MarkComputed(groups & AllGroups)
	var client reduced
	if groups.Has(ActionGroup) {
		o.assessAction(out)
	}
	if groups.Has(ClientGroup) {
		o.assessClient(out)
	}
	if groups.Has(SessionGroup) {
		o.assessSession(out)
	}
	if groups.Has(TimeGroup) {
		o.assessTime(out)
	}
	if groups.Has(GeoGroup) {
		o.assessGeo(out)
	}
	if groups.Has(TravelGroup) {
		o.assessTravel(out)
	}
	if groups.Has(DeviceGroup) {
		o.assessDevice(out, &client)
	}
	if groups.Has(VelocityGroup) {
		o.assessVelocity(out)
	}
	if groups.Has(HistoryGroup) {
		o.assessHistory(out)
	}
	if groups.Has(FamiliarityGroup) {
		o.assessFamiliarity(out, &client)
	}
	if !o.Consented {
		out.withhold(o.Asked)
	}
}

// withhold makes what the subject did not agree to unknown.
func (s *Signals) withhold(asked []Signal) {
	s.known &^= consented
	for _, id := range asked {
		s.known &^= 1 << id
	}
}

func (o *Observation) assessAction(out *Signals) {
	out.SetText(ActionName, o.Action)
	out.SetText(ActionSensitivity, o.Sensitivity)
}

func (o *Observation) assessClient(out *Signals) {
	out.SetText(ClientChannel, o.Channel)
	out.SetText(ClientLanguage, o.Language)
}

func (o *Observation) assessSession(out *Signals) {
	out.SetList(SessionMethods, o.Session.Methods)
	out.SetText(SessionACR, o.Session.ACR)
	out.setSince(SessionAge, o.Session.Started, o.Time, time.Second)
	out.setSince(SessionIdle, o.Session.LastUsed, o.Time, time.Second)
}

func (o *Observation) assessTime(out *Signals) {
	utc := o.Time.UTC()
	out.SetNumber(TimeHourUTC, float64(utc.Hour()))
	out.SetNumber(TimeWeekdayUTC, float64(weekday(utc)))
	if loc := o.Profile.zone(); loc != nil {
		local := o.Time.In(loc)
		out.SetNumber(TimeHour, float64(local.Hour()))
		out.SetNumber(TimeWeekday, float64(weekday(local)))
	}
}

func (o *Observation) assessTravel(out *Signals) {
	km, hours := o.journey()
	if hours == 0 {
		return
	}
	out.SetNumber(TravelKM, km)
	out.SetNumber(TravelHours, hours)
	out.SetNumber(TravelSpeed, km/hours)
}

func (o *Observation) assessVelocity(out *Signals) {
	out.setCount(VelocityFailures10m, o.Counts.Failures10m)
	out.setCount(VelocityFailures1h, o.Counts.Failures1h)
	out.setCount(VelocityFailures24h, o.Counts.Failures24h)
	out.setCount(VelocityIPFailures1h, o.Counts.IPFailures1h)
	out.setCount(VelocityIPSubjects1h, o.Counts.IPSubjects1h)
	out.setCount(VelocityNetSubjects1h, o.Counts.NetSubjects1h)
	out.setCount(VelocityPrompts24h, o.Counts.Prompts24h)
	out.setCount(VelocityGlobalFailures, o.Counts.GlobalFailures)
}

// setCount leaves out what no counter can hold.
func (s *Signals) setCount(id Signal, c Count) {
	if c.Known && c.N >= 0 && !math.IsInf(c.N, 1) {
		s.SetNumber(id, c.N)
	}
}

// setSince sets how long ago a time was, in units. What never was or is still
// to come stays unknown.
func (s *Signals) setSince(id Signal, t, now time.Time, unit time.Duration) {
	if t.IsZero() || now.Before(t) {
		return
	}
	s.SetNumber(id, float64(now.Sub(t))/float64(unit))
}
