// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/expression"
)

// Lint returns what is probably not meant in a policy that can be loaded, in
// the order of the files and lines: the first 1,000 of it. LINTS.md says more
// of each ID. The clock is for dates of review alone.
//
// A comment beside a rule, action or step accepts a finding there, and says
// why: `# proportion:allow review-past: the audit is in March`. It stands on a
// line of what it is for, or in the comment directly above. One without a
// reason, or that accepts nothing, is a finding itself.
//
// The error is a [*LoadError]: only a policy without errors is looked at. Lint
// is a pure function. Of thousands of rules that are alike it does not hold
// each against every other one, so that it ends within seconds.
func Lint(now time.Time, sources ...Source) ([]Finding, error) {
	p, err := Parse(sources...)
	if err != nil {
		return nil, err
	}
	l := &linter{policy: p, now: now, tests: expression.Tests{}}
	for _, s := range sources {
		l.read(s)
	}
	l.derive()
	l.lintRules()
	l.lintLimits()
	l.lintLenient()
	l.lintShadowed()
	l.lintUnknown()
	l.lintNumbers()
	l.lintValues()
	l.lintLadder()
	l.lintCost()
	l.allow()
	l.sort()
	return l.findings[:min(len(l.findings), maxWarnings)], nil
}

// maxWarnings is how many findings are worth having.
const maxWarnings = 1000

// linter looks at a loaded policy beside the files it was loaded from.
type linter struct {
	policy   *Policy
	now      time.Time
	files    []*linted
	rules    []linedRule // as policy.rules
	actions  map[string]spot
	tests    expression.Tests
	reach    []reach // of each rule
	caps     []int   // the rules that are an at_most
	pairs    int     // of rules that were held against each other
	findings []Finding
}

// linted is a file, and where the things begin that a comment can be beside.
type linted struct {
	name   string
	doc    *document.Document
	starts []int // lines, ascending
	lines  int
}

// spot is a place in a file.
type spot struct {
	file *linted
	node *document.Node
}

// linedRule is a rule, the places of its keys, and what it can fire on.
type linedRule struct {
	*rule
	spot
	on    []string               // as rule.patterns returns it
	terms [][]expression.Literal // nil: too many to look at
}

// read finds where the parts of one file stand.
func (l *linter) read(s Source) {
	doc, _ := document.Parse(s.Data)
	f := &linted{name: s.Name, doc: doc}
	f.lines = 1
	for _, b := range s.Data {
		if b == '\n' {
			f.lines++
		}
	}
	l.files = append(l.files, f)
	for _, pair := range doc.Root.Pairs {
		f.starts = append(f.starts, pair.Key.Line)
		for _, item := range pair.Value.Items {
			f.starts = append(f.starts, item.Line)
		}
		for _, entry := range pair.Value.Pairs {
			f.starts = append(f.starts, entry.Key.Line)
		}
		l.note(f, pair)
	}
	slices.Sort(f.starts)
	f.starts = slices.Compact(f.starts)
}

// note keeps the places of rules and actions.
func (l *linter) note(f *linted, section document.Pair) {
	switch section.Key.Text {
	case "rules":
		for _, item := range section.Value.Items {
			// The loader keeps rules in the order of the files.
			r := &l.policy.rules[len(l.rules)]
			l.rules = append(l.rules, linedRule{r, spot{f, item}, r.patterns(), l.terms(r)})
		}
	case "actions":
		if l.actions == nil {
			l.actions = map[string]spot{}
		}
		for _, entry := range section.Value.Pairs {
			l.actions[entry.Key.Text] = spot{f, entry.Key}
		}
	}
}

// terms returns the alternatives of a rule's condition.
func (l *linter) terms(r *rule) [][]expression.Literal {
	if r.when == nil {
		return [][]expression.Literal{{}}
	}
	terms, _ := r.when.Terms(expression.MaxTerms, l.tests)
	return terms
}

// key returns the place of a key's value in a mapping, or of the mapping.
func (s spot) key(name string) spot {
	for _, pair := range s.node.Pairs {
		if pair.Key.Text == name {
			return spot{s.file, pair.Value}
		}
	}
	return s
}

func (l *linter) add(at spot, id, hint, format string, args ...any) {
	l.addAt(at.file, at.node.Line, at.node.Column, id, hint, format, args...)
}

// addAt keeps a finding, unless the same stands at its place.
func (l *linter) addAt(f *linted, line, column int, id, hint, format string, args ...any) {
	found := Finding{
		File: f.name, Line: line, Column: column, ID: id,
		Message: fmt.Sprintf(format, args...), Source: f.doc.Shown(line), Hint: hint,
	}
	l.findings = append(l.findings, found)
}

// sort orders the findings as the files are read, and drops repetitions.
func (l *linter) sort() {
	order := map[string]int{}
	for i, f := range l.files {
		order[f.name] = i
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]), cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column), cmp.Compare(a.ID, b.ID))
	})
	l.findings = slices.CompactFunc(l.findings, func(a, b Finding) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.ID == b.ID
	})
}
