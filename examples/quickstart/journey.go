// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net/netip"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

// day is a file of journeys: one JSON object a line. Customers come first,
// then requests in the order of time.
type day struct {
	customers []customer
	journeys  []journey
}

// customer is a line with "seed": what an identity check established, and how
// the customer can be reached.
type customer struct {
	line     line
	at       moment
	id       string
	name     string
	home     []country
	timezone timezone
	sms      string
	email    string
	totp     bool // has an authenticator
}

func (c *customer) fields() map[string]any {
	return map[string]any{
		"seed": &c.at, "customer": &c.id, "name": &c.name, "home": &c.home,
		"timezone": &c.timezone, "sms": &c.sms, "email": &c.email, "totp": &c.totp,
	}
}

// journey is a line with "at": one request, and how whoever makes it answers.
// With "earlier" it is part of the customers' history, and played silently.
type journey struct {
	line     line
	at       moment
	earlier  bool
	id       string
	title    map[string]string // by language
	label    label
	customer string
	device   string // a name for the browser or phone; empty: one that keeps nothing
	channel  channel
	ip       address
	action   string
	facts    facts
	method   method  // the customer's choice; zero: the first on offer
	answers  answers // nil: right for the customer, none for an attacker
	changed  facts   // what differs when the proof is redeemed
}

func (j *journey) fields() map[string]any {
	return map[string]any{
		"at": &j.at, "earlier": &j.at, "id": &j.id, "title": &j.title, "label": &j.label,
		"customer": &j.customer, "device": &j.device, "channel": &j.channel, "ip": &j.ip,
		"action": &j.action, "facts": &j.facts, "method": &j.method, "answer": &j.answers,
		"changed": &j.changed,
	}
}

// withDefaults fills in what a line may leave out.
func (j *journey) withDefaults() {
	if j.channel == "" {
		j.channel = channel(stepup.Web)
	}
	if j.answers == nil && j.label != attack {
		j.answers = answers{right}
	}
}

// label says whose request it is, so that the summary can count honestly.
type label string

const (
	legit  label = "legit"
	attack label = "attack"
)

func (l *label) UnmarshalText(text []byte) error {
	return choose((*string)(l), string(text), string(legit), string(attack))
}

// answer is what is typed when a code is asked for. No answer at all, as [],
// gives up.
type answer string

const (
	right  answer = "right"
	wrong  answer = "wrong"
	replay answer = "replay" // the code that the customer last read off his authenticator
)

func (a *answer) UnmarshalText(text []byte) error {
	return choose((*string)(a), string(text), string(right), string(wrong), string(replay))
}

type answers []answer

type channel stepup.Channel

func (c *channel) UnmarshalText(text []byte) error {
	return choose((*string)(c), string(text), string(stepup.Web), string(stepup.App),
		string(stepup.Phone), string(stepup.Shop), string(stepup.API))
}

type method policy.Method

func (m *method) UnmarshalText(text []byte) error {
	known, ok := policy.ParseMethod(string(text))
	if !ok {
		return problem("%q is no method, want code4, code6 or totp", text)
	}
	*m = method(known)
	return nil
}

// country is an ISO 3166-1 alpha-2 code.
type country string

func (c *country) UnmarshalText(text []byte) error {
	if len(text) != 2 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z' {
		return problem("%q is no country as FR", text)
	}
	*c = country(text)
	return nil
}

// timezone is an IANA name.
type timezone string

func (z *timezone) UnmarshalText(text []byte) error {
	if _, err := time.LoadLocation(string(text)); err != nil {
		return problem("%q is no time zone as Europe/Paris", text)
	}
	*z = timezone(text)
	return nil
}

type moment time.Time

func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return problem("%q is not a time as 2026-11-17T08:00:00+01:00", text)
	}
	*m = moment(t)
	return nil
}

func (m moment) time() time.Time { return time.Time(m) }

type address struct{ netip.Addr }

func (a *address) UnmarshalText(text []byte) (err error) {
	if a.Addr, err = netip.ParseAddr(string(text)); err != nil {
		return problem("%q is not an IP address", text)
	}
	return nil
}

// facts are the values that the service passes, as the policy declares them.
type facts map[string]any

func (f *facts) UnmarshalJSON(text []byte) error {
	var values map[string]any
	if err := json.Unmarshal(text, &values); err != nil {
		return err
	}
	for name, value := range values {
		if list, ok := value.([]any); ok {
			values[name] = texts(list)
		}
	}
	*f = values
	return nil
}

// texts returns a list of texts as one. Any other list stays what it is, which
// no fact accepts.
func texts(list []any) any {
	all := make([]string, len(list))
	for i, value := range list {
		text, ok := value.(string)
		if !ok {
			return list
		}
		all[i] = text
	}
	return all
}
