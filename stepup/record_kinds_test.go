// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Every kind of event, with every outcome that the format has, is written by
// some flow, and can be written to a file.
func TestEveryKindOfEventIsRecorded(t *testing.T) {
	j := new(book)
	everyFlow(t, func(c *stepup.Config) { c.Journal = j })
	seen := map[string]bool{}
	for _, e := range append(j.events, torn(t)...) {
		seen[string(e.Kind)+" "+e.Outcome] = true
		if err := e.Check(); err != nil {
			t.Errorf("%v: %v", e, err)
		}
	}
	j.lines(t)
	never := map[string]string{
		"abandon unanswered": "nobody notices what never happens: a decision without a challenge is one",
		"notice failed":      "whether a notice arrives is the host's to know",
		"policy refused":     "package policy refuses, before a guard is asked",
		"gap dropped":        "see the tests of package journal",
	}
	for _, kind := range journal.Kinds() {
		for _, outcome := range kind.Outcomes {
			name := string(kind.Kind) + " " + outcome
			if why, excused := never[name]; seen[name] == excused {
				t.Errorf("%s: recorded %t, excused %q", name, seen[name], why)
			}
		}
	}
}

// torn returns what a journal's file says of a line that was cut.
func torn(t *testing.T) (events []*journal.Event) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(path, []byte(`{"v":1,"time":"2026-`), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := journal.OpenFile(journal.FileConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for e, err := range journal.NewReader(journal.ReaderConfig{Files: []string{path}}).Events(context.Background()) {
		if err == nil {
			events = append(events, e.Clone())
		}
	}
	return events
}
