// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal_test

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/stepup/journal"
)

// validator checks the part of JSON Schema (draft-07) that the schema uses; it
// refuses a keyword that it does not know.
type validator struct{ root map[string]any }

func (v validator) check(schema map[string]any, value any, at string) error {
	for keyword, with := range schema {
		if err := v.keyword(schema, keyword, with, value, at); err != nil {
			return err
		}
	}
	return nil
}

func (v validator) keyword(schema map[string]any, keyword string, with, value any, at string) error {
	object, isObject := value.(map[string]any)
	ok := true
	switch keyword {
	case "$schema", "title", "description", "definitions", "then", "contentEncoding":
	case "$ref":
		name := strings.TrimPrefix(with.(string), "#/definitions/")
		return v.check(v.root["definitions"].(map[string]any)[name].(map[string]any), value, at)
	case "type":
		ok = slices.ContainsFunc(listOf(with), func(t any) bool { return isType(value, t.(string)) })
	case "const":
		ok = fmt.Sprint(value) == fmt.Sprint(with)
	case "enum":
		ok = slices.Contains(with.([]any), value)
	case "pattern":
		text, isText := value.(string)
		ok = !isText || regexp.MustCompile(with.(string)).MatchString(text)
	case "minimum", "maximum":
		x, isNumber := value.(float64)
		ok = !isNumber || keyword == "minimum" && x >= with.(float64) || keyword == "maximum" &&
			x <= with.(float64)
	case "maxProperties":
		ok = !isObject || float64(len(object)) <= with.(float64)
	case "required":
		ok = !isObject || !slices.ContainsFunc(with.([]any), func(name any) bool {
			_,
				has := object[name.(string)]
			return !has
		})
	case "properties", "additionalProperties":
		return v.members(schema, keyword, object, at)
	case "items":
		for i, item := range listOf(value) {
			if err := v.check(with.(map[string]any), item, fmt.Sprintf("%s[%d]", at,
				i)); err != nil && isType(value, "array") {
				return err
			}
		}
	case "allOf":
		for _, s := range with.([]any) {
			if err := v.check(s.(map[string]any), value, at); err != nil {
				return err
			}
		}
	case "oneOf":
		n := 0
		for _, s := range with.([]any) {
			if v.check(s.(map[string]any), value, at) == nil {
				n++
			}
		}
		ok = n == 1
	case "not":
		ok = v.check(with.(map[string]any), value, at) != nil
	case "if":
		if v.check(with.(map[string]any), value, at) == nil {
			return v.check(schema["then"].(map[string]any), value, at)
		}
	default:
		return fmt.Errorf("%s: keyword %s is not known", at, keyword)
	}
	if !ok {
		return fmt.Errorf("%s: %v breaks %s %v", at, value, keyword, with)
	}
	return nil
}

func (v validator) members(schema map[string]any, keyword string, object map[string]any, at string) error {
	named, _ := schema["properties"].(map[string]any)
	for name, value := range object {
		s, isNamed := named[name]
		if keyword == "additionalProperties" {
			s = schema[keyword]
		}
		if isNamed != (keyword == "properties") || s == nil {
			continue
		}
		if err := v.check(s.(map[string]any), value, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

func isType(value any, name string) bool {
	switch v := value.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	case float64:
		return name == "number" || name == "integer" && v == math.Trunc(v)
	}
	return false
}

func schemaValidator(t *testing.T) validator {
	t.Helper()
	var v validator
	if err := json.Unmarshal([]byte(journal.Schema()), &v.root); err != nil {
		t.Fatal(err)
	}
	return v
}

// Every line that is written is what the schema says.
func TestLinesFitTheSchema(t *testing.T) {
	v := schemaValidator(t)
	c := journal.Encoder{Keys: new(journal.MemoryKeys)}
	rapid.Check(t, func(t *rapid.T) {
		e := anEvent().Draw(t, "event")
		if e.Decision != nil {
			for i := range e.Decision.Degraded {
				e.Decision.Degraded[i].Kind = "store"
			}
		}
		text, err := journal.AppendLine(nil, e)
		if rapid.Bool().Draw(t, "sealed") {
			text, err = c.AppendLine(t.Context(), nil, e)
		}
		if err != nil {
			t.Fatal(err)
		}
		var value any
		if err := json.Unmarshal(text, &value); err != nil {
			t.Fatal(err)
		}
		if err := v.check(v.root, value, "line"); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
	})
}

// The schema says no, too.
func TestSchemaRefuses(t *testing.T) {
	v := schemaValidator(t)
	const head = `{"v":1,"time":"2026-06-01T12:00:00Z","kind":"decision","id":"a","outcome":"allow"`
	if err := v.check(v.root, parsed(t, head+"}"), "line"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		`[]`, `{"v":2}`, strings.Replace(head, "decision", "eclipse",
			1) + "}", strings.Replace(head, "allow", "sent", 1) + "}",
		head + `,"alias":"198.51.100.7"}`, head + `,"detail":{},"sealed":"x"}`, head + `,"detail":{"score":101}}`,
		head + `,"detail":{"signals":{"geo":{"country":1}}}}`, head + `,"detail":{"facts":{"a":null}}}`,
		head + `,"detail":{"facts":{"a":{"blur":1}}}}`, head + `,"detail":{"expires":"now"}}`, head + `,"detail":{"offers":[1]}}`,
	} {
		if v.check(v.root, parsed(t, text), "line") == nil {
			t.Errorf("%s fits", text)
		}
	}
}

func parsed(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
