// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command print writes EVALUATION.md in the current folder. It takes a minute
// or two, and is run by go generate.
package main

import (
	"fmt"
	"os"

	"github.com/proportion-go/proportion/risk/internal/evaluation"
)

func main() {
	page := evaluation.Page(evaluation.Run(evaluation.Full()), evaluation.Run(evaluation.Reduced()))
	if err := os.WriteFile("EVALUATION.md", page, 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "print:", err)
		os.Exit(1)
	}
}
