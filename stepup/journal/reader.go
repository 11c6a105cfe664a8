// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
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
	config  ReaderConfig
	decoder Decoder
	buffer  *bufio.Reader
	long    []byte // a line that has no room in the buffer
	at      Position
	counts  Counts
}

// NewReader returns a reader. Nothing is opened before [Reader.Events].
func NewReader(c ReaderConfig) *Reader { return &Reader{config: c, at: c.From} }

// Counts returns what was met so far.
func (r *Reader) Counts() Counts { return r.counts }

// Position returns how far the reader came: after the last event or error that
// was yielded.
func (r *Reader) Position() Position { return r.at }

// Events yields each event, or an error, in the order of the files. The event
// is valid until the next one: see [Event.Clone].
//
// A [*LineError] is one line that could not be read, and the last thing to be
// had of a file whose compression is damaged; the next event follows it. After
// any other error, such as a file that cannot be opened, nothing follows. A
// sealed event without a key is yielded with its clear fields.
func (r *Reader) Events(ctx context.Context) iter.Seq2[*Event, error] {
	return func(yield func(*Event, error) bool) {
		for ; r.at.File < len(r.config.Files); r.at = (Position{File: r.at.File + 1}) {
			src, err := r.open()
			if err != nil {
				yield(nil, err)
				return
			}
			more := r.readFile(ctx, src, yield)
			src.close()
			if !more {
				return
			}
		}
	}
}

// readFile yields what one file has, and reports whether to go on.
func (r *Reader) readFile(ctx context.Context, src *source, yield func(*Event, error) bool) bool {
	var e Event
	for {
		if err := ctx.Err(); err != nil {
			yield(nil, err)
			return false
		}
		line, err := r.next()
		r.counts.Bytes += src.taken()
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return true
		case err == nil || errors.Is(err, io.EOF):
			if len(bytes.TrimSpace(line)) == 0 {
				continue
			}
			if !r.yield(ctx, src, line, &e, yield) {
				return false
			}
		case errors.Is(err, ErrTooLong):
			r.counts.Lines++
			if !r.bad(src, err, yield) {
				return false
			}
		case isDamage(err):
			return r.bad(src, err, yield)
		default:
			yield(nil, fmt.Errorf("journal: %s: %w", src.name, err))
			return false
		}
	}
}

// yield decodes a line and yields what it is.
func (r *Reader) yield(ctx context.Context, src *source, line []byte, e *Event, yield func(*Event,
	error) bool) bool {
	r.counts.Lines++
	if err := r.decoder.Decode(line, e); err != nil {
		return r.bad(src, err, yield)
	}
	if len(e.Sealed) > 0 {
		r.counts.Sealed++
		err := r.unseal(ctx, e)
		if errors.Is(err, ErrTampered) || errors.Is(err, ErrSyntax) {
			return r.bad(src, err, yield)
		}
		if err != nil {
			yield(nil, fmt.Errorf("journal: %s:%d: %w", src.name, r.at.Line, err))
			return false
		}
	}
	r.counts.Events++
	return yield(e, nil)
}

// unseal opens what can be opened, and counts what cannot.
func (r *Reader) unseal(ctx context.Context, e *Event) error {
	err := ErrNoKey
	if r.config.Keys != nil {
		err = r.decoder.Open(ctx, e, r.config.Keys)
	}
	if errors.Is(err, ErrNoKey) {
		r.counts.Unopened++
		return nil
	}
	return err
}

func (r *Reader) bad(src *source, err error, yield func(*Event, error) bool) bool {
	r.counts.Bad++
	return yield(nil, &LineError{File: src.name, Line: r.at.Line, Err: err})
}
