// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/proportion-go/proportion/policy/internal/expression"
)

// readUsual is read for what facts nearly always are, and reports whether it
// was that. It takes a quarter of the time.
func (f *fact) readUsual(raw any, v *expression.Value) bool {
	switch x := raw.(type) {
	case int:
		whole := int64(x)
		v.Number, v.Known = float64(x), f.Type.numeric() && f.least <= whole && whole <= f.greatest
		return v.Known
	case bool:
		v.Number, v.Known = 0, f.Type == BoolFact
		if x {
			v.Number = 1
		}
		return v.Known
	case string:
		v.Text, v.Known = x, f.Type == StringFact && len(x) <= expression.MaxText && ascii(x)
		return v.Known
	}
	return false
}

// ascii reports whether the text has no byte that badText must look at.
func ascii(s string) bool {
	all := byte(0)
	for i := range len(s) {
		all |= s[i]
	}
	return all < utf8.RuneSelf
}

// narrow finds the least and the greatest whole number that the fact's bounds
// allow, as far as float64 has no gaps.
func (f *fact) narrow() {
	f.least, f.greatest = 1-maxExact, maxExact-1
	if f.min != nil {
		whole, fraction := f.min.split()
		f.least = max(f.least, whole+int64(max(cmp.Compare(fraction, 0), 0)))
	}
	if f.max != nil {
		whole, fraction := f.max.split()
		f.greatest = min(f.greatest, whole+int64(min(cmp.Compare(fraction, 0), 0)))
	}
}

// read sets v to the value of a fact, or returns what is wrong with it: never
// the value itself, since the text goes into logs.
//
// A fact is of a type of the language nearly always. Those are looked at
// first, since reflection takes several times as long.
func (f *fact) read(raw any, v *expression.Value) (problem string) {
	v.Known = false
	if raw == nil {
		return "missing: want " + f.Type.String()
	}
	switch f.Type {
	case NumberFact:
		v.Number, problem = f.number(raw)
	case DecimalFact:
		var d Decimal
		d, problem = f.decimal(raw)
		v.Number = d.Float()
	case BoolFact:
		v.Number, problem = f.bool(raw)
	case StringFact:
		v.Text, problem = f.text(raw)
	case StringsFact:
		v.Texts, problem = f.texts(raw)
	}
	v.Known = problem == ""
	return problem
}

func (f *fact) mistyped(raw any) string {
	return fmt.Sprintf("want %s, got %T", f.Type, raw)
}

func (f *fact) bool(raw any) (float64, string) {
	is, ok := raw.(bool)
	if !ok {
		v := reflect.ValueOf(raw)
		if v.Kind() != reflect.Bool {
			return 0, f.mistyped(raw)
		}
		is = v.Bool()
	}
	if is {
		return 1, ""
	}
	return 0, ""
}

// number accepts every number of Go, and an exact decimal.
func (f *fact) number(raw any) (float64, string) {
	x, ok := toFloat(raw)
	switch {
	case !ok:
		return 0, f.mistyped(raw)
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, "want a finite number"
	case f.min != nil && x < f.min.Float():
		return 0, "below the minimum " + f.min.String()
	case f.max != nil && x > f.max.Float():
		return 0, "above the maximum " + f.max.String()
	}
	return x, ""
}

func toFloat(raw any) (x float64, ok bool) {
	switch x := raw.(type) {
	case float64:
		return x, true
	case int:
		return float64(x), true
	case Decimal:
		return x.Float(), true
	}
	switch v := reflect.ValueOf(raw); {
	case v.CanFloat():
		return v.Float(), true
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	}
	return 0, false
}

func (f *fact) decimal(raw any) (Decimal, string) {
	d, problem := f.exact(raw)
	switch {
	case problem != "":
		return Decimal{}, problem
	case f.min != nil && d.Compare(*f.min) < 0:
		return Decimal{}, "below the minimum " + f.min.String()
	case f.max != nil && d.Compare(*f.max) > 0:
		return Decimal{}, "above the maximum " + f.max.String()
	}
	return d, ""
}

// maxShortest is how many digits every float64 keeps: one whose shortest form
// has no more is the number that was meant.
const maxShortest = 15

