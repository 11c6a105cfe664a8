// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
)

var (
	// ErrSyntax is the error of a line that is not what this package writes:
	// not JSON in UTF-8, or a member that is missing, repeated or of the wrong
	// type. It is wrapped with the byte, counted from 1, and never with what
	// stands there.
	ErrSyntax = errors.New("journal: not a line of a journal")

	// ErrVersion is the error of a line with another `v` than [Version].
	ErrVersion = errors.New("journal: unknown version")

	// ErrTooLong is the error of a line, or of an event whose line, is longer
	// than [MaxLine].
	ErrTooLong = errors.New("journal: line too long")

	// ErrTorn is the error of a line without an end: the writer stopped in the
	// middle of it. It is an [ErrSyntax].
	ErrTorn = fmt.Errorf("%w: torn", ErrSyntax)

	// ErrNoKey is returned by a [KeyStore] for an alias without a key, because
	// none was made yet or because it was erased.
	ErrNoKey = errors.New("journal: no key")

	// ErrTampered is the error of a sealed detail that its own key does not
	// open: it, or a clear member of its line, was changed.
	ErrTampered = errors.New("journal: sealed detail does not belong to its line")

	// ErrKey is the error of a stored key that cannot be read.
	ErrKey = errors.New("journal: unusable key")

	// ErrClosed is returned by a sink that was closed.
	ErrClosed = errors.New("journal: closed")
)

// EventError says why an event cannot be written. It is an error of the caller.
type EventError struct {
	Field   string // as the line names it, for example "outcome"
	Problem string // what is wrong with it; never its value
}

// Error returns the field and the problem.
func (e *EventError) Error() string { return "journal: " + e.Field + ": " + e.Problem }

// LineError is a line that could not be read. The lines after it can.
type LineError struct {
	File string
	Line int64 // counted from 1
	Err  error // wraps ErrSyntax, ErrVersion, ErrTooLong or ErrTampered
}

// Error returns "file:line: problem".
func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns the problem.
func (e *LineError) Unwrap() error { return e.Err }
