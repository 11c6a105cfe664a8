// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy"
)

// checker compares a day with a policy.
type checker struct {
	file     string
	policy   *policy.Policy
	declared map[string]bool // facts
	findings findings
}

// check reports actions and facts that the policy does not take. The error is
// findings.
func (d *day) check(p *policy.Policy, file string) error {
	c := checker{file: file, policy: p, declared: map[string]bool{}}
	for _, f := range p.Facts() {
		c.declared[f.Name] = true
	}
	for i := range d.journeys {
		if len(c.findings) < maxFindings {
			c.check(&d.journeys[i])
		}
	}
	if len(c.findings) > 0 {
		return c.findings
	}
	return nil
}

func (c *checker) report(l *line, offset int, id, format string, args ...any) {
	c.findings = append(c.findings, l.finding(c.file, offset, id, fmt.Sprintf(format, args...)))
}

// check lets the policy judge one request, by a dry run in which nothing is
// observed.
func (c *checker) check(j *journey) {
	action := j.line.places["action"].value
	v := c.policy.Evaluate(policy.Input{Action: j.action, Facts: j.facts})
	for _, gap := range v.Degraded {
		switch gap.Kind {
		case policy.ActionGap:
			c.report(&j.line, action, "unknown-action", "the policy lists no action %q", j.action)
			return // what it knows of the facts matters no more
		case policy.FactGap:
			at, given := j.line.places["facts."+gap.Name]
			if !given {
				at.value = action // which needs the fact
			}
			c.report(&j.line, at.value, "wrong-fact", "%s: %s", gap.Name, gap.Text)
		}
	}
	c.checkNames(&j.line)
}

// checkNames finds facts that the policy does not declare: it would ignore
// them.
func (c *checker) checkNames(l *line) {
	for _, name := range slices.Sorted(maps.Keys(l.places)) {
		field, fact, _ := strings.Cut(name, ".")
		if fact != "" && (field == "facts" || field == "changed") && !c.declared[fact] {
			c.report(l, l.places[name].name, "unknown-fact", "the policy declares no fact %q", fact)
		}
	}
}
