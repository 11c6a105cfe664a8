// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Config says what a [Replay] does. Only Policy is required.
type Config struct {
	// Policy is the one that is tried.
	Policy *policy.Policy

	// Baseline is the policy to compare with. Nil: what was recorded, if the
	// source is a journal; with raw events, nothing.
	Baseline *policy.Policy

	// Since and Until bound the cases that count by their time: from Since on,
	// and before Until. The zero time is no bound. A source learns from the
	// others all the same.
	Since, Until time.Time

	// Examples is how many stronger, and how many weaker, decisions the report
	// keeps. Zero: 10. Negative: none.
	Examples int

	// Subjects bounds the subjects whose prompts are counted each; past it,
	// they are sampled. Zero: 500,000, which take some 40 MB.
	Subjects int

	// Decided is called for each case, after it was decided; nil: it is not.
	// What it is given is valid until it returns. Its error ends the run.
	Decided func(*Decided) error

	// Progress is called after every few thousand cases; nil: it is not. It may
	// call [Replay.Report] and [Replay.MarshalBinary]. Its error ends the run.
	Progress func() error
}

// Decided is a case with what the policies say of it.
type Decided struct {
	*Case
	After, Before Result // Before is the zero Result where there is nothing to compare with
}

// Result is how a case came out on one side. The zero value is not comparable.
type Result struct {
	Comparable bool
	Lacks      string // what it lacks, if it is not comparable
	Outcome    policy.Outcome
	Step       string
	Score      int
	Band       string
	Rules      []string // the enforced rules that fired
}

// Replay is one run. It is for one goroutine.
type Replay struct {
	config        Config
	after, before *judge
	source        Source
	report        Report
	prompted      prompted
	decided       Decided
}

const (
	defaultExamples = 10
	defaultSubjects = 500_000
	// every is how many cases there are between two calls of Progress.
	every = 4096
	// maxKeys bounds the actions, countries and moves that are told apart: those
	// of an input may be anything.
	maxKeys = 500
	// others is what the rest of them are counted under.
	others = "(others)"
)

// New returns a run over a source. The error is [ErrNoPolicy].
func New(src Source, c Config) (*Replay, error) {
	if c.Policy == nil {
		return nil, ErrNoPolicy
	}
	if c.Examples == 0 {
		c.Examples = defaultExamples
	}
	if c.Subjects <= 0 {
		c.Subjects = defaultSubjects
	}
	r := &Replay{
		config: c, source: src, after: newJudge(c.Policy),
		report:   Report{Policy: c.Policy.Hash(), Costs: map[string]*Cost{}},
		prompted: prompted{sample: sample{most: c.Subjects}, Of: map[uint64]both{}},
	}
	if c.Baseline != nil {
		r.before, r.report.Baseline = newJudge(c.Baseline), c.Baseline.Hash()
	}
	r.report.After, r.report.Before = newSide(), newSide()
	r.report.Changes.Moves = map[string]int64{}
	return r, nil
}

func newSide() Side {
	return Side{
		Lacking: map[string]int64{}, Bands: map[string]*Tally{}, Actions: map[string]*Tally{},
		Countries: map[string]*Tally{}, Rules: map[string]*Tally{},
	}
}

// Run is [New] and [Replay.Run] in one.
func Run(ctx context.Context, src Source, c Config) (*Report, error) {
	r, err := New(src, c)
	if err != nil {
		return nil, err
	}
	return r.Run(ctx)
}

// Run decides the cases that the source has left. Lines that cannot be read
// are counted, and the run goes on. Any other error, the context's among them,
// ends it, and is returned with what was found until then; the run can be gone
// on with.
func (r *Replay) Run(ctx context.Context) (*Report, error) {
	for c, err := range r.source.Cases(ctx) {
		var line *journal.LineError
		switch {
		case errors.As(err, &line):
			r.report.bad(line)
			continue
		case err != nil:
			return r.Report(), err
		}
		if !r.config.counts(c.Event.Time) {
			continue
		}
		if err := r.decide(c); err != nil {
			return r.Report(), err
		}
		if r.config.Progress != nil && r.report.Decisions%every == 0 {
			if err := r.config.Progress(); err != nil {
				return r.Report(), err
			}
		}
	}
	return r.Report(), nil
}

// counts reports whether a case of that time counts.
func (c *Config) counts(t time.Time) bool {
	return (c.Since.IsZero() || !t.Before(c.Since)) && (c.Until.IsZero() || t.Before(c.Until))
}

// Progress returns how many decisions were looked at so far, and how many
// bytes of the files, as they are stored, were read for it.
func (r *Replay) Progress() (decisions, bytes int64) {
	return r.report.Decisions, r.source.Counts().Bytes
}

// Report returns what was found so far. It is valid until the run goes on.
func (r *Replay) Report() *Report {
	r.report.Source = r.source.Counts()
	r.report.Unread = nil
	for _, name := range r.report.Source.Facts {
		if r.after.types[name] == 0 && (r.before == nil || r.before.types[name] == 0) {
			r.report.Unread = append(r.report.Unread, name)
		}
	}
	r.prompted.tally(&r.report)
	return &r.report
}

