// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/proportion-go/proportion/stepup/internal/lines"
)

// ReaderConfig says what a [Reader] reads.
type ReaderConfig struct {
	// Files are read one after the other; "-" is Stdin. A file that begins
	// with the two bytes of gzip is decompressed.
	Files []string

	// Stdin is what "-" reads. Nil: os.Stdin.
	Stdin io.Reader

	// Keys open sealed details. Nil: none is opened.
	Keys KeyStore

	// From is where to go on: a [Reader.Position] of an earlier run over the
	// same Files. The zero Position is the beginning.
	From Position
}

// Position is how far a reader came.
type Position struct {
	File   int   // index of ReaderConfig.Files
	Line   int64 // lines of that file that were read
	Offset int64 // bytes of that file that were read, decompressed
}

// Counts are what a reader met so far.
type Counts struct {
	Lines    int64 // all but blank ones
	Events   int64 // that were yielded
	Bad      int64 // lines that could not be read
	Sealed   int64 // events that came sealed
	Unopened int64 // of them, those that stayed so: no key, or an erased one
	Bytes    int64 // read from the files, as they are stored
}

// Reader streams the events of files in memory that does not grow. It is for
// one goroutine.
type Reader struct {
	keys    KeyStore
	decoder Decoder
	lines   *lines.Reader
	counts  Counts
}

// NewReader returns a reader. Nothing is opened before [Reader.Events].
func NewReader(c ReaderConfig) *Reader {
	return &Reader{keys: c.Keys, lines: lines.New(lines.Config{
		Files: c.Files, Stdin: c.Stdin, Most: MaxLine, From: lines.Position(c.From),
	})}
}

// Counts returns what was met so far.
func (r *Reader) Counts() Counts {
	c := r.counts
	c.Bytes = r.lines.Bytes()
	return c
}

// Position returns how far the reader came: after the last event or error that
// was yielded.
func (r *Reader) Position() Position { return Position(r.lines.Position()) }

// File returns the name of the file that the last event was in.
func (r *Reader) File() string { return r.lines.Name() }

// Events yields each event, or an error, in the order of the files. The event
// is valid until the next one: see [Event.Clone].
//
// A [*LineError] is one line that could not be read, and the last thing to be
// had of a file whose compression is damaged; the next event follows it. After
// any other error, such as a file that cannot be opened, nothing follows. A
// sealed event without a key is yielded with its clear fields.
func (r *Reader) Events(ctx context.Context) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		defer r.lines.Close()
		var e Event
		for {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			line, err := r.lines.Next()
			switch {
			case errors.Is(err, io.EOF):
				return
			case errors.Is(err, lines.ErrTooLong):
				r.counts.Lines++
				err = r.bad(ErrTooLong)
			case errors.Is(err, lines.ErrDamaged):
				err = r.bad(err)
			case err != nil:
				err = fmt.Errorf("journal: %w", err)
			case len(bytes.TrimSpace(line)) == 0:
				continue
			default:
				r.counts.Lines++
				err = r.decode(ctx, line, &e)
			}
			if err == nil {
				r.counts.Events++
				if !yield(&e, nil) {
					return
				}
			} else if !yield(nil, err) || !isLine(err) {
				return
			}
		}
	}
}

func isLine(err error) bool {
	var line *LineError
	return errors.As(err, &line)
}

// decode reads a line, and opens what it has sealed.
func (r *Reader) decode(ctx context.Context, line []byte, e *Event) error {
	if err := r.decoder.Decode(line, e); err != nil {
		return r.bad(err)
	}
	if len(e.Sealed) == 0 {
		return nil
	}
	r.counts.Sealed++
	err := r.unseal(ctx, e)
	if errors.Is(err, ErrTampered) || errors.Is(err, ErrSyntax) {
		return r.bad(err)
	}
	if err != nil {
		return fmt.Errorf("journal: %s:%d: %w", r.lines.Name(), r.lines.Position().Line, err)
	}
	return nil
}

// unseal opens what can be opened, and counts what cannot.
func (r *Reader) unseal(ctx context.Context, e *Event) error {
	err := ErrNoKey
	if r.keys != nil {
		err = r.decoder.Open(ctx, e, r.keys)
	}
	if errors.Is(err, ErrNoKey) {
		r.counts.Unopened++
		return nil
	}
	return err
}

func (r *Reader) bad(err error) error {
	r.counts.Bad++
	return &LineError{File: r.lines.Name(), Line: r.lines.Position().Line, Err: err}
}
