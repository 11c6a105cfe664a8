// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"net/netip"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
)

// Client is one browser or app of one subject: it fills requests in, and keeps
// its device token as a browser keeps a cookie. Its fields may be changed
// between requests. It is not safe for concurrent use.
type Client struct {
	Subject   string
	Session   string
	Binding   string
	Device    string // as the last grant gave it
	Channel   stepup.Channel
	IP        netip.Addr
	UserAgent string
	Hints     risk.Hints
	Language  string
}

// NewClient returns a web client of the subject with a session and a binding
// of its own, made from the client's name, and no address. Two clients of one
// subject need two names.
func NewClient(subject, name string) *Client {
	return &Client{
		Subject: subject,
		Session: "fake-session-" + subject + "-" + name,
		Binding: "fake-binding-" + subject + "-" + name,
		Channel: stepup.Web,
	}
}

// From sets the client's address, and returns the client. It panics if the
// text is no address.
func (c *Client) From(addr string) *Client {
	c.IP = netip.MustParseAddr(addr)
	return c
}

// Request returns a request of this client. The facts may be nil.
func (c *Client) Request(action string, facts map[string]any) stepup.Request {
	return stepup.Request{
		Subject: c.Subject, Session: c.Session, Binding: c.Binding, Device: c.Device,
		Action: action, Channel: c.Channel, IP: c.IP, UserAgent: c.UserAgent, Hints: c.Hints,
		Language: c.Language, Facts: facts,
	}
}

// Keep stores the grant's device token in the client.
func (c *Client) Keep(g stepup.Grant) {
	if g.Device != "" {
		c.Device = g.Device
	}
}
