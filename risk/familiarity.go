// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "math"

// Familiarity is a model of how usual a request is for its subject, beside
// how usual it is for everybody. For each level of two hierarchies (prefix,
// network, country; agent, browser, system, class) it estimates
//
//	p(x|u) = (c + κ·p(x)) / (n + κ)
//
// where the subject showed the value x in c of n proofs, and everybody shows it
// with the share p(x). The evidence of a level is w·ln(p(x) / p(x|u)): below 0
// for what the subject does more than others do, above 0 for what he does not.
// It falls with every proof that showed the value, is at most w·ln((n+κ)/κ),
// and is 0 where nothing was proven.
//
// It is after Freeman, Jain, Dürmuth, Biggio and Giacinto, Who Are You? A
// Statistical Approach to Measuring User Authenticity, NDSS 2016; the form that
// they published is [Published].
//
// The zero value knows nothing. A Familiarity is not changed by use, so any
// number of goroutines may assess with one.
type Familiarity struct {
	// Crowd is what everybody shows. Nil: all of familiarity is unknown.
	Crowd *CrowdView
	// Weights weigh the levels. The zero value stands for [DefaultWeights];
	// invalid ones leave all of familiarity unknown.
	Weights Weights
	// Calibration maps evidence to points. Nil: the score is unknown, while
	// its parts are known.
	Calibration *Calibration
}

// Weights are the κ of a model and the weight of each of its levels. They are
// data: a deployment may measure its own.
type Weights struct {
	// Prior is κ: how many proofs the behaviour of everybody counts as, above
	// 0. A larger one takes longer to believe in a habit.
	Prior float64 `json:"prior"`

	// Each level, 0 or more.
	Prefix  float64 `json:"prefix"`  // part of a network: the address cut to /24 or /48
	Network float64 `json:"network"` // autonomous system
	Country float64 `json:"country"`
	Agent   float64 `json:"agent"` // browser, system, class and language together
	Browser float64 `json:"browser"`
	System  float64 `json:"system"`
	Class   float64 `json:"class"` // desktop, phone or tablet
}

// DefaultWeights are the weights that EVALUATION.md measures. They were chosen
// on simulated populations of other seeds than the one measured there, and
// rounded. The small prior makes much of the difference between a value seen
// once, after a proof, and one never seen.
func DefaultWeights() Weights {
	return Weights{
		Prior:  0.001,
		Prefix: 1, Network: 1, Country: 0.5,
		Agent: 1, Browser: 0.5, System: 0.5, Class: 0.5,
	}
}

// valid reports whether every number can be calculated with.
func (w *Weights) valid() bool {
	for _, v := range w.levels() {
		if !(v >= 0 && v <= maxWeight) { // NaN is not
			return false
		}
	}
	return w.Prior >= 1/maxWeight && w.Prior <= maxWeight
}

// maxWeight keeps sums finite; nobody needs more.
const maxWeight = 1e6

func (w *Weights) levels() [levelCount]float64 {
	return [levelCount]float64{
		w.Prefix, w.Network, w.Country, w.Agent, w.Browser, w.System, w.Class,
	}
}

// Part is one level of an explanation.
type Part struct {
	Level    string  // prefix, network, country, agent, browser, system or class
	Seen, Of int     // the subject showed the value in Seen of Of proofs
	Share    float64 // of everybody who shows it, above 0 to 1
	Evidence float64 // nats, weighted; above 0 is unusual
}

// Explain returns the parts that could be compared, in the order of [Weights].
// Without a model or a profile there are none.
func (o *Observation) Explain() []Part {
	var parts []Part
	o.familiarity(new(reduced), func(_ level, p Part) { parts = append(parts, p) })
	return parts
}

func (o *Observation) assessFamiliarity(out *Signals, client *reduced) {
	var sum [2]float64 // network, agent
	var known [2]bool
	o.familiarity(client, func(l level, p Part) {
		part := 0
		if l >= agentLevel {
			part = 1
		}
		sum[part] += p.Evidence
		known[part] = true
	})
	if known[0] {
		out.SetNumber(FamiliarityNetwork, sum[0])
	}
	if known[1] {
		out.SetNumber(FamiliarityAgent, sum[1])
	}
	// Half of the evidence would make a client that hides the other half look
	// less strange than one that shows it.
	if c := o.Familiarity; known[0] && known[1] && c.Calibration != nil {
		out.SetNumber(FamiliarityScore, c.Calibration.Score(sum[0]+sum[1]))
	}
}

// familiarity gives each level that can be compared to visit.
func (o *Observation) familiarity(client *reduced, visit func(level, Part)) {
	f := o.Familiarity
	if f == nil || f.Crowd == nil || o.Profile == nil {
		return
	}
	w := f.Weights
	if w == (Weights{}) {
		w = DefaultWeights()
	}
	if !w.valid() {
		return
	}
	now, weights := o.traits(client), w.levels()
	s := o.Profile.shown(&now)
	for l := range levelCount {
		if s.of[l] == 0 {
			continue
		}
		p := Part{
			Level: levelNames[l], Seen: s.seen[l], Of: s.of[l], Share: f.Crowd.share(l, now[l]),
		}
		p.Evidence = weights[l] * p.strangeness(w.Prior)
		visit(l, p)
	}
}

// strangeness is ln(p(x) / p(x|u)).
func (p *Part) strangeness(prior float64) float64 {
	return math.Log(p.Share * (float64(p.Of) + prior) / (float64(p.Seen) + prior*p.Share))
}
