// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
)

// TestFormatKeepsThePolicy: laid out anew, every policy of the repository has
// the same hash and the same comments, in the same order, and laid out again
// stays as it is.
func TestFormatKeepsThePolicy(t *testing.T) {
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	policies := map[string][]policy.Source{"base": {{Name: "base.yaml", Data: base}}}
	for _, pattern := range []string{
		"testdata/good/*.yaml", "testdata/lint/*.yaml", "../examples/*/policy.yaml",
		"../examples/policies/*/*.yaml", "../stepup/testdata/policy.yaml",
		"policytest/testdata/policy.yaml",
	} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.yaml") {
				continue
			}
			name := file
			if strings.HasPrefix(file, "../examples/policies") {
				name = filepath.Dir(file)
			} else if !bytes.Contains(data, []byte("\nladder:")) {
				policies[name] = []policy.Source{{Name: "base.yaml", Data: base}}
			}
			policies[name] = append(policies[name], policy.Source{Name: file, Data: data})
		}
	}
	for name, sources := range policies {
		checkFormat(t, name, sources)
	}
}

func checkFormat(t *testing.T, name string, sources []policy.Source) {
	t.Helper()
	before, err := policy.Parse(sources...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	formatted := slices.Clone(sources)
	for i, s := range sources {
		out, err := policy.Format(s)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		formatted[i].Data = out
		if got, want := comments(out), comments(s.Data); !slices.Equal(got, want) {
			t.Errorf("%s: comments %q, want %q", s.Name, got, want)
		}
		again, err := policy.Format(formatted[i])
		if err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s laid out again (%v):\n%s\nfirst:\n%s", s.Name, err, again, out)
		}
	}
	after, err := policy.Parse(formatted...)
	if err != nil || before.Hash() != after.Hash() {
		t.Errorf("%s has another hash, or is none (%v)", name, err)
	}
}

// comments returns what stands behind each # that may begin one.
func comments(data []byte) []string {
	var all []string
	for line := range strings.Lines(string(data)) {
		for i := range len(line) {
			if line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
				all = append(all, strings.TrimSpace(line[i:]))
				break
			}
		}
	}
	return all
}

// TestFormatDrawn: so does a policy whose lines are indented at will.
func TestFormatDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := strings.Join(ruleTexts(t, all...), "")
		text := frameYAML + rules
		width := rapid.SampledFrom([]string{"  ", "   ", "    "}).Draw(t, "indentation")
		var b strings.Builder
		for line := range strings.Lines(text) {
			rest := strings.TrimLeft(line, " ")
			if rapid.IntRange(0, 4).Draw(t, "noise") == 0 {
				fmt.Fprintf(&b, "%s# a comment\n\n\n", strings.Repeat(" ", rapid.IntRange(0, 6).Draw(t, "at")))
			}
			b.WriteString(strings.Repeat(width, (len(line)-len(rest))/2))
			if strings.HasPrefix(rest, "- ") {
				rest = "-" + strings.Repeat(" ", max(len(width)-1, 1)) + rest[2:]
			}
			b.WriteString(strings.TrimRight(rest, "\n") + rapid.SampledFrom([]string{"", " ", "  # b"}).Draw(t, "end") + "\n")
		}
		before, err := policy.Parse(policy.Source{Name: "p", Data: []byte(b.String())})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		out, err := policy.Format(policy.Source{Name: "p", Data: []byte(b.String())})
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		after, err := policy.Parse(policy.Source{Name: "p", Data: out})
		if err != nil || after.Hash() != before.Hash() {
			t.Fatalf("another hash (%v)\n%s\n%s", err, b.String(), out)
		}
		if got, want := comments(out), comments([]byte(b.String())); !slices.Equal(got, want) {
			t.Fatalf("comments %q, want %q", got, want)
		}
	})
}

func TestFormatErrors(t *testing.T) {
	var load *policy.LoadError
	_, err := policy.Format(policy.Source{Name: "p.yaml", Data: []byte("a: [1\n")})
	if !errors.As(err, &load) || load.Findings[0].ID != "syntax" || load.Findings[0].File != "p.yaml" {
		t.Errorf("broken: %v, want a finding of syntax in p.yaml", err)
	}
	_, err = policy.Format(policy.Source{Name: "p.yaml", Data: bytes.Repeat([]byte("#\n"), 4<<20)})
	if !errors.As(err, &load) || load.Findings[0].ID != "too-large" {
		t.Errorf("large: %v, want too-large", err)
	}
	_, err = policy.Format(policy.Source{Name: "p.yaml", Data: []byte("? version\n: 1\n")})
	if !errors.Is(err, policy.ErrLayout) {
		t.Errorf("a key with a mark: %v, want ErrLayout", err)
	}
}

// Comments and the order of keys stay.
func ExampleFormat() {
	out, err := policy.Format(policy.Source{Name: "team.yaml", Data: []byte(`version: 1
rules:
- id: new-device   # of the customer
  when:   not device.known


  # whoever hides pays
  unknown: fire
  because: {en: We do not know this device.}
  score: 20
`)})
	fmt.Printf("%s%v\n", out, err)
	// Output:
	// version: 1
	// rules:
	//   - id: new-device   # of the customer
	//     when:   not device.known
	//
	//     # whoever hides pays
	//     unknown: fire
	//     because: { en: We do not know this device. }
	//     score: 20
	// <nil>
}
