// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Report is what a policy would have made of the cases, beside what was made
// of them before.
type Report struct {
	Policy   string // the hash of the policy
	Baseline string // the hash of the baseline; empty: it is what was recorded

	Decisions   int64 // cases that were looked at
	First, Last time.Time

	Source   Counts
	BadLines []BadLine // the first of them, at most 20

	// Unread are the columns of CSV that are neither known nor facts that the
	// policy or the baseline declares: perhaps misspelt.
	Unread []string

	After  Side // what the policy says
	Before Side // what the baseline says, or what was recorded then; see Compared

	// Compared says that there is a Before. Then what both sides, Changes and
	// Costs say is about the cases alone that both could decide; see
	// [Report.NotCompared].
	Compared bool
	Changes  Changes

	// Costs says for each enforced rule that fired what it did, by its id.
	Costs map[string]*Cost
}

// NotCompared returns how many cases a side could not decide: nothing but
// Lacking tells of them. A gate that does not look at it passes when next to
// nothing was compared.
func (r *Report) NotCompared() int64 { return r.Decisions - r.After.Outcomes.Total() }

// BadLine is a line that could not be read.
type BadLine struct {
	File    string
	Line    int64
	Problem string // never what stands there
}

// maxBadLines is how many bad lines are named.
const maxBadLines = 20

// Side is what came out on one side of a comparison. But for the first three,
// it counts the cases that both sides could decide.
type Side struct {
	Comparable    int64            // cases that could be decided
	NotComparable int64            // cases that lack something that the policy reads
	Lacking       map[string]int64 // of them, by what they lack: "geo", "fact payee", "a key"

	Outcomes  Tally
	Hours     [24]Tally // of the day, in UTC
	Bands     map[string]*Tally
	Actions   map[string]*Tally
	Countries map[string]*Tally // by geo.country; "unknown", or "not computed"
	Rules     map[string]*Tally // of the cases in which an enforced rule fired

	Subjects Subjects
	Labels   Labels
}

// Tally counts outcomes.
type Tally struct {
	Allow, Notify, Challenge, Deny int64
}

func (t *Tally) add(o policy.Outcome) {
	switch o {
	case policy.Allow:
		t.Allow++
	case policy.Notify:
		t.Notify++
	case policy.Challenge:
		t.Challenge++
	default:
		t.Deny++
	}
}

// Total returns the sum.
func (t Tally) Total() int64 { return t.Allow + t.Notify + t.Challenge + t.Deny }

// Prompts returns how many of a thousand are challenged; 0 for none.
func (t Tally) Prompts() float64 { return per(1000, t.Challenge, t.Total()) }

// per returns how many of a whole there are in so many; 0 for no whole.
func per(many float64, part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return many * float64(part) / float64(whole)
}

// Changes are the cases that come out otherwise than before.
type Changes struct {
	Same, Stronger, Weaker int64
	// Moves counts the changes by what they were and are, as
	// "allow(none) -> challenge(confirm)".
	Moves map[string]int64
	// StrongerExamples and WeakerExamples are the first of each.
	StrongerExamples, WeakerExamples []Change
}

// Change is one case that comes out otherwise than before.
type Change struct {
	ID      string // of the decision; empty for a raw event without one
	File    string
	Line    int64
	Time    time.Time
	Action  string
	Was, Is string   // outcome and step, as "challenge(confirm)"
	Rules   []string // the enforced rules that fired under the policy
	Label   Label
}

// Cost is what a rule did where it fired: by deciding each of those cases
// again without it.
type Cost struct {
	Fired    int64
	Mattered int64 // cases in which the step would be another without it

	Prompts int64 // challenges there would not be without it
	Spared  int64 // challenges there would be without it, as for an at_most
	Denied  int64 // denials there would not be without it

	AttacksStopped int64 // attacks that would get through without it
	LegitPrompted  int64 // legitimate requests that would be spared without it
}

// Labels says how a side did on the cases whose nature is known. An attack is
// stopped when it is challenged or denied: an attacker has no proof to give.
type Labels struct {
	Attacks, Stopped         int64
	Legit, Prompted, Refused int64 // legitimate, and of them those challenged and those denied

	// Shift counts labelled cases by how many points of risk they are short of
	// being stopped; see [Labels.Curve].
	LegitShift, AttackShift Shift
}

// LetThrough returns how many attacks were not stopped.
func (l *Labels) LetThrough() int64 { return l.Attacks - l.Stopped }

// Recall returns the share of attacks that were stopped; 0 where there was
// none.
func (l *Labels) Recall() float64 { return per(1, l.Stopped, l.Attacks) }

// Precision returns the share of attacks among what was stopped; 0 where
// nothing was.
func (l *Labels) Precision() float64 {
	return per(1, l.Stopped, l.Stopped+l.Prompted+l.Refused)
}

// Friction returns how many of a thousand legitimate requests were challenged
// or denied.
func (l *Labels) Friction() float64 { return per(1000, l.Prompted+l.Refused, l.Legit) }

// oneLine returns what is wrong, all of it, on one line.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", ": ") }

// bad notes a line that could not be read.
func (r *Report) bad(e *journal.LineError) {
	if len(r.BadLines) < maxBadLines {
		r.BadLines = append(r.BadLines, BadLine{File: e.File, Line: e.Line, Problem: oneLine(e.Err)})
	}
}
