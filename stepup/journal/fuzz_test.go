// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/stepup/journal"
)

// seeds are lines that touch every member, and some that are no lines.
func seeds(t testing.TB) [][]byte {
	t.Helper()
	e := decision()
	e.Decision.Proofs = []journal.Proof{{Method: "totp", Via: "app", Action: "login", Band: "low",
		Time: noon(), Bound: true}}
	e.Decision.Degraded = []journal.Gap{{Kind: "store", Name: "subject", Text: "cannot be read"}}
	e.Decision.Enrol, e.Decision.Held = []string{"totp"}, "totp"
	e.Decision.Facts = append(e.Decision.Facts,
		keep("z_texts", journal.Keep, []string{"a", "é\"\\"}), keep("z_real", journal.Keep,
			-0.125), keep("z_whole", journal.Keep, -7))
	other := &journal.Event{
		Time: noon(), Kind: journal.KindGap, ID: "g", Outcome: "dropped", Extra: `"x":[1,{"y":null}]`,
		Detail: journal.Detail{Lost: 3, Since: noon(), Until: noon(), By: pseudonym(3),
			Bound: true, Extra: `"z":"\u00e9"`},
	}
	sealed := &journal.Event{Time: noon(), Kind: journal.KindProof, ID: "p", Alias: pseudonym(1),
		Sealed: []byte("sealed")}
	const head = `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"a"`
	return [][]byte{
		line(t, e), line(t, other), line(t, sealed), line(t, trivial()),
		[]byte(head + ` , "detail" : { "signals" : { "geo" : { "asn" : 1e3, "zzz":0 } }, "spent" : null } }`),
		[]byte(head + `,"step":"\ud83d\ude00\ud800\u0041\/"}`),
		[]byte(head + `,"detail":{"facts":{"b":1.0,"a":-0,"c":9223372036854775808,"d":1e-7}}}`),
		[]byte(head + `,"x":` + strings.Repeat("[", 63) + "1" + strings.Repeat("]", 63) + `}`),
		[]byte(head + `,"x":` + strings.Repeat("[", 64) + "1" + strings.Repeat("]", 64) + `}`),
		[]byte(head + `,"detail":{"score":01}}`),
		[]byte(`{}`),
	}
}

// FuzzDecode holds the decoder against encoding/json, and what it accepts
// against the encoder.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	first := seeds(f)[:1]
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := agree(warm(t, first), text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var d journal.Decoder
		var e journal.Event
		if d.Decode(text, &e) != nil {
			return
		}
		first := e.Clone()
		again, err := journal.AppendLine(nil, first)
		if err != nil {
			if errors.Is(err, journal.ErrTooLong) {
				return // a shorter escape may be read than is written
			}
			t.Fatalf("cannot be written: %v\n%s", err, text)
		}
		if err := d.Decode(again, &e); err != nil {
			t.Fatalf("cannot be read again: %v\n%s", err, again)
		}
		if err := equal(&e, first); err != nil {
			t.Fatal(err)
		}
	})
}

// warm returns a decoder that remembers lines.
func warm(t testing.TB, all [][]byte) *journal.Decoder {
	t.Helper()
	var d journal.Decoder
	var e journal.Event
	for range 2 {
		for _, text := range all {
			_ = d.Decode(text, &e) // some are no lines
		}
	}
	if err := d.Decode(all[0], &e); err != nil {
		t.Fatal(err)
	}
	return &d
}

// Mutated lines come closer to the edges of the schema than random bytes.
func TestDecodeAgreesWithEncodingJSON(t *testing.T) {
	all := seeds(t)
	d := warm(t, all)
	rapid.Check(t, func(t *rapid.T) {
		text := bytes.Clone(all[rapid.IntRange(0, len(all)-1).Draw(t, "seed")])
		if rapid.Bool().Draw(t, "any event") {
			var err error
			if text, err = journal.AppendLine(nil, anEvent().Draw(t, "event")); err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			at := rapid.IntRange(0, len(text)-1).Draw(t, "at")
			with := rapid.SampledFrom([]string{"", "0", "1", "-", ".", "e", `"`, `\`, ",", ":",
				"{", "}", "[", "]",
				"null", "true", " ", "\t", "\n", "\r", "\x00", "\xc3", "é", `\u0069`, "Z", "=", "_"}).Draw(t, "with")
			cut := rapid.IntRange(0, min(3, len(text)-at)).Draw(t, "cut")
			text = append(append(bytes.Clone(text[:at]), with...), text[at+cut:]...)
			if len(text) == 0 {
				return
			}
		}
		if err := agree(d, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	})
}

// What a decoder remembers of a line is never taken for another line, however
// alike they are.
func TestDecoderRemembersExactly(t *testing.T) {
	text := string(line(t, decision()))
	for name, c := range map[string]struct{ old, with string }{
		"as it is":         {"", ""},
		"score before":     {`"signals":`, `"score":35,"signals":`},
		"caution before":   {`"signals":`, `"caution":true,"signals":`},
		"prompts twice":    {`"signals":`, `"prompts":{},"signals":`},
		"unknown before":   {`"signals":`, `"later":1,"signals":`},
		"lane at the end":  {`,"shadow":`, `,"method":"totp","shadow":`},
		"one brace less":   {"}}\n", "}\n"},
		"one brace more":   {"}}\n", "}}}\n"},
		"space at the end": {"}}\n", "}} \n"},
		"more of the line": {"}}\n", `},"later":1}` + "\n"},
		"sealed, too":      {`"detail":`, `"sealed":"QUJD","detail":`},
		"another score":    {`"score":35`, `"score":36`},
		"no comma":         {`,"kind":`, `"kind":`},
		"a comma first":    {`{"v":1,`, `{,"v":1,`},
		"another first":    {`{"v":1,"time":"2026-06-01T12:00:00.123456789Z"`, `{"time":"2026-06-01T12:00:00Z","v":1`},
		"first, no comma":  {`{"v":1,"time":"2026-06-01T12:00:00.123456789Z"`, `{"time":"2026-06-01T12:00:00Z""v":1`},
		"another day":      {"2026-06-01T", "2026-06-31T"},
		"a group first":    {`"signals":{`, `"signals":{"later":{}`},
		"a signal first":   {`"geo":{`, `"geo":{"later":1`},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(text, c.old, c.with, 1)
			if changed == text && c.old != "" {
				t.Fatalf("there is no %s in %s", c.old, text)
			}
			d := warm(t, [][]byte{[]byte(text)})
			for _, text := range []string{changed, text, changed, text} {
				if err := agree(d, []byte(text)); err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
			}
		})
	}
}
