// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// choice is a flag that has one of a few values.
type choice struct {
	value string
	of    []string
}

// String returns the value.
func (c *choice) String() string { return c.value }

// Type returns the values, as the help shows them.
func (c *choice) Type() string { return strings.Join(c.of, "|") }

// Set takes a value, if it is one of those there are.
func (c *choice) Set(value string) error {
	if !slices.Contains(c.of, value) {
		return fmt.Errorf("want %s", strings.Join(c.of, " or "))
	}
	c.value = value
	return nil
}

// addChoice gives a command a flag, whose first value is the default, and the
// shell its values.
func addChoice(cmd *cobra.Command, name, usage string, of ...string) *choice {
	c := &choice{of[0], of}
	cmd.Flags().Var(c, name, usage)
	complete := func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return of, cobra.ShellCompDirectiveNoFileComp
	}
	if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // the flag was added above
	}
	return c
}
