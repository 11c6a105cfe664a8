// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import "github.com/proportion-go/proportion/risk"

// What a snapshot holds, value by value.

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

func (c *coder) run(r *run) {
	number(c, &r.lane)
	number(c, &r.method)
	number(c, &r.device)
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
func (c *coder) store(latest, forgot *int64, d *daily, everybody *risk.Baseline) {
	number(c, latest)
	number(c, forgot)
	number(c, &d.last)
	for i := range d.days {
		number(c, &d.days[i])
	}
	usual, err := everybody.MarshalBinary()
	if c.bytes(&usual); c.reading && c.err == nil {
		err = everybody.UnmarshalBinary(usual)
	}
	if err != nil || *latest < 0 || d.last < 0 {
		c.fail()
	}
}
