// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/proportion-go/proportion/stepup/internal/lines"
)

// order brings the rows of all files into the order of time, in bounded memory:
// each file is read ahead by a window, in which its rows are sorted, and files
// that overlap are merged. A file is opened when its time has come, so that the
// files of a year, whatever their order, are open one or two at a time.
type order struct {
	begun   bool
	waiting []*file // by the time of their first row
	open    []*file
	free    []*row
}

const (
	defaultWindow = 8192
	// maxHeld bounds the bytes of the lines that are held, over all files.
	maxHeld = 16 << 20
	// maxOpen bounds the files that are merged at a time.
	maxOpen = 256
)

// begin finds out when each file begins. With one there is nothing to find.
func (s *Events) begin(ctx context.Context) error {
	if s.order.begun {
		return nil
	}
	for i, name := range s.config.Files {
		if name == "-" && slices.Contains(s.config.Files[:i], name) {
			continue // it was read to its end
		}
		f := &file{index: i, lines: s.open(i, lines.Position{})}
		if len(s.config.Files) > 1 && name != "-" {
			if err := s.lookAhead(ctx, f); err != nil {
				return err
			}
			f.lines = s.open(i, lines.Position{})
		}
		s.order.waiting = append(s.order.waiting, f)
	}
	slices.SortStableFunc(s.order.waiting, func(a, b *file) int { return a.begins.Compare(b.begins) })
	s.order.begun = true
	return nil
}

// lookAhead reads a window of a file for its earliest row.
func (s *Events) lookAhead(ctx context.Context, f *file) error {
	defer f.lines.Close()
	r := s.order.row()
	defer s.order.recycle(r)
	for n := 0; n <= s.config.Window; n++ {
		r.renew()
		err := s.readRow(f, r)
		switch {
		case errors.Is(err, io.EOF):
			return ctx.Err()
		case err == nil && (f.begins.IsZero() || r.time.Before(f.begins)):
			f.begins = r.time
		case err != nil && !isLine(err):
			return err
		}
	}
	return ctx.Err()
}

// next returns the row that is next in time, io.EOF after the last one, or the
// error of a line that is none.
func (s *Events) next() (*row, error) {
	o := &s.order
	for {
		if err := s.fill(); err != nil {
			return nil, err
		}
		o.open = slices.DeleteFunc(o.open, (*file).done)
		f := o.first()
		if o.opens(f) {
			o.open = append(o.open, o.waiting[0])
			o.waiting = o.waiting[1:]
			continue
		}
		if f == nil {
			return nil, io.EOF
		}
		return f.held.pop(), nil
	}
}

// first returns the open file whose first row is the earliest.
func (o *order) first() (first *file) {
	for _, f := range o.open {
		if first == nil || f.before(first) {
			first = f
		}
	}
	return first
}

// opens reports whether the next of the waiting files may have a row before
// the first one of the open files.
func (o *order) opens(first *file) bool {
	switch {
	case len(o.waiting) == 0 || len(o.open) >= maxOpen:
		return false
	case first == nil:
		return true
	}
	return !o.waiting[0].begins.After(first.held.first().time)
}

// fill reads every open file ahead as far as its window goes.
func (s *Events) fill() error {
	for _, f := range s.order.open {
		for !f.ended && !s.full(f) {
			if err := s.hold(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// full reports whether a file holds its part of the rows or bytes.
func (s *Events) full(f *file) bool {
	n := len(s.order.open)
	return f.held.len() > s.config.Window/n || f.held.bytes > maxHeld/n && f.held.len() > 0
}

// hold reads one line.
func (s *Events) hold(f *file) error {
	r := s.order.row()
	err := s.readRow(f, r)
	if r.line <= f.past && (err == nil || isLine(err)) {
		s.holdAgain(f, r, err)
		return nil
	}
	if err == nil || errors.Is(err, ErrRow) {
		s.counts.Lines++
	}
	switch f.last = max(f.last, r.line); {
	case err == nil:
		if f.held.push(r) {
			s.counts.Reordered++
		}
		return nil
	case errors.Is(err, io.EOF):
		s.read += f.lines.Bytes()
		f.ended, err = true, nil
	case isLine(err):
		s.counts.Bad++
	}
	s.order.recycle(r)
	return err
}

// holdAgain takes a line that was read in the run that is gone on from, and
// counted there: it is still to come if it was held.
func (s *Events) holdAgain(f *file, r *row, err error) {
	if err == nil && f.again[r.line] {
		f.held.push(r)
		return
	}
	s.order.recycle(r)
}

// row returns an empty row.
func (o *order) row() *row {
	n := len(o.free)
	if n == 0 {
		return &row{}
	}
	r := o.free[n-1]
	o.free = o.free[:n-1]
	return r
}

// recycle takes a row that is no longer needed.
func (o *order) recycle(r *row) {
	r.renew()
	o.free = append(o.free, r)
}
