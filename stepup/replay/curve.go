// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import "github.com/proportion-go/proportion/policy"

// Shift counts cases by the points that would have to be added to their score
// for them to be stopped: below or at 0 for those that are. It is what is
// needed to know every policy that differs from this one by all its bands
// starting so many points sooner or later.
type Shift struct {
	Always int64                 // stopped whatever the score, as by a require
	Never  int64                 // stopped at no score, as where a band is capped
	Points [2*maxShift + 1]int64 // of -100 to 100 points
}

// maxShift is as far as the bands can be moved.
const maxShift = 100

func (s *Shift) add(points int) { s.Points[points+maxShift]++ }

// stopped returns how many cases are stopped when so many points are added.
func (s *Shift) stopped(points int) int64 {
	n := s.Always
	for i := range points + maxShift + 1 {
		n += s.Points[i]
	}
	return n
}

// Point is one place on a trade-off curve.
type Point struct {
	Shift    int     // points that every band starts sooner; 0 is the policy as it is
	Friction float64 // of a thousand legitimate requests, those challenged or denied
	Stopped  float64 // the share of attacks that are stopped
}

// Curve returns the trade-off of friction against attacks stopped: what would
// come out if every band of the policy started so many points of score later
// or sooner, from less friction to more. The policy itself is the point whose
// Shift is 0. It is empty unless there are both attacks and legitimate
// requests.
func (l *Labels) Curve() []Point {
	if l.Attacks == 0 || l.Legit == 0 {
		return nil
	}
	var points []Point
	for shift := -maxShift; shift <= maxShift; shift++ {
		p := Point{
			Shift:    shift,
			Friction: per(1000, l.LegitShift.stopped(shift), l.Legit),
			Stopped:  per(1, l.AttackShift.stopped(shift), l.Attacks),
		}
		if n := len(points); n > 0 && shift != 0 && points[n-1].Friction == p.Friction &&
			points[n-1].Stopped == p.Stopped {
			continue // as good as the one before
		}
		points = append(points, p)
	}
	return points
}

func stops(o policy.Outcome) bool { return o == policy.Challenge || o == policy.Deny }

// label counts a labelled case.
func (l *Labels) label(label Label, o policy.Outcome) {
	switch {
	case label == Attack:
		l.Attacks++
		if stops(o) {
			l.Stopped++
		}
	case label == Legit:
		l.Legit++
		switch o {
		case policy.Challenge:
			l.Prompted++
		case policy.Deny:
			l.Refused++
		}
	}
}

// shift counts how far a labelled case is from being stopped. The steps of a
// row never become weaker from one band to the next, and a cap holds below a
// band: so it is enough to look at the beginning of each.
func (l *Labels) shift(label Label, v *policy.Verdict, p *policy.Policy) {
	s := &l.LegitShift
	switch label {
	case Unlabelled:
		return
	case Attack:
		s = &l.AttackShift
	}
	medium, high, extreme := p.BandStarts()
	for i, start := range [...]int{0, medium, high, extreme} {
		if o, _ := v.AtScore(start); !stops(o) {
			continue
		}
		if i == 0 {
			s.Always++
		} else {
			s.add(start - v.Score)
		}
		return
	}
	s.Never++
}
