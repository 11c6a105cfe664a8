// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
)

// Torn returns the last line that [OpenFile] found without an end and that was
// no whole event, as a [*LineError]; nil if there was none.
func (f *File) Torn() error {
	if f.torn == nil {
		return nil
	}
	return f.torn
}

// mend looks at the first and last line: the newest day of the two, and whether
// the last has an end.
func (f *File) mend() error {
	if f.size == 0 {
		return nil
	}
	last, whole, err := f.lastLine()
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	first, err := f.firstLine()
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	f.cut = !whole
	var d Decoder
	var e Event
	if d.Decode(first, &e) == nil {
		f.day = dayOf(e.Time)
	}
	err = d.Decode(last, &e)
	if err == nil {
		f.day = max(f.day, dayOf(e.Time))
	}
	if whole {
		return nil
	}
	if err == nil {
		return f.put(nil) // only its line feed was lost
	}
	line, err := f.countLines()
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	f.torn = &LineError{File: f.config.Path, Line: line, Err: ErrTorn}
	return f.Append(context.Background(), &Event{
		Time: f.config.Now(), Kind: KindGap, ID: rand.Text(), Outcome: "torn",
		Detail: Detail{Lost: 1},
	})
}

// firstLine returns the first line, as far as a line can be long.
func (f *File) firstLine() ([]byte, error) {
	head := make([]byte, min(f.size, MaxLine+1))
	if _, err := f.file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	line, _, _ := bytes.Cut(head, []byte("\n"))
	return line, nil
}

// lastLine returns the bytes after the last line feed but that of the end, as
// far as a line can be long, and whether the file ends with one.
func (f *File) lastLine() (last []byte, whole bool, err error) {
	tail := make([]byte, min(f.size, MaxLine+1))
	if _, err := f.file.ReadAt(tail, f.size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	tail, whole = bytes.CutSuffix(tail, []byte("\n"))
	return tail[bytes.LastIndexByte(tail, '\n')+1:], whole, nil
}

// countLines returns the number of the last line.
func (f *File) countLines() (int64, error) {
	chunk := make([]byte, 1<<16)
	lines := int64(1)
	for at := int64(0); at < f.size; {
		n, err := f.file.ReadAt(chunk, at)
		lines += int64(bytes.Count(chunk[:n], []byte("\n")))
		at += int64(n)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if n == 0 {
			break
		}
	}
	return lines, nil
}
