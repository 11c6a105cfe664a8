// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk/geoip"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

// input is what replay and tune read.
type input struct {
	files []string
	from  *choice
	keys  string
	geo   []string
}

// The environment that opens the keys of a sealed journal: secrets are not
// given as flags, where everybody on the machine can read them.
const (
	ringVariable      = "PROPORTION_KEYS"
	namespaceVariable = "PROPORTION_NAMESPACE"
)

func (i *input) addInput(cmd *cobra.Command) {
	i.from = addChoice(cmd, "from", "what the files hold", "journal", "events", "csv", "rba-csv")
	flags := cmd.Flags()
	flags.StringVar(&i.keys, "keys", "", "the `file` of keys that open a sealed journal; see the manual")
	flags.StringArrayVar(&i.geo, "geo", nil, "a location database for raw events, a `file`; again for more")
}

// source opens what is to be replayed. Files that are not there are found here
// rather than hours later.
func (w world) source(i *input) (replay.Source, error) {
	for n, path := range i.files {
		if path == stdinPath {
			if slices.Contains(i.files[:n], path) {
				return nil, usageError{errors.New("the standard input can be read only once")}
			}
			continue
		}
		if info, err := os.Stat(path); err != nil {
			return nil, usageError{err}
		} else if info.IsDir() {
			return nil, usageError{fmt.Errorf("%s is a folder", path)}
		}
	}
	if i.from.value == "journal" {
		if len(i.geo) > 0 {
			return nil, usageError{errors.New("--geo: a journal has the places in it")}
		}
		c := replay.JournalConfig{Files: i.files, Stdin: w.stdin}
		if i.keys != "" {
			keys, err := openKeys(i.keys)
			if err != nil {
				return nil, usageError{err}
			}
			c.Keys = keys
		}
		return replay.NewJournal(c), nil
	}
	if i.keys != "" {
		return nil, usageError{errors.New("--keys: raw events are not sealed")}
	}
	c := replay.EventsConfig{Files: i.files, Stdin: w.stdin}
	switch i.from.value {
	case "csv":
		c.Format = replay.CSV
	case "rba-csv":
		c.Format = replay.RBACSV
	}
	if len(i.geo) > 0 {
		db, err := geoip.Open(i.geo...)
		if err != nil {
			return nil, usageError{err}
		}
		c.Locator = db
	}
	return replay.NewEvents(c), nil
}

// openKeys opens the keys of a journal by the ring of the deployment.
func openKeys(path string) (journal.KeyStore, error) {
	if _, err := os.Stat(path); err != nil { // a store that is not there is an empty one
		return nil, err
	}
	text, namespace := os.Getenv(ringVariable), os.Getenv(namespaceVariable)
	if text == "" || namespace == "" {
		return nil, fmt.Errorf("--keys: set %s to the ring, and %s to the namespace, of the deployment", ringVariable,
			namespaceVariable)
	}
	ring, err := otp.ParseRing(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", ringVariable, err)
	}
	return journal.OpenKeys(path, ring.Sealer(namespace, "journal"))
}
