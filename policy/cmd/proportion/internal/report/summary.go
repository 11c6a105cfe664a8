// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package report presents what a replay found: as text for a terminal, as JSON
// and CSV for programs, and as a page for whoever owns a customer journey.
package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/proportion-go/proportion/stepup/replay"
)

// Summary is a [replay.Report] in the words and the order that all formats
// share. Its JSON is a promise: keys may be added.
type Summary struct {
	Policy    string        `json:"policy"`
	Baseline  *string       `json:"baseline"` // a hash, "recorded", or null
	Decisions int64         `json:"decisions"`
	First     *time.Time    `json:"first"`
	Last      *time.Time    `json:"last"`
	Source    replay.Counts `json:"source"`
	BadLines  []BadLine     `json:"bad_lines"`
	Notes     []string      `json:"notes"` // what a reader should know before he believes the rest
	After     Side          `json:"after"`
	Before    *Side         `json:"before"`
	Changes   *Changes      `json:"changes"`
	Costs     []Cost        `json:"costs"`
}

// BadLine is a line that could not be read.
type BadLine struct {
	File    string `json:"file"`
	Line    int64  `json:"line"`
	Problem string `json:"problem"`
}

// Side is what came out on one side.
type Side struct {
	Comparable      int64    `json:"comparable"`
	NotComparable   int64    `json:"not_comparable"`
	Lacking         []Count  `json:"lacking"`
	PromptsPer1000  float64  `json:"prompts_per_1000"`
	Outcomes        Outcomes `json:"outcomes"`
	Actions         []Row    `json:"actions"`
	Bands           []Row    `json:"bands"`
	Hours           []Row    `json:"hours"`
	Countries       []Row    `json:"countries"`
	Rules           []Row    `json:"rules"`
	Subjects        Subjects `json:"subjects"`
	Labels          *Labels  `json:"labels"`
	promptedPerHour [24]float64
}

// Count is how often something was met.
type Count struct {
	Name  string `json:"name"`
	Count int64  `json:"count"`
}

// Outcomes counts what became of requests.
type Outcomes struct {
	Allow     int64 `json:"allow"`
	Notify    int64 `json:"notify"`
	Challenge int64 `json:"challenge"`
	Deny      int64 `json:"deny"`
}

// Row is the outcomes of one action, band, hour, country or rule.
type Row struct {
	Name string `json:"name"`
	Outcomes
	PromptsPer1000 float64 `json:"prompts_per_1000"`
}

// Total returns the sum.
func (o Outcomes) Total() int64 { return o.Allow + o.Notify + o.Challenge + o.Deny }

// Subjects is how prompts fall on subjects.
type Subjects struct {
	Count         int64   `json:"count"`
	Prompted      int64   `json:"prompted"`
	NeverPrompted float64 `json:"never_prompted"`
	Sampled       int     `json:"sampled"`
	Prompts       []Count `json:"prompts"`
}

// Labels is how a side did on what is known to be an attack or not.
type Labels struct {
	Attacks    int64   `json:"attacks"`
	Stopped    int64   `json:"attacks_stopped"`
	LetThrough int64   `json:"attacks_let_through"`
	Legit      int64   `json:"legit"`
	Prompted   int64   `json:"legit_prompted"`
	Refused    int64   `json:"legit_refused"`
	Precision  float64 `json:"precision"`
	Recall     float64 `json:"recall"`
	Friction   float64 `json:"friction_per_1000"`
	Curve      []Point `json:"curve"`
}

// Point is one place on the trade-off curve.
type Point struct {
	Shift    int     `json:"shift"`
	Friction float64 `json:"friction_per_1000"`
	Stopped  float64 `json:"stopped"`
}

// Changes is what comes out otherwise than before.
type Changes struct {
	Same             int64    `json:"same"`
	Stronger         int64    `json:"stronger"`
	Weaker           int64    `json:"weaker"`
	Moves            []Count  `json:"moves"`
	StrongerExamples []Change `json:"stronger_examples"`
	WeakerExamples   []Change `json:"weaker_examples"`
}

// Change is one decision that comes out otherwise.
type Change struct {
	ID     string    `json:"id"`
	File   string    `json:"file"`
	Line   int64     `json:"line"`
	Time   time.Time `json:"time"`
	Action string    `json:"action"`
	Was    string    `json:"was"`
	Is     string    `json:"is"`
	Rules  []string  `json:"rules"`
	Label  string    `json:"label"`
}

