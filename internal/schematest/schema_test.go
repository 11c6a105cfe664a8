// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// compile returns a schema that is itself checked against draft-07.
func compile(t testing.TB, schema []byte) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func load(data string) error {
	_, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(data)})
	return err
}

// loadPart loads a file together with what it lacks to be a policy.
func loadPart(t *testing.T, data string) error {
	t.Helper()
	base, err := os.ReadFile("../../policy/testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sources := []policy.Source{{Name: "part.yaml", Data: []byte(data)}}
	if !strings.Contains(data, "ladder:") {
		sources = append(sources, policy.Source{Name: "base.yaml", Data: base})
	}
	_, err = policy.Parse(sources...)
	return err
}

// reporter is a *testing.T or a *rapid.T.
type reporter interface {
	Helper()
	Fatalf(string, ...any)
}

// validate returns what the schema says of a file.
func validate(t reporter, schema *jsonschema.Schema, data string) error {
	t.Helper()
	value, err := parse([]byte(data))
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return schema.Validate(value)
}

// A language is one kind of file that has a schema and a loader.
type language struct {
	schema []byte
	load   func(string) error
	draw   func(*rapid.T) mapping // files that load
}

var languages = map[string]language{
	"policy": {policy.Schema(), load, policies},
	"tests":  {policytest.Schema(), loadTests, testFiles},
}

func TestSchemaAcceptsWhatLoads(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) {
			schema := compile(t, l.schema)
			rapid.Check(t, func(t *rapid.T) {
				data := text(t, l.draw(t))
				if err := l.load(data); err != nil {
					t.Fatalf("the test draws a file that does not load: %v\n%s", err, data)
				}
				if err := validate(t, schema, data); err != nil {
					t.Fatalf("%v\n%s", err, data)
				}
			})
		})
	}
}

// TestSchemaRefusesNothingThatLoads changes files here and there: whatever
// the schema then refuses, the loader must refuse too.
func TestSchemaRefusesNothingThatLoads(t *testing.T) {
	for name, l := range languages {
		t.Run(name, func(t *testing.T) { l.checkMutations(t) })
	}
}

func (l language) checkMutations(t *testing.T) {
	schema := compile(t, l.schema)
	seen := map[[2]bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		value := any(l.draw(t))
		for range rapid.IntRange(1, 2).Draw(t, "mutations") {
			value = mutate(t, value)
		}
		data := text(t, value)
		refused, bad := validate(t, schema, data), l.load(data)
		seen[[2]bool{refused == nil, bad == nil}]++
		if refused != nil && bad == nil {
			t.Fatalf("loads, and yet: %v\n%s", refused, data)
		}
	})
	t.Logf("{schema accepts, loader accepts}: %v", seen)
	// The property would hold for a schema that accepts everything.
	if n := seen[[2]bool{false, false}]; n < 10 {
		t.Errorf("the schema refused %d files, want 10 or more", n)
	}
}

