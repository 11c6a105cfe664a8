// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import "testing"

// Run loads a policy and its tests, as [Load] does, and runs each test as a
// subtest of its name. What cannot be loaded fails t at once. The coverage is
// logged, where `go test -v` shows it, and returned with the rest of the
// report for tests that ask for more.
func Run(t *testing.T, patterns ...string) Report {
	t.Helper()
	suite, err := Load(patterns...)
	if err != nil {
		t.Fatalf("\n%v", err)
	}
	report := suite.Run()
	for _, result := range report.Results {
		t.Run(result.Name, func(t *testing.T) {
			t.Helper()
			if !result.Passed() {
				// On a line of its own, so that editors find the place.
				t.Errorf("\n%s", result)
			}
		})
	}
	t.Logf("\n%s", report.coverage())
	return report
}

// Run runs every test. It is a pure function: the same suite gives the same
// report.
func (s *Suite) Run() Report {
	r := Report{Cells: s.cellCoverage()}
	rules, index := s.ruleCoverage()
	r.Rules = rules
	for i := range s.tests {
		t := &s.tests[i]
		v := verdict{Verdict: s.policy.Evaluate(t.given.input())}
		v.explanation = v.Explain()
		r.Results = append(r.Results, t.result(&v))
		r.count(&v, index)
	}
	return r
}

// result holds a verdict to what is expected of it.
func (t *test) result(v *verdict) Result {
	r := Result{Name: t.name, File: t.place.file, Line: t.place.line, Column: t.place.column}
	for i, e := range t.expect {
		if i == degradedKey && e.verify == nil {
			// Most often a fact was forgotten, and all else follows from that.
			e.place = t.place
			e.verify = func(v *verdict) []Failure { return compareGaps(nil, v.Degraded) }
		}
		if e.verify == nil {
			continue
		}
		for _, f := range e.verify(v) {
			f.File, f.Line, f.Column = e.place.file, e.place.line, e.place.column
			f.Key = expectKeys[i]
			r.Failures = append(r.Failures, f)
		}
	}
	if !r.Passed() {
		r.Explanation = v.explanation
	}
	return r
}
