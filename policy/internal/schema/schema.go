// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package schema writes JSON Schemas, draft-07, for editors: every value has
// a description to hover over, and a mapping has no keys but the known ones.
//
// Only tests call it. What users get is the file that they hold to it.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// A Node is the schema of one value. The zero Node accepts everything.
type Node struct {
	Schema      string `json:"$schema,omitempty"`
	ID          string `json:"$id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Default     any    `json:"default,omitempty"`
	Examples    []any  `json:"examples,omitempty"`

	// Definitions are what a Ref refers to, which stands for the whole of it.
	Definitions map[string]*Node `json:"definitions,omitempty"`
	Ref         string           `json:"$ref,omitempty"`

	Type  any   `json:"type,omitempty"` // a name, or several
	Const any   `json:"const,omitempty"`
	Enum  []any `json:"enum,omitempty"`
	// EnumDescriptions say what each of Enum means. Validators skip them.
	EnumDescriptions []string `json:"enumDescriptions,omitempty"`

	Pattern string `json:"pattern,omitempty"`
	// Editors show these in place of their own words; validators skip them.
	PatternErrorMessage string `json:"patternErrorMessage,omitempty"`
	ErrorMessage        string `json:"errorMessage,omitempty"`

	MaxLength int  `json:"maxLength,omitempty"`
	Minimum   *int `json:"minimum,omitempty"`
	Maximum   *int `json:"maximum,omitempty"`

	Items       *Node `json:"items,omitempty"`
	MinItems    int   `json:"minItems,omitempty"`
	MaxItems    int   `json:"maxItems,omitempty"`
	UniqueItems bool  `json:"uniqueItems,omitempty"`

	Properties    map[string]*Node    `json:"properties,omitempty"`
	Required      []string            `json:"required,omitempty"`
	PropertyNames *Node               `json:"propertyNames,omitempty"`
	MinProperties int                 `json:"minProperties,omitempty"`
	Additional    any                 `json:"additionalProperties,omitempty"` // a *Node, or false
	Dependencies  map[string][]string `json:"dependencies,omitempty"`

	AnyOf []*Node `json:"anyOf,omitempty"`
	OneOf []*Node `json:"oneOf,omitempty"`
	Not   *Node   `json:"not,omitempty"`
	If    *Node   `json:"if,omitempty"`
	Then  *Node   `json:"then,omitempty"`
	Else  *Node   `json:"else,omitempty"`

	never bool
}

// Never is the schema of a key that must not be there.
func Never() *Node { return &Node{never: true} }

// MarshalJSON writes false for [Never].
func (n *Node) MarshalJSON() ([]byte, error) {
	if n.never {
		return []byte("false"), nil
	}
	type plain Node // without this method
	var b bytes.Buffer
	err := encoder(&b).Encode((*plain)(n))
	return b.Bytes(), err
}

// encoder leaves < and > as they are, for whoever reads the file.
func encoder(b *bytes.Buffer) *json.Encoder {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e
}

// Draft is the $schema of draft-07, the last that every editor knows.
const Draft = "http://json-schema.org/draft-07/schema#"

// Text is any text.
func Text(description string) *Node {
	return &Node{Description: description, Type: "string"}
}

// Refer is the schema of a name in the definitions of the whole.
func Refer(name string) *Node { return &Node{Ref: "#/definitions/" + name} }

// A Form is a regular expression, and in words what it asks for.
type Form struct{ Pattern, Words string }

// Name is a text of a form.
func Name(description string, form Form) *Node {
	return &Node{
		Description: description, Type: "string",
		Pattern: form.Pattern, PatternErrorMessage: form.Words,
	}
}

// A Choice is one value of an enumeration, and what it means.
type Choice struct{ Value, Meaning string }

// OneOf is one of several texts. Meanings are shown beside them where all
// have one.
func OneOf(description string, choices ...Choice) *Node {
	n := &Node{Description: description, Type: "string"}
	explained := true
	for _, c := range choices {
		n.Enum = append(n.Enum, c.Value)
		n.EnumDescriptions = append(n.EnumDescriptions, c.Meaning)
		explained = explained && c.Meaning != ""
	}
	if !explained {
		n.EnumDescriptions = nil
	}
	return n
}

// Integer is a whole number from least to most.
func Integer(description string, least, most int) *Node {
	return &Node{Description: description, Type: "integer", Minimum: &least, Maximum: &most}
}

// Number is any number.
func Number(description string) *Node {
	return &Node{Description: description, Type: "number"}
}

// Bool is true or false.
func Bool(description string) *Node {
	return &Node{Description: description, Type: "boolean"}
}

// Set is a list without repetition.
func Set(description string, items *Node) *Node {
	return &Node{Description: description, Type: "array", Items: items, UniqueItems: true}
}

// List is a list.
func List(description string, items *Node) *Node {
	return &Node{Description: description, Type: "array", Items: items}
}

// Object is a mapping with these keys, of which some are required, and no
// others.
func Object(description string, keys map[string]*Node, required ...string) *Node {
	return &Node{
		Description: description, Type: "object", Properties: keys,
		Required: required, Additional: false,
	}
}

// Map is a mapping whose keys are names of a form. The zero Form is any text.
func Map(description string, keys Form, values *Node) *Node {
	n := &Node{Description: description, Type: "object", Additional: values}
	if keys != (Form{}) {
		n.PropertyNames = &Node{Pattern: keys.Pattern, PatternErrorMessage: keys.Words}
	}
	return n
}

// JSON returns the schema as a file holds it, or an error that names a value
// without a description.
func (n *Node) JSON() ([]byte, error) {
	if err := n.check("#"); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := encoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(n); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return b.Bytes(), nil
}

// check holds what an editor needs: a description of every key, and keys that
// are either known or of a known form.
func (n *Node) check(at string) error {
	if n.Type == "object" && n.Additional == nil {
		return fmt.Errorf("schema: %s: any key is accepted", at)
	}
	for name, value := range n.Definitions {
		if value.Description == "" {
			return fmt.Errorf("schema: %s/definitions/%s: no description", at, name)
		}
	}
	for key, value := range n.Properties {
		if value.Description == "" && value.Ref == "" {
			return fmt.Errorf("schema: %s/%s: no description", at, key)
		}
	}
	for name, child := range n.children() {
		if err := child.check(at + "/" + name); err != nil {
			return err
		}
	}
	return nil
}

// children returns the schemas of values below this one, and those that it
// may also have to meet if they are of a type of their own.
func (n *Node) children() map[string]*Node {
	all := map[string]*Node{}
	for key, value := range n.Definitions {
		all["definitions/"+key] = value
	}
	for key, value := range n.Properties {
		all[key] = value
	}
	if n.Items != nil {
		all["items"] = n.Items
	}
	if values, ok := n.Additional.(*Node); ok {
		all["additionalProperties"] = values
	}
	for i, choice := range slices.Concat(n.AnyOf, n.OneOf) {
		if choice.Type != nil {
			all[fmt.Sprint(i)] = choice
		}
	}
	return all
}

// Objects calls visit for every mapping with known keys, with its place.
func (n *Node) Objects(at string, visit func(at string, n *Node)) {
	if n.Additional == false {
		visit(at, n)
	}
	for name, child := range n.children() {
		child.Objects(at+"/"+name, visit)
	}
}
