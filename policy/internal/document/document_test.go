// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/document"
)

// TestKinds: scalars are typed by the rules of YAML 1.2, whatever a library
// makes of them.
func TestKinds(t *testing.T) {
	tests := map[string]document.Kind{
		"a": document.Text, "NO": document.Text, "yes": document.Text, "on": document.Text,
		`"1"`: document.Text, "'true'": document.Text,
		"0": document.Integer, "-12": document.Integer,
		"1.50": document.Float, "true": document.Bool,
		"1.2.3": document.Text, "10.0.0.1": document.Text, "15m": document.Text,
		"a1": document.Text, "True story": document.Text, ".": document.Text, "-x": document.Text,
		"urn:1:2": document.Text, "2027-06": document.Text, "Tor": document.Text,
		"~": document.Null, "": document.Null, "null": document.Null, "[1]": document.Sequence,
		"{a: 1}": document.Mapping, "|\n  x": document.Text,
	}
	for text, want := range tests {
		doc, problems := document.Parse([]byte("k: " + text + "\n"))
		if len(problems) > 0 || doc.Root.Kind != document.Mapping || len(doc.Root.Pairs) != 1 {
			t.Fatalf("%s: %v", text, problems)
		}
		if got := doc.Root.Pairs[0].Value.Kind; got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

// TestDoubtful: what other readers of YAML take for something else than a text
// is told from a text, and from what it is taken for; in quotes it is a text.
func TestDoubtful(t *testing.T) {
	tests := map[string][]string{
		"true or false":  {"True", "TRUE", "False", "FALSE"},
		"a whole number": {"017", "08", "0x1F", "0o17", "0b11", "-0x1f", "1_000", "+0_1"},
		"a number": {
			"1.", ".5", "-.5", "1e3", "1.5E-3", "1_000.5", "00.5", ".inf", "-.INF", "+.Inf", ".nan",
			".NaN", "12:30", "190:20:30.15",
		},
		"a date": {
			"2027-06-01", "2027-6-1", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43",
			"2001-12-15T02:59:43.1Z", "2001-12-14 21:59:43.10 -5",
		},
	}
	for want, texts := range tests {
		for _, text := range texts {
			doc, problems := document.Parse([]byte("[" + text + ", '" + text + "']\n"))
			if len(problems) > 0 {
				t.Fatalf("%s: %v", text, problems)
			}
			plain, quoted := doc.Root.Items[0], doc.Root.Items[1]
			if plain.Kind != document.Doubtful || plain.What() != text+", which is "+want+" to some readers of YAML" {
				t.Errorf("%s is %v: %s; want %s", text, plain.Kind, plain.What(), want)
			}
			if quoted.Kind != document.Text || quoted.What() != "a text" {
				t.Errorf("'%s' is %v: %s, want a text", text, quoted.Kind, quoted.What())
			}
		}
	}
}

func TestProblems(t *testing.T) {
	tests := map[string]struct {
		text string
		want string // kind line:column of each
	}{
		"a bomb of aliases": {"a: &a [x]\nb: [*a, *a]\n", "3 1:4, 3 2:5, 3 2:9"},
		"a merge key":       {"a: { <<: { b: 1 } }\n", "3 1:6"},
		"a tag":             {"a: !x y\nb: !!binary aGk=\n", "2 1:4, 2 2:4"},
		"a tag without a name": {
			"a: ! x\nb: !\nc: ! 'x'\nd: ! [x]\n! e: x\nf: é ! x\ng: { é: ! x }\nh: !\n  i: 1\nj:\n  - ! x\n",
			"2 1:4, 2 2:4, 2 3:4, 2 4:4, 2 5:1, 2 7:9, 2 8:4, 2 11:5",
		},
		"a nesting bomb": {"a: " + strings.Repeat("[", 50) + strings.Repeat("]", 50),
			"4 1:19"},
		"an endless nesting":   {strings.Repeat("[", 200_000), "0 1:10001"},
		"endless quotes":       {"a: 1\n" + strings.Repeat(`"" `, 300_000), "8 1:1"},
		"two documents":        {"a: 1\n---\nb: 2\n", "5 2:1"},
		"a second broken":      {"a: 1\n---\nb: [\n", "0 4:1"},
		"a key twice":          {"a: 1\nb: 2\na: 3\n", "6 3:1"},
		"a key that is a list": {"[a]: 1\n", "0 1:1"},
		"nothing":              {"", "7 1:1"},
		"a comment":            {"# only\n", "7 1:1"},
		"no end":               {"a: [1\nb: 2\n", "0 2:2"},
		"latin 1":              {"a: \xe9\n", "1 1:4"},
		"utf 16":               {"\xff\xfea\x00", "1 1:1"},
		"a control character":  {"a: 1\nb: \x1b[31m\n", "1 2:4"},
		"a hidden direction":   {"a: \u2066x\n", "1 1:4"},
		"a line separator":     {"a: x\u2028b: 1\n", "1 1:5"},
		"a lone return":        {"a: 1\rb: 2\n", "1 1:5"},
		"a mark in the middle": {"a: \ufeffx\n", "1 1:4"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, problems := document.Parse([]byte(test.text))
			var got []string
			for _, p := range problems {
				got = append(got, fmt.Sprintf("%d %d:%d", p.Kind, p.Line, p.Column))
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("problems %+v, want %s", problems, test.want)
			}
		})
	}
}

// TestHarmless: what editors add is no problem.
func TestHarmless(t *testing.T) {
	for _, text := range []string{"\ufeffa: 1\n", "a: 1\r\nb: 2\r\n", "---\na: 1\n", "a: 1\n...\n", "a:\t1\n", "a: \ufffd\n"} {
		if _, problems := document.Parse([]byte(text)); len(problems) > 0 {
			t.Errorf("%q: %v", text, problems)
		}
	}
}

func TestHasComment(t *testing.T) {
	for text, want := range map[string]bool{"k: a # b": true, "k: a": false, "k: 'a' # b": false, "k: a#b": false} {
		doc, _ := document.Parse([]byte(text))
		if got := doc.Root.Pairs[0].Value.HasComment(); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// FuzzParse: no bytes panic, every problem has a place in the file, and every
// character of every scalar too.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb: [x, {y: z}]\n", "a: |\n  x\n  y\n", "a: >-\n  x\n\n  y\n",
		"a: \"\\u00e9 \\\n  x\"\n", "a: 'it''s'\n", "? a\n: b\n", "&a a: *a\n", "- - - x\n",
		"a: !x y\n", "%YAML 1.2\n---\na: 1\n", "a: b\n  c\n", "\"a\nb\": \"\\x41\"", "--- |1-\n x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, problems := document.Parse(data)
		if doc.Root == nil && len(problems) == 0 {
			t.Fatal("neither a document nor a problem")
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, p := range problems {
			if p.Line < 1 || p.Line > lines+1 || p.Column < 1 {
				t.Fatalf("a problem at %d:%d of %d lines", p.Line, p.Column, lines)
			}
		}
		check(t, doc, doc.Root)
	})
}

func check(t *testing.T, doc *document.Document, n *document.Node) {
	if n == nil {
		return
	}
	if n.Kind == document.Text {
		p := doc.Positions(n)
		for i := range len([]rune(n.Text)) + 1 {
			if line, column := p.At(i); line < n.Line || column < 1 {
				t.Fatalf("character %d of %q stands at %d:%d", i, n.Text, line, column)
			}
		}
	}
	for _, item := range n.Items {
		check(t, doc, item)
	}
	for _, pair := range n.Pairs {
		check(t, doc, pair.Key)
		check(t, doc, pair.Value)
	}
}
