// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/suggest"
)

// allowForm is a comment that accepts a finding.
var allowForm = regexp.MustCompile(`(?:^|\s)(#\s*proportion:allow)(?:\s+([^\s:]*))?(?:\s*:\s*(.*))?`)

// allow drops the findings that comments accept, and adds those about the
// comments.
func (l *linter) allow() {
	var ids []string
	for _, c := range lints {
		if !strings.HasPrefix(c.ID, "allow-") {
			ids = append(ids, c.ID)
		}
	}
	for _, f := range l.files {
		for line := 1; line <= f.lines; line++ {
			text := f.doc.Line(line)
			if m := allowForm.FindStringSubmatchIndex(text); m != nil {
				l.apply(f, line, text, m, ids)
			}
		}
	}
}

// apply drops what one comment accepts.
func (l *linter) apply(f *linted, line int, text string, m []int, ids []string) {
	part := func(i int) string {
		if m[2*i] < 0 {
			return ""
		}
		return strings.TrimSpace(text[m[2*i]:m[2*i+1]])
	}
	id, reason := part(2), part(3)
	column := len([]rune(text[:m[2]])) + 1
	switch {
	case !slices.Contains(ids, id):
		l.addAt(f, line, column, allowUnknown, suggest.Hint(id, ids),
			"%q is not the id of a warning", id)
		return
	case reason == "":
		l.addAt(f, line, column, allowReason, "write proportion:allow "+id+": and why",
			"the comment does not say why %s is right here", id)
		return
	}
	from, to := f.beside(line)
	before := len(l.findings)
	l.findings = slices.DeleteFunc(l.findings, func(found Finding) bool {
		return found.File == f.name && found.ID == id && found.Line >= from && found.Line < to
	})
	if len(l.findings) == before {
		l.addAt(f, line, column, allowUnused, "remove the comment",
			"there is no %s here", id)
	}
}

// beside returns the lines, from and up to but without to, of what a comment
// is beside: that in which it stands, or that which begins directly below it.
func (f *linted) beside(line int) (from, to int) {
	next, _ := slices.BinarySearch(f.starts, line+1)
	if next < len(f.starts) && f.comments(line, f.starts[next]) {
		next++
	}
	from, to = line, f.lines+1
	if next > 0 {
		from = f.starts[next-1]
	}
	if next < len(f.starts) {
		to = f.starts[next]
	}
	return from, to
}

// comments reports whether the lines hold nothing but comments.
func (f *linted) comments(from, to int) bool {
	for line := from; line < to; line++ {
		if !strings.HasPrefix(strings.TrimSpace(f.doc.Line(line)), "#") {
			return false
		}
	}
	return true
}
