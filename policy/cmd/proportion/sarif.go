// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy"
)

// The parts of SARIF 2.1.0 (OASIS) that code scanning reads.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
		Full  sarifText `json:"fullDescription"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

// printSARIF prints findings as a SARIF log. Only the checks that found
// something are described.
func printSARIF(out io.Writer, findings []finding) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{"proportion", []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	rules := &run.Tool.Driver.Rules
	for _, f := range findings {
		index := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == f.ID })
		if index < 0 {
			index = len(*rules)
			*rules = append(*rules, describe(f.ID))
		}
		message := f.Message
		if f.Hint != "" {
			message += " (hint: " + f.Hint + ")"
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.ID, RuleIndex: index, Level: f.Severity, Message: sarifText{message},
			Locations: []sarifLocation{{sarifPhysical{
				sarifArtifact{uri(f.File)}, sarifRegion{f.Line, f.Column},
			}}},
		})
	}
	return printJSON(out, sarifLog{
		"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run},
	})
}

// describe returns what CHECKS.md or LINTS.md says of an id.
func describe(id string) sarifRule {
	for _, c := range append(policy.Checks(), policy.Lints()...) {
		if c.ID == id {
			return sarifRule{id, sarifText{c.What}, sarifText{c.Why}}
		}
	}
	return sarifRule{id, sarifText{id}, sarifText{id}}
}

// uri returns a path as a relative reference (RFC 3986), or a file URI if it
// is absolute.
func uri(path string) string {
	slashed := filepath.ToSlash(path)
	if !filepath.IsAbs(path) {
		return (&url.URL{Path: slashed}).String()
	}
	return (&url.URL{Scheme: "file", Path: "/" + strings.TrimPrefix(slashed, "/")}).String()
}
