// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import "github.com/proportion-go/proportion/risk"

// A column is predicates that one value decides. Those that compare a name
// with constants share a column: the constants divide the values of the name
// into classes, and over a class each predicate has one truth, which is found
// when the policy is loaded.
//
// All have a slot, which is that of a signal (of a text, the signal itself) or
// the complement of a fact's index, and say where their rows begin.
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
		from, to   int32 // of the plan's numbers, ascending, filled up to whole short strides
	}

	// glossary is a column of a text.
	glossary struct {
		slot, rows int32
		entries    int32  // where those of the glossary begin
		places     int32  // likewise
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
		values, known := f.Signals.Slots()
		return values[slot], known>>(slot&63)&1 != 0
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

// How many constants are passed at once.
const (
	long  = 16
	short = 4
)

// scaleClass counts the constants that are not above the number: by long
// strides, then by short ones, then one by one. A search by halves would look at
// fewer, and branch on each.
func (p *Plan) scaleClass(s *scale, f *Frame) int32 {
	x, known := f.at(s.slot)
	if !known {
		return unknownClass
	}
	keys := p.numbers[s.from:s.to]
	start := int32(0)
	for i := long - 1; i < len(keys)-1; i += long {
		start += long * oneIf(keys[i] <= x)
	}
	end := min(start+long, int32(len(keys))) - 1
	for i := start + short - 1; i < end; i += short {
		start += short * oneIf(keys[i] <= x)
	}
	k := (*[short]float64)(keys[start:])
	return otherClass + start + oneIf(k[0] <= x) + oneIf(k[1] <= x) + oneIf(k[2] <= x) +
		oneIf(k[3] <= x)
}

// textClass looks the text up by its hash.
func (p *Plan) textClass(g *glossary, f *Frame) int32 {
	text, known := f.textAt(g.slot)
	if !known {
		return unknownClass
	}
	head := headOf(text)
	for i := hash(head, len(text)); ; i++ { // which ends, since half of the places are free
		place := int32(p.places[g.places+int32(i&g.mask)])
		if place == 0 {
			return otherClass
		}
		e := &p.entries[g.entries+place-1]
		if e.head == head && int(e.length) == len(text) &&
			(len(text) <= headLength || p.texts[e.text] == text) {
			return otherClass + place
		}
	}
}

// entry is a text of a glossary. One of up to eight bytes is told from all
// others by its head and length, without a call.
type entry struct {
	head   uint64
	length int32
	text   int32 // of the plan's, if it is longer
}

const headLength = 8

// headOf returns the first eight bytes of a text, or all of a shorter one in
// some order.
func headOf(text string) uint64 {
	switch n := len(text); {
	case n >= 8:
		return uint64(load(text)) | uint64(load(text[4:]))<<32
	case n >= 4:
		return uint64(load(text)) | uint64(load(text[n-4:]))<<32
	case n > 0:
		return uint64(text[0]) | uint64(text[n/2])<<8 | uint64(text[n-1])<<16
	}
	return 0
}

// load returns the first four bytes, as one instruction does.
func load(text string) uint32 {
	_ = text[3]
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
}

func (w *walk) class(f *Frame) int32 { return int32(w.node.truth(f)) }

func hash(head uint64, length int) uint32 {
	return uint32((head + uint64(length)) * 0x9e3779b97f4a7c15 >> 40)
}
