// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/proportion-go/proportion/policy/policytest"
)

// printTests prints failures, and the coverage if it is asked for.
func (o testOptions) printTests(out io.Writer, r testRun) error {
	for _, t := range r.Results {
		if !t.Passed() {
			_, _ = fmt.Fprintf(out, "FAIL %s\n%s\n", visible(t.Name), fold(visible(t.String())))
		}
	}
	_, err := fmt.Fprintf(out, "%s%d of %d tests passed\n", r.prefix, len(r.Results)-r.failed, len(r.Results))
	if !o.coverage || err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "%srules covered: %d of %d\n", r.prefix, r.covered, len(r.Rules))
	for _, c := range r.Rules {
		if !c.Covered() {
			_, _ = fmt.Fprintf(out, "  %s\n", visible(c.String()))
		}
	}
	_, err = fmt.Fprintf(out, "%scells of the matrix reached: %d of %d\n", r.prefix, r.reached, len(r.Cells))
	for _, c := range r.Cells {
		if c.Tests == 0 {
			_, _ = fmt.Fprintf(out, "  %s/%s\n", c.Sensitivity, c.Band)
		}
	}
	return err
}

// fold breaks lines that are too wide for a terminal, and indents what it
// breaks off.
func fold(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if len([]rune(line)) > textWidth {
			body := strings.TrimLeft(line, " ")
			lines[i] = wrap(body, line[:len(line)-len(body)])
		}
	}
	return strings.Join(lines, "\n")
}

type testsJSON struct {
	Passed   int            `json:"passed"`
	Failed   int            `json:"failed"`
	Tests    []testJSON     `json:"tests"`
	Coverage []coverageJSON `json:"coverage,omitempty"` // of each policy
}

type testJSON struct {
	Name     string        `json:"name"`
	File     string        `json:"file"`
	Line     int           `json:"line"`
	Column   int           `json:"column"`
	Passed   bool          `json:"passed"`
	Failures []failureJSON `json:"failures"`
}

type failureJSON struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Key    string `json:"key"`
	Want   string `json:"want"`
	Got    string `json:"got"`
	Rule   string `json:"rule,omitempty"`
}

type coverageJSON struct {
	Percent float64    `json:"percent"` // of the rules
	Rules   []ruleJSON `json:"rules"`
	Cells   []cellJSON `json:"cells"`
}

type ruleJSON struct {
	ID      string `json:"id"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Fired   int    `json:"fired"`
	Silent  int    `json:"silent"`
	Covered bool   `json:"covered"`
}

type cellJSON struct {
	Sensitivity string `json:"sensitivity"`
	Band        string `json:"band"`
	Tests       int    `json:"tests"`
}

func (o testOptions) printTestsJSON(out io.Writer, runs []testRun) error {
	all := testsJSON{Tests: []testJSON{}}
	for _, r := range runs {
		all.Failed += r.failed
		all.Passed += len(r.Results) - r.failed
		for _, t := range r.Results {
			all.Tests = append(all.Tests, jsonOfTest(t))
		}
		if o.coverage {
			all.Coverage = append(all.Coverage, jsonOfCoverage(r))
		}
	}
	return printJSON(out, all)
}

func jsonOfTest(t policytest.Result) testJSON {
	failures := make([]failureJSON, 0, len(t.Failures))
	for _, f := range t.Failures {
		failures = append(failures,
			failureJSON{f.File, f.Line, f.Column, f.Key, f.Want, f.Got, f.Rule})
	}
	return testJSON{t.Name, t.File, t.Line, t.Column, t.Passed(), failures}
}

func jsonOfCoverage(r testRun) coverageJSON {
	c := coverageJSON{Percent: r.percent(), Rules: []ruleJSON{}, Cells: []cellJSON{}}
	for _, rule := range r.Rules {
		c.Rules = append(c.Rules, ruleJSON{rule.ID, rule.File, rule.Line, rule.Fired,
			rule.Silent, rule.Covered()})
	}
	for _, cell := range r.Cells {
		c.Cells = append(c.Cells, cellJSON{cell.Sensitivity.String(), cell.Band.String(), cell.Tests})
	}
	return c
}

// The parts of the JUnit format that build servers agree on.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		File    string        `xml:"file,attr"`
		Line    int           `xml:"line,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// printJUnit prints a test suite for each file of tests.
func printJUnit(out io.Writer, runs []testRun) error {
	all := junitSuites{}
	for _, r := range runs {
		all.Tests, all.Failures = all.Tests+len(r.Results), all.Failures+r.failed
		for _, t := range r.Results {
			all.add(t)
		}
	}
	_, _ = io.WriteString(out, xml.Header)
	encoder := xml.NewEncoder(out)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

// add adds a test to the suite of its file, which is the last one or a new
// one.
func (s *junitSuites) add(t policytest.Result) {
	if n := len(s.Suites); n == 0 || s.Suites[n-1].Name != t.File {
		s.Suites = append(s.Suites, junitSuite{Name: t.File})
	}
	suite := &s.Suites[len(s.Suites)-1]
	suite.Tests++
	c := junitCase{Name: t.Name, Class: t.File, File: t.File, Line: t.Line}
	if !t.Passed() {
		suite.Failures++
		c.Failure = &junitFailure{t.Failures[0].String(), visible(t.String())}
	}
	suite.Cases = append(suite.Cases, c)
}
