// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Segments returns the files of the journal at a path, oldest first: those
// that were renamed when a new one was begun, named after that moment as
// "journal-20260131T000003Z-0001.jsonl", then the path itself if it exists.
func Segments(path string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	base := filepath.Base(path)
	prefix, ext := cutExt(base)
	var files []string
	for _, entry := range entries {
		if isSegment(entry.Name(), prefix, ext) {
			files = append(files, filepath.Join(filepath.Dir(path), entry.Name()))
		}
	}
	slices.Sort(files) // the times in the names have one length
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == base }) {
		files = append(files, path)
	}
	return files, nil
}

const (
	segmentTime  = "20060102T150405Z"
	maxSequence  = 9999
	segmentStamp = len("-20060102T150405Z-0001")
)

func cutExt(base string) (prefix, ext string) {
	ext = filepath.Ext(base)
	return strings.TrimSuffix(base, ext), ext
}

func isSegment(name, prefix, ext string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || len(rest) != segmentStamp+len(ext) || rest[segmentStamp:] != ext {
		return false
	}
	_, err := time.Parse("-"+segmentTime, rest[:segmentStamp-len("-0001")])
	return err == nil
}

// segment returns a name that no file has, for what is at the path until the
// moment.
func segment(path string, at time.Time) (string, error) {
	prefix, ext := cutExt(filepath.Base(path))
	for n := 1; n <= maxSequence; n++ {
		name := fmt.Sprintf("%s-%s-%04d%s", prefix, at.UTC().Format(segmentTime), n, ext)
		name = filepath.Join(filepath.Dir(path), name)
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
			return name, nil
		} else if err != nil {
			return "", err
		}
	}
	return "", errors.New("too many files of one second")
}

// rotate renames the file and begins a new one. It needs both locks. Where a
// step fails, the old file goes on.
func (f *File) rotate(at time.Time) error {
	name, err := segment(f.config.Path, at)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if f.config.Sync != InsecureSkipSync {
		if err := f.file.Sync(); err != nil {
			f.failed = fmt.Errorf("journal: %w", err)
			return f.failed
		}
	}
	f.synced = f.written
	if err := os.Rename(f.config.Path, name); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	old := f.file
	if err := f.open(); err != nil {
		if back := os.Rename(name, f.config.Path); back != nil {
			f.failed = errors.Join(err, back) // there is no path to go on with
		}
		return err
	}
	f.day = 0
	_ = old.Close() // the disk has it already
	return nil
}

// syncFolder makes the names of a folder outlive a loss of power, where the
// system has a way to ask for it.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
