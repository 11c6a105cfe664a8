// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/stepup/journal"
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

func TestJournalThatCannotBeOpened(t *testing.T) {
	var out, problems bytes.Buffer
	code := run([]string{"-journal", filepath.Join(t.TempDir(), "no", "such", "folder")}, &out, &problems)
	if code != exitRefused || !strings.Contains(problems.String(), "-journal") {
		t.Errorf("got exit code %d: %s", code, &problems)
	}
}
