// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policies_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

func TestTelecom(t *testing.T)  { check(t, policytest.Run(t, "telecom/*.yaml")) }
func TestPayments(t *testing.T) { check(t, policytest.Run(t, "payments/*.yaml")) }
func TestAdmin(t *testing.T)    { check(t, policytest.Run(t, "admin/*.yaml")) }

// check demands that every rule is tested both ways, and every cell of the
// matrix is reached.
func check(t *testing.T, report policytest.Report) {
	t.Helper()
	const least = 60 // fewer would mean that a file was not found
	if len(report.Results) < least {
		t.Errorf("%d tests, want %d or more", len(report.Results), least)
	}
	for _, rule := range report.Rules {
		if !rule.Covered() {
			t.Error(rule)
		}
	}
	for _, cell := range report.Cells {
		if cell.Tests == 0 {
			t.Errorf("no test comes to %s in band %s", cell.Sensitivity, cell.Band)
		}
	}
}

// folders are the policies.
var folders = []string{"telecom", "payments", "admin"}

// load reads the policy of a folder, without its tests.
func load(t *testing.T, folder string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(policySources(t, folder)...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// policySources returns the files of a folder without its tests.
func policySources(t *testing.T, folder string) []policy.Source {
	t.Helper()
	return slices.DeleteFunc(read(t, folder), func(s policy.Source) bool {
		return strings.HasSuffix(s.Name, "_test.yaml")
	})
}

// TestEveryRuleMatters: with any one rule in rehearsal rather than in force,
// some test fails. So the tests hold what each rule does, not only that it
// fires.
func TestEveryRuleMatters(t *testing.T) {
	id := regexp.MustCompile(`(?m)^  - id: (.+)\n`)
	for _, folder := range folders {
		sources := read(t, folder)
		for i, s := range sources {
			for _, at := range id.FindAllSubmatchIndex(s.Data, -1) {
				changed := slices.Clone(sources)
				changed[i].Data = slices.Concat(s.Data[:at[1]], []byte("    mode: shadow\n"), s.Data[at[1]:])
				suite, err := policytest.Parse(changed...)
				if err != nil {
					continue // it is in rehearsal already
				}
				if suite.Run().Passed() {
					t.Errorf("%s: no test fails without rule %s", folder, s.Data[at[2]:at[3]])
				}
			}
		}
	}
}

// read returns the files of a folder.
func read(t *testing.T, folder string) []policy.Source {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%s: %d files, %v", folder, len(files), err)
	}
	var sources []policy.Source
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, policy.Source{Name: file, Data: data})
	}
	return sources
}

// TestNoWarnings: nothing in a shipped policy is probably not meant, or it
// says in a comment why it is.
func TestNoWarnings(t *testing.T) {
	day := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	quickstart, err := os.ReadFile("../quickstart/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	policies := map[string][]policy.Source{"quickstart": {{Name: "policy.yaml", Data: quickstart}}}
	for _, folder := range folders {
		policies[folder] = policySources(t, folder)
	}
	for name, sources := range policies {
		findings, err := policy.Lint(day, sources...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, f := range findings {
			t.Errorf("%s: %v", name, f)
		}
	}
}

// TestEveryReasonIsTranslated holds the policies to texts in both languages.
func TestEveryReasonIsTranslated(t *testing.T) {
	for _, folder := range folders {
		for _, s := range read(t, folder) {
			en := bytes.Count(s.Data, []byte("\n      en: "))
			fr := bytes.Count(s.Data, []byte("\n      fr: "))
			if en != fr {
				t.Errorf("%s: %d English texts, %d French", s.Name, en, fr)
			}
		}
	}
}

func TestReadmesNameEveryAction(t *testing.T) {
	builtIn := regexp.MustCompile(`^(method|contact|device|consent|profile)\.`)
	for _, folder := range folders {
		readme, err := os.ReadFile(filepath.Join(folder, "README.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range load(t, folder).Actions() {
			if !builtIn.MatchString(name) && !strings.Contains(string(readme), "`"+name+"`") {
				t.Errorf("%s/README.md says nothing of %s", folder, name)
			}
		}
	}
}
