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

// CSV writes the summary as a table of four columns: side, section, name and
// value. Cells that a spreadsheet would take for a formula are quoted.
func (s *Summary) CSV(w io.Writer) error {
	t := table{csv.NewWriter(w)}
	t.row("side", "section", "name", "value")
	t.row("", "input", "policy", s.Policy)
	if s.Baseline != nil {
		t.row("", "input", "baseline", *s.Baseline)
	}
	t.row("", "input", "decisions", s.Decisions)
	t.row("", "input", "lines", s.Source.Lines)
	t.row("", "input", "bad lines", s.Source.Bad)
	for _, b := range s.BadLines {
		t.row("", "bad line", fmt.Sprintf("%s:%d", b.File, b.Line), b.Problem)
	}
	t.side("after", &s.After)
	if s.Before != nil {
		t.side("before", s.Before)
		t.row("", "changes", "same", s.Changes.Same)
		t.row("", "changes", "stronger", s.Changes.Stronger)
		t.row("", "changes", "weaker", s.Changes.Weaker)
		for _, m := range s.Changes.Moves {
			t.row("", "move", m.Name, m.Count)
		}
	}
	for _, c := range s.Costs {
		t.row("after", "cost: prompts", c.Rule, c.Prompts)
		t.row("after", "cost: spared", c.Rule, c.Spared)
		t.row("after", "cost: denied", c.Rule, c.Denied)
		t.row("after", "cost: attacks stopped", c.Rule, c.AttacksStopped)
		t.row("after", "cost: legit prompted", c.Rule, c.LegitPrompted)
	}
	t.Flush()
	return t.Error()
}

type table struct{ *csv.Writer }

// row writes one line. The writer keeps its first error.
func (t table) row(side, section, name string, value any) {
	_ = t.Write([]string{side, section, cell(name), cell(fmt.Sprint(value))})
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
	t.row(name, "total", "comparable", s.Comparable)
	t.row(name, "total", "not comparable", s.NotComparable)
	for _, l := range s.Lacking {
		t.row(name, "lacking", l.Name, l.Count)
	}
	t.row(name, "total", "prompts per 1000", s.PromptsPer1000)
	t.outcomes(name, "total", s.Outcomes)
	for _, section := range s.sections() {
		for _, r := range section.rows {
			t.outcomes(name, section.name+" "+r.Name, r.Outcomes)
		}
	}
	t.row(name, "subjects", "count", s.Subjects.Count)
	t.row(name, "subjects", "never prompted", s.Subjects.NeverPrompted)
	for _, p := range s.Subjects.Prompts {
		t.row(name, "subjects by prompts", p.Name, p.Count)
	}
	if l := s.Labels; l != nil {
		t.row(name, "labels", "attacks", l.Attacks)
		t.row(name, "labels", "attacks stopped", l.Stopped)
		t.row(name, "labels", "attacks let through", l.LetThrough)
		t.row(name, "labels", "legit", l.Legit)
		t.row(name, "labels", "legit prompted", l.Prompted)
		t.row(name, "labels", "legit refused", l.Refused)
		t.row(name, "labels", "precision", l.Precision)
		t.row(name, "labels", "recall", l.Recall)
		t.row(name, "labels", "friction per 1000", l.Friction)
		for _, p := range l.Curve {
			t.row(name, fmt.Sprintf("curve %+d friction", p.Shift), fmt.Sprint(p.Shift), p.Friction)
			t.row(name, fmt.Sprintf("curve %+d stopped", p.Shift), fmt.Sprint(p.Shift), p.Stopped)
		}
	}
}

func (t table) outcomes(side, section string, o Outcomes) {
	section = cell(section)
	t.row(side, section, "allow", o.Allow)
	t.row(side, section, "notify", o.Notify)
	t.row(side, section, "challenge", o.Challenge)
	t.row(side, section, "deny", o.Deny)
}

type section struct {
	name string
	rows []Row
}

func (s *Side) sections() []section {
	return []section{
		{"action", s.Actions}, {"band", s.Bands}, {"hour", s.Hours}, {"country", s.Countries}, {"rule", s.Rules},
	}
}
