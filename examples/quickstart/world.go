// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
)

// world is what surrounds a guard: the operator's directory of customers, its
// gateways for SMS and e-mail, the customers with their devices, and a clock
// that stands where the journeys put it.
type world struct {
	guard   *stepup.Guard
	locator risk.Locator
	lang    string
	now     time.Time
	people  map[string]*person
	clients map[string]*client
	sent    []stepup.Message // since the current request began
}

// person is a customer, and the authenticator in his pocket.
type person struct {
	customer
	secret otp.Secret // zero: has none
	typed  string     // the last code he read off it
}

// client is one browser or phone: what the host and the guard store on it.
type client struct {
	session string
	binding string
	device  string // the device token of the last grant
}

// newWorld makes a guard and everything around it, and seeds the customers.
func newWorld(
	p *policy.Policy, geo risk.Locator, customers []customer, lang string, sink journal.Sink,
) (*world, error) {
	key, err := otp.GenerateKey("2026-11")
	if err != nil {
		return nil, err
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		return nil, err
	}
	w := &world{locator: geo, lang: lang, people: map[string]*person{}, clients: map[string]*client{}}
	w.guard, err = stepup.New(p, stepup.Config{
		Keys:      ring,
		Namespace: "quickstart",
		Locator:   geo,
		Contacts:  w,
		Senders:   map[policy.ContactKind]stepup.Sender{policy.SMS: w, policy.Email: w},
		Labels:    labels(),
		Route:     route(),
		Journal:   sink,
		Now:       func() time.Time { return w.now },
	})
	if err != nil {
		return nil, err
	}
	for _, c := range customers {
		if err := w.seed(c); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// seed tells the guard what an identity check established, as a shop would.
func (w *world) seed(c customer) error {
	who := &person{customer: c}
	if c.totp {
		var err error
		if who.secret, err = otp.GenerateSecret(); err != nil {
			return err
		}
	}
	w.people[c.id] = who
	w.now = c.at.time()
	home := risk.Home{Timezone: string(c.timezone)}
	for _, country := range c.home {
		home.Countries = append(home.Countries, string(country))
	}
	return w.guard.Seed(context.Background(), c.id, stepup.Identity{Home: home, TOTP: who.secret})
}

// Contacts implements [stepup.Contacts] over the directory.
func (w *world) Contacts(_ context.Context, subject string) ([]stepup.Contact, error) {
	who := w.people[subject]
	if who == nil {
		return nil, nil
	}
	var all []stepup.Contact
	if who.sms != "" {
		all = append(all, stepup.Contact{Kind: policy.SMS, Address: who.sms})
	}
	if who.email != "" {
		all = append(all, stepup.Contact{Kind: policy.Email, Address: who.email})
	}
	return all, nil
}

// Send implements [stepup.Sender]: it delivers to the terminal.
func (w *world) Send(_ context.Context, m stepup.Message) error {
	w.sent = append(w.sent, m)
	return nil
}

// client returns the browser or phone that a request comes from. A call keeps
// nothing: the next one is another client.
func (w *world) client(j *journey) *client {
	name := j.customer + "/" + j.device
	c := w.clients[name]
	if c == nil || j.device == "" {
		c = &client{session: "session of " + name, binding: "cookie of " + name + " 0123456789"}
		w.clients[name] = c
	}
	return c
}

// request is the journey as the service would pass it to the guard.
func (w *world) request(j *journey, c *client) stepup.Request {
	req := stepup.Request{
		Subject: j.customer, Session: c.session, Binding: c.binding, Device: c.device,
		Action: j.action, Channel: stepup.Channel(j.channel), IP: j.ip.Addr,
		Language: w.lang, Facts: j.facts,
	}
	if w.guard.Policy().Action(j.action).NoSession {
		req.Session = "" // a login comes before its session
	}
	return req
}
