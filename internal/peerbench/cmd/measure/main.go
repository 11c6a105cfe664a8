// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command measure runs every benchmark and writes the report. Use the command
// ratios, which builds it with all the rules that are written by hand.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/proportion-go/proportion/internal/peerbench/measure"
)

func main() {
	out := flag.String("o", "", "write the report to this `file` too")
	only := flag.String("only", "", "run one `group`: policy, load, location, assessment, code, decision or store")
	err := measure.Setup()
	if err == nil {
		flag.Parse()
		err = run(*out, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(out, only string) error {
	var report measure.Report
	for _, g := range measure.Groups() {
		if only != "" && g.Name != only {
			continue
		}
		began := time.Now()
		r, err := g.Run()
		if err != nil {
			return fmt.Errorf("%s: %w", g.Name, err)
		}
		report.Add(r)
		fmt.Fprintf(os.Stderr, "%s: %.0f s\n", g.Name, time.Since(began).Seconds())
	}
	var text bytes.Buffer
	report.Write(&text, time.Now())
	if _, err := os.Stdout.Write(text.Bytes()); err != nil || out == "" {
		return err
	}
	return os.WriteFile(out, text.Bytes(), 0o644)
}
