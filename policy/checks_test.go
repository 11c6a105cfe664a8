// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

// TestChecksDocument holds CHECKS.md to the table of findings. Run with
// -update to write it.
func TestChecksDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# What a policy is checked for\n\n" +
		"Every finding of `policy.Load`, in the order in which a file is read: what is\n" +
		"wrong, why it is refused, and the findings of a file that has it. Nothing that\n" +
		"has a finding is loaded. What is probably not meant in a policy that can be\n" +
		"loaded is in [LINTS.md](LINTS.md).\n\n" +
		"This file is made from the table in `checks.go` and the files in\n" +
		"`testdata/bad`; `go test ./policy -run Checks -update` writes it.\n")
	for _, c := range policy.Checks() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s\n", c.ID, fold(c.What), fold(c.Why))
		if c.ID == "too-large" {
			continue
		}
		shown, err := os.ReadFile(filepath.Join("testdata", "bad", c.ID+".golden"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n```text\n%s```\n", firstOf(string(shown), c.ID))
	}
	golden(t, "CHECKS.md", b.String())
}

// firstOf returns the first finding of an id.
func firstOf(findings, id string) string {
	for _, f := range strings.SplitAfter(findings+"\n", "\n\n") {
		if head, _, _ := strings.Cut(f, "\n"); strings.Contains(head, ": "+id+": ") {
			return strings.TrimRight(f, "\n") + "\n"
		}
	}
	return ""
}

// fold wraps prose at 80 columns.
func fold(text string) string {
	var b strings.Builder
	column := 0
	for _, word := range strings.Fields(text) {
		switch n := len([]rune(word)); {
		case column == 0:
			column = n
		case column+1+n > 80:
			b.WriteByte('\n')
			column = n
		default:
			b.WriteByte(' ')
			column += 1 + n
		}
		b.WriteString(word)
	}
	return b.String()
}

// TestCheckIDs: ids are unique, and every check says what and why.
func TestCheckIDs(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range policy.Checks() {
		if seen[c.ID] || c.What == "" || c.Why == "" {
			t.Errorf("check %+v is not complete, or there twice", c)
		}
		seen[c.ID] = true
	}
}