// exact accepts decimals, digits, whole numbers, and floats that are exact
// enough to stand for the decimal they print as.
func (f *fact) exact(raw any) (Decimal, string) {
	switch x := raw.(type) {
	case Decimal:
		return x, ""
	case int:
		if c := int64(x); -unit < c && c < unit {
			return Decimal{coefficient: c}, ""
		}
	case float64:
		if d, ok := fewDigits(x); ok {
			return d, ""
		}
	}
	var text string
	switch v := reflect.ValueOf(raw); {
	case v.CanInt():
		text = strconv.FormatInt(v.Int(), 10)
	case v.CanUint():
		text = strconv.FormatUint(v.Uint(), 10)
	case v.CanFloat():
		bits := 64
		if v.Kind() == reflect.Float32 {
			bits = 32
		}
		text = strconv.FormatFloat(v.Float(), 'f', -1, bits)
		if digits := strings.Trim(strings.Replace(text, ".", "", 1),
			"-0"); len(digits) > maxShortest {
			return Decimal{}, "want a decimal: a float with more than 15 digits is not exact"
		}
	case v.Kind() == reflect.String:
		text = v.String()
	default:
		return Decimal{}, f.mistyped(raw)
	}
	d, err := ParseDecimal(text)
	if err != nil {
		return Decimal{}, "want a decimal of at most 18 digits, as 12.50"
	}
	return d, ""
}

// fewDigits is the quick way for a float with at most four digits after the
// point and 15 in all, as amounts of money have: no other decimal of 15 digits
// is that float.
func fewDigits(x float64) (Decimal, bool) {
	const scale = 4
	c := math.Round(x * 1e4)
	if !(math.Abs(c) < 1e15) || c/1e4 != x {
		return Decimal{}, false
	}
	d := Decimal{int64(c), scale}
	for d.scale > 0 && d.coefficient%10 == 0 {
		d.coefficient, d.scale = d.coefficient/10, d.scale-1
	}
	return d, true
}

func (f *fact) text(raw any) (string, string) {
	text, ok := raw.(string)
	if !ok {
		v := reflect.ValueOf(raw)
		if v.Kind() != reflect.String {
			return "", f.mistyped(raw)
		}
		text = v.String()
	}
	return text, badText(text)
}

func badText(s string) string {
	switch {
	case len(s) > expression.MaxText:
		return fmt.Sprintf("want at most %d bytes", expression.MaxText)
	case !utf8.ValidString(s):
		return "want UTF-8"
	}
	return ""
}

func (f *fact) texts(raw any) ([]string, string) {
	list, ok := raw.([]string)
	if !ok {
		v := reflect.ValueOf(raw)
		if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.String {
			return nil, f.mistyped(raw)
		}
		list = make([]string, 0, min(v.Len(), expression.MaxTexts+1))
		for i := range min(v.Len(), expression.MaxTexts+1) {
			list = append(list, v.Index(i).String())
		}
	}
	if len(list) > expression.MaxTexts {
		return nil, fmt.Sprintf("want at most %d elements", expression.MaxTexts)
	}
	total := 0
	for _, s := range list {
		if problem := badText(s); problem != "" {
			return nil, problem
		}
		total += len(s)
	}
	if total > expression.MaxListBytes {
		return nil, fmt.Sprintf("want at most %d bytes in all", expression.MaxListBytes)
	}
	return list, ""
}

// canonical returns the one text that equal values of a fact share.
func (f *fact) canonical(raw any) (text, problem string) {
	var v expression.Value
	if problem := f.read(raw, &v); problem != "" {
		return "", problem
	}
	switch f.Type {
	case DecimalFact:
		d, problem := f.decimal(raw)
		return d.String(), problem
	case BoolFact:
		return strconv.FormatBool(v.Number != 0), ""
	case StringsFact:
		quoted := make([]string, 0, len(v.Texts))
		for _, t := range v.Texts {
			// Quoted, so that ["a, b"] is not ["a", "b"].
			quoted = append(quoted, strconv.Quote(t))
		}
		return strings.Join(quoted, ", "), ""
	}
	return v.Text, ""
}
