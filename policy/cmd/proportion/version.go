// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// build says what the program was built from.
type build struct {
	Version string `json:"version"` // of the command
	Core    string `json:"core"`    // of the library
	Go      string `json:"go"`
}

func newVersion(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the command and of the library",
		Args:  cobra.NoArgs,
	}
	format := addChoice(cmd, "format", "how to print the versions", "text", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		b := currentBuild()
		if format.value == "json" {
			return printJSON(w.stdout, b)
		}
		_, err := fmt.Fprintf(w.stdout, "proportion %s (library %s, %s)\n", b.Version, b.Core, b.Go)
		return err
	}
	return cmd
}

func currentBuild() build {
	const core = "github.com/proportion-go/proportion"
	b := build{Version: "(devel)", Core: "(devel)", Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "" {
		b.Version = info.Main.Version
	}
	for _, dep := range info.Deps {
		if dep.Path == core && dep.Version != "" {
			b.Core = dep.Version
		}
	}
	return b
}
