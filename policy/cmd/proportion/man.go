// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan(_ world) *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "Write the manual pages",
		Long: `Write a manual page for each command into a folder, which must exist:
proportion.1, proportion-check.1 and so on. The pages of one version are the
same whenever they are written.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := os.Stat(args[0])
			switch {
			case err != nil:
				return usageError{err}
			case !info.IsDir():
				return usageError{fmt.Errorf("%s is no folder", args[0])}
			}
			for _, c := range append(cmd.Root().Commands(), cmd.Root()) {
				if c.IsAdditionalHelpTopicCommand() || c.Name() == "help" {
					continue
				}
				path := filepath.Join(args[0], pageOf(c)+".1")
				if err := os.WriteFile(path, []byte(manual(c)), 0o644); err != nil {
					return internalError{err}
				}
			}
			return nil
		},
	}
}

// pageOf returns the name of a command's page.
func pageOf(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manual returns a page in the macros of man(7).
func manual(c *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s Proportion\n", quoteRoff(strings.ToUpper(pageOf(c))),
		quoteRoff("proportion "+currentBuild().Version))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageOf(c)), roff(c.Short))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n", roff(c.UseLine()))
	b.WriteString(".SH DESCRIPTION\n")
	for paragraph := range strings.SplitSeq(c.Long, "\n\n") {
		if strings.HasPrefix(paragraph, " ") { // an example
			fmt.Fprintf(&b, ".PP\n.nf\n%s\n.fi\n", roff(paragraph))
		} else {
			fmt.Fprintf(&b, ".PP\n%s\n", roff(paragraph))
		}
	}
	if c.HasAvailableFlags() {
		b.WriteString(".SH OPTIONS\n")
		c.Flags().VisitAll(func(f *pflag.Flag) { b.WriteString(manualFlag(f)) })
	}
	b.WriteString(".SH SEE ALSO\n" + seeAlso(c))
	return b.String()
}

func manualFlag(f *pflag.Flag) string {
	value, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand + ", " + name
	}
	if value != "" {
		name += " " + value
	}
	if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "0" && f.DefValue != "[]" {
		usage += " (default " + f.DefValue + ")"
	}
	return fmt.Sprintf(".TP\n.B %s\n%s\n", roff(name), roff(usage))
}

// seeAlso names the other pages.
func seeAlso(of *cobra.Command) string {
	var pages []string
	for _, c := range append(of.Root().Commands(), of.Root()) {
		if c != of && c.Name() != "help" {
			pages = append(pages, fmt.Sprintf(".BR %s (1)", roff(pageOf(c))))
		}
	}
	return strings.Join(pages, ",\n") + "\n"
}

// roff returns a text in which nothing is a command: hyphens are typed, and no
// line begins with a dot or an apostrophe.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

// quoteRoff returns an argument of a macro.
func quoteRoff(text string) string { return `"` + strings.ReplaceAll(roff(text), `"`, `\(dq`) + `"` }
