// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/proportion-go/proportion/risk"
)

// Channel is where the customer acts. The host's route sets it, never a
// header of the request.
type Channel string

// The channels.
const (
	Web   Channel = "web"
	App   Channel = "app"
	Phone Channel = "phone"
	Shop  Channel = "shop"
	API   Channel = "api"
)

// Request is one thing that a subject attempts. Subject, Binding, Action and
// Channel are required; what is otherwise left zero is unknown, which is never
// taken for harmless. It prints as "[redacted]", since it is full of what may
// not be logged (L22).
type Request struct {
	redacted

	// Subject is the host's stable identifier of the customer: at most 256
	// bytes. It is stored only as a keyed pseudonym.
	Subject string

	// Session is the host's session identifier, at most 512 bytes. Empty:
	// there is no session yet, and no proof can be held.
	Session string

	// SessionStart is when the host opened the session. Zero: unknown.
	SessionStart time.Time

	// SessionLastUsed is when the session was last used before this request.
	// Zero: unknown.
	SessionLastUsed time.Time

	// SessionMethods are the methods by which the host opened the session, as
	// "password". Rules read them, with those of held proofs, as
	// session.methods; they prove nothing to the guard.
	SessionMethods []string

	// Binding is what only this browser or client can present: the value of a
	// __Host- cookie, or a client key, 16 to 512 bytes. A challenge begun with
	// it can be finished only with it (L17).
	Binding string

	// Device is the device token that an earlier [Grant] gave this client.
	// Empty, forged or another subject's: the device is not known.
	Device string

	// Action is what is attempted, by the policy's name: at most 128 bytes.
	Action string

	// Audience is the service that will redeem the grant, at most 128 bytes,
	// where it is not the one that decides. Empty: the guard's own, which is
	// [Config.Audience].
	Audience string

	// Channel is where the customer acts.
	Channel Channel

	// IP is the client's address, as the host's trusted proxies report it. The
	// zero Addr is valid: a call or a visit to a shop has none.
	IP netip.Addr

	// UserAgent and Hints are what the client says of itself. They prove
	// nothing. A user agent is cut at 512 bytes.
	UserAgent string
	Hints     risk.Hints

	// Language is the customer's BCP 47 tag, as fr-BE. Empty: English. The
	// guard's own words are English, or French for fr.
	Language string

	// Facts are the values that the policy's rules and bindings read.
	Facts map[string]any

	// Place is where the host itself knows the customer to be, as in a shop.
	// It takes the place of IP's location. Nil: unknown.
	Place *risk.Location
}

// The most bytes that name a subject and an audience.
const (
	longestSubject  = 256
	longestAudience = 128
)

// check returns a *RequestError for the first malformed field.
func (r *Request) check() error {
	for _, f := range []struct {
		name, value string
		least, most int
	}{
		{"Subject", r.Subject, 1, longestSubject},
		{"Session", r.Session, 0, 512},
		{"Binding", r.Binding, 16, 512},
		{"Action", r.Action, 1, 128},
		{"Audience", r.Audience, 0, longestAudience},
	} {
		if err := checkField(f.name, f.value, f.least, f.most); err != nil {
			return err
		}
	}
	switch r.Channel {
	case Web, App, Phone, Shop, API:
		return r.checkPlace()
	}
	return &RequestError{"Channel", "is none of web, app, phone, shop, api"}
}

// checkPlace bounds the texts of the place: what a proof teaches is carried in
// the ticket.
func (r *Request) checkPlace() error {
	if r.Place == nil {
		return nil
	}
	p := r.Place
	for _, text := range [...]string{p.Country, p.Region, p.City, p.Timezone, p.Network} {
		if err := checkField("Place", text, 0, 256); err != nil {
			return err
		}
	}
	return nil
}

// checkField returns a *RequestError for text that is not valid UTF-8 of so
// many bytes.
func checkField(name, value string, least, most int) error {
	switch {
	case value == "" && least > 0:
		return &RequestError{name, "is empty"}
	case len(value) < least || len(value) > most:
		return &RequestError{name, fmt.Sprintf("has %d bytes, want %d to %d", len(value), least, most)}
	case !utf8.ValidString(value):
		return &RequestError{name, "is not valid UTF-8"}
	}
	return nil
}

// language returns the customer's language tag, or "" when it is none.
func (r *Request) language() string {
	if len(r.Language) > 35 { // RFC 5646 s4.4.1
		return ""
	}
	return r.Language
}

// userAgent returns the user agent, cut to a bounded length.
func (r *Request) userAgent() string {
	if len(r.UserAgent) <= 512 {
		return r.UserAgent
	}
	return strings.ToValidUTF8(r.UserAgent[:512], "")
}
