// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A Frame is what a condition is evaluated over. A Frame is used by one
// goroutine at a time.
type Frame struct {
	Signals *risk.Signals // nil: none is known

	// Action and Sensitivity are the signals action.name and
	// action.sensitivity, which need not stand in Signals.
	Action, Sensitivity string

	Facts []Value // by the index of the fact

	element Value // the `#` of the predicate being evaluated
}

// A Value is what a fact holds. The zero Value is unknown.
type Value struct {
	Known  bool
	Number float64 // a bool is 0 or 1
	Text   string
	Texts  []string
}

func (f *Frame) bool(n *node) risk.Truth {
	switch n.op {
	case opSignal:
		if f.Signals == nil {
			return risk.Unknown
		}
		return f.Signals.Bool(risk.Signal(n.slot))
	case opFact:
		if v := &f.Facts[n.slot]; v.Known {
			return risk.TruthOf(v.Number != 0)
		}
	}
	return risk.Unknown
}

func (f *Frame) number(n *node) (float64, bool) {
	switch n.op {
	case opSignal:
		if f.Signals == nil {
			return 0, false
		}
		return f.Signals.Number(risk.Signal(n.slot))
	case opFact:
		return f.Facts[n.slot].Number, f.Facts[n.slot].Known
	case opElement:
		return f.element.Number, f.element.Known
	}
	return 0, false
}

func (f *Frame) text(n *node) (string, bool) {
	switch n.op {
	case opSignal:
		return f.signalText(risk.Signal(n.slot))
	case opFact:
		return f.Facts[n.slot].Text, f.Facts[n.slot].Known
	case opElement:
		return f.element.Text, f.element.Known
	}
	return "", false
}

func (f *Frame) signalText(s risk.Signal) (string, bool) {
	switch s {
	case risk.ActionName:
		return f.Action, true
	case risk.ActionSensitivity:
		return f.Sensitivity, true
	}
	if f.Signals == nil {
		return "", false
	}
	return f.Signals.Text(s)
}

func (f *Frame) texts(n *node) ([]string, bool) {
	switch n.op {
	case opSignal:
		if f.Signals == nil {
			return nil, false
		}
		return f.Signals.List(risk.Signal(n.slot))
	case opFact:
		return f.Facts[n.slot].Texts, f.Facts[n.slot].Known
	}
	return nil, false
}
