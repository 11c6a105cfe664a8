// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

// Published is the model of Freeman et al. (NDSS 2016, equation 7 without
// attack data), in the form that Wiefling et al. (ACM TOPS 2022) made public.
// It is here to compare with. [Assess] does not use it: its score is not
// monotone, and it needs full addresses and user agents.
//
// It keeps what it is given, without bound and in clear: give it pseudonyms,
// which it only compares, and a bounded log. The zero value has seen nothing.
// It is not safe for concurrent use.
type Published struct {
	// Weights weigh the levels; the zero value stands for the published ones.
	Weights PublishedWeights

	all      counts
	address  map[string]*beneath // of each address
	agent    map[string]*beneath // of each user agent
	subjects map[string]*counts
}

// Login is a login as the published model sees it.
type Login struct {
	Subject                            string
	Address, ASN, Country              string
	UserAgent, Browser, System, Device string
}

// PublishedWeights weigh the levels of the published model: address, ASN,
// country, and user agent, browser, system, device.
type PublishedWeights struct {
	Network [3]float64
	Agent   [4]float64
}

// NewPublishedWeights returns the weights published with the model, which were
// fitted to the public RBA data set.
func NewPublishedWeights() PublishedWeights {
	return PublishedWeights{
		Network: [3]float64{0.6, 0.3, 0.1},
		Agent: [4]float64{
			0.5386653840551359, 0.2680451498625666, 0.18818295100109536, 0.0051065150812021525,
		},
	}
}

func (l *Login) network() []string { return []string{l.Address, l.ASN, l.Country} }

func (l *Login) agent() []string { return []string{l.UserAgent, l.Browser, l.System, l.Device} }

// counts is how often each value was seen, by the place of its level.
type counts struct {
	n              float64
	network, agent hierarchy
}

type hierarchy [4]map[string]float64

func (c *counts) add(l *Login) {
	c.n++
	c.network.add(l.network())
	c.agent.add(l.agent())
}

func (h *hierarchy) add(values []string) {
	for i, v := range values {
		if h[i] == nil {
			h[i] = make(map[string]float64)
		}
		h[i][v]++
	}
}

// distinct returns how many values the levels below the first have, and one.
func (h *hierarchy) distinct() float64 {
	n := 1
	for _, level := range h[1:] {
		n += len(level)
	}
	return float64(n)
}

// share returns Σ w·c/n over levels from first on.
func (h *hierarchy) share(values []string, weights []float64, n float64, first int) (p float64) {
	for i := first; i < len(values); i++ {
		p += weights[i] * (h[i][values[i]] / n)
	}
	return p
}

// beneath is what was seen together with one value of a first level.
type beneath struct{ hierarchy }

func put(m *map[string]*beneath, values []string) {
	if *m == nil {
		*m = make(map[string]*beneath)
	}
	b := (*m)[values[0]]
	if b == nil {
		b = new(beneath)
		(*m)[values[0]] = b
	}
	b.add(values)
}

// Add counts a login.
func (p *Published) Add(l Login) {
	if p.subjects == nil {
		p.subjects = make(map[string]*counts)
	}
	own := p.subjects[l.Subject]
	if own == nil {
		own = new(counts)
		p.subjects[l.Subject] = own
	}
	own.add(&l)
	p.all.add(&l)
	put(&p.address, l.network())
	put(&p.agent, l.agent())
}

// Score returns how strange a login is, from 0 up, after those added. It is
// unknown for a subject without logins.
func (p *Published) Score(l Login) (score float64, known bool) {
	own := p.subjects[l.Subject]
	if own == nil {
		return 0, false
	}
	w := p.Weights
	if w == (PublishedWeights{}) {
		w = NewPublishedWeights()
	}
	network, agent := l.network(), l.agent()
	score = ratio(
		own.network.share(network, w.Network[:], own.n, 0),
		global(&p.all.network, p.address[l.Address], network, w.Network[:], p.all.n))
	score *= ratio(
		own.agent.share(agent, w.Agent[:], own.n, 0),
		global(&p.all.agent, p.agent[l.UserAgent], agent, w.Agent[:], p.all.n))
	// All subjects are attacked alike; those who log in often do so by right.
	return score * (1 / float64(len(p.subjects))) / (own.n / p.all.n), true
}

// ratio returns global/local. What a subject never showed at any level is four
// times as likely to be somebody else: the published form's own edge case.
func ratio(local, global float64) float64 {
	if local == 0 {
		local = global / 4
	}
	return global / local
}

// global returns how likely everybody is to show the values. Only the first
// level is smoothed: a share of the unseen is set aside, among everybody and
// among those who show its value.
func global(all *hierarchy, with *beneath, values []string, w []float64, n float64) float64 {
	unseen := all.distinct()
	first := 1 / (n + unseen)
	if with != nil {
		c := with.hierarchy[0][values[0]]
		first = c / (n + unseen) * (c / (c + with.distinct()))
	}
	return w[0]*first + all.share(values, w, n, 1)
}
