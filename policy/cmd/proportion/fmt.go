// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/replace"
)

// fmtOptions are the flags of fmt.
type fmtOptions struct{ write, diff, list bool }

func newFmt(w world) *cobra.Command {
	var o fmtOptions
	cmd := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Lay policies and their tests out in the one way",
		Long: `Lay policies and their tests out in the one way: two spaces a level, lists one
level below their key, a space within braces and after commas, no space at the
end of a line, no two blank lines together. Comments stay, and so do the order
of keys, quotes, line breaks and what is aligned by more than one space. No
value changes, and a policy keeps its hash.

A folder stands for its YAML files, and - for the standard input. Without a
flag the texts are printed. With --list or --diff the exit code is 1 if a file
would change. A file that cannot be read as YAML is reported, and no file is
written.`,
		Args: cobra.MinimumNArgs(1),
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.write, "write", "w", false, "write the files")
	flags.BoolVarP(&o.diff, "diff", "d", false, "print what would change")
	flags.BoolVarP(&o.list, "list", "l", false, "print the names of files that would change")
	cmd.RunE = func(_ *cobra.Command, args []string) error { return w.fmt(args, o) }
	return cmd
}

func (w world) fmt(paths []string, o fmtOptions) error {
	if o.write && slices.Contains(paths, stdinPath) {
		return usageError{errors.New("--write: the standard input is no file")}
	}
	var files []string
	for _, path := range paths {
		some, err := list(path)
		if err != nil {
			return err
		}
		files = append(files, some...)
	}
	sources, err := w.readAll(files)
	if err != nil {
		return err
	}
	texts, err := w.formatAll(sources)
	if err != nil {
		return err
	}
	changed := false
	for i, s := range sources {
		is, err := o.show(w, s, texts[i])
		if err != nil {
			return err
		}
		changed = changed || is
	}
	if changed && !o.write && (o.list || o.diff) {
		return errFound
	}
	return nil
}

// formatAll returns the texts as they should be. Findings are printed, of all
// files.
func (w world) formatAll(sources []policy.Source) ([][]byte, error) {
	texts := make([][]byte, len(sources))
	var findings []finding
	for i, s := range sources {
		text, err := policy.Format(s)
		if found := findingsOf(err); found != nil {
			findings = append(findings, found...)
		} else if err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", s.Name, err)}
		}
		texts[i] = text
	}
	if len(findings) == 0 {
		return texts, nil
	}
	if err := printFindings(w.stderr, "text", findings); err != nil {
		return nil, err
	}
	return nil, errFound
}

// show prints or writes one file, and reports whether it changes.
func (o fmtOptions) show(w world, s policy.Source, text []byte) (changed bool, err error) {
	changed = !bytes.Equal(s.Data, text)
	if !o.write && !o.diff && !o.list {
		_, err := w.stdout.Write(text)
		return changed, err
	}
	if !changed {
		return false, nil
	}
	if o.list {
		_, _ = fmt.Fprintln(w.stdout, visible(s.Name))
	}
	if o.diff {
		_, _ = w.stdout.Write(diff.Diff(s.Name, s.Data, s.Name+" laid out", text))
	}
	if o.write {
		if err := replace.File(s.Name, string(text)); err != nil {
			return true, internalError{err}
		}
	}
	return true, nil
}
