// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package lines

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// source is one open file.
type source struct {
	raw     *counter
	close   func()
	damaged bool
}

// counter counts what is read through it.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n += int64(n)
	return n, err
}

// open opens the file that the reader is at, where it is in it.
func (r *Reader) open() error {
	src := &source{close: func() {}}
	if name := r.config.Files[r.at.File]; name == "-" {
		src.raw = &counter{Reader: r.config.Stdin}
		if r.config.Stdin == nil {
			src.raw.Reader = os.Stdin
		}
	} else {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		src.raw, src.close = &counter{Reader: file}, func() { _ = file.Close() }
	}
	if err := r.begin(src); err != nil {
		src.close()
		return fmt.Errorf("%s: %w", r.Name(), err)
	}
	r.source = src
	return nil
}

// begin sets up the lines of a source, decompressed, from the reader's
// position on.
func (r *Reader) begin(src *source) error {
	start := bufio.NewReader(src.raw)
	magic, _ := start.Peek(2) // a shorter file has no event
	var content io.Reader = start
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) { // RFC 1952 s2.3.1
		content = &unzipper{from: start}
	} else if file, ok := src.raw.Reader.(*os.File); ok && r.at.Offset > 0 && r.Name() != "stdin" {
		if _, err := file.Seek(r.at.Offset, io.SeekStart); err != nil {
			return err
		}
		content = src.raw
	}
	if r.buffer == nil {
		r.buffer = bufio.NewReaderSize(nil, 1<<16)
	}
	r.buffer.Reset(content)
	if content == src.raw {
		return nil
	}
	_, err := io.CopyN(io.Discard, r.buffer, r.at.Offset)
	if errors.Is(err, io.EOF) || isDamage(err) {
		return nil // it became shorter; there is nothing more in it
	}
	return err
}

// unzipper opens gzip with the first read, so that a damaged beginning is an
// error of the first line.
type unzipper struct {
	from io.Reader
	zip  *gzip.Reader
}

func (u *unzipper) Read(b []byte) (int, error) {
	if u.zip == nil {
		zip, err := gzip.NewReader(u.from)
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		u.zip = zip
	}
	return u.zip.Read(b)
}

// isDamage reports whether a compressed file is cut off or changed.
func isDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum)
}
