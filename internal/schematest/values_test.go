// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// A mapping keeps the order of its keys.
type mapping []pair

type pair struct {
	key   string
	value any // a mapping, a list, a string, or a literal
}

type list []any

// literal is a scalar as it stands in the file: true, 12.5, null.
type literal string

// plainText is what needs no quotes, wherever it stands.
var plainText = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.]*( [A-Za-z0-9_.]+)*$`)

// text writes a value as YAML, in flow or block style as it is drawn.
func text(t *rapid.T, value any) string {
	var b strings.Builder
	write(t, &b, value, "")
	return b.String()
}

func write(t *rapid.T, b *strings.Builder, value any, indent string) {
	m, isMap := value.(mapping)
	l, isList := value.(list)
	if len(m)+len(l) == 0 || indent != "" && rapid.Bool().Draw(t, "flow") {
		b.WriteString(" " + flow(t, value) + "\n")
		return
	}
	b.WriteString("\n")
	switch {
	case isMap:
		for _, p := range m {
			b.WriteString(indent + scalar(t, p.key) + ":")
			write(t, b, p.value, indent+"  ")
		}
	case isList:
		for _, item := range l {
			b.WriteString(indent + "-")
			write(t, b, item, indent+"  ")
		}
	}
}

func flow(t *rapid.T, value any) string {
	var parts []string
	switch value := value.(type) {
	case mapping:
		for _, p := range value {
			parts = append(parts, scalar(t, p.key)+": "+flow(t, p.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case list:
		for _, item := range value {
			parts = append(parts, flow(t, item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case literal:
		return string(value)
	}
	return scalar(t, value.(string))
}

// scalar writes a text with or without quotes, as far as it can do without.
func scalar(t *rapid.T, s string) string {
	plain := plainText.MatchString(s) && resolve(s) == any(s)
	if plain && rapid.Bool().Draw(t, "plain") {
		return s
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(quoted)
}

// parse reads YAML as editors do: by the core schema of YAML 1.2.
func parse(data []byte) (any, error) {
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil {
		return nil, err
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return convert(document.Content[0])
}

func convert(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			value, err := convert(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			m[n.Content[i].Value] = value
		}
		return m, nil
	case yaml.SequenceNode:
		items := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			item, err := convert(c)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	case yaml.ScalarNode:
		if isPlain(n) {
			return resolve(n.Value), nil
		}
		return n.Value, nil
	}
	return nil, fmt.Errorf("schematest: node of kind %v", n.Kind)
}

func isPlain(n *yaml.Node) bool {
	const styled = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	return n.Kind == yaml.ScalarNode && n.Style&styled == 0
}

// The forms of the core schema, YAML 1.2.2 section 10.3.2.
var (
	nullForm   = regexp.MustCompile(`^(null|Null|NULL|~|)$`)
	boolForm   = regexp.MustCompile(`^(true|True|TRUE|false|False|FALSE)$`)
	numberForm = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	otherForm  = regexp.MustCompile(`^(0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN)$`)

	// leadingZeros are no part of a JSON number, nor is a plus.
	leadingZeros = regexp.MustCompile(`^(-?)\+?0*([0-9])`)
)

// resolve returns the value of a plain scalar.
func resolve(s string) any {
	switch {
	case nullForm.MatchString(s):
		return nil
	case boolForm.MatchString(s):
		return s[0] == 't' || s[0] == 'T'
	case otherForm.MatchString(s):
		return json.Number("1") // some number; which one does not matter here
	case numberForm.MatchString(s):
		if s = leadingZeros.ReplaceAllString(s, "$1$2"); json.Valid([]byte(s)) {
			return json.Number(s)
		}
		return json.Number("1") // as in .5 and 1.
	}
	return s
}

func TestResolve(t *testing.T) {
	for s, want := range map[string]any{
		"": nil, "~": nil, "null": nil, "true": true, "FALSE": false, "yes": "yes", "no": "no",
		"12": json.Number("12"), "-1.50": json.Number("-1.50"), "+7": json.Number("7"),
		"017": json.Number("17"), "0": json.Number("0"), "-0.5": json.Number("-0.5"),
		"1e3": json.Number("1e3"), "0x1f": json.Number("1"), ".inf": json.Number("1"),
		"2027-06-01": "2027-06-01", "15m": "15m", "a b": "a b", "1_000": "1_000",
	} {
		if got := resolve(s); got != want {
			t.Errorf("resolve(%q) = %#v, want %#v", s, got, want)
		}
	}
}
