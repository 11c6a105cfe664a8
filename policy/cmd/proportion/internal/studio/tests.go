// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"context"
	"slices"

	"github.com/proportion-go/proportion/policy/policytest"
)

type testOut struct {
	Findings []finding  `json:"findings"` // of tests that cannot be read
	Results  []result   `json:"results"`
	Rules    []coverage `json:"uncovered"`
	Covered  int        `json:"covered"`
}

type result struct {
	Name     string    `json:"name"`
	File     string    `json:"file"`
	Line     int       `json:"line"`
	Column   int       `json:"column"`
	Failures []wrong   `json:"failures"`
	Because  []derived `json:"because"` // the arithmetic, of one that failed
}

type wrong struct {
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Key    string `json:"key"`
	Want   string `json:"want"`
	Got    string `json:"got"`
}

type coverage struct {
	ID   string `json:"id"`
	File string `json:"file"`
	Line int    `json:"line"`
	Text string `json:"text"`
}

// test runs the tests of a draft.
func (s *Studio) test(_ context.Context, in draft) (testOut, error) {
	out := testOut{Findings: []finding{}, Results: []result{}, Rules: []coverage{}}
	policies, tests, err := s.desk.split(in)
	if err != nil || len(tests) == 0 {
		return out, err
	}
	suite, err := policytest.Parse(slices.Concat(policies, tests)...)
	if err != nil {
		out.Findings, err = errorsOf(err)
		return out, err
	}
	report := suite.Run()
	for _, r := range report.Results {
		out.Results = append(out.Results, resultOf(r))
	}
	for _, c := range report.Rules {
		if c.Covered() {
			out.Covered++
		} else {
			out.Rules = append(out.Rules, coverage{c.ID, c.File, c.Line, c.String()})
		}
	}
	return out, nil
}

func resultOf(r policytest.Result) result {
	out := result{Name: r.Name, File: r.File, Line: r.Line, Column: r.Column,
		Failures: []wrong{}, Because: []derived{}}
	for _, f := range r.Failures {
		out.Failures = append(out.Failures, wrong{f.Line, f.Column, f.Key, f.Want, f.Got})
	}
	for _, d := range r.Explanation.Derivation {
		out.Because = append(out.Because, derived(d))
	}
	return out
}
