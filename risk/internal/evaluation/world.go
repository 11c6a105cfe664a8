// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package evaluation measures, on a synthetic population, how many logins of a
// subject himself a model of familiarity would challenge in order to challenge
// a given share of attacks. EVALUATION.md is what it prints.
package evaluation

import (
	"fmt"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
)

// Config says how large a run is. The zero value runs nothing.
type Config struct {
	Seed       uint64
	Subjects   int // who are measured
	Background int // others, who are only in what everybody shows
	Attacks    int // of each kind, on each subject
	Weights    risk.Weights
}

// Full is the run of EVALUATION.md, Reduced the smaller one that every test
// repeats.
func Full() Config {
	return Config{Seed: 20261121, Subjects: 2000, Background: 3000, Attacks: 20}
}

// Reduced is a run of some seconds.
func Reduced() Config {
	return Config{Seed: 20261121, Subjects: 150, Background: 300, Attacks: 20}
}

// ahead is how many logins after its history a subject is measured on, and
// settledLogins how many logins of everybody else are known.
const (
	ahead         = 40
	settledLogins = 40
)

// sizes are the history sizes measured: how many logins are stored.
func sizes() []int { return []int{1, 2, 4, 8, 12, 20, 39} }

// model is one of those compared.
type model int

const (
	rule model = iota
	published
	ours
	models
)

func attacks() []risktest.Attack {
	return []risktest.Attack{
		risktest.Naive, risktest.BehindVPN, risktest.Targeted, risktest.VeryTargeted,
	}
}

// world is a population and what each model learnt of it.
type world struct {
	cfg      Config
	people   *risktest.Population
	lives    [][]risktest.Event
	profiles []*risk.Profile
	crowd    *risk.Crowd
	familiar risk.Familiarity
	freeman  risk.Published
	learnt   int // logins of each subject
}

func newWorld(cfg Config) *world {
	w := &world{
		cfg: cfg, people: risktest.NewPopulation(cfg.Seed, cfg.Subjects+cfg.Background),
		crowd: risk.NewCrowd(0), familiar: risk.Familiarity{Weights: cfg.Weights},
	}
	for i := range cfg.Subjects {
		w.lives = append(w.lives, first(w.people, i, sizes()[len(sizes())-1]+ahead))
		w.profiles = append(w.profiles, new(risk.Profile))
	}
	for i := range cfg.Background {
		for _, e := range first(w.people, cfg.Subjects+i, settledLogins) {
			w.count(&e, new(risk.Profile))
		}
	}
	return w
}

func first(p *risktest.Population, subject, n int) []risktest.Event {
	list := make([]risktest.Event, 0, n)
	for e := range p.Logins(subject) {
		if list = append(list, e); len(list) == n {
			break
		}
	}
	return list
}

// count adds a login to what everybody shows.
func (w *world) count(e *risktest.Event, p *risk.Profile) {
	o := observe(e, p)
	w.crowd.Add(o.Evidence())
	w.freeman.Add(login(e))
}

// learn lets every subject have size logins stored, each of them proven.
func (w *world) learn(size int) {
	for i, life := range w.lives {
		for n := w.learnt; n < size; n++ {
			e, p := &life[n], w.profiles[i]
			w.count(e, p)
			o := observe(e, p)
			p.Learn(o.Evidence(), risk.Proof{ID: strconv.Itoa(n), Time: e.Time, Strong: true})
		}
	}
	w.learnt = size
	w.familiar.Crowd = w.crowd.View(risktest.Epoch().Add(settledLogins * 2 * 24 * time.Hour))
}

func observe(e *risktest.Event, p *risk.Profile) risk.Observation {
	o := e.Observation(p)
	o.Device = e.Device
	return o
}

// login is an event as the published model sees it: with the full address and
// user agent.
func login(e *risktest.Event) risk.Login {
	return risk.Login{
		Subject: strconv.Itoa(e.Subject), Address: e.Addr.String(),
		ASN: fmt.Sprint(e.Location.ASN), Country: e.Location.Country,
		UserAgent: e.Client.UserAgent, Browser: e.Browser, System: e.System, Device: e.Form,
	}
}

// scores are how strange each model finds an event, and whether it came with
// the token of a device that the subject proved himself on.
type scores struct {
	by    [models]float64
	token bool
}

func (w *world) score(e *risktest.Event) (s scores) {
	var signals risk.Signals
	o := observe(e, w.profiles[e.Subject])
	o.Familiarity = &w.familiar
	risk.Assess(&o, risk.GeoGroup|risk.DeviceGroup|risk.FamiliarityGroup, &signals)
	if signals.Bool(risk.GeoNewCountry) != risk.False || signals.Bool(risk.GeoNewASN) != risk.False {
		s.by[rule] = 1
	}
	s.by[published], _ = w.freeman.Score(login(e))
	network, _ := signals.Number(risk.FamiliarityNetwork)
	agent, _ := signals.Number(risk.FamiliarityAgent)
	s.by[ours] = network + agent
	s.token = signals.Bool(risk.DeviceKnown) == risk.True
	return s
}
