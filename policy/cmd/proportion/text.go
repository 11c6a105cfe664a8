// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/proportion-go/proportion/policy"
)

// textWidth is how wide text for people is.
const textWidth = 80

// visible replaces what would steer a terminal or reorder a line. Every
// character stays one; the ends of lines stay too.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// wrap returns a text in lines of at most so many columns, if no word is
// wider. Further lines are indented by four.
func wrap(text string, first string) string {
	var b strings.Builder
	b.WriteString(first)
	column, empty := len([]rune(first)), true
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case !empty && column+1+n > textWidth:
			b.WriteString("\n    ")
			column = 4
		case !empty:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column, empty = column+n, false
	}
	return b.String()
}

// writeFinding writes "file:line:column: severity: id: message", the line
// with a caret, and the hint, in 80 columns.
func writeFinding(out io.Writer, f finding) {
	head := fmt.Sprintf("%s:%d:%d: %s: %s: %s", f.File, f.Line, f.Column, f.Severity, f.ID, f.Message)
	_, _ = fmt.Fprintln(out, wrap(visible(head), ""))
	if source := []rune(strings.TrimRight(visible(f.Source), " ")); len(source) > 0 {
		const indent = "    "
		width := textWidth - len(indent)
		column := min(max(f.Column, 1), len(source)+1)
		from := max(0, min(column-width/2, len(source)-width))
		shown := strings.TrimRight(string(source[from:min(len(source), from+width)]), " ")
		_, _ = fmt.Fprintf(out, "%s%s\n%s%s^\n", indent, shown, indent,
			strings.Repeat(" ", column-from-1))
	}
	if f.Hint != "" {
		_, _ = fmt.Fprintln(out, wrap(visible(f.Hint), "    hint: "))
	}
}

// plural returns "1 error" or "2 errors".
func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// finding is what is wrong with a policy, or probably not meant.
type finding struct {
	policy.Finding
	Severity string
}

const (
	severityError   = "error"
	severityWarning = "warning"
)
