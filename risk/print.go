// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// What stands here keeps addresses, devices and places out of logs (L22),
// however a value is printed.

// String returns the time and the action: never the address.
func (o Observation) String() string {
	return fmt.Sprintf("risk.Observation(%s %q)", o.Time.UTC().Format(time.RFC3339), o.Action)
}

// Format prints what String returns, for every verb.
func (o Observation) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, o.String()) }

// LogValue logs what String returns.
func (o Observation) LogValue() slog.Value { return slog.StringValue(o.String()) }

// MarshalJSON writes what String returns: an observation is not a record.
func (o Observation) MarshalJSON() ([]byte, error) { return json.Marshal(o.String()) }

// String returns the first four bytes, enough to tell a subject's devices
// apart.
func (id DeviceID) String() string {
	if id == (DeviceID{}) {
		return "no device"
	}
	return "device " + hex.EncodeToString(id[:4])
}

// Format prints what String returns, for every verb.
func (id DeviceID) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, id.String()) }

// LogValue logs what String returns.
func (id DeviceID) LogValue() slog.Value { return slog.StringValue(id.String()) }

// String returns the time and the country: never the network or the device.
func (e Evidence) String() string {
	return fmt.Sprintf("risk.Evidence(%s %s)", e.Time.Format(time.RFC3339), e.country)
}

// Format prints what String returns, for every verb.
func (e Evidence) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

// LogValue logs what String returns.
func (e Evidence) LogValue() slog.Value { return slog.StringValue(e.String()) }

// String returns the country: never the address, the subject or the client.
func (l Login) String() string { return fmt.Sprintf("risk.Login(%q)", l.Country) }

// Format prints what String returns, for every verb.
func (l Login) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, l.String()) }

// LogValue logs what String returns.
func (l Login) LogValue() slog.Value { return slog.StringValue(l.String()) }

// MarshalJSON writes what String returns: a login is not a record.
func (l Login) MarshalJSON() ([]byte, error) { return json.Marshal(l.String()) }

// String returns how much the model has seen, and nothing of what.
func (p *Published) String() string {
	if p == nil {
		return "risk.Published(none)"
	}
	return fmt.Sprintf("risk.Published(%.0f logins, %d subjects)", p.all.n, len(p.subjects))
}

// Format prints what String returns, for every verb.
func (p *Published) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue logs what String returns.
func (p *Published) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String returns how much the profile remembers, and nothing of what.
func (p *Profile) String() string {
	if p == nil {
		return "risk.Profile(unknown)"
	}
	return fmt.Sprintf("risk.Profile(%d proofs, %d devices)", len(p.proofs), len(p.devices))
}

// Format prints what String returns, for every verb.
func (p *Profile) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.String()) }

// LogValue logs what String returns.
func (p *Profile) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String returns every signal that was computed, in the order of the catalogue,
// as "geo.country=FR geo.tor=?": a question mark is unknown. It is for
// operators: places and habits of a person are in it.
func (s *Signals) String() string {
	var words []string
	for id := range Signal(signalCount) {
		if s.computed.Has(id.Group()) {
			words = append(words, id.String()+"="+s.value(id))
		}
	}
	return strings.Join(words, " ")
}

func (s *Signals) value(id Signal) string {
	if !s.Known(id) {
		return "?"
	}
	switch id.Type() {
	case Bool:
		return s.Bool(id).String()
	case Number:
		v, _ := s.Number(id)
		return strconv.FormatFloat(v, 'g', -1, 64)
	case List:
		v, _ := s.List(id)
		return "[" + strings.Join(v, " ") + "]"
	}
	v, _ := s.Text(id)
	return strconv.Quote(v)
}
