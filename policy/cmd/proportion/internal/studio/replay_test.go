// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// recorded returns a journal of decisions at home and abroad, and a line that
// is none.
func recorded(t *testing.T) []byte {
	t.Helper()
	var lines []byte
	for i, foreign := range []risk.Truth{risk.False, risk.False, risk.False, risk.True} {
		s := new(risk.Signals)
		s.MarkComputed(risk.AllGroups)
		s.SetBool(risk.GeoForeign, foreign)
		e := &journal.Event{
			Time: time.Date(2026, 3, 2, 9, i, 0, 0, time.UTC), Kind: journal.KindDecision,
			ID: "fake-" + string(rune('a'+i)), Action: "view", Step: "none", Outcome: "allow",
			Decision: &journal.Decision{Signals: s},
		}
		var err error
		if lines, err = journal.AppendLine(lines, e); err != nil {
			t.Fatal(err)
		}
	}
	return append(lines, "no event\n"...)
}

type replayed struct {
	Name                   string
	Saved                  bool
	Decisions, Bad         int
	Same, Stronger, Weaker int
	After, Before          struct{ Prompts float64 }
	Examples, Rules        []object
}

func TestReplay(t *testing.T) {
	b := newBench(t, policyText)
	var out replayed
	b.call("replay", b.draft(policyText), http.StatusOK, &out)
	if out.Name != "" {
		t.Errorf("a journal that nobody loaded: %+v", out)
	}
	w := b.send("journal?name=../yesterday.jsonl", bytes.NewReader(recorded(t)), nil)
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	b.call("replay", b.draft(policyText), http.StatusOK, &out)
	if out.Name != "yesterday.jsonl" || out.Saved || out.Decisions != 4 || out.Bad != 1 || out.Same != 3 ||
		out.Stronger != 1 || out.After.Prompts != 250 || len(out.Examples) != 1 || len(out.Rules) != 1 {
		t.Errorf("against what was recorded: %+v", out)
	}
	b.call("replay", b.draft(strings.Replace(policyText, "score: 40", "score: 20", 1)), http.StatusOK, &out)
	if !out.Saved || out.Weaker != 1 || out.After.Prompts != 0 || out.Before.Prompts != 250 {
		t.Errorf("against the saved policy: %+v", out)
	}
	b.call("replay", b.draft("version: 2"), http.StatusUnprocessableEntity, nil)
}

func TestJournalsThatAreTooLongAreRefused(t *testing.T) {
	b := newBench(t, policyText)
	w := b.send("journal?name=x", bytes.NewReader(make([]byte, 64<<20+1)), nil)
	if w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "--journal") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}
