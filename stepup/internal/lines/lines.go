// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package lines reads the lines of files, one file after the other, in memory
// that does not grow.
package lines

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrTooLong is the error of a line longer than the most.
	ErrTooLong = errors.New("line too long")

	// ErrDamaged is the error of a file whose compression is cut off or
	// changed: nothing more can be had of it. The cause is joined.
	ErrDamaged = errors.New("compressed file is damaged")

	// ErrEndless is the error of a file in which no line ends: a device, or
	// what is no text at all. It is not read on.
	ErrEndless = errors.New("no line ends within 1 GiB")
)

// endless is how many bytes are passed over to find the end of a line.
const endless = 1 << 30

// Config says what a [Reader] reads.
type Config struct {
	// Files are read one after the other; "-" is Stdin. A file that begins
	// with the two bytes of gzip is decompressed.
	Files []string
	Stdin io.Reader // what "-" reads; nil: os.Stdin
	Most  int       // bytes of a line
	From  Position  // where to go on
}

// Position is how far a reader came. The zero Position is the beginning.
type Position struct {
	File   int   // index of Config.Files
	Line   int64 // lines of that file that were read
	Offset int64 // bytes of that file that were read, decompressed
}

// Reader reads lines. It is for one goroutine.
type Reader struct {
	config Config
	source *source
	buffer *bufio.Reader
	long   []byte // a line that has no room in the buffer
	at     Position
	bytes  int64
}

// New returns a reader. Nothing is opened before [Reader.Next].
func New(c Config) *Reader { return &Reader{config: c, at: c.From} }

// Position returns how far the reader came.
func (r *Reader) Position() Position { return r.at }

// Bytes returns how many were read from the files, as they are stored.
func (r *Reader) Bytes() int64 {
	if r.source != nil {
		return r.bytes + r.source.raw.n
	}
	return r.bytes
}

// Name returns the name of the file that the last line was in.
func (r *Reader) Name() string {
	switch {
	case r.at.File >= len(r.config.Files):
		return ""
	case r.config.Files[r.at.File] == "-":
		return "stdin"
	}
	return r.config.Files[r.at.File]
}

// Next returns the next line, without its line feed. It is valid until the
// next call.
//
// The error is io.EOF after the last line of the last file. After [ErrTooLong]
// the next line follows, and after [ErrDamaged] the next file: both stand at
// the line of [Reader.Position]. After any other error nothing follows.
func (r *Reader) Next() ([]byte, error) {
	for r.at.File < len(r.config.Files) {
		if r.source == nil {
			if err := r.open(); err != nil {
				return nil, err
			}
		}
		line, err := r.read()
		switch {
		case err == nil || errors.Is(err, ErrTooLong):
			return line, err
		case errors.Is(err, io.EOF) && len(line) > 0:
			return line, nil // the last, without an end
		case errors.Is(err, io.EOF):
			r.leave()
			r.at = Position{File: r.at.File + 1}
		case isDamage(err):
			r.source.damaged = true
			return nil, errors.Join(ErrDamaged, err)
		default:
			return nil, err
		}
	}
	return nil, io.EOF
}

// Close closes the file that is open. The reader goes on from where it was.
func (r *Reader) Close() { r.leave() }

func (r *Reader) leave() {
	if r.source != nil {
		r.bytes += r.source.raw.n
		r.source.close()
		r.source = nil
	}
}

// read returns the next line of the open file, without its end; with io.EOF,
// the last one, which has none.
func (r *Reader) read() ([]byte, error) {
	if r.source.damaged {
		return nil, io.EOF
	}
	line, err := r.buffer.ReadSlice('\n')
	r.at.Offset += int64(len(line))
	if len(line) > 0 || err != nil && !errors.Is(err, io.EOF) {
		r.at.Line++
	}
	if errors.Is(err, bufio.ErrBufferFull) {
		return r.readLong(line)
	}
	return trim(line), err
}

// readLong reads on where the buffer had no room, and passes over what is too
// long.
func (r *Reader) readLong(line []byte) ([]byte, error) {
	r.long = append(r.long[:0], line...)
	err, begin := bufio.ErrBufferFull, r.at.Offset
	for errors.Is(err, bufio.ErrBufferFull) {
		if r.at.Offset-begin > endless {
			return nil, fmt.Errorf("%s: %w", r.Name(), ErrEndless)
		}
		line, err = r.buffer.ReadSlice('\n')
		r.at.Offset += int64(len(line))
		if room := r.config.Most + 1 - len(r.long); room > 0 {
			r.long = append(r.long, line[:min(len(line), room)]...)
		}
	}
	if len(r.long) > r.config.Most && (err == nil || errors.Is(err, io.EOF)) {
		return nil, ErrTooLong
	}
	return trim(r.long), err
}

func trim(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		return line[:n-1]
	}
	return line
}
