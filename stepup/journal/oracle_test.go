// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// errOracle is any reason to refuse a line.
var errOracle = errors.New("refused")

// oracle reads a line by encoding/json, slowly, and by the words of EVENTS.md:
// what the decoder made for the schema must agree with.
func oracle(line []byte) (e *journal.Event, err error) {
	defer func() { // must, below
		if r := recover(); r != nil {
			e, err = nil, errOracle
		}
	}()
	line = bytes.TrimSuffix(line, []byte("\n"))
	must(len(line) < journal.MaxLine && utf8.Valid(line) && !bytes.Contains(line, []byte("\n")) &&
		json.Valid(line))
	e = new(journal.Event)
	seen := map[string]bool{}
	for _, m := range object(line) {
		seen[m.name] = true
		switch m.name {
		case "v":
			must(integer(m.raw) == journal.Version)
		case "time":
			e.Time = moment(m.raw)
		case "kind":
			e.Kind = journal.Kind(text(m.raw))
		case "id":
			e.ID = text(m.raw)
		case "alias":
			e.Alias = nym(m.raw)
		case "action":
			e.Action = text(m.raw)
		case "step":
			e.Step = text(m.raw)
		case "outcome":
			e.Outcome = text(m.raw)
		case "policy":
			e.Policy = text(m.raw)
		case "detail":
			oracleDetail(e, m.raw)
		case "sealed":
			must(!strings.ContainsAny(text(m.raw), "\r\n"))
			e.Sealed, err = base64.StdEncoding.Strict().DecodeString(text(m.raw))
			must(err == nil && len(e.Sealed) > 0)
		default:
			e.Extra = addExtra(e.Extra, m)
		}
	}
	must(extras(e.Extra) <= 64 && extras(e.Detail.Extra) <= 64)
	must(seen["v"] && seen["time"] && seen["kind"] && seen["id"] && !(seen["detail"] && seen["sealed"]))
	must(!e.Time.IsZero() && e.Kind != "" && e.ID != "" && len(e.ID) <= 64)
	return e, nil
}

func oracleDetail(e *journal.Event, raw []byte) {
	d := &e.Detail
	texts := map[string]*string{"sensitivity": &d.Sensitivity, "channel": &d.Channel,
		"lane": &d.Lane, "method": &d.Method,
		"via": &d.Via, "acr": &d.ACR, "band": &d.Band, "reason": &d.Reason, "field": &d.Field, "purpose": &d.Purpose, "previous": &d.Previous}
	nyms := map[string]*journal.Pseudonym{"session": &d.Session, "device": &d.Device, "by": &d.By}
	numbers := map[string]*int64{"attempt": &d.Attempt, "cost_ppm": &d.Cost, "keys": &d.Keys,
		"lost": &d.Lost}
	times := map[string]*time.Time{"expires": &d.Expires, "since": &d.Since, "until": &d.Until}
	for _, m := range object(raw) {
		switch {
		case texts[m.name] != nil:
			*texts[m.name] = text(m.raw)
		case nyms[m.name] != nil:
			*nyms[m.name] = nym(m.raw)
		case numbers[m.name] != nil:
			*numbers[m.name] = integer(m.raw)
		case times[m.name] != nil:
			*times[m.name] = moment(m.raw)
		case m.name == "bound":
			d.Bound = boolean(m.raw)
		case !oracleDecision(e, m):
			d.Extra = addExtra(d.Extra, m)
		}
	}
}

