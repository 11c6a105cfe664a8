// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/schema"
)

// TestSchema holds schema.json to the tables that the loader reads files
// with. Run with -update after a change of either.
func TestSchema(t *testing.T) {
	want, err := schemaOfPolicies().JSON()
	if err != nil {
		t.Fatal(err)
	}
	if update := flag.Lookup("update"); update != nil && update.Value.String() == "true" {
		if err := os.WriteFile("schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return // what is embedded is the file of before
	}
	if !bytes.Equal(Schema(), want) {
		t.Error("schema.json is not what the tables say: run go test -run TestSchema -update")
	}
}

// TestSchemaHasTheKeysOfTheLoader compares the keys of every mapping of the
// schema with those that the loader names, in both directions: a key that
// only one of them knows is refused by the other.
func TestSchemaHasTheKeysOfTheLoader(t *testing.T) {
	ofLoader := loaderKeys(t)
	if len(ofLoader) < 10 {
		t.Fatalf("found %d mappings in the loader, want 10 or more", len(ofLoader))
	}
	// Methods are keys that the loader reads as it reads the names in a list.
	methods := map[string]bool{}
	for _, name := range methodNames[1:] {
		methods[name] = true
	}
	ofLoader[sortedKeys(methods)] = true
	inSchema := map[string]bool{}
	schemaOfPolicies().Objects("#", func(at string, n *schema.Node) {
		keys := sortedKeys(n.Properties)
		inSchema[keys] = true
		if !ofLoader[keys] {
			t.Errorf("the loader has no mapping with the keys of %s: %s", at, keys)
		}
	})
	for keys := range ofLoader {
		if !inSchema[keys] {
			t.Errorf("the schema has no mapping with the keys %s", keys)
		}
	}
}

func sortedKeys[V any](m map[string]V) string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return strings.Join(keys, " ")
}

// loaderKeys returns the keys of every call of value.fields in the package.
func loaderKeys(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("load*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && isFields(call) {
				found[sortedKeys(argumentKeys(t, call))] = true
			}
			return true
		})
	}
	return found
}

func isFields(call *ast.CallExpr) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "fields"
}

// argumentKeys returns the keys in a call: literals, or one of the tables.
func argumentKeys(t *testing.T, call *ast.CallExpr) map[string]bool {
	t.Helper()
	tables := map[string][]string{
		"bandNames": bandNames[1:], "sensitivityNames": sensitivityNames[:],
	}
	keys := map[string]bool{}
	for _, arg := range call.Args {
		switch arg := arg.(type) {
		case *ast.BasicLit:
			key, err := strconv.Unquote(arg.Value)
			if err != nil {
				t.Fatal(err)
			}
			keys[key] = true
		case *ast.SliceExpr:
			name, _ := arg.X.(*ast.Ident)
			for _, key := range tables[name.Name] {
				keys[key] = true
			}
		default:
			t.Fatalf("a call of fields has an argument of type %T, which this test cannot read",
				arg)
		}
	}
	return keys
}
