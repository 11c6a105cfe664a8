// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A column is predicates that one value decides. Those that compare a name
// with constants share a column: the constants divide the values of the name
// into classes, and over a class each predicate has one truth, which is found
// when the policy is loaded. Any other predicate has a column of its own, with
// its truth as the class.
type column struct {
	form        form
	slot        int32 // of a signal, a fact, or a node of the plan
	from, to    int32 // of the plan's numbers or texts, ascending
	words, rows int32 // where those of the column begin
	width       int32 // how many words it has
}

// The classes of a truth. A text has the class otherClass if it is none of the
// constants, and the i-th constant has otherClass + 1 + i. A number has the
// classes from otherClass on in turn: below the first constant, equal to it,
// between it and the next, and so on.
const (
	unknownClass = int32(risk.Unknown)
	falseClass   = int32(risk.False)
	trueClass    = int32(risk.True)
	otherClass   = 1
)

// class returns the class of the column's value.
func (p *Plan) class(c *column, f *Frame) int32 {
	switch c.form {
	case formSignal:
		x, known := f.slot(c.slot)
		return truthClass(x, known)
	case formFact:
		v := &f.Facts[c.slot]
		return truthClass(v.Number, v.Known)
	case formSignalNumber:
		x, known := f.slot(c.slot)
		return numberClass(p.numbers[c.from:c.to], x, known)
	case formFactNumber:
		v := &f.Facts[c.slot]
		return numberClass(p.numbers[c.from:c.to], v.Number, v.Known)
	case formSignalText:
		x, known := f.signalText(risk.Signal(c.slot))
		return textClass(p.texts[c.from:c.to], x, known)
	case formFactText:
		v := &f.Facts[c.slot]
		return textClass(p.texts[c.from:c.to], v.Text, v.Known)
	}
	return int32(p.nodes[c.slot].truth(f))
}

func (f *Frame) slot(s int32) (float64, bool) {
	if f.Signals == nil {
		return 0, false
	}
	return f.Signals.Slot(risk.Signal(s))
}

// truthClass returns the class of a truth that is kept as 0 or 1. It has no
// branch on the value, which nobody can foresee.
func truthClass(x float64, known bool) int32 {
	if !known {
		return unknownClass
	}
	return falseClass + int32(x)
}

// fewKeys is how many constants are looked at in turn.
const fewKeys = 8

// numberClass finds the class without a branch on the value, but for those of
// the search among many constants.
func numberClass(keys []float64, x float64, known bool) int32 {
	if !known {
		return unknownClass
	}
	class := int32(otherClass)
	for len(keys) > fewKeys {
		if middle := len(keys) / 2; keys[middle] <= x {
			class, keys = class+2*int32(middle), keys[middle:]
		} else {
			keys = keys[:middle]
		}
	}
	for _, key := range keys {
		if key < x {
			class++
		}
		if key <= x {
			class++
		}
	}
	return class
}

func textClass(keys []string, x string, known bool) int32 {
	if !known {
		return unknownClass
	}
	class := int32(otherClass)
	for len(keys) > fewKeys {
		if middle := len(keys) / 2; keys[middle] <= x {
			class, keys = class+int32(middle), keys[middle:]
		} else {
			keys = keys[:middle]
		}
	}
	for i, key := range keys {
		if key == x {
			return class + 1 + int32(i)
		}
	}
	return otherClass
}
