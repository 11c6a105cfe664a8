// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// coder writes values to a frame of a snapshot, or reads them from it: one
// description of a type does both, so that they agree.
type coder struct {
	frame   []byte // what was written, or is left to read
	reading bool
	err     error // the first
}

var errFrame = errors.New("a value is not what a snapshot holds")

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

func (c *coder) text(p *string) {
	b := []byte(*p)
	c.bytes(&b)
	*p = string(b)
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

func (c *coder) authenticator(a *Authenticator) {
	number(c, &a.Method)
	c.bytes(&a.Sealed)
	number(c, &a.LastStep)
	number(c, &a.Drift)
	c.time(&a.Settles)
	c.key(&a.Device)
}

func (c *coder) device(d *Device) {
	c.key(&d.ID)
	number(c, &d.Counter)
	c.time(&d.Rotated)
	c.time(&d.Seen)
	c.text(&d.Name)
}

func (c *coder) held(h *Held) {
	c.key(&h.Session)
	c.key(&h.Device)
	c.text(&h.ACR)
	number(c, &h.Proof.Method)
	number(c, &h.Proof.Via)
	c.text(&h.Proof.Action)
	c.time(&h.Proof.Time)
	number(c, &h.Proof.Band)
	c.flag(&h.Proof.Bound)
}

func (c *coder) spent(s *spent) {
	c.text(&s.Rule)
	number(c, &s.Count)
	c.decimal(&s.Sum)
	number(c, &s.uncapped)
}

func (c *coder) entry(e *entry) {
	number(c, &e.day)
	number(c, &e.lane)
	if e.lane >= Lanes {
		e.lane = 0
		c.fail()
	}
	device := uint64(e.device)
	c.raw64(&device)
	e.device = half(device)
	number(c, &e.all)
	number(c, &e.code4)
}

// raw64 is eight bytes, for what is random.
func (c *coder) raw64(p *uint64) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], *p)
	c.raw(b[:])
	*p = binary.LittleEndian.Uint64(b[:])
}

func (c *coder) run(r *run) {
	number(c, &r.lane)
	number(c, &r.method)
	number(c, &r.n)
	number(c, &r.last)
}

func (c *coder) subject(s *subject) {
	list(c, &s.names, (*coder).key)
	list(c, &s.guesses, (*coder).entry)
	list(c, &s.runs, (*coder).run)
	list(c, &s.wrong, (*coder).moment)
	remembered := s.past != nil
	if c.flag(&remembered); remembered {
		c.past(s.recall())
	}
}

func (c *coder) past(p *past) {
	c.time(&p.since)
	c.bytes(&p.profile)
	number(c, &p.version)
	list(c, &p.authenticators, (*coder).authenticator)
	list(c, &p.devices, (*coder).device)
	list(c, &p.held, (*coder).held)
	list(c, &p.prompts, (*coder).moment)
	list(c, &p.spent, (*coder).spent)
}

func (c *coder) window(names *[]Key, w *window) {
	list(c, names, (*coder).key)
	number(c, &w.per)
	list(c, &w.at, (*coder).moment)
	if w.per <= 0 {
		c.fail()
	}
}

// store is what is not a subject's, nor a cap's.
func (c *coder) store(latest *int64, d *daily) {
	number(c, latest)
	number(c, &d.last)
	for i := range d.days {
		number(c, &d.days[i])
	}
	if *latest < 0 || d.last < 0 {
		c.fail()
	}
}
