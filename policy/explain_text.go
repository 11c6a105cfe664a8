// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
)

// textWidth is how wide an explanation is.
const textWidth = 80

// String returns the explanation as text of at most 80 columns, if no single
// word is wider.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s\n", e.Action, e.Sensitivity, e.Outcome)
	for _, r := range e.Rules {
		b.WriteByte('\n')
		r.print(&b)
	}
	b.WriteByte('\n')
	for _, d := range e.Derivation {
		wrap(&b, fmt.Sprintf("%-9s", d.Name), d.Text)
	}
	for _, g := range e.Gaps {
		wrap(&b, "degraded ", fmt.Sprintf("%s %s: %s", g.Kind, g.Name, g.Text))
	}
	if e.Otherwise != nil {
		wrap(&b, "weaker   ", e.Otherwise.String())
	}
	return b.String()
}

func (r *RuleTrace) print(b *strings.Builder) {
	state := "no"
	switch {
	case r.ByUnknown:
		state = "fired, being unknown"
	case r.Fired:
		state = "fired"
	case !r.Truth.Known():
		state = "skipped, being unknown"
	}
	if r.Remark != "" {
		state += "; " + r.Remark
	}
	mode := ""
	if r.Shadow {
		mode = ", shadow"
	}
	wrap(b, "", fmt.Sprintf("%s (%s%s, %s:%d): %s", r.ID, r.Effect, mode, r.File, r.Line, state))
	for _, p := range r.Predicates {
		var values []string
		for _, v := range p.Values {
			if v.Name != p.Text {
				values = append(values, v.Name+" = "+v.Value)
			}
		}
		text := p.Text
		if len(values) > 0 {
			text += "  (" + strings.Join(values, ", ") + ")"
		}
		wrap(b, fmt.Sprintf("  %-8s%6s  ", p.Truth, fmt.Sprintf("%d:%d", p.Line, p.Column)), text)
	}
}

// String returns the effect as a policy writes it, for example "score: 35".
func (e Effect) String() string {
	switch {
	case e.Deny:
		return "deny: true"
	case e.Require != "":
		return "require: " + e.Require
	case e.AtMost != "":
		return "at_most: " + e.AtMost
	}
	return fmt.Sprintf("score: %d", e.Score)
}

// wrap writes a text behind a label, and its further lines below its first.
func wrap(b *strings.Builder, label, text string) {
	indent := len(label)
	if indent == 0 {
		indent = 4
	}
	b.WriteString(label)
	column, first := len(label), true
	for _, word := range strings.Fields(text) {
		width := len([]rune(word))
		if !first && column+1+width > textWidth {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			column, first = indent, true
		}
		if !first {
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column, first = column+width, false
	}
	b.WriteByte('\n')
}