// TestSchemaOnGoodFiles holds the schemas to every policy and test file of
// the repository that is meant to be read.
func TestSchemaOnGoodFiles(t *testing.T) {
	policies, tests := compile(t, policy.Schema()), compile(t, policytest.Schema())
	for name, data := range files(t, 8, "../../policy/testdata/good/*.yaml", "../../examples/*/policy.yaml",
		"../../examples/policies/*/*.yaml", "../../policy/policytest/testdata/*.yaml") {
		t.Run(name, func(t *testing.T) {
			schema := policies
			if strings.HasSuffix(name, "_test.yaml") {
				schema = tests
			}
			if err := validate(t, schema, data); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSchemaOnBadFiles holds the schema to policies of which each has one
// thing wrong, which the schema need not see.
func TestSchemaOnBadFiles(t *testing.T) {
	schema := compile(t, policy.Schema())
	refused := 0
	for name, data := range files(t, 40, "../../policy/testdata/bad/*.yaml") {
		value, err := parse([]byte(data))
		if err != nil || schema.Validate(value) != nil {
			refused++
			if loadPart(t, data) == nil {
				t.Errorf("%s loads, although the schema refuses it", name)
			}
		}
	}
	if refused < 20 {
		t.Errorf("the schema refuses %d of the files, want 20 or more", refused)
	}
}

// files returns what the patterns match, by name, and fails if that is less
// than it should be.
func files(t *testing.T, least int, patterns ...string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found[strings.TrimPrefix(filepath.ToSlash(name), "../../")] = string(data)
		}
	}
	if len(found) < least {
		t.Fatalf("found %d files, want %d or more", len(found), least)
	}
	return found
}

// TestSchemaRefuses lists what an editor has to underline, so that the schema
// does not grow lax unseen.
func TestSchemaRefuses(t *testing.T) {
	schema := compile(t, policy.Schema())
	for name, data := range map[string]string{
		"unknown key":               "rulse: []",
		"unknown key of a rule":     "rules: [{ id: a, deny: true, wen: vip }]",
		"unknown key of a fact":     "facts: { amount: { type: decimal, mni: 1 } }",
		"unknown type":              "facts: { amount: money }",
		"fact with a capital":       "facts: { Amount: decimal }",
		"unknown method":            "ladder: [{ step: a, do: challenge, methods: [sms] }]",
		"repeated method":           "ladder: [{ step: a, do: challenge, methods: [totp, totp] }]",
		"challenge without methods": "ladder: [{ step: a, do: challenge }]",
		"methods of an allow":       "ladder: [{ step: a, do: allow, methods: [totp] }]",
		"duration without unit":     `ladder: [{ step: a, do: challenge, methods: [totp], fresh: "15" }]`,
		"row of three":              "matrix: { trivial: [a, a, a], normal: [a, a, a, a], sensitive: [a, a, a, a], critical: [a, a, a, a] }",
		"band of a fraction":        "bands: { medium: 30.5, high: 60, extreme: 85 }",
		"band above 100":            "bands: { medium: 30, high: 60, extreme: 101 }",
		"action without much":       "actions: { login: {} }",
		"trivial built-in":          "actions: { method.enrol: { sensitivity: trivial } }",
		"normal built-in":           "actions: { method.enrol: { sensitivity: normal } }",
		"trivial star":              "actions: { \"*\": { sensitivity: trivial } }",
		"two effects":               "rules: [{ id: a, deny: true, score: 3 }]",
		"no effect":                 "rules: [{ id: a }]",
		"score of nothing":          "rules: [{ id: a, score: 0 }]",
		"deny: false":               "rules: [{ id: a, deny: false }]",
		"limit without at_most":     "rules: [{ id: a, deny: true, limit: { count: 3 } }]",
		"sum without most":          "rules: [{ id: a, at_most: none, limit: { sum: amount } }]",
		"unknown without when":      "rules: [{ id: a, deny: true, unknown: fire }]",
		"because without English":   "rules: [{ id: a, deny: true, because: { fr: Non. } }]",
		"allow for a normal action": "on_failure: { trivial: allow, normal: allow, sensitive: deny, critical: deny }",
		"list of both":              "lists: { a: [b, 1] }",
		"a key without value":       "rules:",
	} {
		t.Run(name, func(t *testing.T) { checkRefused(t, schema, "version: 1\n"+data) })
	}
	for name, data := range map[string]string{
		"no version": "owner: a", "another version": "version: 2",
		"version as text": `version: "1"`,
	} {
		t.Run(name, func(t *testing.T) { checkRefused(t, schema, data) })
	}
}

func checkRefused(t *testing.T, schema *jsonschema.Schema, data string) {
	t.Helper()
	if validate(t, schema, data) == nil {
		t.Errorf("the schema accepts\n%s", data)
	}
	if loadPart(t, data) == nil {
		t.Errorf("the loader accepts\n%s", data)
	}
}
