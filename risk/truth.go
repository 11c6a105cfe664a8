// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

// Truth is a value of Kleene's strong three-valued logic. What could not be
// computed is [Unknown]: neither true nor false, and never silently either.
//
// The zero value is Unknown.
type Truth uint8

// The three truth values.
const (
	Unknown Truth = iota
	False
	True
)

// TruthOf returns True or False, for a value that is known.
func TruthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Known reports whether t is True or False.
func (t Truth) Known() bool { return t == True || t == False }

// String returns "true", "false" or "unknown".
func (t Truth) String() string {
	switch t {
	case True:
		return "true"
	case False:
		return "false"
	}
	return "unknown"
}
