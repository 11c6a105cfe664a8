// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// whole is a request with every key.
const whole = `{"id":"a","time":"2026-11-21T13:00:00+01:00","action":"transfer",` +
	`"channel":"web","facts":{"amount":40.50,"payee":"x","trusted":true,"tags":["a"],"none":null},` +
	`"signals":{"geo":{"country":"FR","foreign":null},"session":{"methods":["password"]},` +
	`"travel":{"km":12.5},"device":{"known":false}},` +
	`"session":{"id":"s","proofs":[{"method":"totp","action":"login","age_s":60,"band":"low"}]},` +
	`"prompts":2,"spent":{"small":{"count":1,"sum":9.90}}}`

func TestParseRequest(t *testing.T) {
	r, err := parseRequest([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	in := r.input(time.Time{})
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if in.Action != "transfer" || !in.Time.Equal(noon) || in.Prompts != (policy.Count{N: 2, Known: true}) {
		t.Errorf("got %q at %v after %+v", in.Action, in.Time, in.Prompts)
	}
	amount, _ := policy.ParseDecimal("40.5")
	if in.Facts["amount"] != amount || len(in.Facts) != 4 {
		t.Errorf("facts: got %v", in.Facts)
	}
	if p := in.Proofs[0]; p.Method != policy.TOTP || p.Band != policy.Low ||
		!p.Time.Equal(noon.Add(-time.Minute)) {
		t.Errorf("proof: got %+v", p)
	}
	if s := in.Spent; !s.Known || s.Rules[0].Count != 1 || s.Rules[0].Sum.String() != "9.9" {
		t.Errorf("spent: got %+v", s)
	}
	if s := in.Signals; s.Known(risk.GeoForeign) || s.Bool(risk.DeviceKnown) != risk.False {
		t.Error("signals: null must be unknown, and false known")
	}
	if hour, known := in.Signals.Number(risk.TimeHourUTC); hour != 12 || !known {
		t.Errorf("hour: got %v, %v", hour, known)
	}
}

// TestProofLacksWhatItDoesNotSay: a key that is missing leaves the strict
// thing.
func TestProofLacksWhatItDoesNotSay(t *testing.T) {
	r, err := parseRequest([]byte(`{"action":"a","session":{"proofs":[{}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	p := r.input(time.Now()).Proofs[0]
	if p.Method != 0 || p.Band != 0 || !p.Time.IsZero() {
		t.Errorf("got %+v, want a proof that never counts", p)
	}
}

// TestLongLine: a line that is too long is reported, and the next one is read.
func TestLongLine(t *testing.T) {
	data, err := os.ReadFile("../../testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse(policy.Source{Name: "base.yaml", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	in := `{"action":"` + strings.Repeat("a", 2*maxLine) + "\"}\n" + `{"action":"b","id":"next"}`
	e := explainer{policy: p, print: printVerdict,
		world: world{strings.NewReader(in), &out, &log, time.Now}}
	err = e.explain(stdinPath)
	if !errors.Is(err, errLines) || !strings.Contains(out.String(), `"id":"next"`) {
		t.Errorf("got %v and %q", err, out.String())
	}
	if want := "stdin:1:1048577: the line has more than 1048576 bytes\n"; log.String() != want {
		t.Errorf("got %q, want %q", log.String(), want)
	}
}

// TestLinesOfEditors: what editors add to lines is no part of them: a byte
// order mark at the beginning, carriage returns, blank lines, and no end of the
// last line. A mark anywhere else is a mistake with a place.
func TestLinesOfEditors(t *testing.T) {
	data, err := os.ReadFile("../../testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := policy.Parse(policy.Source{Name: "base.yaml", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	var out, log bytes.Buffer
	in := byteOrderMark + `{"action":"a","id":1}` + "\r\n\r\n" + `{"action":"a","id":2}` + "\n" +
		byteOrderMark + `{"action":"a","id":3}` + "\n" + `{"action":"a","id":4}`
	e := explainer{policy: p, print: printVerdict, world: world{strings.NewReader(in), &out, &log, time.Now}}
	if err := e.explain(stdinPath); !errors.Is(err, errLines) {
		t.Errorf("got %v, want %v", err, errLines)
	}
	for id, want := range map[int]int{1: 1, 2: 1, 3: 0, 4: 1} {
		if got := strings.Count(out.String(), fmt.Sprintf(`"id":%d,`, id)); got != want {
			t.Errorf("%d lines of %d, want %d", got, id, want)
		}
	}
	if !strings.HasPrefix(log.String(), "stdin:4:1: ") || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("got %q, want line 4 alone", log.String())
	}
}

// FuzzParseRequest: whatever a line holds, the error is a *lineError at a
// place in it, or the line is JSON and what a policy says of the request can
// be written as a line of JSON, and as text without control characters.
func FuzzParseRequest(f *testing.F) {
	data, err := os.ReadFile("../../../examples/policies/telecom/policy.yaml")
	if err != nil {
		f.Fatal(err)
	}
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: data})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(whole))
	f.Add([]byte(`{"id":1e400,"action":"login","signals":{"travel":{"km":1e999}}}`))
	f.Add([]byte(`{"action":"\ud800","facts":{"credit":9999999999999999999}}`))
	f.Add([]byte("[[[[[[[[[[[[[[[[[[[["))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parseRequest(line)
		var bad *lineError
		if err != nil {
			if !errors.As(err, &bad) || r != nil {
				t.Fatalf("got %v, want a *lineError", err)
			}
			if c := bad.column(line); c < 1 || c > utf8.RuneCount(line)+1 {
				t.Fatalf("column %d of %d", c, utf8.RuneCount(line))
			}
			return
		}
		if !json.Valid(line) {
			t.Fatalf("read what is not JSON")
		}
		v := p.Evaluate(r.input(time.Unix(0, 0)))
		var out bytes.Buffer
		if err := printVerdict(&out, r, &v, p.Hash()); err != nil || !json.Valid(out.Bytes()) {
			t.Fatalf("%v: wrote %q", err, &out)
		}
		if v.Explain().Action != r.action {
			t.Fatalf("explained %q, want %q", v.Explain().Action, r.action)
		}
		out.Reset()
		if err := printText(&out, r, &v, ""); err != nil || out.String() != visible(out.String()) {
			t.Fatalf("%v: wrote %q", err, &out)
		}
	})
}

// TestReadmeRequest: the request that the manual shows can be read.
func TestReadmeRequest(t *testing.T) {
	manual, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(manual), "```json\n")
	block, _, closed := strings.Cut(rest, "```")
	if !found || !closed {
		t.Fatal("README.md shows no request")
	}
	r, err := parseRequest([]byte(strings.ReplaceAll(block, "\n", " ")))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.facts) != 2 || len(r.proofs) != 1 || !r.prompts.Known || len(r.spent.Rules) != 1 {
		t.Errorf("got %+v", r)
	}
}
