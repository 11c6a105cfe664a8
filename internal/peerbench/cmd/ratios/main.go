// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Command ratios measures this library beside its peers, prints what it found
// as the table of bars and the times behind it, and with -o writes that to a
// file of this module's folder. It takes some minutes.
//
// It writes the rules of every set as Go, and runs the command measure built
// with them.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/proportion-go/proportion/internal/peerbench/golang"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

const module = "github.com/proportion-go/proportion/internal/peerbench"

func main() {
	out := flag.String("o", "", "write the report to this `file` too")
	flag.Parse()
	if err := run(*out); err != nil {
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

func run(out string) error {
	folder, err := exec.Command("go", "list", "-f", "{{.Module.Dir}}", module+"/workload").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	scratch, err := os.MkdirTemp("", "ratios")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	root := strings.TrimSpace(string(folder))
	overlay, err := overlay(root, scratch)
	if err != nil {
		return err
	}
	measure := exec.Command("go", "run", "-overlay", overlay, "./cmd/measure", "-o", out)
	measure.Dir, measure.Stdout, measure.Stderr = root, os.Stdout, os.Stderr
	return measure.Run()
}

// overlay writes the rules of all sets, and the file that tells the compiler to
// read them in place of those that are committed.
func overlay(root, scratch string) (string, error) {
	source, err := golang.Source(workload.Shapes())
	if err != nil {
		return "", err
	}
	all := filepath.Join(scratch, "rules.go")
	if err := os.WriteFile(all, source, 0o600); err != nil {
		return "", err
	}
	committed := filepath.Join(root, "handwritten", "rules.go")
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{committed: all}})
	if err != nil {
		return "", err
	}
	file := filepath.Join(scratch, "overlay.json")
	return file, os.WriteFile(file, data, 0o600)
}