// Cost is what a rule did where it fired.
type Cost struct {
	Rule           string `json:"rule"`
	Fired          int64  `json:"fired"`
	Mattered       int64  `json:"mattered"`
	Prompts        int64  `json:"prompts"`
	Spared         int64  `json:"spared"`
	Denied         int64  `json:"denied"`
	AttacksStopped int64  `json:"attacks_stopped"`
	LegitPrompted  int64  `json:"legit_prompted"`
}

// New returns the summary of a report.
func New(r *replay.Report) *Summary {
	s := &Summary{
		Policy: r.Policy, Decisions: r.Decisions, Source: r.Source, After: side(&r.After), Notes: notes(r),
		BadLines: []BadLine{}, Costs: []Cost{},
	}
	if !r.First.IsZero() {
		s.First, s.Last = &r.First, &r.Last
	}
	for _, b := range r.BadLines {
		s.BadLines = append(s.BadLines, BadLine(b))
	}
	for _, id := range slices.Sorted(maps.Keys(r.Costs)) {
		c := r.Costs[id]
		s.Costs = append(s.Costs, Cost{id, c.Fired, c.Mattered, c.Prompts, c.Spared, c.Denied,
			c.AttacksStopped, c.LegitPrompted})
	}
	slices.SortStableFunc(s.Costs, func(a, b Cost) int {
		return cmp.Or(cmp.Compare(b.Prompts+b.Denied, a.Prompts+a.Denied), cmp.Compare(b.Fired, a.Fired))
	})
	if r.Compared {
		before, name := side(&r.Before), "recorded"
		if r.Baseline != "" {
			name = r.Baseline
		}
		s.Before, s.Baseline, s.Changes = &before, &name, changes(&r.Changes)
	}
	return s
}

func side(r *replay.Side) Side {
	s := Side{
		Comparable: r.Comparable, NotComparable: r.NotComparable, Lacking: counts(r.Lacking),
		PromptsPer1000: r.Outcomes.Prompts(), Outcomes: outcomes(r.Outcomes), Actions: rows(r.Actions),
		Bands: []Row{}, Hours: []Row{}, Countries: rows(r.Countries), Rules: rows(r.Rules),
		Subjects: subjects(&r.Subjects),
	}
	for _, band := range []string{"low", "medium", "high", "extreme"} {
		if t := r.Bands[band]; t != nil {
			s.Bands = append(s.Bands, row(band, *t))
		}
	}
	for hour, t := range r.Hours {
		s.Hours = append(s.Hours, row(fmt.Sprintf("%02d", hour), t))
		s.promptedPerHour[hour] = t.Prompts()
	}
	if r.Labels.Attacks+r.Labels.Legit > 0 {
		s.Labels = labels(&r.Labels)
	}
	return s
}

func outcomes(t replay.Tally) Outcomes {
	return Outcomes{Allow: t.Allow, Notify: t.Notify, Challenge: t.Challenge, Deny: t.Deny}
}

func row(name string, t replay.Tally) Row { return Row{name, outcomes(t), t.Prompts()} }

// rows returns the most frequent first.
func rows(of map[string]*replay.Tally) []Row {
	all := []Row{}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, row(name, *of[name]))
	}
	slices.SortStableFunc(all, func(a, b Row) int { return cmp.Compare(b.Total(), a.Total()) })
	return all
}

func counts(of map[string]int64) []Count {
	all := []Count{}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, Count{name, of[name]})
	}
	slices.SortStableFunc(all, func(a, b Count) int { return cmp.Compare(b.Count, a.Count) })
	return all
}

func subjects(r *replay.Subjects) Subjects {
	s := Subjects{Count: r.Count, Prompted: r.Prompted, NeverPrompted: r.NeverPrompted(),
		Sampled: max(r.Sampled, 1)}
	for i, name := range replay.PromptRanges() {
		s.Prompts = append(s.Prompts, Count{name, r.Prompts[i]})
	}
	return s
}

func labels(r *replay.Labels) *Labels {
	l := &Labels{
		Attacks: r.Attacks, Stopped: r.Stopped, LetThrough: r.LetThrough(), Legit: r.Legit,
		Prompted: r.Prompted,
		Refused:  r.Refused, Precision: r.Precision(), Recall: r.Recall(), Friction: r.Friction(),
		Curve: []Point{},
	}
	for _, p := range r.Curve() {
		l.Curve = append(l.Curve, Point(p))
	}
	return l
}

