// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/report"
	"github.com/proportion-go/proportion/stepup/replay"
)

// hostile are texts of requests that would do harm in one of the formats.
var hostile = []string{
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "=1+1", "+1", "-cmd", "@SUM(A1)",
	"\x1b[2J", "a\nb\t",
	strings.Repeat("wide", 60), "'; style=x", "{{.}}",
}

// full is a report with something in every part.
func full() *replay.Report {
	tallies := map[string]*replay.Tally{}
	lacking := map[string]int64{}
	moves := map[string]int64{}
	costs := map[string]*replay.Cost{}
	var changes []replay.Change
	var bad []replay.BadLine
	for i, text := range hostile {
		n := int64(i + 1)
		tallies[text] = &replay.Tally{Allow: 1234567 * n, Notify: n, Challenge: n, Deny: n}
		lacking[text], moves[text] = n, n
		costs[text] = &replay.Cost{Fired: 1234567, Mattered: n, Prompts: n}
		changes = append(changes, replay.Change{ID: text, File: text, Line: n, Time: time.Unix(1, 0),
			Action: text,
			Was:    text, Is: text, Rules: []string{text, text}, Label: replay.Attack})
		bad = append(bad, replay.BadLine{File: text, Line: n, Problem: text})
	}
	side := replay.Side{
		Comparable: 100, NotComparable: 5, Lacking: lacking, Outcomes: replay.Tally{Allow: 80, Challenge: 20},
		Bands: map[string]*replay.Tally{"low": {Allow: 5}}, Actions: tallies, Countries: tallies,
		Rules:    tallies,
		Subjects: replay.Subjects{Count: 10, Prompted: 4, Sampled: 8},
		Labels:   replay.Labels{Attacks: 10, Stopped: 7, Legit: 90, Prompted: 9, Refused: 1},
	}
	side.Hours[3] = replay.Tally{Allow: 5, Challenge: 5}
	side.Labels.AttackShift.Points[100], side.Labels.LegitShift.Points[120] = 10, 90
	return &replay.Report{
		Policy: strings.Repeat("a", 64), Decisions: 105, First: time.Unix(0, 0), Last: time.Unix(1e9, 0),
		Source: replay.Counts{Bad: 99, Unopened: 1, Disorder: 2, Unlocated: 3, Unsampled: 4}, BadLines: bad,
		After: side, Before: side, Compared: true, Costs: costs,
		Changes: replay.Changes{Weaker: 3, Stronger: 2, Moves: moves, StrongerExamples: changes,
			WeakerExamples: changes},
	}
}

func written(t *testing.T, write func(*strings.Builder) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTextFitsATerminal(t *testing.T) {
	text := written(t, func(b *strings.Builder) error { return report.New(full()).Text(b) })
	inBad := false
	for _, line := range strings.Split(text, "\n") {
		inBad = inBad || strings.HasPrefix(line, "Lines that could not be read") // a path is not cut
		if n := utf8.RuneCountInString(line); n > 80 && !inBad {
			t.Errorf("%d columns: %s", n, line)
		}
		if strings.ContainsAny(line, "\x1b\t\r") {
			t.Errorf("a control character in %q", line)
		}
	}
}

func TestPageEscapes(t *testing.T) {
	page := written(t, func(b *strings.Builder) error { return report.New(full()).HTML(b) })
	for _, bad := range []string{"<script", "<img", "onerror=alert(1)>", "http://", "https://", "url(",
		"@import", "ZgotmplZ"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	text := written(t, func(b *strings.Builder) error { return report.New(full()).CSV(b) })
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) < 100 {
		t.Fatalf("%d rows: %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+@\t\r", rune(cell[0])) || strings.HasPrefix(cell, "-c") {
				t.Errorf("%q is a formula in %q", cell, row)
			}
		}
	}
}

func TestJSON(t *testing.T) {
	text := written(t, func(b *strings.Builder) error { return report.New(full()).JSON(b) })
	var got report.Summary
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Decisions != 105 || got.After.Labels == nil || got.After.Labels.Recall != 0.7 || *got.Baseline != "recorded" {
		t.Errorf("got %+v", got)
	}
	empty := written(t, func(b *strings.Builder) error { return report.New(&replay.Report{}).JSON(b) })
	if strings.Contains(strings.ReplaceAll(empty, `"baseline": null`, ""), `: null,
  "bad_lines"`) || !strings.Contains(empty, `"rules": []`) {
		t.Errorf("lists of nothing are not empty: %s", empty)
	}
}

// Every format can say that there is nothing.
func TestNothing(t *testing.T) {
	s := report.New(&replay.Report{})
	err := errors.Join(s.Text(&strings.Builder{}), s.HTML(&strings.Builder{}), s.CSV(&strings.Builder{}))
	if err != nil {
		t.Error(err)
	}
	if len(s.Notes) == 0 || !strings.Contains(fmt.Sprint(s.Notes), "no decision") {
		t.Errorf("got notes %q", s.Notes)
	}
}
