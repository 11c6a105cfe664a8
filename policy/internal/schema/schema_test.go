// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schema_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/schema"
)

func TestJSONRefusesWhatHelpsNoEditor(t *testing.T) {
	for name, c := range map[string]struct {
		node *schema.Node
		want string
	}{
		"a key without description": {
			schema.Object("An object.", map[string]*schema.Node{"key": schema.Text("")}),
			"#/key: no description",
		},
		"one in a list": {
			schema.List("A list.", schema.Object("An "+
				"item.", map[string]*schema.Node{"key": schema.Text("")})),
			"#/items/key: no description",
		},
		"one in a choice": {
			&schema.Node{AnyOf: []*schema.Node{
				schema.Text("A text."),
				schema.Object("An object.", map[string]*schema.Node{"key": schema.Text("")}),
			}},
			"#/1/key: no description",
		},
		"one in the values of a map": {
			schema.Map("A map.", schema.Form{Pattern: "^a$"}, schema.Object("A "+
				"value.", map[string]*schema.Node{"key": schema.Text("")})),
			"#/additionalProperties/key: no description",
		},
		"a definition": {
			&schema.Node{Definitions: map[string]*schema.Node{"thing": schema.Text("")}},
			"#/definitions/thing: no description",
		},
		"one in a definition": {
			&schema.Node{Definitions: map[string]*schema.Node{
				"thing": schema.Object("A thing.", map[string]*schema.Node{"key": schema.Text("")}),
			}},
			"#/definitions/thing/key: no description",
		},
		"any key": {
			&schema.Node{Description: "An object.", Type: "object"},
			"#: any key is accepted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.node.JSON()
			if err == nil || !strings.HasSuffix(err.Error(), c.want) {
				t.Errorf("error = %v, want one that ends with %q", err, c.want)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	got, err := schema.Object("A thing.", map[string]*schema.Node{
		"kind": schema.OneOf("Its kind.", schema.Choice{Value: "a", Meaning: "<an " +
			"a>"}, schema.Choice{Value: "b"}),
	}, "kind").JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "description": "A thing.",
  "type": "object",
  "properties": {
    "kind": {
      "description": "Its kind.",
      "type": "string",
      "enum": [
        "a",
        "b"
      ]
    }
  },
  "required": [
    "kind"
  ],
  "additionalProperties": false
}
`
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestNever(t *testing.T) {
	got, err := (&schema.Node{Else: &schema.Node{
		Properties: map[string]*schema.Node{"key": schema.Never()},
	}}).JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), `"key": false`) {
		t.Errorf("got:\n%s\nwant a key that is never accepted", got)
	}
}

func TestEnumDescriptions(t *testing.T) {
	n := schema.OneOf("A "+
		"letter.", schema.Choice{Value: "a", Meaning: "<first>"}, schema.Choice{Value: "b", Meaning: "second"})
	got, err := n.JSON()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), "\"<first>\",\n    \"second\"") {
		t.Errorf("meanings are missing or escaped:\n%s", got)
	}
}
