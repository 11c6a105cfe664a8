// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// watchEvery is how often files are looked at. Looking works on every file
// system; being told does not.
const watchEvery = 500 * time.Millisecond

// watchTests runs the tests whenever a file changes, until it is interrupted.
// The exit code is that of the last run.
func (w world) watchTests(args []string, o testOptions) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	return w.watch(args, o, func() bool {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
			return true
		}
	})
}

// watch looks at the files until there is nothing to wait for.
func (w world) watch(args []string, o testOptions, wait func() bool) error {
	var seen [sha256.Size]byte
	var result error
	for {
		if now := w.stateOf(args); now != seen {
			seen = now
			if isTerminal(w.stdout) {
				_, _ = io.WriteString(w.stdout, "\x1b[H\x1b[2J")
			}
			if result = w.test(args, o); result != nil && !errors.Is(result, errFound) {
				_, _ = fmt.Fprintf(w.stderr, "proportion test: %s\n", visible(result.Error()))
				result = errFound // it is said
			}
			_, _ = fmt.Fprintln(w.stderr, "waiting for a change; Ctrl-C ends")
		}
		if !wait() {
			return result
		}
	}
}

// stateOf returns a hash of the files that args name: of their names and texts,
// or of why they cannot be read.
func (w world) stateOf(args []string) (state [sha256.Size]byte) {
	h := sha256.New()
	suites, err := group(args)
	for _, files := range suites {
		for _, path := range files {
			s, err := w.read(path)
			_, _ = fmt.Fprintf(h, "%q %v %d\n", path, err, len(s.Data))
			_, _ = h.Write(s.Data)
		}
	}
	_, _ = fmt.Fprintf(h, "%v\n", err)
	h.Sum(state[:0])
	return state
}

// isTerminal reports whether somebody looks at what is written.
func isTerminal(out io.Writer) bool {
	if c, ok := out.(*checkedWriter); ok {
		out = c.to
	}
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
