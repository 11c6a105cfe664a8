// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"
)

// world is all that a command touches.
type world struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	now    func() time.Time
}

// The exit codes, which are a promise.
const (
	exitOK       = 0
	exitFindings = 1 // findings, or failed tests
	exitUsage    = 2 // wrong usage, or input that cannot be read
	exitInternal = 3
)

// errFound is the error of a command that has printed what it found.
var errFound = errors.New("findings")

// usageError is a mistake in the arguments, or input that cannot be read.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// run runs the command and returns its exit code.
func run(args []string, w world) (code int) {
	defer func() {
		if r := recover(); r != nil {
			_, _ = fmt.Fprintf(w.stderr, "proportion: internal error: %v\n", r)
			code = exitInternal
		}
	}()
	out := &checkedWriter{to: w.stdout}
	w.stdout = out
	root := newRoot(w)
	root.SetArgs(args)
	command, err := root.ExecuteC()
	if out.err != nil {
		err = internalError{out.err}
	}
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFound):
		return exitFindings
	}
	_, _ = fmt.Fprintf(w.stderr, "%s: %s\n", command.CommandPath(), visible(err.Error()))
	var internal internalError
	if errors.As(err, &internal) {
		return exitInternal
	}
	return exitUsage
}

// checkedWriter keeps the first error of writing, so that not every print need
// be checked: a result that is cut short is a failure.
type checkedWriter struct {
	to  io.Writer
	err error
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	if c.err == nil {
		c.err = err
	}
	return n, err
}

// internalError is a failure that no other arguments or input would mend.
type internalError struct{ error }

func (e internalError) Unwrap() error { return e.error }

func newRoot(w world) *cobra.Command {
	root := &cobra.Command{
		Use:   "proportion",
		Short: "Check, test and explain policies",
		Long: `Check, test and explain policies.

Exit codes: 0 all is well; 1 findings, or failed tests; 2 wrong usage, or input
that cannot be read; 3 an internal failure.`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	root.AddCommand(newCheck(w), newTest(w), newExplain(w), newFmt(w), newMan(w), newReplay(w),
		newSchema(w), newStudio(w), newTune(w), newVersion(w))
	return root
}
