// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"time"

	"github.com/proportion-go/proportion/stepup/internal/lines"
	"github.com/proportion-go/proportion/stepup/journal"
)

// file is one of the files that are read.
type file struct {
	index  int // of EventsConfig.Files
	lines  *lines.Reader
	header *header   // if it is CSV
	begins time.Time // the time of its first row; zero: it is not known
	ended  bool      // all of it was read
	held   held      // of what was read, what is still to come
	last   int64     // the line that was read last

	// Of a file that was read in the run that is gone on from: the line up to
	// which it was, and the lines of what was held.
	past  int64
	again map[int64]bool
}

// done reports whether nothing is to come.
func (f *file) done() bool { return f.ended && f.held.len() == 0 }

// before reports whether the first row of a file comes before that of another.
func (f *file) before(g *file) bool {
	c := f.held.first().time.Compare(g.held.first().time)
	return c < 0 || c == 0 && f.index < g.index
}

// open returns the lines of a file. Nothing is opened before the first is read.
func (s *Events) open(index int, from lines.Position) *lines.Reader {
	return lines.New(lines.Config{
		Files: s.config.Files[index : index+1], Stdin: s.config.Stdin, Most: journal.MaxLine, From: from,
	})
}

// name returns the name of a file, as it is reported.
func (s *Events) name(index int) string {
	if name := s.config.Files[index]; name != "-" {
		return name
	}
	return "stdin"
}

// readRow reads the next row of a file, which must be empty. The error is
// io.EOF after the last one, or a [*journal.LineError] for a line that is none,
// after which the next follows.
func (s *Events) readRow(f *file, r *row) error {
	for {
		r.from = f.lines.Position()
		line, err := f.lines.Next()
		r.file, r.line = f.index, f.lines.Position().Line
		switch {
		case errors.Is(err, io.EOF):
			return io.EOF
		case errors.Is(err, lines.ErrTooLong) || errors.Is(err, lines.ErrDamaged):
			return s.bad(r, err)
		case err != nil:
			return fmt.Errorf("replay: %w", err)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		if s.config.Format != JSONLines && f.header == nil {
			if f.header, err = newHeader(s.config.Format, line); err != nil {
				return fmt.Errorf("%s:%d: %w", s.name(f.index), r.line, err)
			}
			s.counts.note(f.header)
			continue
		}
		r.size = len(line)
		if err := s.parse(s, f, line, r); err != nil {
			return s.bad(r, err)
		}
		return nil
	}
}

func (s *Events) bad(r *row, err error) error {
	return &journal.LineError{File: s.name(r.file), Line: r.line, Err: err}
}

func isLine(err error) bool {
	var line *journal.LineError
	return errors.As(err, &line)
}

// held are rows in the order of time, and those of the same time in the order
// in which they were read. Nearly all come in order, and are only appended.
type held struct {
	rows  []*row
	gone  int // rows at the front that were taken
	bytes int
}

func (h *held) len() int    { return len(h.rows) - h.gone }
func (h *held) first() *row { return h.rows[h.gone] }

// push puts a row into its place, and reports whether it came out of order.
func (h *held) push(r *row) (moved bool) {
	h.bytes += r.size
	at := len(h.rows)
	if moved = at > h.gone && r.time.Before(h.rows[at-1].time); moved {
		kept := h.rows[h.gone:]
		at = h.gone + sort.Search(len(kept), func(i int) bool { return kept[i].time.After(r.time) })
	}
	h.rows = slices.Insert(h.rows, at, r)
	return moved
}

// pop takes the first row.
func (h *held) pop() *row {
	r := h.rows[h.gone]
	h.rows[h.gone] = nil
	h.bytes -= r.size
	if h.gone++; h.gone > len(h.rows)/2 {
		h.rows = append(h.rows[:0], h.rows[h.gone:]...)
		h.gone = 0
	}
	return r
}
