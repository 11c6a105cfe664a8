// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policies_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.yaml") {
			paths = append(paths, file)
		}
	}
	p, err := policy.Load(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestEveryReasonIsTranslated holds the policies to texts in both languages.
func TestEveryReasonIsTranslated(t *testing.T) {
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil || len(files) < 2 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			en, fr := strings.Count(string(data), "\n      en: "), strings.Count(string(data), "\n      fr: ")
			if en != fr {
				t.Errorf("%s: %d English texts, %d French", file, en, fr)
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
