// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "time"

// minHabit is how many proofs make a habit of the hour: with fewer, a share
// would be invented certainty.
const minHabit = 5

func (o *Observation) assessHistory(out *Signals) {
	p := o.Profile
	if p == nil {
		return
	}
	out.SetNumber(HistoryLogins, float64(len(p.proofs)))
	if len(p.proofs) == 0 {
		return
	}
	out.setSince(HistoryDays, p.proofs[0].time(), o.Time, 24*time.Hour)
	out.setSince(HistoryDaysSinceLast, p.proofs[len(p.proofs)-1].time(), o.Time, 24*time.Hour)
	if loc := p.zone(); loc != nil && len(p.proofs) >= minHabit {
		out.SetNumber(HistoryHourShare, p.hourShare(o.Time.In(loc), loc))
	}
}

// time returns the hour of the proof, as it began.
func (e *proven) time() time.Time { return time.Unix(e.hour*3600, 0) }

// hourShare returns the share of proofs given within an hour of this hour of
// day, around midnight too.
func (p *Profile) hourShare(now time.Time, loc *time.Location) float64 {
	near, hour := 0, now.Hour()
	changed, _ := now.ZoneBounds()
	_, since := now.Zone()
	for i := range p.proofs {
		then, offset := p.proofs[i].time(), since
		if then.Before(changed) {
			// It was summer or winter then: looking that up costs more.
			_, offset = then.In(loc).Zone()
		}
		its := (int(then.Unix()%86400) + offset + 86400) / 3600 % 24
		if apart := (its - hour + 24) % 24; apart <= 1 || apart == 23 {
			near++
		}
	}
	return float64(near) / float64(len(p.proofs))
}
