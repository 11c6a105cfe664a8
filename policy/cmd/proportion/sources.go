// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy"
)

const (
	stdinPath = "-"
	stdinName = "stdin" // in findings

	// maxPolicy is a byte more than a policy may have, so that the loader sees
	// that there are too many.
	maxPolicy = 4<<20 + 1
)

// isTest reports whether a file holds tests of a policy.
func isTest(path string) bool {
	return strings.HasSuffix(path, "_test.yaml") || strings.HasSuffix(path, "_test.yml")
}

// list returns the YAML files of a folder, or a file as it is.
func list(path string) ([]string, error) {
	info, err := os.Stat(path)
	if path == stdinPath || err == nil && !info.IsDir() {
		return []string{path}, nil
	}
	if err != nil {
		return nil, usageError{err}
	}
	files, err := within(path)
	if err == nil && len(files) == 0 {
		err = usageError{fmt.Errorf("%s: no YAML file in this folder", path)}
	}
	return files, err
}

// within returns the YAML files of a folder, which may be none.
func within(path string) (files []string, err error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, usageError{err}
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	return files, nil
}

// readPolicy reads the files of one policy. A folder stands for the files in
// it that are no tests.
func (w world) readPolicy(paths []string) ([]policy.Source, error) {
	var files []string
	for _, path := range paths {
		some, err := list(path)
		if err != nil {
			return nil, err
		}
		if len(some) == 1 && some[0] == path && isTest(path) {
			return nil, usageError{fmt.Errorf("%s holds tests: see proportion test", path)}
		}
		files = append(files, slices.DeleteFunc(some, isTest)...)
	}
	if len(files) == 0 {
		return nil, usageError{fmt.Errorf("no policy in %s", strings.Join(paths, ", "))}
	}
	return w.readAll(files)
}

// readAll reads each file once, however often and by whatever path it is named.
func (w world) readAll(files []string) ([]policy.Source, error) {
	sources := make([]policy.Source, 0, len(files))
	var seen []fs.FileInfo
	for i, path := range files {
		if slices.Contains(files[:i], path) {
			continue
		}
		if info, err := os.Stat(path); err == nil && path != stdinPath {
			if slices.ContainsFunc(seen, func(other fs.FileInfo) bool { return os.SameFile(info, other) }) {
				continue
			}
			seen = append(seen, info)
		}
		s, err := w.read(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// read reads one file, or the standard input for "-".
func (w world) read(path string) (policy.Source, error) {
	s := policy.Source{Name: path}
	from := w.stdin
	if path == stdinPath {
		s.Name = stdinName
	} else {
		f, err := os.Open(path)
		if err != nil {
			return s, usageError{err}
		}
		defer func() { _ = f.Close() }() // it was only read
		from = f
	}
	data, err := io.ReadAll(io.LimitReader(from, maxPolicy))
	if err != nil {
		return s, usageError{fmt.Errorf("%s: %w", s.Name, err)}
	}
	s.Data = data
	return s, nil
}
