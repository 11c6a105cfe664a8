// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package replace writes files so that neither a full disk nor an interruption
// leaves half of one.
package replace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// File gives a file that is there another text, as [Write] does.
func File(path, text string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	return Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}

// Write puts a file in its place once all of it is on the disk. One that was
// there keeps its permissions, and of a symbolic link it is the target; a new
// one is for its owner alone. What is no file, a pipe or a device, stays one, and
// is written to.
func Write(path string, content func(io.Writer) error) error {
	mode := fs.FileMode(0o600)
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return through(path, content)
	case err == nil:
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".proportion-*")
	if err != nil {
		return err
	}
	err = errors.Join(content(f), f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// through writes to what is there already.
func through(path string, content func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	return errors.Join(content(f), f.Close())
}
