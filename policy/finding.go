// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

// LoadError lists everything that is wrong with a policy, in the order of the
// files and lines.
type LoadError struct {
	Findings []Finding
}

// Error returns every finding in full, one after the other.
func (e *LoadError) Error() string { return "" }

// Finding is one thing that is wrong with a policy.
type Finding struct {
	File    string
	Line    int // from 1
	Column  int // from 1, in characters
	ID      string
	Message string
	Source  string // the line itself
	Hint    string // what to do about it; may be empty
}

// String returns "file:line:column: id: message", then the source line with a
// caret below the column, then the hint.
func (f Finding) String() string { return "" }
