// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"strings"

	"github.com/proportion-go/proportion/risk"
)

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

func truthClass(x float64, known bool) int32 {
	switch {
	case !known:
		return unknownClass
	case x == 0:
		return falseClass
	}
	return trueClass
}

func numberClass(keys []float64, x float64, known bool) int32 {
	if !known {
		return unknownClass
	}
	low, high := 0, len(keys)
	for low < high {
		if middle := (low + high) / 2; keys[middle] < x {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(keys) && keys[low] == x {
		return otherClass + 2*int32(low) + 1
	}
	return otherClass + 2*int32(low)
}

func textClass(keys []string, x string, known bool) int32 {
	if !known {
		return unknownClass
	}
	low, high := 0, len(keys)
	for low < high {
		switch middle := (low + high) / 2; strings.Compare(keys[middle], x) {
		case 0:
			return otherClass + 1 + int32(middle)
		case -1:
			low = middle + 1
		default:
			high = middle
		}
	}
	return otherClass
}
