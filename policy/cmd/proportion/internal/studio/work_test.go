// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// at is a finding of the studio.
type at struct {
	File, Severity, ID, Message, Hint string
	Line, Column                      int
}

func TestCheck(t *testing.T) {
	b := newBench(t, policyText)
	var out struct {
		Findings []at
		Policy   *struct {
			Ladder, Cells, Actions, Facts []object
		}
		Changed []string
	}
	t.Run("good", func(t *testing.T) {
		b.call("check", b.draft(policyText), http.StatusOK, &out)
		if len(out.Findings) != 0 || out.Policy == nil || len(out.Policy.Cells) != 16 ||
			len(out.Policy.Ladder) != 3 || len(out.Changed) != 0 {
			t.Errorf("got %+v", out)
		}
	})
	t.Run("error", func(t *testing.T) {
		b.call("check", b.draft(strings.Replace(policyText, "geo.foreign", "geo.foriegn", 1)),
			http.StatusOK, &out)
		if len(out.Findings) != 1 || out.Policy != nil {
			t.Fatalf("got %+v", out)
		}
		f := out.Findings[0]
		if f.File != b.policy || f.Line != 17 || f.Column != 15 || f.Severity != "error" ||
			f.ID != "condition-name" || !strings.Contains(f.Hint, "geo.foreign") {
			t.Errorf("got %+v", f)
		}
	})
	t.Run("warning", func(t *testing.T) {
		late := strings.Replace(policyText, "score: 40", "score: 40\n    review: 2026-01-31", 1)
		b.call("check", b.draft(late), http.StatusOK, &out)
		if len(out.Findings) != 1 || out.Findings[0].ID != "review-past" ||
			out.Findings[0].Severity != "warning" {
			t.Errorf("got %+v", out.Findings)
		}
	})
	t.Run("changed on disk", func(t *testing.T) {
		draft := b.draft(policyText)
		b.put(b.policy, policyText+"# more\n")
		b.call("check", draft, http.StatusOK, &out)
		if !slices.Equal(out.Changed, []string{b.policy}) {
			t.Errorf("changed: %v", out.Changed)
		}
	})
}

func TestDraftsAreOfTheFilesOfTheStudio(t *testing.T) {
	b := newBench(t, policyText)
	for name, files := range map[string][]object{
		"none":        {},
		"one missing": {{"name": b.policy, "text": ""}},
		"one too many": {{"name": b.policy, "text": ""}, {"name": b.tests, "text": ""},
			{"name": "/etc/passwd", "text": ""}},
		"an unknown key": {{"name": b.policy, "text": "", "path": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, what := range []string{"check", "test", "diff", "save", "replay", "try"} {
				b.call(what, object{"files": files}, http.StatusBadRequest, nil)
			}
		})
	}
}

func TestTry(t *testing.T) {
	b := newBench(t, policyText)
	var v struct {
		Outcome, Band, Base, Floor string
		Score                      int
		Step                       struct{ Name string }
		Reasons                    map[string][]string
		Rules                      []struct {
			ID         string
			Fired      bool
			Predicates []object
		}
		Otherwise *struct {
			Step    string
			Changes []object
		}
	}
	b.call("try", b.draft(policyText, object{"request": object{"action": "pay", "foreign": true,
		"amount": 20}}),
		http.StatusOK, &v)
	if v.Outcome != "challenge" || v.Step.Name != "confirm" || v.Score != 40 || v.Band != "medium" {
		t.Errorf("got %+v", v)
	}
	if got := v.Reasons["fr"]; !slices.Equal(got, []string{"Vous êtes à l'étranger."}) {
		t.Errorf("the customer reads %q", got)
	}
	if len(v.Rules) != 2 || !v.Rules[0].Fired || v.Rules[1].Fired ||
		v.Rules[1].Predicates[0]["truth"] != "false" {
		t.Errorf("rules: %+v", v.Rules)
	}
	if v.Otherwise == nil || v.Otherwise.Step != "none" || v.Otherwise.Changes[0]["to"] != false {
		t.Errorf("otherwise: %+v", v.Otherwise)
	}
}

func TestTryRefuses(t *testing.T) {
	b := newBench(t, policyText)
	request := object{"request": object{"action": "pay"}}
	b.call("try", b.draft("version: 2", request), http.StatusUnprocessableEntity, nil)
	b.call("try", b.draft(policyText, object{"request": "pay"}), http.StatusBadRequest, nil)
	b.call("try", b.draft(policyText), http.StatusBadRequest, nil)
}

func TestTests(t *testing.T) {
	b := newBench(t, policyText)
	var out struct {
		Findings, Results, Uncovered []object
		Covered                      int
	}
	b.call("test", b.draft(policyText), http.StatusOK, &out)
	if len(out.Results) != 2 || out.Covered != 1 || len(out.Uncovered) != 1 {
		t.Fatalf("got %+v", out)
	}
	failed := out.Results[1]["failures"].([]any)
	if len(out.Results[0]["failures"].([]any)) != 0 || len(failed) != 1 ||
		failed[0].(object)["got"] != "challenge" {
		t.Errorf("got %v", out.Results)
	}
	b.put(b.tests, "version: 1\ntests: [{ name: x, action: view, expect: { outcom: allow } }]\n")
	b.call("test", b.draft(policyText), http.StatusOK, &out)
	if len(out.Findings) == 0 || out.Findings[0]["file"] != b.tests {
		t.Errorf("findings in the tests: %v", out.Findings)
	}
}
