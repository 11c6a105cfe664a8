// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// coder writes values to bytes, or reads them from there: one description of a
// type does both, so that they agree. What is read takes memory in proportion
// to the bytes.
type coder struct {
	frame   []byte // what was written, or is left to read
	reading bool
	err     error // the first
}

var errFrame = errors.New("not what was written")

// number is any integer, as a variable-length one.
func number[N ~int | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64](c *coder, p *N) {
	if !c.reading {
		c.frame = binary.AppendVarint(c.frame, int64(*p))
		return
	}
	n, size := binary.Varint(c.frame)
	if c.err != nil || size <= 0 || int64(N(n)) != n {
		c.fail()
		return
	}
	c.frame, *p = c.frame[size:], N(n)
}

func (c *coder) fail() {
	if c.frame = nil; c.err == nil {
		c.err = errFrame
	}
}

func (c *coder) flag(p *bool) {
	var n uint8
	if *p {
		n = 1
	}
	if number(c, &n); n > 1 {
		c.fail()
	}
	*p = n == 1
}

// time is a moment, or the zero time.
func (c *coder) time(p *time.Time) {
	n := nanos(*p)
	if number(c, &n); c.reading {
		*p = moment(n)
	}
}

// raw is as many bytes as p has.
func (c *coder) raw(p []byte) {
	if !c.reading {
		c.frame = append(c.frame, p...)
		return
	}
	if len(c.frame) < len(p) {
		c.fail()
		return
	}
	c.frame = c.frame[copy(p, c.frame):]
}

// bytes are some bytes; none are nil.
func (c *coder) bytes(p *[]byte) {
	n := len(*p)
	if number(c, &n); c.reading {
		if n < 0 || n > len(c.frame) {
			c.fail()
			return
		}
		*p = nil
		if n > 0 {
			*p = make([]byte, n)
		}
	}
	c.raw(*p)
}

// text is a string of any bytes.
func (c *coder) text(p *string) {
	n := len(*p)
	switch number(c, &n); {
	case !c.reading:
		c.frame = append(c.frame, *p...)
	case n < 0 || n > len(c.frame):
		c.fail()
	default:
		*p = string(c.frame[:n])
		c.frame = c.frame[n:]
	}
}

func (c *coder) decimal(p *policy.Decimal) {
	text := p.String()
	if c.text(&text); !c.reading || c.err != nil {
		return
	}
	d, err := policy.ParseDecimal(text)
	if err != nil {
		c.fail()
		return
	}
	*p = d
}

// list is any number of values. What is read takes memory in proportion to the
// frame: there is no more of it than was read.
func list[S ~[]V, V any](c *coder, p *S, each func(*coder, *V)) {
	n := len(*p)
	if number(c, &n); n < 0 {
		c.fail()
	}
	for i := 0; i < n && c.err == nil; i++ {
		if c.reading {
			if len(c.frame) == 0 {
				c.fail()
				return
			}
			var v V
			*p = append(*p, v)
		}
		each(c, &(*p)[i])
	}
}

func (c *coder) key(p *Key) { c.raw(p[:]) }

func (c *coder) moment(p *int64) { number(c, p) }

// raw64 is eight bytes, for what is random.
func (c *coder) raw64(p *uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], *p)
	c.raw(b[:])
	*p = binary.LittleEndian.Uint64(b[:])
}
