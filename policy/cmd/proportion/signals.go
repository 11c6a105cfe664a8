// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// implied are the signals that follow from the action.
var implied = []risk.Signal{risk.ActionName, risk.ActionSensitivity}

// readSignals reads the groups of signals. A name that the catalogue lacks is
// an error, since a misspelt one would be unknown for ever.
func (r *request) readSignals(t *tokens) error {
	return t.object(func(group string, groupAt int) error {
		if !isGroup(group) {
			return fail(groupAt, "there is no group of signals %q", group)
		}
		return t.object(func(name string, at int) error {
			id, ok := risk.ParseSignal(group + "." + name)
			switch {
			case !ok:
				return fail(at, "there is no signal %s.%s", group, name)
			case slices.Contains(implied, id):
				return fail(at, "%s follows from the action", id)
			}
			return r.readSignal(t, id)
		})
	})
}

func isGroup(name string) bool {
	return slices.ContainsFunc(risk.Catalogue(), func(s risk.Spec) bool {
		return strings.HasPrefix(s.Name, name+".")
	})
}

// readSignal reads a value of the type that the catalogue says. Null is
// unknown.
func (r *request) readSignal(t *tokens, id risk.Signal) error {
	switch id.Type() {
	case risk.Bool:
		value, _, ok, err := read[bool](t, "true or false")
		if ok {
			r.signals.SetBool(id, risk.TruthOf(value))
		}
		return err
	case risk.Number:
		n, at, ok, err := read[json.Number](t, "a number")
		if err != nil || !ok {
			return err
		}
		x, err := n.Float64()
		if err != nil {
			return fail(at, "%s is too large a number", n)
		}
		if !id.CanBe(x) {
			return fail(at, "%s is never %s: it is %s", id, n, id.Spec().Range)
		}
		r.signals.SetNumber(id, x)
		return nil
	case risk.Text:
		text, at, ok, err := read[string](t, "a string")
		if ok && text != "" && !id.CanRead(text) {
			return fail(at, "%s is never %q: it is %s", id, text, id.Spec().Range)
		}
		r.signals.SetText(id, text)
		return err
	}
	texts, err := t.texts()
	r.signals.SetList(id, texts)
	return err
}

// setTime gives the signals that follow from the time their values, unless
// the request says otherwise.
func (r *request) setTime(at time.Time) {
	if !r.signals.Known(risk.TimeHourUTC) {
		r.signals.SetNumber(risk.TimeHourUTC, float64(at.Hour()))
	}
	if !r.signals.Known(risk.TimeWeekdayUTC) {
		// ISO 8601 counts from Monday, and Sunday is 7.
		r.signals.SetNumber(risk.TimeWeekdayUTC, float64((at.Weekday()+6)%7+1))
	}
}
