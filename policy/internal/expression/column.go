// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A column is predicates that one value decides. Those that compare a name
// with constants share a column: the constants divide the values of the name
// into classes, and over a class each predicate has one truth, which is found
// when the policy is loaded.
//
// All have a slot, which is a signal, or the complement of a fact's index, and
// say where their rows begin.
type (
	// level is a column of two classes: a truth, or a number that is compared
	// with one constant. Most columns of most plans are levels.
	level struct {
		key  float64 // from which on a number is in the upper class
		slot int32
		rows int32
	}

	// gate is a level of a plan of one word.
	gate struct {
		key          float64
		slot         int32
		below, above uint64 // its rows: what each class keeps
	}

	// scale is a column of a number that is compared with several constants.
	scale struct {
		slot, rows int32
		from, to   int32 // of the plan's numbers, ascending, filled up to whole strides
	}

	// glossary is a column of a text.
	glossary struct {
		slot, rows int32
		texts      int32  // where those of the glossary begin
		places     int32  // where theirs begin
		mask       uint32 // how many places there are, less one
	}

	// walk is a column for any other predicate, with its truth as the class.
	walk struct {
		node *node
		rows int32
	}
)

// The classes of a truth. A text has the class otherClass if it is none of the
// constants, and the i-th constant has otherClass + 1 + i. So has a number
// that is at least the i-th constant and less than the next, and one below the
// first has otherClass.
const (
	unknownClass = int32(risk.Unknown)
	falseClass   = int32(risk.False)
	trueClass    = int32(risk.True)
	otherClass   = 1
)

// at returns a number, or a truth as 1 or 0.
func (f *Frame) at(slot int32) (float64, bool) {
	if slot >= 0 {
		return f.Signals.Slot(risk.Signal(slot))
	}
	v := &f.Facts[^slot]
	return v.Number, v.Known
}

func (f *Frame) textAt(slot int32) (string, bool) {
	if slot >= 0 {
		return f.signalText(risk.Signal(slot))
	}
	v := &f.Facts[^slot]
	return v.Text, v.Known
}

func (l *level) class(f *Frame) int32 {
	x, known := f.at(l.slot)
	if !known {
		return unknownClass
	}
	return falseClass + oneIf(l.key <= x)
}

// oneIf is compiled without a branch.
func oneIf(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// stride is how many constants are looked at together.
const stride = 4

// scaleClass counts the constants that are not above the number: by strides,
// then within one. A search by halves would look at fewer, and branch on each.
func (p *Plan) scaleClass(s *scale, f *Frame) int32 {
	x, known := f.at(s.slot)
	if !known {
		return unknownClass
	}
	keys := p.numbers[s.from:s.to]
	start := int32(0)
	for i := stride - 1; i < len(keys)-1; i += stride {
		start += stride * oneIf(keys[i] <= x)
	}
	k := (*[stride]float64)(keys[start:])
	return otherClass + start + oneIf(k[0] <= x) + oneIf(k[1] <= x) + oneIf(k[2] <= x) +
		oneIf(k[3] <= x)
}

// textClass looks the text up by its hash.
func (p *Plan) textClass(g *glossary, f *Frame) int32 {
	text, known := f.textAt(g.slot)
	if !known {
		return unknownClass
	}
	texts, places := p.texts[g.texts:], p.places[g.places:]
	for i := hash(text); ; i++ { // which ends, since half of the places are free
		place := int32(places[i&g.mask])
		if place == 0 {
			return otherClass
		}
		if texts[place-1] == text {
			return otherClass + place
		}
	}
}

func (w *walk) class(f *Frame) int32 { return int32(w.node.truth(f)) }

// hash tells the few texts of a glossary apart by their length and three
// bytes.
func hash(text string) uint32 {
	n := len(text)
	if n == 0 {
		return 0
	}
	h := uint32(text[0]) | uint32(text[n/2])<<8 | uint32(text[n-1])<<16 | uint32(n)<<24
	return h * 0x9e3779b1 >> 16
}
