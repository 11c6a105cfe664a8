// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package evaluation

import (
	"math"
	"slices"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// targets are the shares of attacks that have to be challenged.
func targets() []float64 { return []float64{0.95, 0.98, 0.99, 0.995} }

// Share is the median, over subjects, of the share of a subject's own logins
// that is challenged, and the Wilson interval of the median at 95 %.
type Share struct{ Median, Low, High float64 }

// beats reports whether s is lower than the other outside their intervals.
func (s Share) beats(other Share) bool { return s.High < other.Low }

// Row is one measurement: what each model costs.
type Row struct {
	Attack risktest.Attack
	Size   int // logins stored
	Target float64
	Tokens bool
	By     [models]Share
}

// Point is the only point at which the rule works: it cannot be tuned.
type Point struct {
	Attack  risktest.Attack
	Size    int
	Stopped Share         // of attacks, and the Wilson interval of that
	By      [models]Share // what it costs each model to stop as many
}

// Results are all measurements of a run.
type Results struct {
	Rows   []Row
	Points []Point
	Alike  []Alike
}

// Alike is the share of targeted attacks that show nothing, at any level, that
// the subject did not show in a stored login. What tells them from him is how
// often he showed it.
type Alike struct {
	Size  int // logins stored
	Share float64
}

// Run measures everything, in the order of the tables.
func Run(cfg Config) (r Results) {
	w := newWorld(cfg)
	for _, size := range sizes() {
		w.learn(size)
		own := w.own(size)
		r.Alike = append(r.Alike, Alike{size, w.alike(size)})
		for _, kind := range attacks() {
			against := w.against(kind, size)
			r.Points = append(r.Points, pointOf(own, against, kind, size))
			for _, tokens := range []bool{false, true} {
				r.Rows = append(r.Rows, rowsOf(own, against, kind, size, tokens)...)
			}
		}
	}
	return r
}

// own scores the next logins of each subject.
func (w *world) own(size int) [][]scores {
	list := make([][]scores, len(w.lives))
	for i, life := range w.lives {
		for n := range ahead {
			list[i] = append(list[i], w.score(&life[size+n]))
		}
	}
	return list
}

// alike is the share of targeted attacks that show nothing new.
func (w *world) alike(size int) float64 {
	alike, all := 0.0, 0.0
	for i, life := range w.lives {
		for n := range w.cfg.Attacks {
			e := w.people.Attack(risktest.Targeted, i, n, life[size+n%ahead].Time)
			o := observe(&e, w.profiles[i])
			o.Familiarity = &w.familiar
			fresh := slices.ContainsFunc(o.Explain(), func(p risk.Part) bool { return p.Seen == 0 })
			if all++; !fresh {
				alike++
			}
		}
	}
	return alike / all
}

// against scores attacks on each subject, made when he himself logs in next.
func (w *world) against(kind risktest.Attack, size int) (list []scores) {
	for i, life := range w.lives {
		for n := range w.cfg.Attacks {
			e := w.people.Attack(kind, i, n, life[size+n%ahead].Time)
			list = append(list, w.score(&e))
		}
	}
	return list
}

func rowsOf(own [][]scores, against []scores, kind risktest.Attack, size int, tokens bool) []Row {
	var rows []Row
	for _, target := range targets() {
		r := Row{Attack: kind, Size: size, Target: target, Tokens: tokens}
		for m := range models {
			limit := threshold(against, m, tokens, target)
			r.By[m] = median(challenged(own, m, tokens, limit))
		}
		rows = append(rows, r)
	}
	return rows
}

func pointOf(own [][]scores, against []scores, kind risktest.Attack, size int) Point {
	p := Point{Attack: kind, Size: size}
	for i := range against {
		p.Stopped.Median += against[i].by[rule]
	}
	n := float64(len(against))
	p.Stopped.Median /= n
	p.Stopped.Low, p.Stopped.High = wilson(p.Stopped.Median, n)
	for m := range models {
		limit := threshold(against, m, false, p.Stopped.Median)
		p.By[m] = median(challenged(own, m, false, limit))
	}
	return p
}

// of is the score of a model. With tokens, a request that comes without the
// token of a known device is stranger than any that comes with one.
func (s *scores) of(m model, tokens bool) float64 {
	if tokens && !s.token {
		return s.by[m] + 1e9
	}
	return s.by[m]
}

// threshold is the highest score at and above which the target share of
// attacks lies. All that score as much are challenged too.
func threshold(against []scores, m model, tokens bool, target float64) float64 {
	list := make([]float64, len(against))
	for i := range against {
		list[i] = against[i].of(m, tokens)
	}
	slices.Sort(list)
	// The tolerance keeps 0.95 of 100 from becoming 96.
	stop := int(math.Ceil(target*float64(len(list)) - 1e-9))
	if stop == 0 {
		return math.Inf(1)
	}
	return list[len(list)-stop]
}

// challenged is the share of each subject's logins at and above a threshold.
func challenged(own [][]scores, m model, tokens bool, limit float64) []float64 {
	shares := make([]float64, len(own))
	for i, list := range own {
		for n := range list {
			if list[n].of(m, tokens) >= limit {
				shares[i]++
			}
		}
		shares[i] /= float64(len(list))
	}
	return shares
}

// median sorts the values. Its interval is between those whose ranks are the
// Wilson interval of one half (Wilson, JASA 1927).
func median(values []float64) Share {
	slices.Sort(values)
	n := float64(len(values))
	low, high := wilson(0.5, n)
	at := func(p float64) float64 { return values[int(min(max(p*n, 0), n-1))] }
	return Share{Median: at(0.5), Low: at(low), High: at(high)}
}

// wilson returns the 95 % score interval of a share p of n.
func wilson(p, n float64) (low, high float64) {
	const z = 1.959963984540054
	middle := p + z*z/(2*n)
	width := z * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	low, high = (middle-width)/(1+z*z/n), (middle+width)/(1+z*z/n)
	return max(low, 0), min(high, 1)
}
