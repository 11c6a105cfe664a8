// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// lintDay is when the files of testdata/lint are looked at.
var lintDay = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// lintFile looks at one file of testdata/lint, with what it lacks to be a
// policy.
func lintFile(t *testing.T, id string) []policy.Finding {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "lint", id+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	sources := []policy.Source{{Name: id + ".yaml", Data: data}}
	if !bytes.Contains(data, []byte("\nladder:")) {
		base, err := os.ReadFile("testdata/base.yaml")
		if err != nil {
			t.Fatal(err)
		}
		sources = append([]policy.Source{{Name: "base.yaml", Data: base}}, sources...)
	}
	findings, err := policy.Lint(lintDay, sources...)
	if err != nil {
		t.Fatal(err)
	}
	return findings
}

func text(findings []policy.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintln(&b, f)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// TestLints holds every kind of warning to the exact text of those that a file
// in testdata/lint provokes. Run with -update after a change of words, and
// read the difference.
func TestLints(t *testing.T) {
	for _, lint := range policy.Lints() {
		t.Run(lint.ID, func(t *testing.T) {
			findings := lintFile(t, lint.ID)
			found := 0
			for _, f := range findings {
				if f.ID == lint.ID {
					found++
				}
			}
			if found == 0 {
				t.Errorf("no finding has the id:\n%v", text(findings))
			}
			golden(t, filepath.Join("testdata", "lint", lint.ID+".golden"), text(findings))
		})
	}
}

// TestLintsDocument holds LINTS.md to the tables of warnings and of usual
// numbers. Run with -update to write it.
func TestLintsDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What a policy is warned of\n\n" +
		fold("Every finding of `policy.Lint` and `proportion check` about a policy that can "+
			"be loaded: what is probably not meant, what to do, and an example. Errors, which "+
			"keep a policy from being loaded, are in [CHECKS.md](CHECKS.md).") + "\n\n" +
		fold("A comment on a line of a rule, action or step, or directly above it, accepts "+
			"a warning there and says why:") + "\n\n```yaml\n" +
		"  # proportion:allow review-past: the audit is in March\n```\n\n" +
		fold("This file is made from the tables in `lints.go` and `lint_numbers.go` and the "+
			"files in `testdata/lint`; `go test ./policy -run Lints -update` writes it.") + "\n")
	for _, c := range policy.Lints() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s\n", c.ID, fold(c.What), fold(c.Why))
		if c.ID == "unusual-number" {
			b.WriteString("\n| number | usual, from | to | defaults of others |\n" +
				"| --- | --- | --- | --- |\n")
			for _, row := range policy.UsualNumbers() {
				fmt.Fprintln(&b, row)
			}
		}
		fmt.Fprintf(&b, "\n```text\n%s```\n", firstOf(text(lintFile(t, c.ID)), c.ID))
	}
	golden(t, "LINTS.md", b.String())
}

// TestLintIDs: ids are unique over errors and warnings.
func TestLintIDs(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range append(policy.Checks(), policy.Lints()...) {
		if seen[c.ID] || c.What == "" || c.Why == "" {
			t.Errorf("check %+v is not complete, or there twice", c)
		}
		seen[c.ID] = true
	}
}

// TestLintOfErrors: only a policy without errors is looked at.
func TestLintOfErrors(t *testing.T) {
	findings, err := policy.Lint(lintDay, policy.Source{Name: "p.yaml", Data: []byte("version: 2")})
	var load *policy.LoadError
	if !errors.As(err, &load) || findings != nil {
		t.Errorf("got %v and %v, want a *LoadError alone", findings, err)
	}
}

// TestLintReviewDay: a day of review is past when it is over everywhere.
func TestLintReviewDay(t *testing.T) {
	data, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, "rules: [{ id: a, mode: shadow, score: 30, review: 2026-03-01 }]\n"...)
	day := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]int{day.Add(-1): 0, day: 1} {
		findings, err := policy.Lint(at, policy.Source{Name: "p.yaml", Data: data})
		if err != nil || len(findings) != want {
			t.Errorf("at %v: got %v (%v), want %d findings", at, findings, err, want)
		}
	}
}

// A policy that loads may still say what nobody means.
func ExampleLint() {
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	rules := []byte(`version: 1
rules:
  - id: new-device
    when: not (device.known ?? false)
    score: 30
`)
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	findings, err := policy.Lint(now,
		policy.Source{Name: "base.yaml", Data: base},
		policy.Source{Name: "rules.yaml", Data: rules})
	for _, f := range findings {
		fmt.Println(f, err)
	}
	// Output:
	// rules.yaml:3:9: because-missing: new-device can ask for more, and does not say why
	//       - id: new-device
	//             ^
	//     hint: add because: { en: … }
	//  <nil>
}
