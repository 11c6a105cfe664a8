// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// fataler is what helpers need of a test, a benchmark or a fuzz target.
type fataler interface {
	Helper()
	Fatal(...any)
}

// source reads the policy that the tests of this package test.
func source(t fataler) policy.Source {
	t.Helper()
	data, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return policy.Source{Name: "policy.yaml", Data: data}
}

// frame is what most tests have in common.
const frame = `version: 1
given:
  action: transfer
  geo: { foreign: false, vpn: false }
  device: { known: true }
  facts: { amount: 20, payee: acme, payee_trusted: false }
  spent: {}
tests:
`

// parse returns the suite of tests in frame.
func parse(t fataler, tests string) *policytest.Suite {
	t.Helper()
	test := policy.Source{Name: "a_test.yaml", Data: []byte(frame + tests)}
	s, err := policytest.Parse(source(t), test)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// failures returns the failures of a report, one a line, and demands that the
// report, its results and its text agree.
func failures(t *testing.T, r policytest.Report) string {
	t.Helper()
	var lines []string
	for _, result := range r.Results {
		for _, f := range result.Failures {
			lines = append(lines, f.String())
			if !strings.Contains(result.String(), f.String()) || !strings.Contains(r.String(), f.String()) {
				t.Errorf("the text of the result or of the report lacks %q", f)
			}
		}
		if n := len(result.Failures); result.Passed() != (n == 0) {
			t.Errorf("%s: Passed() = %v with %d failures", result.Name, result.Passed(), n)
		}
	}
	if r.Passed() != (len(lines) == 0) {
		t.Errorf("Passed() = %v with %d failures", r.Passed(), len(lines))
	}
	return strings.Join(lines, "\n")
}

// place is where a failure begins, in the tests of parse.
func place(line, column int) string { return fmt.Sprintf("a_test.yaml:%d:%d: ", line, column) }

// column returns where a word stands in a line, from 1.
func column(line, word string) int { return strings.Index(line, word) + 1 }

// blocks reads a file of tests: after what it says of itself, blocks of lines
// with empty lines between them.
func blocks(t *testing.T, path string, lines, least int) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all [][]string
	for _, text := range strings.Split(strings.TrimSpace(string(data)), "\n\n")[1:] {
		block := strings.Split(text, "\n")
		if len(block) != lines {
			t.Fatalf("want %d lines:\n%s", lines, text)
		}
		all = append(all, block)
	}
	if len(all) < least {
		t.Fatalf("%s: %d blocks, want %d or more", path, len(all), least)
	}
	return all
}
