// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command proportion checks, tests and explains policies.
//
// README.md is its manual, and testdata/script shows every command, format and
// exit code.
package main

import (
	"os"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:], world{os.Stdin, os.Stdout, os.Stderr, time.Now}))
}
