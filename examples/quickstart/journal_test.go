// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/journal"
	backtest "github.com/proportion-go/proportion/stepup/replay"
)

// The journal has every decision that is printed, and nothing that names a
// customer.
func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.jsonl")
	var out, problems bytes.Buffer
	if code := run([]string{"-journal", path}, &out, &problems); code != exitOK {
		t.Fatalf("got exit code %d: %s", code, &problems)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decisions := 0
	var d journal.Decoder
	for line := range bytes.Lines(text) {
		var e journal.Event
		if err := d.Decode(line, &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if e.Kind == journal.KindDecision {
			decisions++
		}
	}
	if printed := strings.Count(out.String(), "decided "); decisions < printed || printed < 20 {
		t.Errorf("got %d decisions in the journal for %d printed", decisions, printed)
	}
	for _, secret := range []string{"Alice", "21.33.", "+33", "Garage du Port"} {
		if bytes.Contains(text, []byte(secret)) {
			t.Errorf("the journal holds %q", secret)
		}
	}
}

// The day, decided again from its journal: nothing changes under its own
// policy, and a policy without its rules is weaker where they mattered.
func TestReplay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.jsonl")
	var out, problems bytes.Buffer
	if code := run([]string{"-journal", path}, &out, &problems); code != exitOK {
		t.Fatalf("got exit code %d: %s", code, &problems)
	}
	again := func(rules []byte) *backtest.Report {
		t.Helper()
		p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: rules})
		if err != nil {
			t.Fatal(err)
		}
		source := backtest.NewJournal(backtest.JournalConfig{Files: []string{path}})
		r, err := backtest.Run(t.Context(), source, backtest.Config{Policy: p})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	own, err := files.ReadFile("policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if r := again(own); r.Changes.Same != r.Decisions || r.Decisions < 30 || r.Source.Bad > 0 {
		t.Errorf("under its own policy: got %+v, want no change", r)
	} else if r.After.Outcomes != r.Before.Outcomes {
		t.Errorf("under its own policy: got %+v, want %+v as recorded", r.After.Outcomes, r.Before.Outcomes)
	}
	lax, _, _ := bytes.Cut(own, []byte("\nrules:"))
	if r := again(lax); r.Changes.Weaker == 0 || r.Changes.Stronger != 1 || r.After.NotComparable > 0 {
		t.Errorf("without rules: got %+v, want it stronger for the small transfer alone", r)
	}
	strict := bytes.Replace(own, []byte("\nrules:"), []byte("\nrules:\n  - { id: payees, on: [transfer], "+
		"when: payee startsWith \"G\", require: strong }"), 1)
	if r := again(strict); r.After.NotComparable == 0 || r.Changes.Same+r.After.NotComparable != r.Decisions {
		t.Errorf("under a rule that reads what was not kept: got %+v, want it not comparable", r)
	}
}

func TestJournalThatCannotBeOpened(t *testing.T) {
	var out, problems bytes.Buffer
	code := run([]string{"-journal", filepath.Join(t.TempDir(), "no", "such", "folder")}, &out, &problems)
	if code != exitRefused || !strings.Contains(problems.String(), "-journal") {
		t.Errorf("got exit code %d: %s", code, &problems)
	}
}
