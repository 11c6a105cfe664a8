// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"bytes"

	"github.com/proportion-go/proportion/policy"
)

// Tickets and demands are written as binary: there may be a million of demands
// in a store, and each begins and ends with a challenge.

// ticketVersion is the first byte of both. A ticket of another version is no
// ticket: the request is decided again.
const ticketVersion = 1

func (c *coder) version() {
	v := [1]byte{ticketVersion}
	if c.raw(v[:]); v[0] != ticketVersion {
		c.fail()
	}
}

func (c *coder) ticket(t *ticket) {
	c.raw(t.ID[:])
	c.demand(&t.demand)
	c.time(&t.Issued)
	list(c, &t.Formerly, (*coder).key)
	c.text(&t.Language)
	list(c, &t.Offers, (*coder).offer)
	c.text(&t.Network)
	address := t.Address != Key{}
	c.flags(&address)
	if address {
		c.key(&t.Address)
	}
	c.text(&t.Where)
	c.text(&t.Client)
}

// demand leaves out the ID, by which the demand is found.
func (c *coder) demand(d *demand) {
	session, binding := d.Session != Key{}, d.Binding != Key{}
	c.flags(&d.Decoy, &d.Renewal, &session, &binding)
	if session {
		c.key(&d.Session)
	}
	if binding {
		c.key(&d.Binding)
	}
	c.text(&d.Subject)
	number(c, &d.Lane)
	c.channel(&d.Channel)
	c.text(&d.Audience)
	c.text(&d.Action)
	number(c, &d.Sensitivity)
	list(c, &d.Facts, (*coder).fact)
	number(c, &d.Band)
	number(c, &d.Step)
	c.text(&d.ACR)
	number(c, &d.Via)
	list(c, &d.Reasons, (*coder).text)
	evidence, err := d.Evidence.MarshalBinary()
	if c.bytes(&evidence); c.reading {
		err = d.Evidence.UnmarshalBinary(evidence)
	}
	if err != nil {
		c.fail()
	}
}

// flags are several, in one byte.
func (c *coder) flags(all ...*bool) {
	var bits [1]byte
	for i, p := range all {
		if *p {
			bits[0] |= 1 << i
		}
	}
	if c.raw(bits[:]); bits[0]>>len(all) != 0 {
		c.fail()
	}
	for i, p := range all {
		*p = bits[0]>>i&1 != 0
	}
}

// channel is a number: that of its place in the list, from 1; 0 is none.
func (c *coder) channel(p *Channel) {
	all := [...]Channel{"", Web, App, Phone, Shop, API}
	var n uint8
	for i, one := range all {
		if one == *p {
			n = uint8(i)
		}
	}
	if number(c, &n); int(n) >= len(all) {
		c.fail()
		return
	}
	*p = all[n]
}

func (c *coder) fact(f *policy.BoundFact) {
	c.text(&f.Name)
	number(c, &f.Type)
	c.text(&f.Unit)
	c.text(&f.Value)
	c.flag(&f.Present)
}

func (c *coder) offer(o *offer) {
	number(c, &o.Method)
	number(c, &o.Kind)
	c.text(&o.Address)
	c.text(&o.Shown)
	c.time(&o.After)
}

// encode returns the ticket without its padding.
func (t *ticket) encode() []byte {
	c := coder{frame: make([]byte, 0, 512)}
	c.version()
	c.ticket(t)
	return c.frame
}

// decode reads what encode returned, and any padding.
func (t *ticket) decode(plain []byte) bool {
	c := coder{frame: plain, reading: true}
	c.version()
	c.ticket(t)
	return c.err == nil && len(bytes.Trim(c.frame, "\x00")) == 0
}

// hidden is how much longer, at least, a ticket from before a first factor is
// than what its request alone makes of it: room for all that would tell whose it
// is. All are a multiple of it.
const hidden = 1024

// asked is the ticket as anybody's would be.
func (t *ticket) asked() *ticket {
	a := *t
	a.Band, a.Step, a.ACR, a.Offers, a.Reasons = 0, 0, "", nil, nil
	return &a
}

// sealTicket returns the ticket sealed.
func (g *Guard) sealTicket(t *ticket) (string, error) {
	plain := t.encode()
	if t.Lane == FirstFactorLane {
		least := len(t.asked().encode()) + hidden
		plain = append(plain, make([]byte, max(least-len(plain), 0))...)
		plain = append(plain, make([]byte, (hidden-len(plain)%hidden)%hidden)...)
	}
	return sealText(g.keys.ticket, plain)
}

// openTicket reads what sealTicket wrote.
func (g *Guard) openTicket(text string, t *ticket) bool {
	plain, ok := openText(g.keys.ticket, text)
	return ok && t.decode(plain)
}

// sealDemand returns the demand sealed for its challenge.
func (g *Guard) sealDemand(d *demand) ([]byte, error) {
	c := coder{frame: make([]byte, 0, 256)}
	c.version()
	c.demand(d)
	return g.keys.demand.Seal(c.frame, d.ID[:])
}

// openDemand reads what sealDemand wrote for the same challenge.
func (g *Guard) openDemand(id ID, sealed []byte, d *demand) bool {
	plain, err := g.keys.demand.Open(sealed, id[:])
	if err != nil {
		return false
	}
	d.ID = id
	c := coder{frame: plain, reading: true}
	c.version()
	c.demand(d)
	return c.err == nil && len(c.frame) == 0
}
