// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Quickstart plays a day of requests at a telephone operator and prints, for
// each, what was decided, why, what was asked, and what became of it.
//
//	go run ./examples/quickstart
//
// README.md says how to play your own policy and your own day.
package main

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // so that customers' time zones are known on any machine

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/geoip"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Everything the program reads is part of it, so that it runs from any folder.
//
//go:embed policy.yaml journeys.jsonl testdata/*.mmdb
var files embed.FS

const (
	exitOK      = 0
	exitFailed  = 1 // the output could not be written, or a bug of ours
	exitRefused = 2 // usage, or input that is not right
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stdout)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(stderr, "quickstart: %v (-h for help)\n", err)
		return exitRefused
	}
	pol, today, err := o.load()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitRefused
	}
	sink, closeJournal, err := o.openJournal()
	if err != nil {
		fmt.Fprintf(stderr, "quickstart: -journal: %v\n", err)
		return exitRefused
	}
	err = errors.Join(play(pol, today, o.lang, sink, stdout), closeJournal())
	if err != nil {
		fmt.Fprintf(stderr, "quickstart: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// openJournal opens the journal that was asked for, if any.
func (o options) openJournal() (sink journal.Sink, closing func() error, err error) {
	if o.journal == "" {
		return nil, func() error { return nil }, nil
	}
	f, err := journal.OpenFile(journal.FileConfig{Path: o.journal})
	if err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// options are what the command line says.
type options struct {
	lang, policy, input, journal string
}

func parseOptions(args []string, help io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	f.SetOutput(io.Discard) // run prints what is wrong, once
	f.StringVar(&o.lang, "lang", "en", "language of the output: en or fr")
	f.StringVar(&o.policy, "policy", "", "`file` with a policy of your own")
	f.StringVar(&o.input, "input", "", "`file` with journeys of your own")
	f.StringVar(&o.journal, "journal", "", "`file` that the guard's journal is added to")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(help, "Plays a day of requests through a policy. Flags:")
		f.SetOutput(help)
		f.PrintDefaults()
		return o, err
	case err != nil:
		return o, err
	case f.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", f.Arg(0))
	case o.lang != "en" && o.lang != "fr":
		return o, fmt.Errorf("-lang: got %q, want en or fr", o.lang)
	}
	return o, nil
}

// load reads the policy and the day. The error lists everything that is wrong
// with them, each with file, line and column.
func (o options) load() (*policy.Policy, *day, error) {
	name, text, err := source(o.policy, "policy.yaml")
	if err != nil {
		return nil, nil, err
	}
	pol, err := policy.Parse(policy.Source{Name: name, Data: text})
	if err != nil {
		return nil, nil, err
	}
	if name, text, err = source(o.input, "journeys.jsonl"); err != nil {
		return nil, nil, err
	}
	today, err := parseDay(name, text)
	if err != nil {
		return nil, nil, err
	}
	// The day that comes with the program need not fit a policy of your own:
	// what that does not know is then decided strictly, and the output says so.
	if o.policy == "" || o.input != "" {
		err = today.check(pol, name)
	}
	return pol, today, err
}

// maxInput bounds what is read of a file.
const maxInput = 16 << 20

// source returns the text of a file of the user's, or of one of our own.
func source(path, own string) (name string, text []byte, err error) {
	if path == "" {
		text, err = files.ReadFile(own)
		return own, text, err
	}
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
		text, err = io.ReadAll(io.LimitReader(f, maxInput+1))
	}
	var cause *os.PathError
	switch {
	case errors.As(err, &cause):
		return "", nil, unreadable(path, cause.Err.Error())
	case err == nil && len(text) > maxInput:
		return "", nil, unreadable(path, "larger than 16 MiB")
	}
	return path, text, err
}

func unreadable(path, why string) error {
	return findings{{File: path, Line: 1, Column: 1, ID: "unreadable", Message: why}}
}

// play plays the day and prints it.
func play(pol *policy.Policy, today *day, lang string, sink journal.Sink, stdout io.Writer) error {
	geo, err := openDatabases()
	if err != nil {
		return err
	}
	w, err := newWorld(pol, geo, today.customers, lang, sink)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(stdout)
	p := newPrinter(out, lang, colours(stdout))
	var total summary
	ctx := context.Background()
	for i := range today.journeys {
		r, err := w.play(ctx, &today.journeys[i])
		if err != nil {
			return fmt.Errorf("line %d: %w", today.journeys[i].line.number, err)
		}
		if !r.earlier && total.requests() == 0 {
			p.intro(len(today.customers), &total)
		}
		total.count(&r)
		if !r.earlier {
			p.block(&r)
		}
	}
	p.summary(&total)
	return out.Flush()
}

// openDatabases opens the synthetic location databases.
func openDatabases() (*geoip.DB, error) {
	var all [][]byte
	for _, name := range []string{"city", "asn", "anonymous-ip"} {
		data, err := files.ReadFile("testdata/synthetic-" + name + ".mmdb")
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return geoip.OpenBytes(all...)
}
