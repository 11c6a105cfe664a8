// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command generate writes the rules of the small sets as Go: see package
// handwritten.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/proportion-go/proportion/internal/peerbench/golang"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

func main() {
	out := flag.String("o", "rules.go", "write to this `file`")
	flag.Parse()
	source, err := golang.Source(workload.Small())
	if err == nil {
		err = os.WriteFile(*out, source, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
