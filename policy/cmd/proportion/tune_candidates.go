// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/replay"
)

// candidate is a rule that tune may add.
type candidate struct{ id, when, unknown, group string }

type candidateList []candidate

// candidates are the rules that tune may add: what is new, what was not the
// subject's habit, and who is guessing. None reads what was not computed, and
// the numbers of habits are quantiles of the deployment's own legitimate
// requests, of the time that is learnt from.
func candidates(e *evidence, until time.Time) candidateList {
	var list candidateList
	for _, c := range []struct {
		candidate
		reads risk.Groups
	}{
		{candidate{"tuned-new-device", "not device.known", "fire", ""}, risk.DeviceGroup},
		{candidate{"tuned-new-country", "geo.new_country", "skip", ""}, risk.GeoGroup},
		{candidate{"tuned-new-network", "geo.new_asn", "skip", ""}, risk.GeoGroup},
		{candidate{"tuned-failures", "velocity.failures_1h >= 3", "skip", ""}, risk.VelocityGroup},
	} {
		if e.has(c.reads) {
			list = append(list, c.candidate)
		}
	}
	for _, h := range habits() {
		list = append(list, h.candidates(quantiles(e.before(h.signal, until), h.shares))...)
	}
	return list
}

// habit is a number that says how usual a request is for its subject.
type habit struct {
	signal risk.Signal
	name   string
	shares []float64 // of legitimate requests, the quantiles that are tried
}

func habits() []habit {
	return []habit{
		{risk.FamiliarityNetwork, "network", []float64{0.02, 0.05, 0.1, 0.25, 0.5, 0.8, 0.9, 0.95, 0.99}},
		{risk.FamiliarityAgent, "agent", []float64{0.5, 0.8, 0.95, 0.99}},
	}
}

func (h *habit) candidates(values []float64) (list candidateList) {
	last := ""
	for i, v := range values {
		text, unknown := strconv.FormatFloat(v, 'f', 1, 64), "skip"
		if i == 0 {
			unknown = "fire" // who cannot be compared may be a stranger
		}
		if text != last {
			list = append(list, candidate{
				fmt.Sprintf("tuned-%s-%d", h.name, i+1), fmt.Sprintf("%s > %s", h.signal, text), unknown,
				"tuned-" + h.name,
			})
		}
		last = text
	}
	return list
}

// quantiles returns what such shares of the values are below.
func quantiles(values, shares []float64) []float64 {
	if len(values) < replay.MinLegit {
		return nil
	}
	slices.Sort(values)
	var all []float64
	for _, share := range shares {
		all = append(all, values[int(share*float64(len(values)-1))])
	}
	return all
}

func (l candidateList) tuned() []replay.TunedRule {
	var rules []replay.TunedRule
	for _, c := range l {
		rules = append(rules, replay.TunedRule{ID: c.id, Group: c.group})
	}
	return rules
}

func (c *candidate) text(indent string, score int) string {
	lines := []string{
		"- id: " + c.id, "  when: " + c.when, "  unknown: " + c.unknown, fmt.Sprintf("  score: %d", score),
	}
	if c.group != "" {
		lines = append(lines, "  group: "+c.group)
	}
	return indent + strings.Join(lines, "\n"+indent) + "\n"
}

// evidence is what requests that are no attacks look like.
type evidence struct {
	requests int
	computed map[risk.Groups]int // in how many of them
	values   map[risk.Signal][]valueAt
}

type valueAt struct {
	time  time.Time
	value float64
}

// maxEvidence bounds what is kept of each signal.
const maxEvidence = 50_000

func newEvidence() *evidence {
	return &evidence{computed: map[risk.Groups]int{}, values: map[risk.Signal][]valueAt{}}
}

func (e *evidence) add(d *replay.Decided) error {
	if d.Event.Decision == nil || d.Event.Decision.Signals == nil || d.Label == replay.Attack {
		return nil
	}
	s := d.Event.Decision.Signals
	e.requests++
	for g := risk.Groups(1); risk.AllGroups.Has(g); g <<= 1 {
		if s.Computed().Has(g) {
			e.computed[g]++
		}
	}
	for _, h := range habits() {
		if n, known := s.Number(h.signal); known && len(e.values[h.signal]) < maxEvidence {
			e.values[h.signal] = append(e.values[h.signal], valueAt{d.Event.Time, n})
		}
	}
	return nil
}

// has says that a group was computed for nearly all: a decision without it is
// not comparable under a policy that reads it.
func (e *evidence) has(g risk.Groups) bool { return 10*e.computed[g] >= 9*e.requests }

// before returns the values of a signal until a time, none if a policy that
// reads it can hardly be tried.
func (e *evidence) before(s risk.Signal, until time.Time) (values []float64) {
	if !e.has(s.Group()) {
		return nil
	}
	for _, v := range e.values[s] {
		if v.time.Before(until) {
			values = append(values, v.value)
		}
	}
	return values
}
