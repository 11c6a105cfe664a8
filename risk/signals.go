// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk

import "math"

// Signals holds one value, or unknown, for every signal of the catalogue. It
// is a flat set of slots: the assessment writes them and the policy evaluator
// reads them without copying.
//
// The zero value knows nothing. A Signals must not be written while another
// goroutine reads it.
type Signals struct {
	known    uint64 // bit s: signal s has a value
	computed Groups
	texts    [textCount]string
	numbers  [signalCount - textCount - 1]float64 // booleans as 0 or 1
	methods  []string
}

// A Signals has one bit of known for every signal.
const _ = uint(64 - signalCount)

// Reset makes every signal unknown and every group not computed.
func (s *Signals) Reset() { *s = Signals{} }

// Known reports whether the signal has a value.
func (s *Signals) Known(id Signal) bool { return s.known>>id&1 != 0 }

// Computed returns the groups that were looked at, whether or not their
// signals turned out to be known. A group that is absent here was not needed.
func (s *Signals) Computed() Groups { return s.computed }

// MarkComputed adds groups to those reported by [Signals.Computed]. A setter
// does it for the group of its own signal.
func (s *Signals) MarkComputed(g Groups) { s.computed |= g }

// Bool returns the value of a boolean signal as three-valued truth. It is
// [Unknown] for a signal of another type.
func (s *Signals) Bool(id Signal) Truth {
	if !s.Known(id) || id.Type() != Bool {
		return Unknown
	}
	return TruthOf(s.numbers[id-firstNumber] != 0)
}

// Number returns the value of a numeric signal, and whether it is known. It
// is unknown for a signal of another type.
func (s *Signals) Number(id Signal) (value float64, known bool) {
	if !s.Known(id) || id.Type() != Number {
		return 0, false
	}
	return s.numbers[id-firstNumber], true
}

// Slot returns the number of a numeric signal, or 1 or 0 of a boolean one, and
// whether it is known. It is unknown for a signal of another type.
func (s *Signals) Slot(id Signal) (value float64, known bool) {
	i := id.Slot()
	if i < 0 || !s.Known(id) {
		return 0, false
	}
	return s.numbers[i], true
}

// Slots returns the values of all numeric signals, and of boolean ones as 0 or
// 1, by their [Signal.Slot], with a bit for each that is known. Who reads many
// signals reads them so without a look at the catalogue. The values of unknown
// ones mean nothing, and none may be modified.
func (s *Signals) Slots() (values []float64, known uint64) {
	return s.numbers[:], s.known >> firstNumber
}

// Slot returns where [Signals.Slots] has a signal. It is below zero for one
// that is neither numeric nor boolean.
func (id Signal) Slot() int {
	if t := id.Type(); t != Number && t != Bool {
		return -1
	}
	return int(id) - int(firstNumber)
}

// Text returns the value of a string signal, and whether it is known. It is
// unknown for a signal of another type.
func (s *Signals) Text(id Signal) (value string, known bool) {
	if id >= textCount || !s.Known(id) {
		return "", false
	}
	return s.texts[id], true
}

// List returns the value of a list signal, and whether it is known. It is
// unknown for a signal of another type. The caller must not modify the list.
func (s *Signals) List(id Signal) (value []string, known bool) {
	if !s.Known(id) || id.Type() != List {
		return nil, false
	}
	return s.methods, true
}

// SetBool gives a boolean signal its value; [Unknown] takes the value away.
// A signal of another type is left as it is.
func (s *Signals) SetBool(id Signal, v Truth) {
	if id.Type() != Bool {
		return
	}
	s.computed |= id.Group()
	if !v.Known() {
		s.known &^= 1 << id
		return
	}
	s.numbers[id-firstNumber] = 0
	if v == True {
		s.numbers[id-firstNumber] = 1
	}
	s.known |= 1 << id
}

// SetNumber gives a numeric signal its value. NaN and infinities take the
// value away: they are faults of arithmetic, not measurements. A signal of
// another type is left as it is.
func (s *Signals) SetNumber(id Signal, v float64) {
	if id.Type() != Number {
		return
	}
	s.computed |= id.Group()
	if math.IsNaN(v) || math.IsInf(v, 0) {
		s.known &^= 1 << id
		return
	}
	s.numbers[id-firstNumber] = v
	s.known |= 1 << id
}

// SetText gives a string signal its value; the empty string takes the value
// away. A signal of another type is left as it is.
func (s *Signals) SetText(id Signal, v string) {
	if id.Type() != Text {
		return
	}
	s.computed |= id.Group()
	if v == "" {
		s.known &^= 1 << id
		return
	}
	s.texts[id] = v
	s.known |= 1 << id
}

// SetList gives a list signal its value; nil takes the value away, an empty
// list is a known value. The list is kept, not copied. A signal of another
// type is left as it is.
func (s *Signals) SetList(id Signal, v []string) {
	if id.Type() != List {
		return
	}
	s.computed |= id.Group()
	s.methods = v
	if v == nil {
		s.known &^= 1 << id
		return
	}
	s.known |= 1 << id
}

// Forget makes every signal of the groups unknown, while they stay computed.
func (s *Signals) Forget(g Groups) {
	for id := range Signal(signalCount) {
		if id.Group()&g != 0 {
			s.known &^= 1 << id
		}
	}
}
