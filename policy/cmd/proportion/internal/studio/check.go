// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package studio

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// finding is one place in a text, and what is wrong there.
type finding struct {
	File     string `json:"file"`
	Line     int    `json:"line"`   // from 1
	Column   int    `json:"column"` // from 1, in characters
	Severity string `json:"severity"`
	ID       string `json:"id"`
	Message  string `json:"message"`
	Hint     string `json:"hint"`
}

const (
	isError   = "error"
	isWarning = "warning"
)

func findings(all []policy.Finding, severity string) []finding {
	out := make([]finding, 0, len(all))
	for _, f := range all {
		out = append(out, finding{f.File, f.Line, f.Column, severity, f.ID, f.Message, f.Hint})
	}
	return out
}

// errorsOf returns the findings of an error of the loader; any other error
// stays one.
func errorsOf(err error) ([]finding, error) {
	var load *policy.LoadError
	if !errors.As(err, &load) {
		return nil, err
	}
	return findings(load.Findings, isError), nil
}

type checkOut struct {
	Findings []finding `json:"findings"`
	Policy   *picture  `json:"policy"`  // null: it cannot be loaded
	Changed  []string  `json:"changed"` // files that changed on disk
}

// check says what is wrong with a draft, and what policy it is if nothing is.
func (s *Studio) check(ctx context.Context, in draft) (checkOut, error) {
	policies, _, err := s.desk.split(in)
	if err != nil {
		return checkOut{}, err
	}
	out := checkOut{Changed: s.desk.changed(in)}
	p, err := s.parsed.parse(ctx, policies)
	if err != nil {
		out.Findings, err = errorsOf(err)
		return out, err
	}
	warnings, err := s.parsed.lint(ctx, s.config.Now(), policies)
	if err != nil {
		return checkOut{}, err
	}
	out.Findings, out.Policy = findings(warnings, isWarning), draw(p)
	return out, nil
}

// policyOf returns the policy of a draft, which must be one.
func (s *Studio) policyOf(ctx context.Context, in draft) (*policy.Policy, error) {
	policies, _, err := s.desk.split(in)
	if err != nil {
		return nil, err
	}
	p, err := s.parsed.parse(ctx, policies)
	var load *policy.LoadError
	if errors.As(err, &load) {
		err = failure{http.StatusUnprocessableEntity, "the policy cannot be loaded"}
	}
	return p, err
}

// cache keeps the policy that is being tried, and the saved one, since a
// slider asks for the same one many times a second.
type cache struct {
	mu      sync.Mutex
	entries [3]entry
	next    int
}

type entry struct {
	key      string
	policy   *policy.Policy
	err      error
	linted   bool
	warnings []policy.Finding
}

// parse is policy.Parse. A large policy takes a second, and whoever types does
// not wait for an answer to what he typed before: what nobody waits for is not
// begun.
func (c *cache) parse(ctx context.Context, sources []policy.Source) (*policy.Policy, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e := c.entry(sources)
	return e.policy, e.err
}

// lint is policy.Lint, of a policy that can be loaded. The clock counts for
// dates alone: a warning that begins while a page is open can wait.
func (c *cache) lint(ctx context.Context, now time.Time, sources []policy.Source) ([]policy.Finding, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	e := c.entry(sources)
	if !e.linted {
		e.warnings, e.err = policy.Lint(now, sources...)
		e.linted = true
	}
	return e.warnings, e.err
}

func (c *cache) entry(sources []policy.Source) *entry {
	key := ""
	for _, s := range sources {
		key += versionOf(string(s.Data)) // the names are those of the desk
	}
	for i := range c.entries {
		if c.entries[i].key == key {
			return &c.entries[i]
		}
	}
	e := &c.entries[c.next]
	c.next = (c.next + 1) % len(c.entries)
	*e = entry{key: key}
	e.policy, e.err = policy.Parse(sources...)
	return e
}
