// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// JSON writes the summary as one object.
func (s *Summary) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}

// CSV writes the summary as a table of five columns: side, section, name,
// measure and value. Cells that a spreadsheet would take for a formula are quoted.
func (s *Summary) CSV(w io.Writer) error {
	t := table{csv.NewWriter(w)}
	t.row("side", "section", "name", "measure", "value")
	t.row("", "input", "policy", "hash", s.Policy)
	if s.Baseline != nil {
		t.row("", "input", "baseline", "hash", *s.Baseline)
	}
	t.row("", "input", "decisions", "count", s.Decisions)
	t.row("", "input", "lines", "count", s.Source.Lines)
	t.row("", "input", "bad lines", "count", s.Source.Bad)
	for _, b := range s.BadLines {
		t.row("", "bad line", fmt.Sprintf("%s:%d", b.File, b.Line), "problem", b.Problem)
	}
	t.side("after", &s.After)
	if s.Before != nil {
		t.side("before", s.Before)
		t.row("", "changes", "same", "count", s.Changes.Same)
		t.row("", "changes", "stronger", "count", s.Changes.Stronger)
		t.row("", "changes", "weaker", "count", s.Changes.Weaker)
		for _, m := range s.Changes.Moves {
			t.row("", "move", m.Name, "count", m.Count)
		}
	}
	for _, c := range s.Costs {
		t.row("after", "cost", c.Rule, "prompts", c.Prompts)
		t.row("after", "cost", c.Rule, "spared", c.Spared)
		t.row("after", "cost", c.Rule, "denied", c.Denied)
		t.row("after", "cost", c.Rule, "attacks stopped", c.AttacksStopped)
		t.row("after", "cost", c.Rule, "legit prompted", c.LegitPrompted)
	}
	t.Flush()
	return t.Error()
}

type table struct{ *csv.Writer }

// row writes one line. The writer keeps its first error.
func (t table) row(side, section, name, measure string, value any) {
	_ = t.Write([]string{side, section, cell(name), measure, cell(fmt.Sprint(value))})
}

// cell quotes what a spreadsheet would take for a formula: it may come from a
// request. A number stays one.
func cell(text string) string {
	if strings.HasPrefix(text, "-") && strings.Trim(text[1:], "0123456789.") == "" && len(text) > 1 {
		return text
	}
	if text != "" && strings.ContainsRune("=+-@\t\r\n", rune(text[0])) {
		return "'" + text
	}
	return text
}

func (t table) side(name string, s *Side) {
	t.row(name, "total", "", "comparable", s.Comparable)
	t.row(name, "total", "", "not comparable", s.NotComparable)
	for _, l := range s.Lacking {
		t.row(name, "lacking", l.Name, "count", l.Count)
	}
	t.row(name, "total", "", "prompts per 1000", s.PromptsPer1000)
	t.outcomes(name, "total", "", s.Outcomes)
	for _, section := range s.sections() {
		for _, r := range section.rows {
			t.outcomes(name, section.name, r.Name, r.Outcomes)
		}
	}
	t.row(name, "subjects", "", "count", s.Subjects.Count)
	t.row(name, "subjects", "", "never prompted", s.Subjects.NeverPrompted)
	for _, p := range s.Subjects.Prompts {
		t.row(name, "subjects by prompts", p.Name, "count", p.Count)
	}
	if l := s.Labels; l != nil {
		t.row(name, "labels", "", "attacks", l.Attacks)
		t.row(name, "labels", "", "attacks stopped", l.Stopped)
		t.row(name, "labels", "", "attacks let through", l.LetThrough)
		t.row(name, "labels", "", "legit", l.Legit)
		t.row(name, "labels", "", "legit prompted", l.Prompted)
		t.row(name, "labels", "", "legit refused", l.Refused)
		t.row(name, "labels", "", "precision", l.Precision)
		t.row(name, "labels", "", "recall", l.Recall)
		t.row(name, "labels", "", "friction per 1000", l.Friction)
		for _, p := range l.Curve {
			t.row(name, "curve", fmt.Sprint(p.Shift), "friction per 1000", p.Friction)
			t.row(name, "curve", fmt.Sprint(p.Shift), "stopped", p.Stopped)
		}
	}
}

func (t table) outcomes(side, section, name string, o Outcomes) {
	t.row(side, section, name, "allow", o.Allow)
	t.row(side, section, name, "notify", o.Notify)
	t.row(side, section, name, "challenge", o.Challenge)
	t.row(side, section, name, "deny", o.Deny)
}

type section struct {
	name  string
	title string // for people
	rows  []Row
}

func (s *Side) sections() []section {
	return []section{
		{"action", "action", s.Actions}, {"band", "band", s.Bands}, {"hour", "hour (UTC)", s.Hours},
		{"country", "country", s.Countries}, {"rule", "rule", s.Rules},
	}
}