func changes(r *replay.Changes) *Changes {
	c := &Changes{
		Same: r.Same, Stronger: r.Stronger, Weaker: r.Weaker, Moves: counts(r.Moves),
		StrongerExamples: examples(r.StrongerExamples), WeakerExamples: examples(r.WeakerExamples),
	}
	return c
}

func examples(all []replay.Change) []Change {
	list := []Change{}
	for _, e := range all {
		list = append(list, Change{e.ID, e.File, e.Line, e.Time, e.Action, e.Was, e.Is,
			append([]string{}, e.Rules...),
			e.Label.String()})
	}
	return list
}

// notes says what a reader should know before he believes the rest.
func notes(r *replay.Report) []string {
	notes := []string{}
	add := func(when bool, text string, values ...any) {
		if when {
			notes = append(notes, fmt.Sprintf(text, values...))
		}
	}
	raw := !r.Compared || r.Source.Taught > 0 || r.Source.Devices > 0
	c := r.Source
	add(r.Decisions == 0, "There is no decision in the input.")
	add(c.Bad > 0, "%s could not be read.", number(c.Bad)+plural(c.Bad, " line", " lines"))
	if n := r.NotCompared(); n > 0 {
		add(true, "%s of %s (%s) %s: %s. Nothing below is about %s.", number(n),
			number(r.Decisions)+plural(r.Decisions, " decision", " decisions"),
			percent(float64(n)/float64(r.Decisions)), plural(n, "is not ", "are not ")+compared(r),
			plural(n, "it lacks ", "they lack ")+lacking(r), plural(n, "it", "them"))
	}
	add(len(r.Unread) > 0, "%s not read, being neither known nor a fact of the policy: %s.",
		plural(int64(len(r.Unread)), "A column is", "Columns are"), quoted(r.Unread))
	add(c.Unopened > 0, "%s sealed, and no key opens them.", number(c.Unopened)+plural(c.Unopened,
		" decision is",
		" decisions are"))
	if raw && r.Decisions > 0 {
		add(c.Taught == 0,
			"No event says that it succeeded, so that nothing was learnt: every device and place is new.")
		add(c.Devices == 0, "No event names a device: every device is unknown.")
	}
	add(c.Disorder > 0, "%s too late for their place in time, and were decided on what was learnt until then: %s.",
		number(c.Disorder)+plural(c.Disorder, " event came", " events came"), places(&c))
	add(c.Unlocated > 0, "%s not in the location databases.", number(c.Unlocated)+plural(c.Unlocated,
		" address is",
		" addresses are"))
	add(c.Unsampled > 0, "There are too many subjects to remember: %s of others left out.",
		number(c.Unsampled)+
			plural(c.Unsampled, " event was", " events were"))
	add(r.After.Subjects.Sampled > 1, "Prompts per subject are those of one subject in %d.",
		r.After.Subjects.Sampled)
	return notes
}

// compared says what is not done to a decision that lacks something.
func compared(r *replay.Report) string {
	if r.Compared {
		return "compared"
	}
	return "decided"
}

// lacking names what most decisions lack, on either side.
func lacking(r *replay.Report) string {
	all := maps.Clone(r.After.Lacking)
	for name, n := range r.Before.Lacking {
		all[name] = max(all[name], n)
	}
	var names []string
	for _, c := range counts(all) {
		if names = append(names, fit(c.Name, 40)); len(names) == 5 {
			names[4] = "…"
			break
		}
	}
	return strings.Join(names, ", ")
}

// quoted lists the first of some names, which may be anything.
func quoted(names []string) string {
	var all []string
	for _, name := range names[:min(len(names), 10)] {
		all = append(all, strconv.Quote(fit(name, 40)))
	}
	if len(names) > len(all) {
		all = append(all, "…")
	}
	return strings.Join(all, ", ")
}

// places names the events that came too late, each as file:line.
func places(c *replay.Counts) string {
	var names []string
	for _, p := range c.Late {
		names = append(names, fmt.Sprintf("%s:%d", p.File, p.Line))
	}
	if c.Disorder > int64(len(names)) {
		names = append(names, "…")
	}
	return strings.Join(names, ", ")
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// number writes a whole number with a comma every three digits.
func number(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// percent writes a share.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }
