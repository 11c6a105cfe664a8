// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package repo_test

import (
	"os"
	"os/exec"
	"path"
	"path/filepath"
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

// Whoever copies the README's program copies what the tests run.
func TestReadmeProgramIsTheExample(t *testing.T) {
	if got, want := block(t, readme(t), "go"), program(t, files(t)["example_test.go"]); got != want {
		t.Errorf("the go block of README.md: got\n%s\nwant\n%s", got, want)
	}
}

// The program of the README runs in a module of its own, as for somebody who
// copies it.
func TestReadmeProgramRunsElsewhere(t *testing.T) {
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mod := "module example.com/embed\n\ngo 1.26.0\n\n" +
		"require github.com/proportion-go/proportion v0.0.0\n\n" +
		"replace github.com/proportion-go/proportion => " + here + "\n"
	for name, content := range map[string]string{
		"go.mod": mod, "go.sum": string(files(t)["go.sum"]), "main.go": block(t, readme(t), "go"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "-mod=mod", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "redeemed: true\n") {
		t.Errorf("got error %v and\n%s", err, out)
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

var output = regexp.MustCompile(`\t// Output:\n(\t//.*\n)+`)

// program returns the example's file as a program: what a reader would write.
func program(t *testing.T, example []byte) string {
	t.Helper()
	_, text, ok := strings.Cut(string(example), "\npackage proportion_test\n")
	if !ok || !output.MatchString(text) {
		t.Fatal("example_test.go: no package clause, or no Output")
	}
	text = strings.Replace(output.ReplaceAllString(text, ""), "func Example()", "func main()", 1)
	return "package main\n" + strings.TrimRight(text, "\n")
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
