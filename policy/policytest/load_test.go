// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// findings loads one test file and returns what is wrong with it, each finding
// without its source line.
func findings(t *testing.T, text string) string {
	t.Helper()
	s, err := policytest.Parse(source(t), policy.Source{Name: "a_test.yaml", Data: []byte(text)})
	if err == nil {
		return ""
	}
	var load *policy.LoadError
	if !errors.As(err, &load) || s != nil {
		t.Fatalf("suite %v, error %v; want none and a *policy.LoadError", s, err)
	}
	var lines []string
	for _, f := range load.Findings {
		head, _, _ := strings.Cut(f.String(), "\n")
		if f.Hint != "" {
			head += " (" + f.Hint + ")"
		}
		lines = append(lines, head)
	}
	return strings.Join(lines, "\n")
}

// TestFindings holds what is wrong with a test to one finding, which stands
// where the mark is.
func TestFindings(t *testing.T) {
	for _, lines := range blocks(t, "testdata/findings.txt", 3, 56) {
		t.Run(lines[0], func(t *testing.T) {
			text, line, column := marked(t, complete(lines[1]))
			want := fmt.Sprintf("a_test.yaml:%d:%d: %s", line, column, lines[2])
			if got := findings(t, text); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// complete makes a file of what is wrong: a whole test, or a part of one.
func complete(test string) string {
	whole := strings.TrimPrefix(test, "§")
	switch {
	case strings.HasPrefix(whole, "{") || test == "§looking is free":
	case strings.HasPrefix(whole, "name:"):
		test = "{ " + test + " }"
	case strings.HasPrefix(whole, "expect:"):
		test = "{ name: a, action: view, " + test + " }"
	default:
		test = "{ name: a, action: view, expect: { step: none }, " + test + " }"
	}
	return "version: 1\n# A file with one test.\ntests:\n  - " + test + "\n"
}

// marked takes the mark out of a text, and returns where it stood.
func marked(t *testing.T, text string) (rest string, line, column int) {
	t.Helper()
	before, after, found := strings.Cut(text, "§")
	if !found {
		t.Fatalf("no mark in %s", text)
	}
	start := strings.LastIndexByte(before, '\n') + 1
	return before + after, strings.Count(before, "\n") + 1, len([]rune(before[start:])) + 1
}

// TestFileFindings is about what is around the tests.
func TestFileFindings(t *testing.T) {
	const test = "  - { name: a, action: view, expect: { step: none } }\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "1:1: empty: the file is empty (a test file begins with version: 1)"},
		{"a text", "tests", "1:1: wrong-type: want a mapping, got a text"},
		{"no version", "tests:\n" + test, "1:1: missing-key: version is missing"},
		{"another version", "version: 2\ntests:\n" + test,
			"1:10: version: version 2 is not supported; this build supports version 1 " +
				"(upgrade the library, or write version: 1)"},
		{"version in quotes", "version: \"1\"\ntests:\n" + test,
			"1:10: version: the version is a number, without quotes (write version: 1)"},
		{"no tests", "version: 1\n", "1:1: missing-key: tests is missing"},
		{"empty tests", "version: 1\ntests: []\n", "2:8: wrong-value: there are no tests"},
		{"key", "version: 1\ndefaults: {}\ntests:\n" + test,
			`2:1: unknown-key: there is no key "defaults" here (known here: version, given, tests)`},
		{"name in given", "version: 1\ngiven: { name: a }\ntests:\n" + test,
			`2:10: unknown-key: there is no key "name" here (known here: action, at, facts, prompts, spent, proofs, store, client, device, familiarity, geo, history, session, time, travel, velocity)`},
		{"the same test twice", "version: 1\ntests:\n" + test + test,
			"4:13: duplicate-name: there is already a test of this name at a_test.yaml:3:13 " +
				"(each test has a name of its own, over all files)"},
		{"several", "version: 1\ngiven: { geo: { tor: 1 } }\n" +
			"tests:\n  - { name: a, expect: { score: x } }\n",
			"2:22: wrong-type: want true or false, got a whole number (write true or false)\n" +
				"a_test.yaml:4:5: missing-key: action is missing\n" +
				"a_test.yaml:4:33: wrong-type: want a whole number, got a text"},
		{"a tab", "version: 1\ntests:\n  - name: a\n\taction: view\n",
			"4:1: syntax: a tab stands in the indentation " +
				"(YAML is indented by spaces: replace the tab by two of them)"},
		{"two documents", "version: 1\ntests:\n" + test + "---\nversion: 1\n",
			"4:1: several-documents: a second document begins here " +
				"(put each document in a file of its own)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, want := findings(t, c.text), "a_test.yaml:"+c.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// TestFindingsOverFiles: names are unique over all files, and the findings of
// a policy come first.
func TestFindingsOverFiles(t *testing.T) {
	test := []byte(frame + "  - { name: a, expect: { step: confirm } }\n")
	one := policy.Source{Name: "one_test.yaml", Data: test}
	two := policy.Source{Name: "two_test.yml", Data: one.Data}
	_, err := policytest.Parse(source(t), one, two)
	want := "two_test.yml:9:13: duplicate-name: " +
		"there is already a test of this name at one_test.yaml:9:13"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error = %v, want %s", err, want)
	}
	bad := policy.Source{Name: "bad.yaml", Data: []byte("version: 1\nrulez: []\n")}
	_, err = policytest.Parse(source(t), bad, one)
	if err == nil || !strings.HasPrefix(err.Error(), "bad.yaml:2:1: unknown-key: ") {
		t.Errorf("error = %v, want the finding of the policy", err)
	}
}

func TestTooLarge(t *testing.T) {
	half := bytes.Repeat([]byte("# a comment\n"), 200_000)
	_, err := policytest.Parse(source(t),
		policy.Source{Name: "a_test.yaml", Data: half}, policy.Source{Name: "b_test.yaml", Data: half})
	if err == nil || !strings.Contains(err.Error(), "b_test.yaml:1:1: too-large: ") {
		t.Errorf("error = %v, want too-large in b_test.yaml", err)
	}
	var many strings.Builder
	many.WriteString(frame)
	for i := range 10_001 {
		fmt.Fprintf(&many, "  - { name: t%d, expect: { step: confirm } }\n", i)
	}
	want := "a_test.yaml:10009:5: too-large: there are more than 10000 tests"
	if got := findings(t, many.String()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	values := frame + "  - [" + strings.Repeat("a,", 250_000) + "]\n"
	want = "a_test.yaml:1:1: too-large: the file has more than 250000 values (split it into several files)"
	if got := findings(t, values); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	noise := frame + strings.Repeat("  - {}\n", 500)
	if got := strings.Count(findings(t, noise), "\n") + 1; got != 100 {
		t.Errorf("%d findings, want the first 100", got)
	}
}

func TestErrNothing(t *testing.T) {
	test := policy.Source{Name: "a_test.yaml", Data: []byte(frame)}
	for name, sources := range map[string][]policy.Source{
		"nothing": nil, "no policy": {test}, "no tests": {source(t)},
		"a name that only ends in test": {source(t), {Name: "a_test", Data: test.Data}},
	} {
		if s, err := policytest.Parse(sources...); !errors.Is(err, policytest.ErrNothing) || s != nil {
			t.Errorf("%s: suite %v, error %v; want ErrNothing", name, s, err)
		}
	}
}

func TestLoad(t *testing.T) {
	for name, patterns := range map[string][]string{
		"paths":             {"testdata/policy.yaml", "testdata/policy_test.yaml"},
		"a pattern":         {"testdata/*.yaml"},
		"the same by both":  {"testdata/*.yaml", "testdata/policy.yaml", "testdata/*_test.yaml"},
		"tests come before": {"testdata/policy_test.yaml", "testdata/policy.yaml"},
	} {
		s, err := policytest.Load(patterns...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if r := s.Run(); len(r.Results) != 3 || !r.Passed() {
			t.Errorf("%s: %d results, want 3 that pass:\n%s", name, len(r.Results), r)
		}
	}
	for name, patterns := range map[string][]string{
		"a file":             {"testdata/*.yaml", "testdata/absent_test.yaml"},
		"a pattern":          {"testdata/*.yaml", "absent/*_test.yaml"},
		"what is not a file": {"testdata/policy.yaml", filepath.Join(t.TempDir(), "*_test.yaml")},
	} {
		if _, err := policytest.Load(patterns...); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: error = %v, want one that says it does not exist", name, err)
		}
	}
	if _, err := policytest.Load("["); !errors.Is(err, filepath.ErrBadPattern) {
		t.Errorf("error = %v, want ErrBadPattern", err)
	}
	folder := filepath.Join(t.TempDir(), "a_test.yaml")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	var path *os.PathError
	if _, err := policytest.Load("testdata/policy.yaml", folder); !errors.As(err, &path) {
		t.Errorf("error = %v, want a *os.PathError: a folder cannot be read", err)
	}
}
