// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package repo_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// An engine can be replaced only while no exported name speaks of its types.
func TestExportedNamesSpeakOnlyOfOurTypes(t *testing.T) {
	all := packages(t)
	load := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(all[path].Export)
	})
	checked := 0
	for _, path := range slices.Sorted(maps.Keys(all)) {
		name, ok := ours(path)
		if !ok || isPrivate(name) || all[path].Name == "main" {
			continue
		}
		pkg, err := load.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		checked++
		for _, leak := range leaks(pkg) {
			t.Error(leak)
		}
	}
	if checked < 5 {
		t.Errorf("checked %d packages, want at least 5", checked)
	}
}

func TestLeaksAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		leak   bool
	}{
		"parameter":              {"func F(engine.Program) {}", true},
		"result, deep":           {"func F() map[string][]*engine.Program { return nil }", true},
		"function in a function": {"func F(func(chan engine.Program)) {}", true},
		"field":                  {"type T struct { P engine.Program }", true},
		"promoted field":         {"type T struct { inner }; type inner struct { P engine.Program }", true},
		"method":                 {"type T struct{}; func (T) M() engine.Program { return 0 }", true},
		"interface method":       {"type T interface { M(engine.Program) }", true},
		"inferred variable":      {"var V = engine.Program(1)", true},
		"alias":                  {"type T = engine.Program", true},
		"unexported result type": {"type t struct { P engine.Program }; func F() t { return t{} }", true},
		"type parameter":         {"func F[T ~[]engine.Program](T) {}", true},
		"type argument":          {"type G[T any] struct{}; var V G[engine.Program]", true},
		"unexported field":       {"type T struct { p engine.Program }", false},
		"unexported method":      {"type T struct{}; func (T) m() engine.Program { return 0 }", false},
		"unexported function":    {"func f() engine.Program { return 0 }", false},
		"the type below":         {"func F() int { return int(engine.Program(1)) }", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := leaks(compile(t, c.source))
			if (len(got) > 0) != c.leak {
				t.Errorf("got leaks %q, want any: %v", got, c.leak)
			}
		})
	}
}

// isPrivate reports whether users cannot import the package.
func isPrivate(name string) bool {
	return strings.Contains("/"+name+"/", "/internal/") || within(name, "examples")
}

// leaks returns each exported name of the package that speaks of a type that
// is neither ours nor of the standard library.
func leaks(pkg *types.Package) []string {
	s := speech{seen: map[types.Type]bool{}}
	for _, name := range pkg.Scope().Names() {
		if obj := pkg.Scope().Lookup(name); obj.Exported() {
			s.where = pkg.Path() + "." + name
			s.visit(obj.Type())
		}
	}
	return s.found
}

// speech walks all types that an exported name lets a caller reach.
type speech struct {
	where string
	seen  map[types.Type]bool
	found []string
}

func (s *speech) visit(t types.Type) {
	if t == nil || s.seen[t] {
		return
	}
	s.seen[t] = true
	switch t := t.(type) {
	case *types.Alias:
		if s.speaksOf(t.Obj()) {
			s.visit(t.Rhs())
		}
	case *types.Named:
		s.visitNamed(t)
	case *types.TypeParam:
		s.visit(t.Constraint())
	case *types.Signature:
		s.visitSignature(t)
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() || f.Embedded() {
				s.visit(f.Type())
			}
		}
	case *types.Interface:
		for m := range t.ExplicitMethods() {
			s.visit(m.Type())
		}
		for e := range t.EmbeddedTypes() {
			s.visit(e)
		}
	case *types.Union:
		for term := range t.Terms() {
			s.visit(term.Type())
		}
	case *types.Map:
		s.visit(t.Key())
		s.visit(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		s.visit(t.Elem())
	}
}

func (s *speech) visitNamed(t *types.Named) {
	for arg := range t.TypeArgs().Types() {
		s.visit(arg)
	}
	if !s.speaksOf(t.Obj()) {
		return
	}
	s.visit(t.Underlying())
	for m := range t.Methods() {
		if m.Exported() {
			s.visit(m.Type())
		}
	}
}

func (s *speech) visitSignature(t *types.Signature) {
	for p := range t.TypeParams().TypeParams() {
		s.visit(p)
	}
	for v := range t.Params().Variables() {
		s.visit(v.Type())
	}
	for v := range t.Results().Variables() {
		s.visit(v.Type())
	}
}

// speaksOf notes a type that is not ours, and reports whether to look into it.
func (s *speech) speaksOf(obj *types.TypeName) bool {
	if obj.Pkg() == nil {
		return false // predeclared
	}
	path := obj.Pkg().Path()
	if _, ok := ours(path); ok {
		return true
	}
	if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
		s.found = append(s.found, fmt.Sprintf("%s speaks of %s.%s", s.where, path, obj.Name()))
	}
	return false
}

// compile returns a package of ours that imports an engine of others.
func compile(t *testing.T, source string) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	source = "package p; import \"example.com/engine\"; var _ engine.Program; " + source
	file, err := parser.ParseFile(fset, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{Importer: engine{}}
	pkg, err := config.Check(module+"/p", fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

// engine imports a package with one type, Program.
type engine struct{}

func (engine) Import(path string) (*types.Package, error) {
	pkg := types.NewPackage(path, "engine")
	name := types.NewTypeName(token.NoPos, pkg, "Program", nil)
	types.NewNamed(name, types.Typ[types.Int], nil)
	pkg.Scope().Insert(name)
	pkg.MarkComplete()
	return pkg, nil
}
