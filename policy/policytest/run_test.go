// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/policytest"
)

// patternsKey names the environment variable that turns TestChild into a test
// of the files it lists.
const patternsKey = "POLICYTEST_PATTERNS"

// TestChild is what the tests below run in a process of its own, since a test
// that must fail cannot be part of one that must not.
func TestChild(t *testing.T) {
	patterns := os.Getenv(patternsKey)
	if patterns == "" {
		t.Skip("runs only as the child of another test")
	}
	policytest.Run(t, filepath.SplitList(patterns)...)
}

// child runs TestChild, or one subtest of it, and returns what it printed.
func child(t *testing.T, run string, patterns ...string) (output string, passed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$"+run, "-test.v")
	list := strings.Join(patterns, string(filepath.ListSeparator))
	cmd.Env = append(os.Environ(), patternsKey+"="+list)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func TestRunPasses(t *testing.T) {
	report := policytest.Run(t, "testdata/*.yaml")
	if !report.Passed() || len(report.Results) != 3 {
		t.Errorf("%d results, want 3 that pass", len(report.Results))
	}
	output, passed := child(t, "", "testdata/*.yaml")
	for _, want := range []string{
		"--- PASS: TestChild/looking_is_free",
		"--- PASS: TestChild/transfers_to_a_trusted_payee/30_euros",
		"rules covered: 2 of 5\n",
		"testdata/policy.yaml:27: from-abroad never fired\n",
		"cells of the matrix reached: 2 of 16, not:\n", "  trivial/medium trivial/high",
	} {
		if !passed || !strings.Contains(output, want) {
			t.Errorf("passed: %v; want %q in\n%s", passed, want, output)
		}
	}
}

// TestRunFails: a wrong expectation fails its own subtest, and no other.
func TestRunFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "wrong_test.yaml")
	test := frame + "  - { name: right, expect: { step: confirm } }\n" +
		"  - { name: wrong, expect: { step: none } }\n"
	if err := os.WriteFile(file, []byte(test), 0o600); err != nil {
		t.Fatal(err)
	}
	output, passed := child(t, "", "testdata/policy.yaml", file)
	for _, want := range []string{
		"--- PASS: TestChild/right", "--- FAIL: TestChild/wrong",
		"wrong_test.yaml:10:30: step: want none, got confirm",
	} {
		if passed || !strings.Contains(output, want) {
			t.Errorf("passed: %v; want %q in\n%s", passed, want, output)
		}
	}
	if output, passed := child(t, "/^right$", "testdata/policy.yaml", file); !passed {
		t.Errorf("the right test alone fails:\n%s", output)
	}
}

// TestRunCannotLoad: what is not found, or wrong, fails the test at once.
func TestRunCannotLoad(t *testing.T) {
	for pattern, want := range map[string]string{
		"absent/*_test.yaml":    "no file matches absent/*_test.yaml",
		"testdata/policy*.yaml": "",
		"testdata/findings.txt": "findings.txt:4:1: syntax: ",
	} {
		output, passed := child(t, "", "testdata/*_test.yaml", pattern)
		if passed != (want == "") || !strings.Contains(output, want) {
			t.Errorf("%s: passed: %v; want %q in\n%s", pattern, passed, want, output)
		}
	}
}
