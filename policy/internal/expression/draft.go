// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"cmp"
	"math"
	"slices"

	"github.com/proportion-go/proportion/risk"
)

// draft is a column while its tests are found.
type draft struct {
	form    form
	tests   []*Test
	numbers []float64 // ascending: where another class begins
	texts   []string  // ascending
}

func newDraft(t *Test, most int) *draft {
	if len(t.texts()) > most {
		return &draft{form: formWalk, tests: []*Test{t}}
	}
	return &draft{t.form, []*Test{t}, t.bounds(), with(nil, t.texts()...)}
}

// take adds a test of the same name, if there is room for its constants.
func (d *draft) take(t *Test, most int) bool {
	if d.form == formWalk || d.form != t.form || d.tests[0].slot != t.slot ||
		len(t.texts()) > most {
		return false
	}
	numbers, texts := with(d.numbers, t.bounds()...), with(d.texts, t.texts()...)
	if len(numbers)+len(texts) > most {
		return false
	}
	d.tests, d.numbers, d.texts = append(d.tests, t), numbers, texts
	return true
}

// with returns an ascending set with some more members.
func with[T cmp.Ordered](set []T, more ...T) []T {
	set = append(slices.Clip(set), more...)
	slices.Sort(set)
	return slices.Compact(set)
}

// bounds returns the numbers from which on the truth of the test is another
// one. A number is above a constant from the next float64 on. A truth is 0 or
// 1, as a number is.
func (t *Test) bounds() []float64 {
	at, above := t.number, math.Nextafter(t.number, math.Inf(1))
	switch {
	case t.form == formSignal || t.form == formFact:
		return []float64{1}
	case t.form != formSignalNumber && t.form != formFactNumber:
		return nil
	case t.op == opLess || t.op == opGreaterEqual:
		return []float64{at}
	case t.op == opLessEqual || t.op == opGreater:
		return []float64{above}
	}
	return []float64{at, above}
}

// The kinds of columns, in the order of a plan's.
const (
	levelKind = iota
	scaleKind
	glossaryKind
	walkKind
)

func (d *draft) kind() int {
	switch {
	case d.form == formWalk:
		return walkKind
	case len(d.texts) > 0:
		return glossaryKind
	case len(d.numbers) > 1:
		return scaleKind
	}
	return levelKind
}

// slot returns the slot of the column.
func (d *draft) slot() int32 {
	slot := int32(d.tests[0].slot)
	switch d.form {
	case formFact, formFactNumber, formFactText:
		return ^slot
	case formSignal, formSignalNumber:
		return int32(risk.Signal(slot).Slot())
	}
	return slot
}

// classes returns how many classes the values have, the unknown one included.
func (d *draft) classes() int32 {
	if d.form == formWalk {
		return trueClass + 1
	}
	return otherClass + int32(len(d.numbers)+len(d.texts)) + 1
}

// holds reports whether a test is true of the values of a known class.
func (d *draft) holds(t *Test, class int32) bool {
	i := class - otherClass
	switch d.form {
	case formWalk:
		return class == trueClass
	case formSignal, formFact:
		return i > 0
	case formSignalNumber, formFactNumber:
		return compareNumbers(t.op, d.representative(i), t.number)
	}
	return (i > 0 && slices.Contains(t.texts(), d.texts[i-1])) == (t.op != opNotEqual)
}

// representative returns a number of the i-th class.
func (d *draft) representative(i int32) float64 {
	if i == 0 {
		return math.Nextafter(d.numbers[0], math.Inf(-1))
	}
	return d.numbers[i-1]
}
