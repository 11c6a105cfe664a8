// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"
	"unicode"
)

// LoadError lists everything that is wrong with a policy, in the order of the
// files and lines.
type LoadError struct {
	Findings []Finding
}

// Error returns every finding in full, one after the other.
func (e *LoadError) Error() string {
	var b strings.Builder
	for i, f := range e.Findings {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f.String())
	}
	return b.String()
}

// Finding is one thing that is wrong with a policy. CHECKS.md says more of
// each ID.
type Finding struct {
	File    string
	Line    int // from 1
	Column  int // from 1, in characters
	ID      string
	Message string
	Source  string // the line itself, or "" if it has more than 8 KiB
	Hint    string // what to do about it; may be empty
}

// sourceWidth is how much of a line a finding shows.
const sourceWidth = 96

// String returns "file:line:column: id: message", then the source line with a
// caret below the column, then the hint. A long line is shown around the
// column.
func (f Finding) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: %s: %s\n", visible(f.File), f.Line, f.Column, f.ID, visible(f.Message))
	if strings.TrimSpace(f.Source) != "" {
		line, column := window([]rune(visible(f.Source)), f.Column)
		fmt.Fprintf(&b, "    %s\n    %s^\n", line, strings.Repeat(" ", column-1))
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "    hint: %s\n", f.Hint)
	}
	return b.String()
}

// visible replaces what would steer a terminal or reorder a line. Every
// character stays one, so that the caret stays where it belongs.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func window(line []rune, column int) (string, int) {
	column = min(max(column, 1), len(line)+1)
	start := max(0, min(column-sourceWidth/2, len(line)-sourceWidth))
	end := min(len(line), start+sourceWidth)
	return strings.TrimRight(string(line[start:end]), " "), column - start
}
