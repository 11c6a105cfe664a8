// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"math"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// request is one line of explain's input.
type request struct {
	id      json.RawMessage // a string or number as it was given, or null
	time    time.Time       // zero: not given
	action  string
	signals risk.Signals
	facts   map[string]any
	proofs  []heldProof
	prompts policy.Count
	spent   policy.Spent
}

// heldProof is a proof whose time is known once the request's is.
type heldProof struct {
	policy.Proof
	age time.Duration
}

// parseRequest reads one line. The error is a *lineError.
func parseRequest(line []byte) (*request, error) {
	r := &request{id: json.RawMessage("null")}
	t := newTokens(line)
	channel, channelAt := "", 0
	start := t.offset()
	err := t.object(func(key string, at int) (err error) {
		switch key {
		case "id":
			err = r.readID(t)
		case "time":
			err = r.readTime(t)
		case "action":
			r.action, _, _, err = read[string](t, "a string")
		case "channel":
			channel, channelAt, _, err = read[string](t, "a string")
		case "facts":
			err = r.readFacts(t)
		case "signals":
			err = r.readSignals(t)
		case "session":
			err = r.readSession(t)
		case "prompts":
			r.prompts.N, r.prompts.Known, err = readCount(t)
		case "spent":
			err = r.readSpent(t)
		default:
			err = fail(at, "there is no key %q", key)
		}
		return err
	})
	if err == nil {
		err = t.end()
	}
	if err == nil && r.action == "" {
		err = fail(start, "action is missing")
	}
	if err == nil {
		err = r.setChannel(channel, channelAt)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// setChannel gives the signal client.channel the value of the key channel.
func (r *request) setChannel(channel string, at int) error {
	if channel == "" {
		return nil
	}
	if other, known := r.signals.Text(risk.ClientChannel); known && other != channel {
		return fail(at, "channel is %q, and client.channel %q", channel, other)
	}
	if !risk.ClientChannel.CanRead(channel) {
		return fail(at, "channel is never %q: it is %s", channel, risk.ClientChannel.Spec().Range)
	}
	r.signals.SetText(risk.ClientChannel, channel)
	return nil
}

// readID keeps a string or a number as it is written.
func (r *request) readID(t *tokens) error {
	token, at, err := t.next()
	if err != nil {
		return err
	}
	switch token.(type) {
	case nil, string, json.Number:
	default:
		return fail(at, "want a string or a number, got %s", kindOf(token))
	}
	r.id, err = json.Marshal(token)
	return err
}

func (r *request) readTime(t *tokens) error {
	text, at, ok, err := read[string](t, "a time")
	if err != nil || !ok {
		return err
	}
	if r.time, err = time.Parse(time.RFC3339, text); err != nil {
		return fail(at, "want a time as 2026-11-21T12:00:00Z")
	}
	return nil
}

// readFacts keeps every fact. Whether it is the one that the policy declares
// is for the policy to say: it makes the decision degraded.
func (r *request) readFacts(t *tokens) error {
	r.facts = map[string]any{}
	return t.object(func(key string, _ int) error {
		token, at, err := t.next()
		switch value := token.(type) {
		case string, bool:
			r.facts[key] = value
		case json.Number:
			r.facts[key], err = number(value, at)
		case json.Delim:
			if value != '[' {
				return fail(at, "a fact is a string, a number, true, false, or a list of strings")
			}
			r.facts[key], err = t.rest()
		}
		return err // null is no fact
	})
}

// number returns a number exactly, if it has at most 18 digits.
func number(n json.Number, at int) (any, error) {
	if d, err := policy.ParseDecimal(n.String()); err == nil {
		return d, nil
	}
	x, err := n.Float64()
	if err != nil {
		return nil, fail(at, "%s is too large a number", n)
	}
	return x, nil
}

func (r *request) readSession(t *tokens) error {
	return t.object(func(key string, at int) error {
		switch key {
		case "id":
			_, _, _, err := read[string](t, "a string")
			return err
		case "proofs":
			return t.array(func() error { return r.readProof(t) })
		}
		return fail(at, "session has no key %q; its signals belong under signals", key)
	})
}

// readProof reads one proof. A key that is missing leaves a proof that never
// counts.
func (r *request) readProof(t *tokens) error {
	var p heldProof
	p.age = math.MaxInt64
	err := t.object(func(key string, at int) (err error) {
		switch key {
		case "method":
			p.Method, err = readNamed(t, "method", policy.ParseMethod)
		case "action":
			p.Action, _, _, err = read[string](t, "a string")
		case "age_s":
			p.age, err = readAge(t)
		case "band":
			p.Band, err = readNamed(t, "band", policy.ParseBand)
		default:
			err = fail(at, "a proof has no key %q", key)
		}
		return err
	})
	r.proofs = append(r.proofs, p)
	return err
}

func readNamed[T any](t *tokens, what string, parse func(string) (T, bool)) (value T, err error) {
	name, at, ok, err := read[string](t, "a string")
	if err != nil || !ok {
		return value, err
	}
	if value, ok = parse(name); !ok {
		return value, fail(at, "there is no %s %q", what, name)
	}
	return value, nil
}

// maxAge is the oldest that a proof may be said to be, in seconds.
const maxAge = 100 * 365 * 24 * 60 * 60

func readAge(t *tokens) (time.Duration, error) {
	n, at, ok, err := read[json.Number](t, "a number")
	if err != nil || !ok {
		return math.MaxInt64, err
	}
	seconds, err := n.Float64()
	if err != nil || seconds < 0 || seconds > maxAge {
		return 0, fail(at, "want seconds from 0 to %d, got %s", maxAge, n)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

// readCount reads a whole number; null is unknown.
func readCount(t *tokens) (int, bool, error) {
	n, at, ok, err := read[json.Number](t, "a number")
	if err != nil || !ok {
		return 0, false, err
	}
	count, err := n.Int64()
	if err != nil || count < 0 || count > math.MaxInt32 {
		return 0, false, fail(at, "want a whole number from 0, got %s", n)
	}
	return int(count), true, nil
}

// readSpent reads what is used up of the limits of rules. A rule that is not
// listed has spent nothing; null is unknown.
func (r *request) readSpent(t *tokens) error {
	r.spent.Known = t.offset() < len(t.line) && t.line[t.offset()] != 'n'
	return t.object(func(rule string, _ int) error {
		spent := policy.RuleSpent{Rule: rule}
		err := t.object(func(key string, at int) (err error) {
			switch key {
			case "count":
				spent.Count, _, err = readCount(t)
			case "sum":
				var n json.Number
				if n, at, _, err = read[json.Number](t, "a number"); err == nil {
					if spent.Sum, err = policy.ParseDecimal(n.String()); err != nil {
						err = fail(at, "want at most 18 digits, got %s", n)
					}
				}
			default:
				err = fail(at, "a limit has no key %q", key)
			}
			return err
		})
		r.spent.Rules = append(r.spent.Rules, spent)
		return err
	})
}

// input returns the request as a policy sees it.
func (r *request) input(now time.Time) policy.Input {
	at := r.time
	if at.IsZero() {
		at = now
	}
	at = at.UTC()
	r.setTime(at)
	in := policy.Input{
		Action: r.action, Time: at, Signals: &r.signals, Facts: r.facts,
		Prompts: r.prompts, Spent: r.spent,
	}
	for _, p := range r.proofs {
		if p.age < math.MaxInt64 { // else the zero time, which is stale
			p.Time = at.Add(-p.age)
		}
		in.Proofs = append(in.Proofs, p.Proof)
	}
	return in
}
