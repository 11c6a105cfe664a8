// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
)

func newCheck(w world) *cobra.Command {
	var today string
	cmd := &cobra.Command{
		Use:   "check POLICY...",
		Short: "Report what is wrong with a policy, and what is probably not meant",
		Long: `Report all that is wrong with a policy (errors), and, of a policy that can be
loaded, what is probably not meant (warnings).

The files together are one policy; a folder stands for its YAML files that are
no tests, and - for the standard input. policy/CHECKS.md explains the errors,
policy/LINTS.md the warnings. A comment beside a rule accepts a warning and
says why:

  # proportion:allow review-past: the audit is in March`,
		Args: cobra.MinimumNArgs(1),
	}
	format := addChoice(cmd, "format", "how to print findings", "text", "json", "github", "sarif")
	failOn := addChoice(cmd, "fail-on", "the least that exits with 1", severityWarning, severityError)
	cmd.Flags().StringVar(&today, "today", "", "the `date` that reviews are held to (default today)")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		now, err := w.date(today)
		if err != nil {
			return err
		}
		sources, err := w.readPolicy(args)
		if err != nil {
			return err
		}
		findings := checkPolicy(now, sources)
		if err := printFindings(w.stdout, format.value, findings); err != nil {
			return err
		}
		return verdictOn(findings, failOn.value)
	}
	return cmd
}

// date returns the date, or now.
func (w world) date(text string) (time.Time, error) {
	if text == "" {
		return w.now(), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, usageError{fmt.Errorf("--today %q: want a date as 2027-06-01", text)}
	}
	return day, nil
}

// checkPolicy returns all findings of the loader, or else of the linter.
func checkPolicy(now time.Time, sources []policy.Source) []finding {
	warnings, err := policy.Lint(now, sources...)
	if err != nil {
		return findingsOf(err)
	}
	findings := make([]finding, 0, len(warnings))
	for _, f := range warnings {
		findings = append(findings, finding{f, severityWarning})
	}
	return findings
}

// findingsOf returns the findings of a LoadError, and nil of another error.
func findingsOf(err error) []finding {
	var load *policy.LoadError
	if !errors.As(err, &load) {
		return nil
	}
	findings := make([]finding, 0, len(load.Findings))
	for _, f := range load.Findings {
		findings = append(findings, finding{f, severityError})
	}
	return findings
}

// verdictOn returns errFound if there is a finding that counts.
func verdictOn(findings []finding, failOn string) error {
	for _, f := range findings {
		if f.Severity == severityError || failOn == severityWarning {
			return errFound
		}
	}
	return nil
}

// count returns how many errors and warnings there are.
func count(findings []finding) (errors, warnings int) {
	for _, f := range findings {
		if f.Severity == severityError {
			errors++
		}
	}
	return errors, len(findings) - errors
}

func printFindings(out io.Writer, format string, findings []finding) error {
	switch format {
	case "json":
		return printFindingsJSON(out, findings)
	case "github":
		return printGitHub(out, findings)
	case "sarif":
		return printSARIF(out, findings)
	}
	for _, f := range findings {
		writeFinding(out, f)
		_, _ = fmt.Fprintln(out)
	}
	errors, warnings := count(findings)
	_, err := fmt.Fprintf(out, "%s, %s\n", plural(errors, "error"), plural(warnings, "warning"))
	return err
}

// findingJSON is a finding in --format json.
type findingJSON struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	ID       string `json:"id"`
	Message  string `json:"message"`
	Source   string `json:"source"`
	Hint     string `json:"hint"`
}

func printFindingsJSON(out io.Writer, findings []finding) error {
	all := make([]findingJSON, 0, len(findings))
	for _, f := range findings {
		all = append(all, findingJSON{f.File, f.Line, f.Column, f.Severity, f.ID, f.Message,
			f.Source, f.Hint})
	}
	errors, warnings := count(findings)
	return printJSON(out, struct {
		Errors   int           `json:"errors"`
		Warnings int           `json:"warnings"`
		Findings []findingJSON `json:"findings"`
	}{errors, warnings, all})
}

// printJSON prints one indented value.
func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
