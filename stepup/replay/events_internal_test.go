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
	`{"facts":{"b":"x", "a":-1.25 ,"c":true},"action":"pay","facts_of":"no"}`,
	`{"facts":{"a":1,"a":2}}`, `{"facts":{"a":1,"a":null}}`, `{"facts":{"l":["x"]}}`, `{"facts":{},"facts":{}}`,
	`{"facts":{}}`, `{"facts":[]}`, `{"facts":"x"}`, `{"facts":{"a":1}`, `{"facts":{"a":1 "b":2}}`, `{"facts":{"a"}}`,
	`{"facts":{"A":1,"é":2}}`, `{"facts":{"a":1e400}}`, `{"facts":{"b":1,"a":{}}}`,
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
		var got, want flat
		if bytes.ContainsRune(line, '\n') || !utf8.Valid(line) || !got.read(line, interned{}) {
			return
		}
		if err := want.unmarshal(line); err != nil {
			t.Fatalf("%q: read, and encoding/json says %v", line, err)
		}
		for i, name := range textNames {
			if !bytes.Equal(got.texts[i], want.texts[i]) {
				t.Fatalf("%q: %s: got %s, want %s", line, name, got.texts[i], want.texts[i])
			}
		}
		if len(got.facts)+len(want.facts) > 0 && !reflect.DeepEqual(got.facts, want.facts) {
			t.Fatalf("%q: got facts %+v, want %+v", line, got.facts, want.facts)
		}
	})
}

func TestFlatReadsWhatIsUsual(t *testing.T) {
	for i, line := range flatLines[:3] {
		if !new(flat).read([]byte(line), interned{}) {
			t.Errorf("line %d was left to encoding/json", i)
		}
	}
}
