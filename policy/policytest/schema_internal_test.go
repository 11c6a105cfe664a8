// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/schema"
)

var update = flag.Bool("update", false, "write the schema anew")

// TestSchema holds schema.json to the tables that the loader reads files
// with. Run with -update after a change of either.
func TestSchema(t *testing.T) {
	want, err := schemaOfTests().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return // what is embedded is the file of before
	}
	if !bytes.Equal(Schema(), want) {
		t.Error("schema.json is not what the tables say: run go test -run TestSchema -update")
	}
}

// TestSchemaHasTheKeysOfTheLoader compares the keys that have a table.
func TestSchemaHasTheKeysOfTheLoader(t *testing.T) {
	for name, c := range map[string]struct {
		got  map[string]*schema.Node
		want []string
	}{
		"situation": {situationSchema(), situationKeys(signalNames())},
		"expect":    {expectSchema().Properties, expectKeys[:]},
	} {
		got := slices.Sorted(maps.Keys(c.got))
		if !slices.Equal(got, slices.Sorted(slices.Values(c.want))) {
			t.Errorf("%s: the schema has %q, the loader %q", name, got, c.want)
		}
	}
}

// schemaOfTests describes one test file. Names, values and forms come from
// the loader's own tables and the catalogue of signals.
func schemaOfTests() *schema.Node {
	tests := schema.List("The tests. Each is one request and what the policy must say of it, "+
		"or a table of several.", testSchema())
	tests.MinItems = 1
	root := schema.Object("Tests of a Proportion policy.", map[string]*schema.Node{
		"version": {
			Description: "The version of the language of tests. This build reads " +
				"" + version + ".",
			Type: "integer", Const: 1,
		},
		"given": schema.Object("What holds for every test that does not say otherwise.",
			situationSchema()),
		"tests": tests,
	}, "version", "tests")
	root.Schema = schema.Draft
	root.ID = "https://github.com/proportion-go/proportion/policy/policytest/schema.json"
	root.Title = "Proportion policy tests"
	root.Definitions = situationSchema()
	root.Definitions["expect"] = expectSchema()
	return root
}

func testSchema() *schema.Node {
	one := schema.Object("One request of the table, laid over what the test says.", caseKeys(),
		"name")
	cases := schema.List("A table of requests, each with what differs from the test.", one)
	cases.MinItems = 1
	keys := caseKeys()
	keys["cases"] = cases
	return schema.Object("One request and what the policy must say of it, or a table of several.",
		keys, "name")
}

// caseKeys are those of a test and of a case.
func caseKeys() map[string]*schema.Node {
	keys := references(situationSchema())
	keys["name"] = schema.Name("What the test shows, in words. It is unique over all files, "+
		"and the name of a subtest in go test.", someText)
	keys["expect"] = schema.Refer("expect")
	return keys
}

// references are the keys of an object that the definitions describe.
func references(definitions map[string]*schema.Node) map[string]*schema.Node {
	keys := map[string]*schema.Node{}
	for key := range definitions {
		keys[key] = schema.Refer(key)
	}
	return keys
}

var someText = schema.Form{Pattern: `\S`, Words: "The text is empty."}

// identifier is the form of facts, step and rule that of other names.
var (
	identifier = schema.Form{
		Pattern: `^[a-z][A-Za-z0-9_]*$`,
		Words:   "A fact is letters, digits and _ and begins with a small letter.",
	}
	name = schema.Form{
		Pattern: `^[A-Za-z0-9][A-Za-z0-9._:-]*$`,
		Words:   "A name is letters, digits and . _ : - and begins with a letter or digit.",
	}
)

func expectSchema() *schema.Node {
	text := schema.Text("One reason, word for word.")
	some := schema.List("The reasons in one language.", text)
	some.MaxItems = shown
	reasons := schema.Map("Exactly the reasons that a customer on a trusted device is shown, "+
		"by language.",
		schema.Form{}, some)
	reasons.MinProperties = 1
	return schema.Object("What the policy must say. What is not listed may be anything, but "+
		"for degraded, which must then be empty.", map[string]*schema.Node{
		"outcome": schema.OneOf("What happens to the request, once the proofs already held are "+
			"counted.", choices(outcomes)...),
		"step": schema.Name("The step of the ladder that was asked, before held proofs.",
			name),
		"band":  schema.OneOf("The band of risk that the score falls in.", choices(bands)...),
		"score": schema.Integer("The risk score.", 0, 100),
		"fired": ruleList("Rules that fired. Others may have. A shadow rule fires in " +
			"shadow."),
		"not_fired": ruleList("Rules that did not fire."),
		"unknown":   ruleList("Rules whose condition was unknown, whether or not they fired."),
		"shadow":    schema.Name("The step with every shadow rule enforced.", name),
		"degraded": schema.List("Exactly what the decision lacked. Left out: nothing.",
			schema.Name("store, action, signal, or fact and its name.", schema.Form{
				Pattern: `^(store|action|fact|signal)( |$)`,
				Words:   "Write store, action, signal, or fact and its name.",
			})),
		"reasons": reasons,
	})
}

func choices(names []string) []schema.Choice {
	all := make([]schema.Choice, 0, len(names))
	for _, n := range names {
		all = append(all, schema.Choice{Value: n})
	}
	return all
}

func ruleList(description string) *schema.Node {
	rules := schema.List(description, schema.Name("The id of a rule.", name))
	rules.MinItems = 1
	return rules
}
