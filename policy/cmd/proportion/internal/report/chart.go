// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"math"
	"strings"
)

// The area of a chart, in units of its view box.
const (
	chartLeft, chartTop  = 46, 14
	chartWide, chartTall = 560, 240
)

// curveChart is the trade-off: friction to the right, attacks stopped upwards.
type curveChart struct {
	Line   string // the points of a polyline
	Area   string
	X, Y   []tick
	Points []dot
}

type tick struct{ At, Label string }

type dot struct {
	X, Y, TextX, TextY, Anchor string
	Class, Label               string
}

func newCurve(s *Summary) *curveChart {
	l := s.After.Labels
	if l == nil || len(l.Curve) < 2 {
		return nil
	}
	most := frictionShown(s)
	c := &curveChart{}
	x := func(friction float64) float64 { return chartLeft + chartWide*min(friction/most, 1) }
	y := func(stopped float64) float64 { return chartTop + chartTall*(1-stopped) }
	var points []string
	for i, p := range l.Curve {
		if p.Friction > most { // the line leaves the chart here
			last := l.Curve[i-1]
			part := (most - last.Friction) / (p.Friction - last.Friction)
			p.Friction, p.Stopped = most, last.Stopped+part*(p.Stopped-last.Stopped)
		}
		points = append(points, fmt.Sprintf("%.1f,%.1f", x(p.Friction), y(p.Stopped)))
		if p.Friction == most {
			break
		}
	}
	c.Line = strings.Join(points, " ")
	last, _, _ := strings.Cut(points[len(points)-1], ",")
	c.Area = fmt.Sprintf("%.1f,%d %s %s,%d", x(l.Curve[0].Friction), chartTop+chartTall, c.Line, last,
		chartTop+chartTall)
	for _, at := range ticks(most) {
		c.X = append(c.X, tick{fmt.Sprintf("%.1f", x(at)), fmt.Sprintf("%g", at)})
	}
	for _, at := range []float64{0, 0.25, 0.5, 0.75, 1} {
		c.Y = append(c.Y, tick{fmt.Sprintf("%.1f", y(at)), fmt.Sprintf("%.0f%%", 100*at)})
	}
	if s.Before != nil && s.Before.Labels != nil {
		c.Points = append(c.Points, newDot(x(s.Before.Labels.Friction), y(s.Before.Labels.Recall),
			"before", "before"))
	}
	c.Points = append(c.Points, newDot(x(l.Friction), y(l.Recall), "now", "this policy"))
	return c
}

// frictionShown is how much friction the chart has room for: the two policies,
// and the part of the line that is steep.
func frictionShown(s *Summary) float64 {
	l := s.After.Labels
	most := max(10, 2*l.Friction)
	if s.Before != nil && s.Before.Labels != nil {
		most = max(most, 1.5*s.Before.Labels.Friction)
	}
	best := l.Curve[len(l.Curve)-1].Stopped
	for _, p := range l.Curve {
		if p.Stopped >= 0.75*best {
			most = max(most, 1.25*p.Friction)
			break
		}
	}
	return min(most, 1000)
}

func newDot(x, y float64, class, label string) dot {
	d := dot{X: fmt.Sprintf("%.1f", x), Y: fmt.Sprintf("%.1f", y), Class: class, Label: label,
		Anchor: "start"}
	textX, textY := x+12, y+18
	if class == "before" {
		textY = y - 10
	}
	if x > chartLeft+chartWide-90 {
		d.Anchor, textX = "end", x-12
	}
	textY = min(max(textY, chartTop+14), chartTop+chartTall-6)
	d.TextX, d.TextY = fmt.Sprintf("%.1f", textX), fmt.Sprintf("%.1f", textY)
	return d
}

// ticks returns round numbers from 0 to the most.
func ticks(most float64) []float64 {
	if !(most > 0) {
		return []float64{0}
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	for most/step < 4 {
		step /= 2
	}
	for most/step > 8 {
		step *= 2
	}
	var all []float64
	for i := 0; float64(i)*step <= most*1.0001; i++ {
		all = append(all, float64(i)*step)
	}
	return all
}

// barChart is one bar for each of a few names.
type barChart struct {
	Y    []tick
	Bars []bar
}

// bar has its parts in units of the view box; Was marks what it was before.
type bar struct {
	X, Right, Width, Y, Height, Middle string
	Was                                string
	Label, Title                       string
	Labelled                           bool
}

// newBars returns nil where there is nothing to show. Of the names, one in so
// many is written below its bar.
func newBars(names []string, values, before []float64, title func(i int) string, every int) *barChart {
	most := 0.0
	for i, v := range values {
		most = max(most, v)
		if before != nil {
			most = max(most, before[i])
		}
	}
	if most == 0 {
		return nil
	}
	c := &barChart{}
	y := func(v float64) float64 { return chartTop + chartTall*(1-v/most) }
	for _, at := range ticks(most) {
		c.Y = append(c.Y, tick{fmt.Sprintf("%.1f", y(at)), fmt.Sprintf("%g", at)})
	}
	slot := float64(chartWide) / float64(len(values))
	for i, v := range values {
		x := chartLeft + slot*float64(i)
		b := bar{
			X: fmt.Sprintf("%.1f", x+slot*0.14), Right: fmt.Sprintf("%.1f", x+slot*0.86),
			Width: fmt.Sprintf("%.1f", slot*0.72), Y: fmt.Sprintf("%.1f", y(v)),
			Height: fmt.Sprintf("%.1f", chartTop+chartTall-y(v)), Middle: fmt.Sprintf("%.1f", x+slot/2),
			Label: names[i], Title: title(i), Labelled: i%every == 0,
		}
		if before != nil {
			b.Was = fmt.Sprintf("%.1f", y(before[i]))
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

func hoursChart(after, before *[24]float64) *barChart {
	names := make([]string, 24)
	for i := range names {
		names[i] = fmt.Sprintf("%d h", i)
	}
	var was []float64
	if before != nil {
		was = before[:]
	}
	return newBars(names, after[:], was, func(i int) string {
		return fmt.Sprintf("%d h: %.1f prompts per 1,000", i, after[i])
	}, 3)
}

func peopleChart(s *Summary) *barChart {
	var names []string
	var values []float64
	for _, p := range s.After.Subjects.Prompts {
		names = append(names, strings.NewReplacer(" to ", "–", "more than ", "> ").Replace(p.Name))
		values = append(values, 100*float64(p.Count)/float64(max(s.After.Subjects.Count, 1)))
	}
	var was []float64
	if s.Before != nil && s.Before.Subjects.Count > 0 {
		for _, p := range s.Before.Subjects.Prompts {
			was = append(was, 100*float64(p.Count)/float64(s.Before.Subjects.Count))
		}
	}
	return newBars(names, values, was, func(i int) string {
		return fmt.Sprintf("%s prompts: %.1f %% of customers", names[i], values[i])
	}, 1)
}