// decide decides one case on both sides.
func (r *Replay) decide(c *Case) error {
	d, e := &r.decided, c.Event
	d.Case = c
	r.report.Decisions++
	if r.report.First.IsZero() || e.Time.Before(r.report.First) {
		r.report.First = e.Time
	}
	if e.Time.After(r.report.Last) {
		r.report.Last = e.Time
	}
	d.After.by(r.after, c)
	switch {
	case r.before != nil:
		d.Before.by(r.before, c)
	case c.Recorded:
		d.Before.recorded(e)
	default:
		d.Before = Result{}
	}
	r.report.After.comparable(&d.After)
	if r.before != nil || c.Recorded {
		r.report.Compared = true
		r.report.Before.comparable(&d.Before)
	}
	if d.After.Comparable && (d.Before.Comparable || !r.report.Compared) {
		r.count(d)
	}
	if r.config.Decided != nil {
		return r.config.Decided(d)
	}
	return nil
}

// count counts a case that both sides could decide, so that what is said of
// them is of the same cases.
func (r *Replay) count(d *Decided) {
	c := d.Case
	r.report.After.add(c, &d.After)
	r.report.After.Labels.shift(c.Label, &r.after.verdict, r.config.Policy)
	r.weigh(c)
	if r.report.Compared {
		r.report.Before.add(c, &d.Before)
		r.compare(d)
	}
	if r.before != nil {
		r.report.Before.Labels.shift(c.Label, &r.before.verdict, r.config.Baseline)
	}
	if subject, ok := subjectOf(c.Event); ok {
		r.prompted.add(subject, d.After.prompts(), d.Before.prompts())
	}
}

// weigh finds what each rule that fired did to the case.
func (r *Replay) weigh(c *Case) {
	v := &r.after.verdict
	for _, rule := range r.decided.After.Rules {
		cost := r.report.Costs[rule]
		if cost == nil {
			cost = &Cost{}
			r.report.Costs[rule] = cost
		}
		cost.Fired++
		outcome, step := v.Without(rule)
		if outcome == v.Outcome && step.Index == v.Step.Index {
			continue
		}
		cost.Mattered++
		switch {
		case v.Outcome == policy.Deny && outcome != policy.Deny:
			cost.Denied++
		case v.Outcome == policy.Challenge && outcome > policy.Challenge:
			cost.Prompts++
		case outcome == policy.Challenge && v.Outcome > policy.Challenge:
			cost.Spared++
		}
		if stops(v.Outcome) && !stops(outcome) {
			switch c.Label {
			case Attack:
				cost.AttacksStopped++
			case Legit:
				cost.LegitPrompted++
			}
		}
	}
}

// by decides a case.
func (r *Result) by(j *judge, c *Case) {
	*r = Result{Rules: r.Rules[:0]}
	if r.Lacks = j.decide(c); r.Lacks != "" {
		return
	}
	v := &j.verdict
	r.Comparable, r.Outcome, r.Step = true, v.Outcome, v.Step.Name
	if c.Recorded && j.strands(c.Event) {
		r.Outcome = policy.Deny
	}
	r.Score, r.Band = v.Score, v.Band.String()
	r.Rules = v.AppendFired(r.Rules)
}

// recorded takes what was decided then.
func (r *Result) recorded(e *journal.Event) {
	*r = Result{Comparable: true, Outcome: outcomeOf(e.Outcome), Step: e.Step, Band: e.Detail.Band, Rules: r.Rules[:0]}
	if e.Decision != nil {
		r.Score = int(e.Decision.Score)
		r.Rules = append(r.Rules, e.Decision.Rules...)
	}
}

// outcomeOf returns the outcome of a name, and the strictest for any other.
func outcomeOf(name string) policy.Outcome {
	for o := policy.Deny; o <= policy.Allow; o++ {
		if o.String() == name {
			return o
		}
	}
	return policy.Deny
}

func (r *Result) prompts() bool { return r.Comparable && r.Outcome == policy.Challenge }

// comparable counts whether a side could decide a case.
func (s *Side) comparable(r *Result) {
	switch {
	case r.Comparable:
		s.Comparable++
		return
	case len(s.Lacking) >= maxKeys && s.Lacking[r.Lacks] == 0:
		s.Lacking[others]++
	default:
		s.Lacking[r.Lacks]++
	}
	s.NotComparable++
}

// add counts a case on a side that could decide it.
func (s *Side) add(c *Case, r *Result) {
	s.Outcomes.add(r.Outcome)
	s.Hours[c.Event.Time.UTC().Hour()].add(r.Outcome)
	if r.Band != "" {
		tally(s.Bands, r.Band).add(r.Outcome)
	}
	tally(s.Actions, c.Event.Action).add(r.Outcome)
	tally(s.Countries, countryOf(c.Event)).add(r.Outcome)
	for _, rule := range r.Rules {
		tally(s.Rules, rule).add(r.Outcome)
	}
	s.Labels.label(c.Label, r.Outcome)
}

// tally returns the tally of a key.
func tally(of map[string]*Tally, key string) *Tally {
	t := of[key]
	if t != nil {
		return t
	}
	if len(of) >= maxKeys {
		if key = others; of[key] != nil {
			return of[key]
		}
	}
	t = &Tally{}
	of[key] = t
	return t
}

func countryOf(e *journal.Event) string {
	if e.Decision == nil || e.Decision.Signals == nil || !e.Decision.Signals.Computed().Has(risk.GeoGroup) {
		return "not computed"
	}
	if country, known := e.Decision.Signals.Text(risk.GeoCountry); known {
		return country
	}
	return "unknown"
}
