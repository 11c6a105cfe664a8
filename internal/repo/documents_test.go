// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package repo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const readmeLines = 150

func TestReadmeIsShort(t *testing.T) {
	if n := strings.Count(readme(t), "\n"); n > readmeLines {
		t.Errorf("README.md has %d lines, want at most %d", n, readmeLines)
	}
}

// The checks run the commands that stand here, so they cannot rot unseen; that
// they are these two is what users were promised.
func TestReadmeHasTheTwoCommands(t *testing.T) {
	want := []string{"go run ./examples/quickstart", "go test ./..."}
	if got := strings.Split(block(t, readme(t), "sh"), "\n"); !slices.Equal(got, want) {
		t.Errorf("the first sh block of README.md: got %q, want %q", got, want)
	}
}

// Whoever copies the README's snippet copies what the tests run.
func TestReadmeSnippetIsTheExample(t *testing.T) {
	want := body(t, files(t)["example_test.go"], "Example")
	got := block(t, readme(t), "go")
	if got != want {
		t.Errorf("the go block of README.md: got\n%s\nwant the body of Example\n%s", got, want)
	}
}

func TestLinksToFilesOfTheRepository(t *testing.T) {
	all := files(t)
	checked := 0
	for name, content := range all {
		if path.Ext(name) != ".md" || isTestdata(name) {
			continue
		}
		for _, target := range targets(string(content)) {
			checked++
			if !exists(all, path.Join(path.Dir(name), target)) {
				t.Errorf("%s: links to %s, which does not exist", name, target)
			}
		}
	}
	if checked < 5 {
		t.Errorf("checked %d links, want at least 5", checked)
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// targets returns the files that a document links to, without fragments.
func targets(markdown string) (found []string) {
	for _, m := range link.FindAllStringSubmatch(markdown, -1) {
		target, _, _ := strings.Cut(m[1], "#")
		if target != "" && !strings.Contains(target, ":") {
			found = append(found, target)
		}
	}
	return found
}

// exists reports whether the path is a file or a folder of the repository.
func exists(all map[string][]byte, name string) bool {
	if _, ok := all[name]; ok {
		return true
	}
	for other := range all {
		if within(other, name) {
			return true
		}
	}
	return false
}

// body returns what stands between the braces of a function, one tab to the
// left and without the comment that says what it prints.
func body(t *testing.T, source []byte, function string) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "example_test.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == function {
			first, last := fset.Position(f.Body.Lbrace), fset.Position(f.Body.Rbrace)
			text, _, _ := strings.Cut(string(source[first.Offset+1:last.Offset]), "\t// Output:")
			return strings.ReplaceAll(strings.TrimSpace(text), "\n\t", "\n")
		}
	}
	t.Fatalf("example_test.go: no function %s", function)
	return ""
}

func readme(t *testing.T) string {
	t.Helper()
	content, ok := files(t)["README.md"]
	if !ok {
		t.Fatal("no README.md")
	}
	return string(content)
}

// block returns the first fenced block of the language.
func block(t *testing.T, markdown, language string) string {
	t.Helper()
	_, rest, ok := strings.Cut(markdown, "\n```"+language+"\n")
	if !ok {
		t.Fatalf("no %s block", language)
	}
	text, _, ok := strings.Cut(rest, "\n```")
	if !ok {
		t.Fatalf("the %s block does not end", language)
	}
	return text
}
