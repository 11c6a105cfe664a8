// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

func newSchema(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema [policy|test]",
		Short: "Print the JSON Schema of policy or test files, for editors",
		Long: `Print the JSON Schema (draft-07) of policy files, or of their tests, with which
an editor completes keys and underlines mistakes. It cannot see all that check
sees.`,
		ValidArgs: []string{"policy", "test"},
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
	}
	addChoice(cmd, "format", "a schema is JSON in either", "text", "json")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		schema := policy.Schema()
		if len(args) == 1 && args[0] == "test" {
			schema = policytest.Schema()
		}
		_, err := w.stdout.Write(schema)
		return err
	}
	return cmd
}