func oracleDecision(e *journal.Event, m pair) bool {
	d := e.Decision
	if d == nil {
		d = new(journal.Decision)
	}
	names := map[string]*string{"held": &d.Held, "failure": &d.Failure}
	steps := map[string]*string{"base": &d.Base, "floor": &d.Floor, "cap": &d.Cap}
	lists := map[string]*[]string{"offers": &d.Offers, "enrol": &d.Enrol, "rules": &d.Rules,
		"unknown": &d.Unknown}
	switch {
	case names[m.name] != nil:
		*names[m.name] = text(m.raw)
	case steps[m.name] != nil:
		if !null(m.raw) {
			*steps[m.name] = text(m.raw)
		}
	case lists[m.name] != nil:
		*lists[m.name] = texts(m.raw)
	case m.name == "caution":
		d.Caution = boolean(m.raw)
	case m.name == "score":
		d.Score = integer(m.raw)
	case m.name == "signals":
		d.Signals, d.Missing = oracleSignals(m.raw)
	case m.name == "facts":
		for _, f := range object(m.raw) {
			d.Facts = append(d.Facts, oracleFact(f))
		}
	case m.name == "prompts":
		parts(m.raw, map[string]func([]byte){
			"used": func(r []byte) {
				if d.Prompts.Known = !null(r); d.Prompts.Known {
					d.Prompts.Used = integer(r)
				}
			},
			"most":     func(r []byte) { d.Prompts.Most = integer(r) },
			"softened": func(r []byte) { d.Prompts.Softened = boolean(r) },
		})
	case m.name == "shadow":
		parts(m.raw, map[string]func([]byte){
			"step":  func(r []byte) { d.Shadow.Step = text(r) },
			"rules": func(r []byte) { d.Shadow.Rules = texts(r) },
		})
	case m.name == "spent":
		if !null(m.raw) {
			d.Spent = []journal.Spent{}
			for _, raw := range array(m.raw) {
				var s journal.Spent
				parts(raw, map[string]func([]byte){
					"rule":  func(r []byte) { s.Rule = text(r) },
					"count": func(r []byte) { s.Count = integer(r) },
					"sum":   func(r []byte) { s.Sum = text(r) },
				})
				d.Spent = append(d.Spent, s)
			}
		}
	case m.name == "proofs":
		for _, raw := range array(m.raw) {
			var p journal.Proof
			parts(raw, map[string]func([]byte){
				"method": func(r []byte) { p.Method = text(r) },
				"via":    func(r []byte) { p.Via = text(r) },
				"action": func(r []byte) { p.Action = text(r) },
				"band":   func(r []byte) { p.Band = text(r) },
				"time":   func(r []byte) { p.Time = moment(r) },
				"bound":  func(r []byte) { p.Bound = boolean(r) },
			})
			d.Proofs = append(d.Proofs, p)
		}
	case m.name == "degraded":
		for _, raw := range array(m.raw) {
			var g journal.Gap
			parts(raw, map[string]func([]byte){
				"kind": func(r []byte) { g.Kind = text(r) },
				"name": func(r []byte) { g.Name = text(r) },
				"text": func(r []byte) { g.Text = text(r) },
			})
			d.Degraded = append(d.Degraded, g)
		}
	default:
		return false
	}
	e.Decision = d
	return true
}

func oracleSignals(raw []byte) (*risk.Signals, journal.SignalSet) {
	s := new(risk.Signals)
	seen := map[string]bool{}
	var missing journal.SignalSet
	for _, group := range object(raw) {
		known := false
		for _, spec := range risk.Catalogue() {
			if spec.Group.String() == group.name {
				known = true
				s.MarkComputed(spec.Group)
			}
		}
		if !known {
			must(depth(group.raw) <= 64)
			continue
		}
		for _, m := range object(group.raw) {
			name := group.name + "." + m.name
			seen[name] = true
			id, ok := risk.ParseSignal(name)
			switch {
			case !ok:
				must(depth(m.raw) <= 64)
			case null(m.raw):
			case id.Type() == risk.Bool:
				s.SetBool(id, risk.TruthOf(boolean(m.raw)))
			case id.Type() == risk.Number:
				s.SetNumber(id, real(m.raw))
			case id.Type() == risk.Text:
				s.SetText(id, text(m.raw))
			default:
				s.SetList(id, append([]string{}, texts(m.raw)...))
			}
		}
	}
	for _, spec := range risk.Catalogue() {
		if s.Computed().Has(spec.Group) && !seen[spec.Name] {
			missing = missing.With(spec.Signal)
		}
	}
	if s.Computed() == 0 {
		return nil, missing
	}
	return s, missing
}

func oracleFact(m pair) journal.Fact {
	f := journal.Fact{Name: m.name, Mode: journal.Keep}
	raw := m.raw
	if raw[0] == '{' {
		inner := object(raw)
		must(len(inner) == 1)
		f.Mode = journal.ParseMode(inner[0].name)
		raw = inner[0].raw
		if inner[0].name == "drop" {
			must(boolean(raw))
			return f
		}
		must(f.Mode == journal.Round || f.Mode == journal.Hash)
	}
	var v any
	switch raw[0] {
	case '"':
		v = text(raw)
	case 't', 'f':
		v = boolean(raw)
	case '[':
		v = append([]string{}, texts(raw)...)
	default:
		if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
			v = n
		} else {
			v = real(raw)
		}
	}
	value, ok := journal.ValueOf(v)
	must(ok)
	f.Value = value
	return f
}
