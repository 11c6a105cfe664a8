// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// What the package promises to outsiders is made from its tables: after a
// change of them, `go test ./stepup/journal -update` writes the files anew.
var update = flag.Bool("update", false, "write events.schema.json and EVENTS.md")

func TestGeneratedFiles(t *testing.T) {
	for name, content := range map[string][]byte{
		"events.schema.json": schemaOf(t),
		"EVENTS.md":          documentOf(t),
	} {
		if *update {
			if err := os.WriteFile(name, content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, content) {
			t.Errorf("%s is not what the tables say: run go test -update", name)
		}
	}
}

// The places of the last two members are written as constants.
func TestPlacesInTheLine(t *testing.T) {
	if lineTable.members[detailAt].name != "detail" || lineTable.members[sealedAt].name != "sealed" {
		t.Error("detailAt and sealedAt are not where detail and sealed stand")
	}
	if detailTable.members[promptsAt].name != "prompts" {
		t.Error("promptsAt is not where the prompts stand")
	}
	if n := len(detailTable.members); n > 64 {
		t.Errorf("%d members of a detail: seen has 64 bits", n)
	}
}

func TestEveryKindIsDescribed(t *testing.T) {
	want := "decision, challenge, delivery, attempt, proof, redeem, failure, expiry, abandon, notice, " +
		"report, label, device, enrol, consent, unlock, policy, erase, gap"
	var names []string
	for _, k := range kinds {
		names = append(names, string(k.Kind))
		if len(k.Outcomes) == 0 || k.Doc == "" {
			t.Errorf("%s has no outcome or no description", k.Kind)
		}
	}
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, table := range []*table{lineTable, detailTable} {
		for _, m := range table.members {
			if m.doc == "" || !json.Valid([]byte(m.schema)) {
				t.Errorf("%s has no description or no schema", m.name)
			}
		}
	}
}

func quote(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

// described is a member's schema with its description.
func described(t *testing.T, m member) string {
	return quote(t, m.name) + `:{"description":` + quote(t, m.doc) + `,` + m.schema[1:]
}

func properties(t *testing.T, table *table) string {
	var all []string
	for _, m := range table.members {
		if strings.Contains(m.schema, "$ref") { // beside which draft-07 ignores all
			m.schema = `{"allOf":[` + m.schema + `]}`
		}
		all = append(all, described(t, m))
	}
	return `"properties":{` + strings.Join(all, ",") + `}`
}

func schemaOf(t *testing.T) []byte {
	var names, outcomes []string
	for _, k := range kinds {
		names = append(names, quote(t, k.Kind))
		outcomes = append(outcomes, fmt.Sprintf(
			`{"if":{"properties":{"kind":{"const":%q}}},"then":{"properties":{"outcome":{"enum":%s}}}}`,
			k.Kind, quote(t, k.Outcomes)))
	}
	text := `{"$schema":"http://json-schema.org/draft-07/schema#",` +
		`"title":"A line of Proportion's journal","type":"object",` +
		properties(t, lineTable) + `,` +
		`"required":["v","time","kind","id"],"not":{"required":["detail","sealed"]},` +
		`"allOf":[{"properties":{"kind":{"enum":[` + strings.Join(names,
		",") + `]}}},` + strings.Join(outcomes, ",") + `],` +
		`"definitions":{"detail":{"type":"object",` + properties(t, detailTable) + `},` +
		`"signals":` + signalsSchema(t) + `,` + definitions + `}}`
	var out bytes.Buffer
	if err := json.Indent(&out, []byte(text), "", "  "); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	out.WriteByte('\n')
	return out.Bytes()
}

const definitions = `
"value":{"type":["boolean","number","string","array"],"items":{"type":"string"}},
"fact":{"oneOf":[
  {"$ref":"#/definitions/value"},
  {"type":"object","maxProperties":1,"required":["round"],
    "properties":{"round":{"type":["number","string"]}}},
  {"type":"object","maxProperties":1,"required":["hash"],"properties":{"hash":{"type":"string"}}},
  {"type":"object","maxProperties":1,"required":["drop"],"properties":{"drop":{"const":true}}}]},
"proof":{"type":"object","required":["method","action","band","time"],"properties":{
  "method":{"type":"string"},"action":{"type":"string"},"band":{"type":"string"},
  "time":` + momentSchema + `,"bound":{"type":"boolean"},"via":{"type":"string"}}},
"prompts":{"type":"object","required":["used","most","softened"],"properties":{
  "used":{"type":["integer","null"]},"most":{"type":"integer"},"softened":{"type":"boolean"}}},
"spent":{"type":"object","required":["rule","count"],"properties":{
  "rule":{"type":"string"},"count":{"type":"integer"},"sum":{"type":"string"}}},
"gap":{"type":"object","required":["kind","name"],"properties":{
  "kind":{"enum":["store","action","fact","signal"]},"name":{"type":"string"},"text":{"type":"string"}}},
"shadow":{"type":"object","required":["step"],"properties":{
  "step":{"type":"string"},"rules":{"type":"array","items":{"type":"string"}}}}`

func signalsSchema(t *testing.T) string {
	types := map[string]string{
		"bool": `"type":["boolean","null"]`, "number": `"type":["number","null"]`, "string": `"type":["string","null"]`,
		"strings": `"type":["array","null"],"items":{"type":"string"}`,
	}
	var groups []string
	for _, g := range signalGroups {
		var all []string
		for _, k := range g.keys {
			all = append(all, fmt.Sprintf(`%q:{%s}`, k.name, types[k.signal.Type().String()]))
		}
		groups = append(groups, fmt.Sprintf(`%q:{"type":"object","properties":{%s}}`, g.name,
			strings.Join(all, ",")))
	}
	return `{"description":"See risk/SIGNALS.md.","type":"object",` +
		`"properties":{` + strings.Join(groups, ",") + `}}`
}

// words says a schema in words.
func words(m member) string {
	switch {
	case m.schema == momentSchema:
		return "time"
	case m.schema == pseudonymSchema:
		return "pseudonym"
	case m.schema == yesSchema:
		return "true"
	case m.name == "v":
		return "1"
	case m.name == "sealed":
		return "base64"
	}
	var s struct {
		Type any
		Ref  string `json:"$ref"`
	}
	_ = json.Unmarshal([]byte(m.schema), &s)
	name := strings.TrimPrefix(s.Ref, "#/definitions/")
	if name != "" {
		return "object"
	}
	text := strings.ReplaceAll(fmt.Sprint(s.Type), "array", "list")
	return strings.ReplaceAll(strings.Trim(text, "[]"), " ", " or ")
}

func documentOf(t *testing.T) []byte {
	intro, err := os.ReadFile("testdata/events.intro.md")
	if err != nil {
		t.Fatal(err)
	}
	out := bytes.NewBuffer(intro)
	out.WriteString("\n## Kinds\n\n| kind | outcomes | it says |\n| --- | --- | --- |\n")
	for _, k := range kinds {
		fmt.Fprintf(out, "| `%s` | `%s` | %s |\n", k.Kind, strings.Join(k.Outcomes, "` `"), k.Doc)
	}
	out.WriteString("\n## The line\n\n| member | is | it says |\n| --- | --- | --- |\n")
	for _, m := range lineTable.members {
		name := "`" + m.name + "`"
		if m.required {
			name += ", always"
		}
		fmt.Fprintf(out, "| %s | %s | %s |\n", name, words(m), m.doc)
	}
	out.WriteString("\n## The detail\n\n| member | is | of | it says |\n| --- | --- | --- | --- |\n")
	for _, m := range detailTable.members {
		of := "any"
		if m.kinds != nil {
			var all []string
			for _, k := range kinds { // in the order of the format
				if slices.Contains(m.kinds, k.Kind) {
					all = append(all, string(k.Kind))
				}
			}
			of = strings.Join(all, ", ")
		}
		fmt.Fprintf(out, "| `%s` | %s | %s | %s |\n", m.name, words(m), of, m.doc)
	}
	return out.Bytes()
}
