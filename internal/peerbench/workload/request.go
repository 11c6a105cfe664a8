// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"reflect"
	"slices"
	"strings"
)

// Request is one request, with a value for every name that a rule can read.
// Its tags are the names that rules use.
type Request struct {
	Action   Action   `expr:"action"`
	Client   Client   `expr:"client"`
	Session  Session  `expr:"session"`
	Time     Time     `expr:"time"`
	Geo      Geo      `expr:"geo"`
	Travel   Travel   `expr:"travel"`
	Device   Device   `expr:"device"`
	Velocity Velocity `expr:"velocity"`
	History  History  `expr:"history"`

	Amount       int    `expr:"amount"`
	AccountDays  int    `expr:"account_days"`
	SIMHours     int    `expr:"sim_changed_hours"`
	PayeeTrusted bool   `expr:"payee_trusted"`
	Segment      string `expr:"segment"`
}

// Action is what is attempted.
type Action struct {
	Name string `expr:"name"`
}

// Client is where the customer acts.
type Client struct {
	Channel string `expr:"channel"`
}

// Session is the host's session.
type Session struct {
	Age int `expr:"age_s"`
}

// Time is when.
type Time struct {
	Hour int `expr:"hour_utc"`
}

// Geo is where the address is.
type Geo struct {
	Country    string `expr:"country"`
	Foreign    bool   `expr:"foreign"`
	Hosting    bool   `expr:"hosting"`
	VPN        bool   `expr:"vpn"`
	Tor        bool   `expr:"tor"`
	NewCountry bool   `expr:"new_country"`
	NewASN     bool   `expr:"new_asn"`
}

// Travel is the journey since the last proven place.
type Travel struct {
	KM    int `expr:"km"`
	Speed int `expr:"speed_kmh"`
}

// Device is the client's device.
type Device struct {
	Known     bool `expr:"known"`
	Trusted   bool `expr:"trusted"`
	Automated bool `expr:"automated"`
	Age       int  `expr:"age_days"`
}

// Velocity is how often things happened.
type Velocity struct {
	Failures1h  int `expr:"failures_1h"`
	Failures24h int `expr:"failures_24h"`
	IPFailures  int `expr:"ip_failures_1h"`
	Prompts     int `expr:"prompts_24h"`
}

// History is what is remembered of the customer.
type History struct {
	Logins    int `expr:"logins"`
	SinceLast int `expr:"days_since_last"`
}

// Field is one name that a rule can read.
type Field struct {
	Name string // as rules write it: geo.country, amount
	Go   string // as Go reads it from a Request: Geo.Country, Amount

	index []int
}

// IsFact reports whether the host passes the value; all others are signals.
func (f Field) IsFact() bool { return !strings.Contains(f.Name, ".") }

// Flat is the name with an underscore for its dot.
func (f Field) Flat() string { return strings.ReplaceAll(f.Name, ".", "_") }

// Value returns the field's value: a bool, an int or a string.
func (f Field) Value(q *Request) any {
	return reflect.ValueOf(q).Elem().FieldByIndex(f.index).Interface()
}

var fields = fieldsOf(reflect.TypeFor[Request](), Field{})

// Fields returns every field of a [Request], in its order.
func Fields() []Field { return slices.Clone(fields) }

func fieldsOf(t reflect.Type, within Field) (found []Field) {
	for f := range t.Fields() {
		field := Field{
			Name:  within.Name + f.Tag.Get("expr"),
			Go:    within.Go + f.Name,
			index: slices.Concat(within.index, f.Index),
		}
		if f.Type.Kind() != reflect.Struct {
			found = append(found, field)
			continue
		}
		field.Name, field.Go = field.Name+".", field.Go+"."
		found = append(found, fieldsOf(f.Type, field)...)
	}
	return found
}

func fieldNamed(name string) Field {
	for _, f := range fields {
		if f.Name == name {
			return f
		}
	}
	panic("workload: no field " + name) // the templates name only fields
}
