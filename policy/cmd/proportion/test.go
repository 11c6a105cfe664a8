// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy/policytest"
)

// testOptions are the flags of test.
type testOptions struct {
	run      string
	coverage bool
	watch    bool
	least    float64 // of the rules covered, in per cent
	format   *choice
}

func newTest(w world) *cobra.Command {
	var o testOptions
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run the tests of policies",
		Long: `Run the tests of policies, as package policytest describes them: files named
*_test.yaml hold tests. Each folder is a policy with its tests, and so is each
folder below it that has some; all files named are one policy and its tests
together.

A rule is covered when some test saw it fire and another did not.

With --watch the tests run again whenever one of the files changes, or a folder
gets another one, until Ctrl-C; the exit code is that of the last run.`,
		Args: cobra.MinimumNArgs(1),
	}
	flags := cmd.Flags()
	flags.StringVar(&o.run, "run", "", "run only tests whose name matches this `regexp`")
	flags.BoolVar(&o.coverage, "coverage", false, "print which rules and cells no test reached")
	flags.Float64Var(&o.least, "coverage-min", 0, "the least `percent` of rules that must be covered")
	flags.BoolVar(&o.watch, "watch", false, "run again whenever a file changes, until Ctrl-C")
	o.format = addChoice(cmd, "format", "how to print results", "text", "json", "junit")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		if !o.watch {
			return w.test(args, o)
		}
		if err := o.checkWatch(args); err != nil {
			return err
		}
		return w.watchTests(args, o)
	}
	return cmd
}

func (w world) test(args []string, o testOptions) error {
	only, err := o.check()
	if err != nil {
		return err
	}
	suites, err := group(args)
	if err != nil {
		return err
	}
	var runs []testRun
	for _, files := range suites {
		sources, err := w.readAll(files)
		if err != nil {
			return err
		}
		suite, err := policytest.Parse(sources...)
		if findings := findingsOf(err); findings != nil {
			if err := printFindings(w.stderr, "text", findings); err != nil {
				return err
			}
			return errFound
		}
		if err != nil {
			return usageError{err}
		}
		run := newTestRun(suite.Run(), only)
		if len(suites) > 1 {
			run.prefix = visible(filepath.Dir(files[0])) + ": "
		}
		runs = append(runs, run)
	}
	if err := o.print(w.stdout, runs); err != nil {
		return err
	}
	return o.verdict(w.stderr, runs)
}

// check returns the pattern of tests to run.
func (o testOptions) check() (*regexp.Regexp, error) {
	only, err := regexp.Compile(o.run)
	switch {
	case err != nil:
		return nil, usageError{fmt.Errorf("--run: %w", err)}
	case !(o.least >= 0 && o.least <= 100): // nor NaN
		return nil, usageError{fmt.Errorf("--coverage-min %v: want 0 to 100", o.least)}
	case o.run != "" && (o.coverage || o.least > 0):
		return nil, usageError{errors.New("--run: coverage is that of all tests")}
	}
	return only, nil
}

// checkWatch refuses what cannot be watched.
func (o testOptions) checkWatch(args []string) error {
	switch _, err := o.check(); {
	case err != nil:
		return err
	case o.format.value != "text":
		return usageError{errors.New("--watch: results are printed again and again, as text")}
	case slices.Contains(args, stdinPath):
		return usageError{errors.New("--watch: the standard input does not change")}
	}
	return nil
}

// group returns the files of each suite: one for every folder, and one for all
// files.
func group(paths []string) ([][]string, error) {
	var suites [][]string
	var files []string
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			below, err := suitesOf(path)
			if err != nil {
				return nil, err
			}
			suites = append(suites, below...)
			continue
		}
		some, err := list(path)
		if err != nil {
			return nil, err
		}
		files = append(files, some...)
	}
	if len(files) > 0 {
		suites = append(suites, files)
	}
	return suites, nil
}

// suitesOf returns the files of a folder, and of each folder below it that has
// tests.
func suitesOf(root string) (suites [][]string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return usageError{err}
		case !d.IsDir():
			return nil
		case path != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		}
		files, err := within(path)
		if path == root && len(files) > 0 || slices.ContainsFunc(files, isTest) {
			suites = append(suites, files)
		}
		return err
	})
	if err == nil && len(suites) == 0 {
		err = usageError{fmt.Errorf("%s: no YAML file in this folder, and no tests below it", root)}
	}
	return suites, err
}

// testRun is what became of one suite.
type testRun struct {
	policytest.Report
	failed, covered, reached int
	prefix                   string // which of several suites it is
}

func newTestRun(r policytest.Report, only *regexp.Regexp) testRun {
	r.Results = slices.DeleteFunc(r.Results, func(t policytest.Result) bool {
		return !only.MatchString(t.Name)
	})
	run := testRun{Report: r}
	for _, t := range r.Results {
		if !t.Passed() {
			run.failed++
		}
	}
	for _, c := range r.Rules {
		if c.Covered() {
			run.covered++
		}
	}
	for _, c := range r.Cells {
		if c.Tests > 0 {
			run.reached++
		}
	}
	return run
}

// percent returns how many of the rules are covered.
func (r testRun) percent() float64 {
	if len(r.Rules) == 0 {
		return 100
	}
	return 100 * float64(r.covered) / float64(len(r.Rules))
}

func (o testOptions) print(out io.Writer, runs []testRun) error {
	switch o.format.value {
	case "json":
		return o.printTestsJSON(out, runs)
	case "junit":
		return printJUnit(out, runs)
	}
	for _, r := range runs {
		if err := o.printTests(out, r); err != nil {
			return err
		}
	}
	return nil
}

// verdict returns an error unless all that was asked for came true.
func (o testOptions) verdict(log io.Writer, runs []testRun) error {
	tests, failed := 0, 0
	for _, r := range runs {
		tests, failed = tests+len(r.Results), failed+r.failed
		if r.percent() < o.least {
			failed++
			_, _ = fmt.Fprintf(log, "%s%d of %d rules are covered: %.1f %%, less than %v %%\n",
				r.prefix, r.covered, len(r.Rules), r.percent(), o.least)
		}
	}
	switch {
	case tests == 0:
		return usageError{fmt.Errorf("no test matches %q", o.run)}
	case failed > 0:
		return errFound
	}
	return nil
}
