// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

func TestRoundTrip(t *testing.T) {
	var d journal.Decoder
	rapid.Check(t, func(t *rapid.T) {
		want := anEvent().Draw(t, "event")
		first, err := journal.AppendLine(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(first) || bytes.Count(first, []byte("\n")) != 1 {
			t.Fatalf("not one line of JSON: %s", first)
		}
		var got journal.Event
		if err := d.Decode(first, &got); err != nil {
			t.Fatalf("%v: %s", err, first)
		}
		if err := equal(&got, want); err != nil {
			t.Fatal(err)
		}
		second, err := journal.AppendLine(nil, &got)
		if err != nil || !bytes.Equal(first, second) {
			t.Fatalf("written again: %v\n%s\n%s", err, first, second)
		}
	})
}

// A writer can stop after any byte: what it left is torn, and never an event.
func TestEveryBeginningIsTorn(t *testing.T) {
	e := decision()
	e.Extra = `"later":"é\u00e9\n"`
	e.Detail.Extra = `"numbers":[-1.5e+3,true,false,null]`
	whole := line(t, e)
	var d journal.Decoder
	var got journal.Event
	for n := range len(whole) - 1 {
		if err := d.Decode(whole[:n], &got); !errors.Is(err, journal.ErrTorn) {
			t.Fatalf("the first %d bytes %q: got %v, want ErrTorn", n, whole[:n], err)
		}
	}
	if err := d.Decode(whole[:len(whole)-1], &got); err != nil {
		t.Errorf("all but the line feed: %v", err)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const head = `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"a"`
	for name, c := range map[string]struct {
		line string
		want error
	}{
		"nothing":         {"", journal.ErrTorn},
		"not an object":   {"[]", journal.ErrSyntax},
		"another version": {`{"v":2,"time":[]}`, journal.ErrVersion},
		"version as text": {`{"v":"1"}`, journal.ErrSyntax},
		"no version":      {`{"time":"2026-06-01T12:00:00Z","kind":"gap","id":"a"}`, journal.ErrSyntax},
		"no time":         {`{"v":1,"kind":"gap","id":"a"}`, journal.ErrSyntax},
		"no id":           {`{"v":1,"time":"2026-06-01T12:00:00Z","kind":"gap"}`, journal.ErrSyntax},
		"empty kind": {`{"v":1,"time":"2026-06-01T12:00:00Z","kind":"","id":"a"}`,
			journal.ErrSyntax},
		"long id": {`{"v":1,"time":"2026-06-01T12:00:00Z","kind":"gap","id":"` + strings.Repeat("a", 65) + `"}`, journal.ErrSyntax},
		"zero time": {`{"v":1,"time":"0001-01-01T00:00:00Z","kind":"gap","id":"a"}`,
			journal.ErrSyntax},
		"30 February": {`{"v":1,"time":"2026-02-30T12:00:00Z","kind":"gap","id":"a"}`,
			journal.ErrSyntax},
		"an offset": {`{"v":1,"time":"2026-02-01T12:00:00+01:00","kind":"gap","id":"a"}`,
			journal.ErrSyntax},
		"ten digits": {`{"v":1,"time":"2026-02-01T12:00:00.1234567891Z","kind":"gap","id":"a"}`, journal.ErrSyntax},
		"a point alone": {`{"v":1,"time":"2026-02-01T12:00:00.Z","kind":"gap","id":"a"}`,
			journal.ErrSyntax},
		"twice":               {head + `,"id":"b"}`, journal.ErrSyntax},
		"twice, escaped":      {head + `,"\u0069d":"b"}`, journal.ErrSyntax},
		"unknown twice":       {head + `,"x":1,"x":2}`, journal.ErrSyntax},
		"null":                {head + `,"step":null}`, journal.ErrSyntax},
		"wrong type":          {head + `,"step":1}`, journal.ErrSyntax},
		"two ends":            {head + `}}`, journal.ErrSyntax},
		"two lines":           {head + "}\n" + head + "}", journal.ErrSyntax},
		"trailing comma":      {head + `,}`, journal.ErrSyntax},
		"raw control":         {head + ",\"step\":\"a\tb\"}", journal.ErrSyntax},
		"not UTF-8":           {head + ",\"step\":\"\xff\"}", journal.ErrSyntax},
		"bad escape":          {head + `,"step":"\x"}`, journal.ErrSyntax},
		"alias of an address": {head + `,"alias":"198.51.100.7"}`, journal.ErrSyntax},
		"detail and sealed":   {head + `,"detail":{},"sealed":"QUJD"}`, journal.ErrSyntax},
		"empty seal":          {head + `,"sealed":""}`, journal.ErrSyntax},
		"seal with a break":   {head + `,"sealed":"QU\nJD"}`, journal.ErrSyntax},
		"signal twice": {head + `,"detail":{"signals":{"geo":{"asn":1,"asn":2}}}}`,
			journal.ErrSyntax},
		"group twice":       {head + `,"detail":{"signals":{"geo":{},"geo":{}}}}`, journal.ErrSyntax},
		"signal mistyped":   {head + `,"detail":{"signals":{"geo":{"country":1}}}}`, journal.ErrSyntax},
		"signal too large":  {head + `,"detail":{"signals":{"geo":{"asn":1e999}}}}`, journal.ErrSyntax},
		"leading zero":      {head + `,"detail":{"score":012}}`, journal.ErrSyntax},
		"score as real":     {head + `,"detail":{"score":1.0}}`, journal.ErrSyntax},
		"fact twice":        {head + `,"detail":{"facts":{"b":1,"a":1,"b":1}}}`, journal.ErrSyntax},
		"fact without mode": {head + `,"detail":{"facts":{"a":{}}}}`, journal.ErrSyntax},
		"fact of new mode":  {head + `,"detail":{"facts":{"a":{"blur":1}}}}`, journal.ErrSyntax},
		"fact of two modes": {head + `,"detail":{"facts":{"a":{"round":1,"hash":"x"}}}}`,
			journal.ErrSyntax},
		"fact not dropped": {head + `,"detail":{"facts":{"a":{"drop":false}}}}`, journal.ErrSyntax},
		"fact null":        {head + `,"detail":{"facts":{"a":null}}}`, journal.ErrSyntax},
		"list of numbers":  {head + `,"detail":{"facts":{"a":[1]}}}`, journal.ErrSyntax},
		"too deep": {head + `,"x":` + strings.Repeat("[", 80) + strings.Repeat("]",
			80) + "}", journal.ErrSyntax},
		"too long": {head + `,"x":"` + strings.Repeat("a", journal.MaxLine) + `"}`,
			journal.ErrTooLong},
	} {
		t.Run(name, func(t *testing.T) {
			e := *decision()
			err := new(journal.Decoder).Decode([]byte(c.line), &e)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if errors.Is(err, journal.ErrTorn) != (c.want == journal.ErrTorn) {
				t.Errorf("got %v: is it torn?", err)
			}
			if e.ID != "" || e.Decision != nil {
				t.Error("the event is not zero")
			}
		})
	}
}

func TestErrorsDoNotRepeatTheLine(t *testing.T) {
	text := `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"gap","id":"a","alias":"ann@example.com"}`
	err := new(journal.Decoder).Decode([]byte(text), new(journal.Event))
	if err == nil || strings.Contains(err.Error(), "ann") {
		t.Errorf("got %v", err)
	}
}

// What a newer version of the library adds is kept where it can be.
func TestNewerLines(t *testing.T) {
	const text = `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"a","tenant":"shop",` +
		`"detail":{"signals":{"geo":{"country":"FR","planet":"Earth"},"aura":{"colour":1}},"mood":{"level":3},"score":7}}`
	var e journal.Event
	if err := new(journal.Decoder).Decode([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	if e.Extra != `"tenant":"shop"` || e.Detail.Extra != `"mood":{"level":3}` || e.Decision.Score != 7 {
		t.Errorf("got %q, %q, %d", e.Extra, e.Detail.Extra, e.Decision.Score)
	}
	again := string(line(t, &e))
	for _, part := range []string{`"tenant":"shop"`, `"mood":{"level":3}`, `"country":"FR"`} {
		if !strings.Contains(again, part) {
			t.Errorf("written again without %s: %s", part, again)
		}
	}
	e.Kind, e.Outcome = "eclipse", "total"
	if err := new(journal.Decoder).Decode(line(t, &e), &e); err != nil || e.Kind != "eclipse" {
		t.Errorf("a kind of the future: got %v, %v", e.Kind, err)
	}
}

// Absent is not unknown: a decision that needs an absent signal cannot be
// compared.
func TestAbsentIsNotUnknown(t *testing.T) {
	const text = `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"a",` +
		`"detail":{"signals":{"geo":{"country":null,"tor":false}}}}`
	var e journal.Event
	if err := new(journal.Decoder).Decode([]byte(text), &e); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[risk.Signal]struct{ has, known bool }{
		risk.GeoCountry:  {true, false},
		risk.GeoTor:      {true, true},
		risk.GeoVPN:      {false, false}, // of a computed group
		risk.DeviceKnown: {false, false}, // of a group not computed
	} {
		if has, known := e.Decision.Has(id), e.Decision.Signals.Known(id); has != want.has ||
			known != want.known {
			t.Errorf("%v: got has %v, known %v, want %v", id, has, known, want)
		}
	}
	if got := e.Decision.Missing.Signals(); len(got) == 0 || got[0] == risk.GeoCountry {
		t.Errorf("missing: got %v", got)
	}
	if (&journal.Decision{}).Has(risk.GeoCountry) {
		t.Error("the zero decision has a signal")
	}
}

func TestSignalSetHasRoom(t *testing.T) {
	if n := len(risk.Catalogue()); n > 64 {
		t.Fatalf("%d signals do not fit a SignalSet", n)
	}
}

// One decoder serves many lines: nothing of one stays in the next.
func TestDecoderForgets(t *testing.T) {
	var d journal.Decoder
	var e journal.Event
	if err := d.Decode(line(t, decision()), &e); err != nil {
		t.Fatal(err)
	}
	kept := e.Clone()
	bare := &journal.Event{Time: noon(), Kind: journal.KindDecision, ID: "b", Decision: &journal.Decision{}}
	if err := d.Decode(line(t, bare), &e); err != nil {
		t.Fatal(err)
	}
	if err := equal(&e, bare); err != nil {
		t.Error(err)
	}
	if err := equal(kept, decision()); err != nil {
		t.Errorf("the clone changed: %v", err)
	}
}

func TestAppendLineRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(e *journal.Event)
		field  string
	}{
		"zero time": {func(e *journal.Event) { e.Time = time.Time{} }, "time"},
		"far future": {func(e *journal.Event) {
			e.Detail.Until = time.Date(10000, 1, 1, 0, 0,
				0, 0, time.UTC)
		}, "time"},
		"no kind":         {func(e *journal.Event) { e.Kind = "" }, "kind"},
		"no id":           {func(e *journal.Event) { e.ID = "" }, "id"},
		"known extra":     {func(e *journal.Event) { e.Extra = `"id":"x"` }, "extra"},
		"broken extra":    {func(e *journal.Event) { e.Detail.Extra = `"x":1}` }, "extra"},
		"extra of a line": {func(e *journal.Event) { e.Extra = "\"x\":\n1" }, "extra"},
		"fact twice": {func(e *journal.Event) {
			e.Decision.Facts = []journal.Fact{{Name: "a"}, {Name: "b"}, {Name: "a"}}
		}, "facts"},
	} {
		t.Run(name, func(t *testing.T) {
			e := decision()
			c.change(e)
			got, err := journal.AppendLine([]byte("before"), e)
			var wrong *journal.EventError
			if !errors.As(err, &wrong) || wrong.Field != c.field {
				t.Errorf("got %v, want an EventError of %s", err, c.field)
			}
			if string(got) != "before" {
				t.Errorf("left %q", got)
			}
		})
	}
	e := decision()
	e.Step = strings.Repeat("x", journal.MaxLine)
	if got, err := journal.AppendLine(nil, e); !errors.Is(err, journal.ErrTooLong) || got != nil {
		t.Errorf("got %v, want ErrTooLong", err)
	}
}

func TestAppendLineDoesNotAllocate(t *testing.T) {
	e := decision()
	buffer := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { buffer, _ = journal.AppendLine(buffer[:0], e) }); n > 0 {
		t.Errorf("got %v allocations", n)
	}
}

// An id, and the values of facts that come once, are all that a line costs.
func TestDecodeAllocatesLittle(t *testing.T) {
	text := line(t, decision())
	var d journal.Decoder
	var e journal.Event
	if n := testing.AllocsPerRun(100, func() { _ = d.Decode(text, &e) }); n > 5 {
		t.Errorf("got %v allocations, want at most 5", n)
	}
}

// Numbers of every length, with the point everywhere, are what strconv makes of
// them, to the last bit.
func TestNumbersAgreeWithStrconv(t *testing.T) {
	const head = `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"a",` +
		`"detail":{"signals":{"travel":{"km":`
	dice := rand.New(rand.NewPCG(1, 2))
	digits := func(n int) (text string) {
		for range n {
			text += strconv.Itoa(dice.IntN(10))
		}
		return text
	}
	var d journal.Decoder
	var e journal.Event
	for range 10_000 {
		count := 16 + dice.IntN(4) // where rounding is hardest
		if dice.IntN(3) == 0 {
			count = 1 + dice.IntN(40)
		}
		text, behind := digits(count), dice.IntN(count)
		if text = strings.TrimLeft(text[:count-behind], "0") + "." + text[count-behind:]; text[0] == '.' {
			text = "0" + text
		}
		text = strings.TrimSuffix(text, ".")
		if dice.IntN(2) == 0 {
			text = "-" + text
		}
		want, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		end := []string{"}}}}", `,"hours":1}}}}`, " \t}}}}", "}}}}       "}[dice.IntN(4)]
		if err := d.Decode([]byte(head+text+end), &e); err != nil {
			t.Fatal(err)
		}
		got, known := e.Decision.Signals.Number(risk.TravelKM)
		if !known || math.Float64bits(got) != math.Float64bits(want) {
			t.Fatalf("%s: got %v, want %v", text, got, want)
		}
	}
}
