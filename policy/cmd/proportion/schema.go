// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
)

func newSchema(w world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of policy files, for editors",
		Long: `Print the JSON Schema (draft-07) of policy files, with which an editor
completes keys and underlines mistakes. It cannot see all that check sees.`,
		Args: cobra.NoArgs,
	}
	addChoice(cmd, "format", "a schema is JSON in either", "text", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		if _, err := w.stdout.Write(policy.Schema()); err != nil {
			return internalError{err}
		}
		return nil
	}
	return cmd
}
