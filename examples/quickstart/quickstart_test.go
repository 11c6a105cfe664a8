// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/cryptotest"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

// output runs the program with chosen randomness, and returns what it prints.
func output(t *testing.T, args ...string) string {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 1)
	var stdout, stderr bytes.Buffer
	if code := run(args, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Fatalf("got exit code %d and %q, want %d and nothing", code, stderr.String(), exitOK)
	}
	return stdout.String()
}

// secrets are codes and support references: which ones come out depends on
// how much randomness each package draws, and that may change.
var secrets = regexp.MustCompile(`\b(\d{4,6}( is your code| est votre code)|[A-Z2-7]{10}\b)`)

func masked(text string) string {
	digits := regexp.MustCompile(`\d|[A-Z2-7]`)
	return secrets.ReplaceAllStringFunc(text, func(s string) string {
		return digits.ReplaceAllString(s, "#")
	})
}

func TestGolden(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		t.Run(lang, func(t *testing.T) {
			got := masked(output(t, "-lang", lang))
			name := filepath.Join("testdata", "day."+lang+".golden")
			if *update {
				if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if at := firstDifference(got, string(want)); at != "" {
				t.Errorf("%s differs (go test -update, if it should):\n%s", name, at)
			}
		})
	}
}

// firstDifference returns the first line in which two texts differ.
func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(a), len(b)) {
		var x, y string
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			return "got  " + x + "\nwant " + y
		}
	}
	return ""
}

// The day is the same at any hour and in any order of maps.
func TestOutputIsRepeatable(t *testing.T) {
	first := output(t)
	for range 5 {
		if at := firstDifference(output(t), first); at != "" {
			t.Fatalf("a second run differs:\n%s", at)
		}
	}
}

func TestEveryLineFitsATerminal(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		for i, line := range strings.Split(output(t, "-lang", lang), "\n") {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("%s, line %d: got %d characters, want at most %d: %s", lang, i+1, n, width, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s, line %d: ends in spaces", lang, i+1)
			}
		}
	}
}

func TestNoColourUnlessOnATerminal(t *testing.T) {
	if strings.Contains(output(t), "\x1b") {
		t.Error("a buffer got escape sequences")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := colours(f)(red, "x"); got != "x" {
		t.Errorf("a file got %q", got)
	}
}

// The null device is a character device, as a terminal is.
func TestColourOnATerminal(t *testing.T) {
	f, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	t.Setenv("NO_COLOR", "")
	if got := colours(f)(red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("a terminal got %q", got)
	}
	t.Setenv("NO_COLOR", "1")
	if got := colours(f)(red, "x"); got != "x" {
		t.Errorf("with NO_COLOR a terminal got %q", got)
	}
}

func TestRunsFromAnyFolder(t *testing.T) {
	here := output(t)
	t.Chdir(t.TempDir())
	if at := firstDifference(output(t), here); at != "" {
		t.Errorf("another folder gives another day:\n%s", at)
	}
}

func TestHelp(t *testing.T) {
	got := output(t, "-h")
	for _, flag := range []string{"-lang", "-policy", "-input"} {
		if !strings.Contains(got, flag) {
			t.Errorf("help does not mention %s:\n%s", flag, got)
		}
	}
}

// Both languages say everything, with the same values.
func TestPhrasesAreComplete(t *testing.T) {
	verbs := regexp.MustCompile(`%[a-z]`)
	for phrase, texts := range phrases() {
		en, fr := verbs.FindAllString(texts["en"], -1), verbs.FindAllString(texts["fr"], -1)
		if texts["en"] == "" || texts["fr"] == "" {
			t.Errorf("%s: got %q, want both languages", phrase, texts)
		}
		if strings.Join(en, " ") != strings.Join(fr, " ") {
			t.Errorf("%s: English takes %v, French %v", phrase, en, fr)
		}
	}
}

// Every phrase that is said exists: an unknown one would be printed as its
// name.
func TestNoPhraseIsMissing(t *testing.T) {
	name := regexp.MustCompile(`\b(row|outcome|band|channel|device|base|ask|via|try|shadow|sum)\.[a-z]`)
	for _, lang := range []string{"en", "fr"} {
		if found := name.FindString(output(t, "-lang", lang)); found != "" {
			t.Errorf("%s: printed %q", lang, found)
		}
	}
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"fits", "one two", []string{"one two"}},
		{"exactly", "one two 34", []string{"one two 34"}},
		{"breaks", "one two three", []string{"one two", "three"}},
		{"long word", "a 123456789012345678901 b", []string{"a", "1234567890", "1234567890", "1 b"}},
		{"characters, not bytes", "éééé éééé é", []string{"éééé éééé", "é"}},
		{"empty", "", []string{""}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fold(tt.text, 10); strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
