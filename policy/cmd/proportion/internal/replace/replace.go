// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package replace writes files that are there already.
package replace

import (
	"os"
	"path/filepath"
)

// File gives a file another text. It is replaced as a whole or not at all, and
// keeps its permissions; of a symbolic link it is the target.
func File(path, text string) (err error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(target), ".proportion-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary.Name()) // what failed is what matters
		}
	}()
	_, err = temporary.WriteString(text)
	for _, then := range []func() error{
		func() error { return temporary.Chmod(info.Mode().Perm()) },
		temporary.Sync,
	} {
		if err == nil {
			err = then()
		}
	}
	if e := temporary.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(temporary.Name(), target)
	}
	return err
}
