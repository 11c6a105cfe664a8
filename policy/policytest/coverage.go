// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"fmt"
	"strings"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/internal/document"
)

// RuleCoverage is how often the tests saw a rule fire, and not. A shadow rule
// fires in shadow.
type RuleCoverage struct {
	ID     string
	File   string
	Line   int // from 1
	Shadow bool
	Always bool // it has no condition
	Fired  int  // tests in which it fired
	Silent int  // tests of an action that it is for, in which it did not
}

// Covered reports whether the rule both fired and did not. One that has no
// condition need only fire.
func (c RuleCoverage) Covered() bool { return c.Fired > 0 && (c.Silent > 0 || c.Always) }

// String says where the rule is and what the tests lack, for example
// "policy.yaml:40: foreign-connection never fired".
func (c RuleCoverage) String() string {
	lacks := "is covered"
	switch {
	case c.Fired+c.Silent == 0:
		lacks = "is never tested"
	case c.Fired == 0:
		lacks = "never fired"
	case !c.Covered():
		lacks = "never did not fire"
	}
	return fmt.Sprintf("%s:%d: %s %s", c.File, c.Line, c.ID, lacks)
}

// CellCoverage is how many tests came to one cell of the matrix.
type CellCoverage struct {
	Sensitivity policy.Sensitivity
	Band        policy.Band
	Tests       int
}

// coverage returns the summary of both coverages.
func (r Report) coverage() string {
	var rules, cells strings.Builder
	covered, reached := 0, 0
	for _, c := range r.Rules {
		if c.Covered() {
			covered++
		} else {
			fmt.Fprintf(&rules, "  %s\n", c)
		}
	}
	var row policy.Sensitivity
	for _, c := range r.Cells {
		switch {
		case c.Tests > 0:
			reached++
			continue
		case cells.Len() == 0:
			cells.WriteString(", not:\n ")
		case c.Sensitivity != row:
			cells.WriteString("\n ")
		}
		row = c.Sensitivity
		fmt.Fprintf(&cells, " %s/%s", c.Sensitivity, c.Band)
	}
	return fmt.Sprintf("rules covered: %d of %d\n%scells of the matrix reached: %d of %d%s\n",
		covered, len(r.Rules), &rules, reached, len(r.Cells), &cells)
}

// count adds one verdict to the coverage.
func (r *Report) count(v *verdict, index map[string]int) {
	for _, trace := range v.explanation.Rules {
		if c := &r.Rules[index[trace.ID]]; trace.Fired {
			c.Fired++
		} else {
			c.Silent++
		}
	}
	for i := range r.Cells {
		if r.Cells[i].Sensitivity == v.Sensitivity && r.Cells[i].Band == v.Band {
			r.Cells[i].Tests++
		}
	}
}

// ruleSource is where a rule stands. Policies do not list their rules.
type ruleSource struct {
	id, file       string
	line           int
	shadow, always bool
}

// rulesOf lists the rules of policy files that are known to load.
func rulesOf(sources []policy.Source) []ruleSource {
	var rules []ruleSource
	for _, s := range sources {
		doc, _ := document.Parse(s.Data)
		for _, item := range child(doc.Root, "rules").Items {
			rules = append(rules, ruleSource{
				id: child(item, "id").Text, file: s.Name, line: item.Line,
				shadow: child(item, "mode").Text == "shadow",
				always: child(item, "when").Kind == 0,
			})
		}
	}
	return rules
}

// child returns the value of a key, or an empty node.
func child(n *document.Node, key string) *document.Node {
	for _, p := range n.Pairs {
		if p.Key.Text == key {
			return p.Value
		}
	}
	return new(document.Node)
}

// ruleCoverage returns every rule, not tested yet, and where each one is.
func (s *Suite) ruleCoverage() (rules []RuleCoverage, index map[string]int) {
	index = map[string]int{}
	for i, r := range s.rules {
		rules = append(rules, RuleCoverage{
			ID: r.id, File: r.file, Line: r.line, Shadow: r.shadow, Always: r.always,
		})
		index[r.id] = i
	}
	return rules, index
}

// cellCoverage returns the cells that requests can come to: those of the
// sensitivities of listed actions, and of the actions that are not listed.
func (s *Suite) cellCoverage() []CellCoverage {
	if s.policy == nil {
		return nil
	}
	// No listed action can have this name, so that it is what "*" covers.
	used := map[policy.Sensitivity]bool{s.policy.Action("*").Sensitivity: true}
	for _, name := range s.policy.Actions() {
		used[s.policy.Action(name).Sensitivity] = true
	}
	var cells []CellCoverage
	for sensitivity := policy.Trivial; ; sensitivity-- {
		for band := policy.Low; used[sensitivity] && band <= policy.Extreme; band++ {
			cells = append(cells, CellCoverage{Sensitivity: sensitivity, Band: band})
		}
		if sensitivity == policy.Critical {
			return cells
		}
	}
}
