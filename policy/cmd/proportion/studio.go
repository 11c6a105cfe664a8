// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/studio"
	"github.com/proportion-go/proportion/stepup/replay"
)

// studioOptions are the flags of studio.
type studioOptions struct {
	input // whose files are the journal
	port  uint16
}

func newStudio(w world) *cobra.Command {
	var o studioOptions
	cmd := &cobra.Command{
		Use:   "studio POLICY...",
		Short: "Read, edit and try a policy on a local page",
		Long: `Serve a page on which a policy is read, edited and tried: findings as one types,
a request made of sliders and switches, what the policy says of it and why, its
tests, and what it would have made of a journal.

A folder stands for its YAML files, a file for itself and the tests beside it:
policy_test.yaml beside policy.yaml. Files are written only when asked to, after
the difference was shown, and never over a change that somebody else made.

The page is served on this machine alone and loads nothing from elsewhere. No
browser is opened: the address is printed. It works once; Enter prints another
one, and Ctrl-C ends the studio.`,
		Args: cobra.MinimumNArgs(1),
	}
	cmd.Flags().StringArrayVar(&o.files, "journal", nil,
		"a `file` of a journal, or of raw events, to try the policy on; again for more")
	o.addInput(cmd)
	cmd.Flags().Uint16Var(&o.port, "port", 0, "the `port` to listen on (default any that is free)")
	cmd.RunE = func(_ *cobra.Command, args []string) error { return w.studio(args, o) }
	return cmd
}

func (w world) studio(args []string, o studioOptions) error {
	files, err := studioFiles(args)
	if err != nil {
		return err
	}
	config := studio.Config{Files: files, Request: readInput, Now: w.now}
	if err := w.addJournal(&config, &o.input); err != nil {
		return err
	}
	s, err := studio.New(config)
	if err != nil {
		return usageError{err}
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(o.port))))
	if err != nil {
		return usageError{err}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	_, _ = fmt.Fprintf(w.stdout, "Open %s\nin a browser. Enter prints another link, Ctrl-C ends.\n",
		s.Link(l.Addr()))
	go w.invite(s, l.Addr())
	if err := s.Serve(ctx, l); err != nil {
		return internalError{err}
	}
	return nil
}

// addJournal gives the studio what its policy is tried on, which is opened each
// time anew. That it can be opened is found at once.
func (w world) addJournal(c *studio.Config, i *input) error {
	switch {
	case len(i.files) == 0 && (i.keys != "" || len(i.geo) > 0):
		return usageError{errors.New("--keys and --geo are for the files of --journal")}
	case len(i.files) == 0:
		return nil
	case slices.Contains(i.files, stdinPath):
		return usageError{errors.New("--journal: the standard input can be read only once")}
	}
	c.JournalName = filepath.Base(i.files[len(i.files)-1])
	c.Journal = func() (replay.Source, error) { return w.source(i) }
	_, err := c.Journal()
	return err
}

// invite prints a link for every line that is entered. It ends with the input,
// or with the program.
func (w world) invite(s *studio.Studio, addr net.Addr) {
	in := bufio.NewReader(w.stdin)
	for {
		if _, err := in.ReadString('\n'); err != nil {
			return
		}
		_, _ = fmt.Fprintf(w.stderr, "Open %s\n", s.Link(addr))
	}
}

// studioFiles returns the files of a policy and of its tests.
func studioFiles(args []string) ([]string, error) {
	var files []string
	for _, path := range args {
		if path == stdinPath {
			return nil, usageError{errors.New("the studio needs files, which it can save")}
		}
		some, err := list(path)
		if err != nil {
			return nil, err
		}
		files = append(files, some...)
		if tests := testsBeside(path); len(some) == 1 && some[0] == path && tests != "" {
			files = append(files, tests)
		}
	}
	slices.SortStableFunc(files, func(a, b string) int { // the policy first
		switch {
		case isTest(a) == isTest(b):
			return 0
		case isTest(b):
			return -1
		}
		return 1
	})
	for i := range files {
		files[i] = filepath.Clean(files[i])
	}
	files = unique(files)
	if isTest(files[0]) {
		return nil, usageError{fmt.Errorf("no policy in %s", strings.Join(args, ", "))}
	}
	return files, nil
}

// unique drops repetitions.
func unique(items []string) []string {
	var once []string
	for _, item := range items {
		if !slices.Contains(once, item) {
			once = append(once, item)
		}
	}
	return once
}

// testsBeside returns policy_test.yaml for policy.yaml, if there is one.
func testsBeside(path string) string {
	ext := filepath.Ext(path)
	tests := strings.TrimSuffix(path, ext) + "_test" + ext
	if _, err := os.Stat(tests); err != nil || isTest(path) {
		return ""
	}
	return tests
}

// readInput reads a request as explain does.
func readInput(line []byte, now time.Time) (policy.Input, error) {
	r, err := parseRequest(line)
	if err != nil {
		return policy.Input{}, err
	}
	return r.input(now), nil
}
