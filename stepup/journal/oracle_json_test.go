// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/proportion-go/proportion/stepup/journal"
)

// What follows reads JSON by encoding/json, and panics where the type is
// another.

func must(ok bool) {
	if !ok {
		panic(errOracle)
	}
}

type pair struct {
	name string
	raw  []byte
}

func object(raw []byte) (all []pair) {
	must(raw[0] == '{' || raw[0] == ' ' || raw[0] == '\t' || raw[0] == '\r')
	d := json.NewDecoder(bytes.NewReader(raw))
	t, err := d.Token()
	must(err == nil && t == json.Delim('{'))
	for d.More() {
		key, err := d.Token()
		must(err == nil)
		name := key.(string)
		must(!slices.ContainsFunc(all, func(p pair) bool { return p.name == name }))
		var value json.RawMessage
		must(d.Decode(&value) == nil)
		all = append(all, pair{name, value})
	}
	return all
}

func parts(raw []byte, read map[string]func([]byte)) {
	for _, m := range object(raw) {
		if read[m.name] == nil {
			must(depth(m.raw) <= 64)
			continue
		}
		read[m.name](m.raw)
	}
}

func array(raw []byte) (all []json.RawMessage) {
	must(raw[0] == '[' && json.Unmarshal(raw, &all) == nil)
	return all
}

func text(raw []byte) (s string) {
	must(raw[0] == '"' && json.Unmarshal(raw, &s) == nil)
	return s
}

func texts(raw []byte) (all []string) {
	for _, r := range array(raw) {
		all = append(all, text(r))
	}
	return all
}

func boolean(raw []byte) bool {
	must(string(raw) == "true" || string(raw) == "false")
	return raw[0] == 't'
}

func null(raw []byte) bool { return string(raw) == "null" }

func integer(raw []byte) int64 {
	n, err := strconv.ParseInt(string(raw), 10, 64)
	must(err == nil)
	return n
}

func real(raw []byte) float64 {
	must(raw[0] == '-' || raw[0] >= '0' && raw[0] <= '9')
	x, err := strconv.ParseFloat(string(raw), 64)
	must(err == nil && !math.IsInf(x, 0))
	return x
}

func nym(raw []byte) journal.Pseudonym {
	p, err := journal.ParsePseudonym(text(raw))
	must(err == nil)
	return p
}

// moments is the pattern of the schema: time.Parse alone also takes a comma for
// the point, an hour of one digit, and more than nine digits of a second.
var moments = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$`)

func moment(raw []byte) time.Time {
	s := text(raw)
	t, err := time.Parse(time.RFC3339Nano, s)
	must(err == nil && moments.MatchString(s))
	return t.UTC()
}

// depth counts as the decoder does: a scalar is one deep, and what is in a list
// is one deeper than the list.
func depth(raw []byte) int {
	deepest := 0
	switch raw[0] {
	case '[':
		for _, r := range array(raw) {
			deepest = max(deepest, depth(r))
		}
	case '{':
		d := json.NewDecoder(bytes.NewReader(raw))
		_, _ = d.Token()
		for d.More() { // here a name may stand twice
			_, _ = d.Token()
			var r json.RawMessage
			must(d.Decode(&r) == nil)
			deepest = max(deepest, depth(r))
		}
	}
	return deepest + 1
}

func addExtra(extra string, m pair) string {
	must(depth(m.raw) <= 64)
	var out bytes.Buffer
	must(json.Compact(&out, m.raw) == nil)
	name, _ := json.Marshal(m.name)
	if extra != "" {
		extra += ","
	}
	return extra + string(name) + ":" + out.String()
}

func extras(extra string) int {
	if extra == "" {
		return 0
	}
	return len(object([]byte("{" + extra + "}")))
}

// sameExtra makes the members that were kept as they stood comparable.
func sameExtra(extra string) string {
	if extra == "" {
		return ""
	}
	again := ""
	for _, m := range object([]byte("{" + extra + "}")) {
		again = addExtra(again, m)
	}
	return again
}

// agree compares the two ways of reading one line: by a new decoder, which has
// nothing to remember, by the given one, and by it again, since it remembers
// what came twice.
func agree(d *journal.Decoder, line []byte) error {
	want, wantErr := oracle(line)
	for _, d := range []*journal.Decoder{new(journal.Decoder), d, d, d} {
		if err := agreeOnce(d, line, want, wantErr); err != nil {
			return err
		}
	}
	return nil
}

func agreeOnce(d *journal.Decoder, line []byte, want *journal.Event, wantErr error) error {
	var got journal.Event
	gotErr := d.Decode(line, &got)
	if (gotErr == nil) != (wantErr == nil) {
		return fmt.Errorf("decoder: %v, encoding/json: %v", gotErr, wantErr)
	}
	if gotErr != nil {
		return nil
	}
	got.Extra, got.Detail.Extra = sameExtra(got.Extra), sameExtra(got.Detail.Extra)
	return equal(&got, want)
}
