// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy"
)

// Limits on what is loaded, so that a broken file ends in a message.
const (
	maxSize     = 4 << 20 // bytes of all test files together
	maxTests    = 10_000  // cases of all test files together
	maxFindings = 100     // shown
)

// version is the one version of test files that this build supports.
const version = "1"

// Suite is a policy and its tests, loaded and checked. It never changes and
// is safe for concurrent use. The zero Suite has no tests, and its report does
// not pass.
type Suite struct {
	policy *policy.Policy
	rules  []ruleSource
	tests  []test
}

// test is one request and what is expected of it.
type test struct {
	name   string
	place  place
	given  situation
	expect expectations
}

// place is where something stands in a test file.
type place struct {
	file         string
	line, column int
}

// String returns "file:line:column".
func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.column) }

// Load reads a policy and its tests. Patterns are paths as
// [path/filepath.Glob] understands them; each must match a file. Files named
// *_test.yaml or *_test.yml hold tests, all others together are the policy.
//
// The error is a [*policy.LoadError] that lists every finding, in the policy
// or, if that has none, in the tests; or one that says which file is missing
// or cannot be read.
func Load(patterns ...string) (*Suite, error) {
	paths, err := expand(patterns)
	if err != nil {
		return nil, err
	}
	sources := make([]policy.Source, 0, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("policytest: %w", err)
		}
		sources = append(sources, policy.Source{Name: path, Data: data})
	}
	return Parse(sources...)
}

// expand returns the files that patterns match, each once. A pattern without
// a match is an error: tests that are not found must not seem to pass.
func expand(patterns []string) ([]string, error) {
	var paths []string
	for _, pattern := range patterns {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			return nil, fmt.Errorf("policytest: %s: %w", pattern, err)
		}
		if len(matches) == 0 {
			return nil, fmt.Errorf("policytest: no file matches %s: %w", pattern, os.ErrNotExist)
		}
		for _, path := range matches {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths, nil
}

// ErrNothing is the error of [Load] and [Parse] when there is no policy file,
// or no test file, among what they are given.
var ErrNothing = errors.New("policytest: nothing to test")

// Parse is [Load] for sources in memory. Their names tell tests from policies
// as the names of files do.
func Parse(sources ...policy.Source) (*Suite, error) {
	var policies, tests []policy.Source
	for _, s := range sources {
		if isTest(s.Name) {
			tests = append(tests, s)
		} else {
			policies = append(policies, s)
		}
	}
	switch {
	case len(policies) == 0:
		return nil, fmt.Errorf("%w: no policy is given", ErrNothing)
	case len(tests) == 0:
		return nil, fmt.Errorf("%w: no test file is given, which is named *_test.yaml", ErrNothing)
	}
	p, err := policy.Parse(policies...)
	if err != nil {
		return nil, err
	}
	l := newLoader(p, rulesOf(policies))
	for _, s := range tests {
		l.read(s)
	}
	if len(l.findings) > 0 {
		return nil, &policy.LoadError{Findings: l.findings}
	}
	return l.suite, nil
}

func isTest(name string) bool {
	base := strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml")
	return base != name && strings.HasSuffix(base, "_test")
}

// loader turns test files into a suite, and collects what is wrong with them.
type loader struct {
	suite    *Suite
	signals  map[string][]string // by group
	keys     []string            // that describe a request
	facts    map[string]policy.Fact
	steps    []string
	rules    []string
	names    map[string]place // of tests
	size     int
	findings []policy.Finding
}

func newLoader(p *policy.Policy, rules []ruleSource) *loader {
	l := &loader{
		suite: &Suite{policy: p, rules: rules}, signals: signalNames(),
		facts: map[string]policy.Fact{}, names: map[string]place{},
	}
	l.keys = situationKeys(l.signals)
	for _, f := range p.Facts() {
		l.facts[f.Name] = f
	}
	for _, s := range p.Ladder() {
		l.steps = append(l.steps, s.Name)
	}
	for _, r := range rules {
		l.rules = append(l.rules, r.id)
	}
	return l
}
