// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"reflect"
	"testing"
	"unicode/utf8"
)

// flatLines are lines that flat reads, and lines that it must leave.
var flatLines = []string{
	`{"time":"2026-03-02T08:00:00Z","subject":"a","action":"login","ip":"192.0.2.1","success":true,"label":""}`,
	` { "id" : 12 , "time" : 1772438400.5 , "subject" : null , "success" : false, "other": -1.5 } `,
	`{"id":"null","success":null,"device":null,"language":"fr","channel":"app","user_agent":"M \/"}`,
	`{"id":"\u0041"}`, `{"Time":"x"}`, `{"facts":{"a":1}}`, `{"facts":null,"id":1}`,
	`{"success":"true"}`, `{"action":7}`,
	`{"id":1,"id":2}`, `{"id":1e5}`, `{"id":01}`, `{"id":-}`, `{"id":1.}`, `{"id":tru}`,
	`{"id":"a"} x`, `{"id":"a",}`,
	`{}`, ``, `[]`, `{"id"}`, `{"id":}`, `{"a":"b"`, `{"id":"é"}`, `{"ID":1}`, `{"label":"attack","x":null}`,
	`{"id":[1]}`, `{"id":{"a":1}}`, "{\"id\":\"\x01\"}", `{"id":"a" "b":1}`, "{\"\u017fubject\":\"x\"}",
}

// What flat reads, encoding/json reads alike.
func FuzzFlat(f *testing.F) {
	for _, line := range flatLines {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var got jsonRow
		if bytes.ContainsRune(line, '\n') || !utf8.Valid(line) || !got.flat(line) {
			return
		}
		want, err := unmarshalRow(line)
		if err != nil {
			t.Fatalf("%q: read, and encoding/json says %v", line, err)
		}
		if !bytes.Equal(got.ID, want.ID) || !bytes.Equal(got.Time, want.Time) ||
			!bytes.Equal(got.Subject, want.Subject) {
			t.Fatalf("%q: got %s %s %s, want %s %s %s", line, got.ID, got.Time, got.Subject,
				want.ID, want.Time, want.Subject)
		}
		got.ID, got.Time, got.Subject = want.ID, want.Time, want.Subject
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %+v, want %+v", line, got, want)
		}
	})
}

func TestFlatReadsWhatIsUsual(t *testing.T) {
	for i, line := range flatLines[:2] {
		if !new(jsonRow).flat([]byte(line)) {
			t.Errorf("line %d was left to encoding/json", i)
		}
	}
}
