// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"errors"

	"github.com/proportion-go/proportion/policy/internal/document"
)

// ErrLayout is the error of [Format] for a file that it cannot lay out with
// certainty, such as one with `?` before a key.
var ErrLayout = errors.New("policy: the file cannot be laid out without changing what it says")

// Format lays a file of a policy, or of its tests, out in the one way: two
// spaces a level, lists one level below their key, a space within braces and
// after commas, no space at the end of a line, no two blank lines together.
// All else stays: comments, the order of keys and rules, quotes, line breaks,
// and what is aligned by more than one space. Line ends stay as they are if
// they are all the same, else they become plain.
//
// It changes white space alone and no value, so that a policy keeps its Hash,
// and a file that was laid out stays as it is. It says nothing of what the
// file means: see [Load] for that. The error is a [*LoadError] for a file that
// is not well-formed, or [ErrLayout].
func Format(s Source) ([]byte, error) {
	if len(s.Data) > maxSize {
		return nil, tooLarge(s.Name)
	}
	out, problems, ok := document.Format(s.Data)
	switch {
	case ok:
		return out, nil
	case len(problems) == 0:
		return nil, ErrLayout
	}
	doc, problems := document.Parse(s.Data)
	f := &file{name: s.Name, doc: doc}
	l := loader{files: []*file{f}}
	for _, p := range problems {
		l.addProblem(f, p)
	}
	return nil, l.error()
}
