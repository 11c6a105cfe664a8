// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Fact is one value that the host passed, as the journal keeps it. A fact of
// mode Drop has no value: only that it was there is known.
type Fact struct {
	Name  string
	Mode  Mode
	Value Value
}

// Mode is how a policy lets the journal keep a fact. The zero value is Drop.
type Mode uint8

// The modes. See [Keeper.Keep] for what each of them does.
const (
	Drop Mode = iota
	Hash
	Round
	Keep
)

var modeNames = [...]string{"drop", "hash", "round", "keep"}

// String returns the name that a policy uses, for example "keep".
func (m Mode) String() string {
	if int(m) >= len(modeNames) {
		m = Drop
	}
	return modeNames[m]
}

// ParseMode returns the mode of a name that a policy uses, and Drop for any
// other text.
func ParseMode(name string) Mode {
	return Mode(max(slices.Index(modeNames[:], name), 0))
}

// Value is a boolean, a whole number, another number, a text or a list of
// texts. Exact decimals are texts. The zero value is none of them.
//
// Values are immutable and safe for concurrent use.
type Value struct {
	kind  valueKind
	whole int64 // or 1 for true
	real  float64
	text  string
	texts []string
}

type valueKind uint8

const (
	noValue valueKind = iota
	boolValue
	wholeValue
	realValue
	textValue
	textsValue
)

// maxSafe is the first whole number after which float64 has gaps.
const maxSafe = 1 << 53

// ValueOf returns the value of a Go boolean, number, string or slice of
// strings, of a named type of one of these, or of an exact decimal: a type
// with the methods String and Float, such as policy.Decimal. It reports false
// for any other type, NaN and infinities. A slice is copied.
func ValueOf(raw any) (Value, bool) {
	if d, ok := raw.(interface {
		fmt.Stringer
		Float() float64
	}); ok {
		return Value{kind: textValue, text: d.String()}, true
	}
	switch v := reflect.ValueOf(raw); {
	case !v.IsValid():
		return Value{}, false
	case v.Kind() == reflect.Bool:
		return boolOf(v.Bool()), true
	case v.CanInt():
		return Value{kind: wholeValue, whole: v.Int()}, true
	case v.CanUint() && v.Uint() <= math.MaxInt64:
		return Value{kind: wholeValue, whole: int64(v.Uint())}, true
	case v.CanUint():
		return realOf(float64(v.Uint()))
	case v.Kind() == reflect.Float32:
		return float32Of(float32(v.Float()))
	case v.CanFloat():
		return realOf(v.Float())
	case v.Kind() == reflect.String:
		return Value{kind: textValue, text: strings.ToValidUTF8(v.String(), "\uFFFD")}, true
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		return textsOf(v), true
	}
	return Value{}, false
}

func boolOf(b bool) Value {
	if b {
		return Value{kind: boolValue, whole: 1}
	}
	return Value{kind: boolValue}
}

// float32Of keeps the decimal that the number was meant as, since that is what
// a policy reads.
func float32Of(x float32) (Value, bool) {
	exact, err := strconv.ParseFloat(strconv.FormatFloat(float64(x), 'g', -1, 32), 64)
	if err != nil {
		return Value{}, false
	}
	return realOf(exact)
}

// realOf holds a whole number as one, so that 250 and 250.0 are the same.
func realOf(x float64) (Value, bool) {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return Value{}, false
	case x == math.Trunc(x) && math.Abs(x) < maxSafe:
		return Value{kind: wholeValue, whole: int64(x)}, true
	}
	return Value{kind: realValue, real: x}, true
}

func textsOf(v reflect.Value) Value {
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = strings.ToValidUTF8(v.Index(i).String(), "\uFFFD")
	}
	return Value{kind: textsValue, texts: texts}
}

// Any returns the value as a bool, int64, float64, string or []string, which
// is a copy; nil for the zero value. A policy takes it as a fact.
func (v Value) Any() any {
	switch v.kind {
	case boolValue:
		return v.whole != 0
	case wholeValue:
		return v.whole
	case realValue:
		return v.real
	case textValue:
		return v.text
	case textsValue:
		return append([]string{}, v.texts...)
	}
	return nil
}

// IsZero reports whether there is no value.
func (v Value) IsZero() bool { return v.kind == noValue }
