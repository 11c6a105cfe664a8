// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy"
)

// Report is what became of the tests of a suite. It holds the values of the
// tests, which are made up, and is safe to print.
type Report struct {
	Results []Result       // in the order of the files
	Rules   []RuleCoverage // every rule of the policy, in its order
	Cells   []CellCoverage // of the matrix, for sensitivities that an action has
}

// Passed reports whether there are tests and all passed. Coverage has no part
// in it.
func (r Report) Passed() bool {
	failed := slices.ContainsFunc(r.Results, func(t Result) bool { return !t.Passed() })
	return len(r.Results) > 0 && !failed
}

// String returns the failures and a summary of the coverage, for people.
func (r Report) String() string {
	var b strings.Builder
	failed := 0
	for _, result := range r.Results {
		if !result.Passed() {
			failed++
			fmt.Fprintf(&b, "FAIL %s\n%s\n", result.Name, result)
		}
	}
	fmt.Fprintf(&b, "%d of %d tests passed\n", len(r.Results)-failed, len(r.Results))
	b.WriteString(r.coverage())
	return b.String()
}

// Result is what became of one test.
type Result struct {
	Name         string // "test", or "test/case"
	File         string
	Line, Column int // where the test begins, from 1
	Failures     []Failure

	// Explanation is how the verdict of a failed test came about.
	Explanation policy.Explanation
}

// Passed reports whether all that was expected came true.
func (r Result) Passed() bool { return len(r.Failures) == 0 }

// String returns the failures, then the rules that matter for them, each with
// the values its condition was made of, then the arithmetic of the decision.
// It is empty for a test that passed.
func (r Result) String() string {
	if r.Passed() {
		return ""
	}
	var b strings.Builder
	wanted := map[string]bool{}
	others := false
	for _, f := range r.Failures {
		fmt.Fprintln(&b, f)
		wanted[f.Rule] = true
		others = others || f.Rule == ""
	}
	for _, rule := range r.Explanation.Rules {
		switch active := rule.Fired || !rule.Truth.Known(); {
		case wanted[rule.ID] || others && active:
			writeRule(&b, rule)
		case others:
			fmt.Fprintf(&b, "  %s: not fired: %s\n", rule.ID, strings.Join(leaves(rule), "; "))
		}
	}
	for _, d := range r.Explanation.Derivation {
		fmt.Fprintf(&b, "  %-8s %s\n", d.Name, d.Text)
	}
	for _, g := range r.Explanation.Gaps {
		fmt.Fprintf(&b, "  degraded %s %s: %s\n", g.Kind, g.Name, g.Text)
	}
	return b.String()
}

// writeRule writes a rule, its condition, and below it every part of the
// condition with its value.
func writeRule(b *strings.Builder, r policy.RuleTrace) {
	text := state(r, true)
	if r.Remark != "" {
		text += "; " + r.Remark
	}
	fmt.Fprintf(b, "  %s (%s, %s:%d): %s\n", r.ID, r.Effect, r.File, r.Line, text)
	if r.Condition != "" {
		fmt.Fprintf(b, "      %s\n", r.Condition)
	}
	for _, leaf := range leaves(r) {
		fmt.Fprintf(b, "        %s\n", leaf)
	}
}

// leaves returns the parts of a condition that are true, false or unknown by
// themselves, each with the values that it is made of.
func leaves(r policy.RuleTrace) []string {
	var all []string
	for _, p := range r.Predicates {
		leaf := p.Text + " is " + p.Truth.String()
		for _, v := range p.Values {
			if v.Name != p.Text {
				leaf += ", " + v.Name + " = " + v.Value
			}
		}
		all = append(all, leaf)
	}
	return all
}

// Failure is one thing that was not as expected.
type Failure struct {
	File         string
	Line, Column int    // of the expectation, from 1
	Key          string // of `expect`, for example "step"
	Want, Got    string
	Rule         string // the rule it is about, or ""
}

// String returns "file:line:column: key: want this, got that".
func (f Failure) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: want %s, got %s", f.File, f.Line, f.Column, f.Key, f.Want, f.Got)
}
