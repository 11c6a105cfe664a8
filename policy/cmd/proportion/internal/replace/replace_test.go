// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replace_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/replace"
)

// TestFile: the text is another, the permissions are the same, and nothing
// else is in the folder.
func TestFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "policy.yaml")
	if err := os.WriteFile(path, []byte("before"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := replace.File(path, "after"); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || string(data) != "after" {
		t.Errorf("the file holds %q (%v)", data, err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("the mode is %v (%v)", info.Mode(), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left (%v)", len(entries), err)
	}
}

// TestFileBehindALink: the link stays one.
func TestFileBehindALink(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "link")
	if err := os.WriteFile(target, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("target", link); err != nil {
		t.Skip("no links here: ", err)
	}
	if err := replace.File(link, "after"); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(target); err != nil || string(data) != "after" {
		t.Errorf("the target holds %q (%v)", data, err)
	}
	if _, err := os.Readlink(link); err != nil {
		t.Error(err)
	}
}

// TestFileThatIsNone: no file is made.
func TestFileThatIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent")
	if err := replace.File(path, "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that there is none", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is one now (%v)", err)
	}
}

// TestWriteAllOrNothing: what fails half way leaves the old file, and no other.
func TestWriteAllOrNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "page.html")
	write := func(text string, end error) error {
		return replace.Write(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, end)
		})
	}
	if err := write("whole", nil); err != nil {
		t.Fatal(err)
	}
	if err := write("half", io.ErrShortWrite); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want %v", err, io.ErrShortWrite)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "whole" {
		t.Errorf("the file holds %q (%v)", data, err)
	}
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the mode of a new file is %v (%v)", info.Mode(), err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left (%v)", len(entries), err)
	}
}

// TestWriteToADevice: what is no file stays what it is, and takes what is
// written.
func TestWriteToADevice(t *testing.T) {
	before, err := os.Stat(os.DevNull)
	if err != nil || before.Mode().IsRegular() {
		t.Skip("no devices here: ", err)
	}
	// Through a link in a folder of its own: a mistake would replace the link.
	link := filepath.Join(t.TempDir(), "null")
	if err := os.Symlink(os.DevNull, link); err != nil {
		t.Skip("no links here: ", err)
	}
	wrote := 0
	if err := replace.Write(link, func(w io.Writer) (err error) {
		if _, ok := w.(*os.File); ok && w.(*os.File).Name() != link {
			return errors.New("another file is written: " + w.(*os.File).Name())
		}
		wrote, err = io.WriteString(w, "text")
		return err
	}); err != nil || wrote != 4 {
		t.Errorf("%d bytes written, %v", wrote, err)
	}
}
