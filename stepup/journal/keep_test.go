// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"math"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/stepup/journal"
)

type money struct{ text string }

func (m money) String() string { return m.text }
func (m money) Float() float64 { return math.NaN() } // never asked

type label string

func TestValueOf(t *testing.T) {
	for name, c := range map[string]struct{ raw, want any }{
		"bool":             {true, true},
		"int":              {-7, int64(-7)},
		"uint8":            {uint8(7), int64(7)},
		"great uint":       {uint64(math.MaxUint64), float64(math.MaxUint64)},
		"whole float":      {250.0, int64(250)},
		"float":            {0.1, 0.1},
		"float32 as meant": {float32(0.1), 0.1},
		"great float":      {1e300, 1e300},
		"text":             {"FR", "FR"},
		"named text":       {label("FR"), "FR"},
		"broken text":      {"a\xff", "a\uFFFD"},
		"texts":            {[]string{"a", "b"}, []string{"a", "b"}},
		"named texts":      {[]label{"a"}, []string{"a"}},
		"no texts":         {[]string{}, []string{}},
		"exact decimal":    {money{"249.90"}, "249.90"},
		"nil":              {nil, nil},
		"NaN":              {math.NaN(), nil},
		"infinite":         {math.Inf(-1), nil},
		"infinite float32": {float32(math.Inf(1)), nil},
		"map":              {map[string]int{}, nil},
		"list of ints":     {[]int{1}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			v, ok := journal.ValueOf(c.raw)
			if got := v.Any(); !reflect.DeepEqual(got, c.want) || ok != (c.want != nil) ||
				v.IsZero() == ok {
				t.Errorf("got %v (%T), %v; want %v (%T)", got, got, ok, c.want, c.want)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	k := journal.Keeper{MAC: ring(t).MAC("shop", "journal")}
	for name, c := range map[string]struct {
		mode journal.Mode
		raw  any
		want any // nil: dropped
	}{
		"keep":                        {journal.Keep, "FR", "FR"},
		"keep an address":             {journal.Keep, "198.51.100.7", nil},
		"keep an address with spaces": {journal.Keep, " 198.51.100.7\n", nil},
		"keep an address and port":    {journal.Keep, "198.51.100.7:443", nil},
		"keep an IPv6 address":        {journal.Keep, "2001:db8::7", nil},
		"keep an IPv6 in brackets":    {journal.Keep, "[2001:db8::7]", nil},
		"keep a prefix":               {journal.Keep, "198.51.100.0/24", nil},
		"keep a list with an address": {journal.Keep, []string{"a", "198.51.100.7"}, nil},
		"round whole up":              {journal.Round, 1250, int64(1300)},
		"round whole down":            {journal.Round, 1249, int64(1200)},
		"round negative":              {journal.Round, -1250, int64(-1300)},
		"round small":                 {journal.Round, 31, int64(31)},
		"round carry":                 {journal.Round, 995, int64(1000)},
		"round zero":                  {journal.Round, 0, int64(0)},
		"round float":                 {journal.Round, 0.0125, 0.013},
		"round float to whole":        {journal.Round, 249.9, int64(250)},
		"round decimal":               {journal.Round, "1249.90", "1200"},
		"round decimal carry":         {journal.Round, "0.0996", "0.1"},
		"round decimal carry, nines":  {journal.Round, "99.9", "100"},
		"round negative decimal":      {journal.Round, "-12.5", "-13"},
		"round no number":             {journal.Round, "12 Main St", nil},
		"round a bool":                {journal.Round, true, nil},
		"round the greatest":          {journal.Round, int64(math.MaxInt64), int64(9200000000000000000)},
		"round the least":             {journal.Round, int64(math.MinInt64), int64(-9200000000000000000)},
		"round the greatest float":    {journal.Round, math.MaxFloat64, nil},
		"drop":                        {journal.Drop, "x", nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, ok := k.Keep("fact", c.mode, c.raw)
			if !ok || f.Name != "fact" || !reflect.DeepEqual(f.Value.Any(), c.want) ||
				(c.want == nil) != (f.Mode == journal.Drop) {
				t.Errorf("got %v %v, %v; want %v", f.Mode, f.Value.Any(), ok, c.want)
			}
		})
	}
	if _, ok := k.Keep("fact", journal.Keep, math.NaN()); ok {
		t.Error("NaN is a fact")
	}
}

// A hash tells the same value of the same fact, and nothing else.
func TestHash(t *testing.T) {
	k := journal.Keeper{MAC: ring(t).MAC("shop", "journal")}
	other := journal.Keeper{MAC: ring(t).MAC("other", "journal")}
	hash := func(k journal.Keeper, name string, raw any) any {
		f, _ := k.Keep(name, journal.Hash, raw)
		return f.Value.Any()
	}
	same := hash(k, "payee", "BE68539007547034")
	if text, ok := same.(string); !ok || len(text) != 22 {
		t.Fatalf("got %v", same)
	}
	if hash(k, "payee", "BE68539007547034") != same {
		t.Error("the same value has another hash")
	}
	for name, h := range map[string]any{
		"value": hash(k, "payee", "BE68539007547035"), "name": hash(k, "payer", "BE68539007547034"),
		"key": hash(other, "payee", "BE68539007547034"),
	} {
		if h == same {
			t.Errorf("another %s has the same hash", name)
		}
	}
	if hash(k, "n", 1) == hash(k, "n", "1") {
		t.Error("a number and a text have the same hash")
	}
	if f, ok := (journal.Keeper{}).Keep("payee", journal.Hash, "x"); !ok || f.Mode != journal.Drop {
		t.Errorf("without a key: got %v", f)
	}
}

// What is rounded is rounded for good, is near, and has two digits.
func TestRoundProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-1e15, 1e15).Draw(t, "x")
		f, _ := journal.Keeper{}.Keep("x", journal.Round, x)
		again, _ := journal.Keeper{}.Keep("x", journal.Round, f.Value.Any())
		if !reflect.DeepEqual(f, again) {
			t.Fatalf("%v becomes %v, then %v", x, f.Value.Any(), again.Value.Any())
		}
		var y float64
		switch v := f.Value.Any().(type) {
		case int64:
			y = float64(v)
		case float64:
			y = v
		}
		if math.Abs(x-y) > math.Abs(x)*0.0500001 {
			t.Fatalf("%v becomes %v", x, y)
		}
	})
}

func TestModes(t *testing.T) {
	for _, m := range []journal.Mode{journal.Drop, journal.Hash, journal.Round, journal.Keep} {
		if got := journal.ParseMode(m.String()); got != m {
			t.Errorf("%v: got %v", m, got)
		}
	}
	if journal.ParseMode("publish") != journal.Drop || journal.Mode(9).String() != "drop" {
		t.Error("an unknown mode does not drop")
	}
}
