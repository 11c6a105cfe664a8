// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/document"
)

func format(t *testing.T, text string) string {
	t.Helper()
	out, problems, ok := document.Format([]byte(text))
	if !ok {
		t.Fatalf("not laid out: %v\n%s", problems, text)
	}
	return string(out)
}

func TestFormat(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"indentation": {
			"a:\n    b:\n        c: 1\n    d: 2\n", "a:\n  b:\n    c: 1\n  d: 2\n",
		},
		"lists at the column of their key": {
			"a:\n- b: 1\n  c: 2\n- d\ne: 3\n", "a:\n  - b: 1\n    c: 2\n  - d\ne: 3\n",
		},
		"space behind a dash": {
			"a:\n  -   b: 1\n      c: 2\n", "a:\n  - b: 1\n    c: 2\n",
		},
		"a dash alone":   {"a:\n  -\n      b: 1\n      c: 2\n", "a:\n  -\n    b: 1\n    c: 2\n"},
		"lists in lists": {"-   - a\n    - b\n-  c\n", "- - a\n  - b\n- c\n"},
		"brackets": {
			"a: {b: [c,d ,e], f: {} , g: [ ]}\n", "a: { b: [c, d, e], f: {}, g: [] }\n",
		},
		"what is aligned": {
			"a:   { b: 1,   c: 2 }   # d\nbcd: { b: 10,  c: 2 }   # e\n",
			"a:   { b: 1,   c: 2 }   # d\nbcd: { b: 10,  c: 2 }   # e\n",
		},
		"brackets over lines": {
			"a:\n    b: [c,\n        d,  # e\n\n        # f\n        g\n    ]\n",
			"a:\n  b: [c,\n      d,  # e\n\n      # f\n      g\n  ]\n",
		},
		"quotes in brackets": {
			`a: {b: "c,d{ # ", 'e''f': 'g]', h: it's, "i":"j"}` + "\n",
			`a: { b: "c,d{ # ", 'e''f': 'g]', h: it's, "i":"j" }` + "\n",
		},
		"end of file":     {"\n\na: 1  \n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"},
		"no end of line":  {"a: 1", "a: 1\n"},
		"a mark":          {"\ufeffa: 1\n", "a: 1\n"},
		"tabs":            {"a:\t1\t# b\n", "a: 1 # b\n"},
		"returns":         {"a:\r\n    b: 1\r\n", "a:\r\n  b: 1\r\n"},
		"returns, mixed":  {"a:\r\n    b: 1\n", "a:\n  b: 1\n"},
		"space before :":  {"a : 1\n", "a: 1\n"},
		"keys in quotes":  {"\"a: b\"  :  1\n'c' : 2\n", "\"a: b\":  1\n'c': 2\n"},
		"document marks":  {"---  # a\nb: 1\n...\n", "---  # a\nb: 1\n...\n"},
		"one big bracket": {"{a: 1,\n b: 2}\n", "{ a: 1,\n b: 2 }\n"},
		"comments": {
			"# a\n\n\n#b\nc:\n    # d\n    e: 1\n    # f\n# g\nh:\n  - i: 1\n    # j\n  # k\n  - l: 2\n      # m\n# n\n",
			"# a\n\n#b\nc:\n  # d\n  e: 1\n  # f\n# g\nh:\n  - i: 1\n    # j\n  # k\n  - l: 2\n    # m\n# n\n",
		},
		"comments of a list": {
			"a:\n# b\n- c\n# d\n- e\n# f\ng: 1\n", "a:\n  # b\n  - c\n  # d\n  - e\n# f\ng: 1\n",
		},
		"a text of many lines": {
			"a:\n    b: c\n      d\n\n      e  # f\n    g: \"h\n\n      i\\\n      j\"\n",
			"a:\n  b: c\n    d\n\n    e  # f\n  g: \"h\n\n    i\\\n    j\"\n",
		},
		"a value below its key": {"a:\n      b\n      c\nd:\n   [1,2]\n", "a:\n  b\n  c\nd:\n  [1, 2]\n"},
		"blocks": {
			"a:\n    b: |  # c\n            # d\n              e\n\n            f  \n\n\n    g: >-\n     h\n",
			"a:\n  b: |  # c\n    # d\n      e\n\n    f  \n\n  g: >-\n    h\n",
		},
		"a block that says its column": {
			"a:\n    b: |2\n        c\n      d\n", "a:\n  b: |2\n      c\n    d\n",
		},
		"a block that keeps its end": {"a: |+\n    b\n\n\nc: 1\n", "a: |+\n  b\n\n\nc: 1\n"},
		"a block in a list":          {"a:\n- |\n    b\n- c\n", "a:\n  - |\n    b\n  - c\n"},
		"a block before a comment":   {"a:\n  b: |\n     c\n  # d\n  e: 1\n", "a:\n  b: |\n    c\n  # d\n  e: 1\n"},
		"a text that looks like one": {"a: b#c {d} [e] 'f\n", "a: b#c {d} [e] 'f\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := format(t, c.text)
			if got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			if again := format(t, got); again != got {
				t.Errorf("laid out again it is\n%s\nnot\n%s", again, got)
			}
		})
	}
}

// TestFormatRefuses: what cannot be read, or cannot be laid out with certainty,
// is left alone.
func TestFormatRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"no syntax": "a: [1\n", "an alias": "a: &b 1\nc: *b\n", "nothing": "# a\n",
		"a key twice": "a: 1\na: 2\n",
	} {
		if _, problems, ok := document.Format([]byte(text)); ok || len(problems) == 0 {
			t.Errorf("%s: ok %v, problems %v", name, ok, problems)
		}
	}
	out, problems, ok := document.Format([]byte("? a\n: b\n"))
	if out != nil || len(problems) > 0 || ok {
		t.Errorf("a key with a mark: %q, %v, ok %v", out, problems, ok)
	}
}

// TestFormatFiles: the files of the repository that are laid out with care stay
// as they are, and indented anew they come back.
func TestFormatFiles(t *testing.T) {
	files, err := filepath.Glob("../../../examples/*/*/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d files, want 8 or more (%v)", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := format(t, string(data)); got != string(data) {
			t.Errorf("%s is laid out otherwise:\n%s", file, got)
		}
		var wide strings.Builder
		for line := range strings.Lines(string(data)) {
			rest := strings.TrimLeft(line, " ")
			if strings.HasPrefix(rest, "- ") {
				rest = "-   " + rest[2:]
			}
			wide.WriteString(strings.Repeat(" ", 2*(len(line)-len(strings.TrimLeft(line, " ")))) + rest)
		}
		if got := format(t, wide.String()); got != string(data) {
			t.Errorf("%s does not come back:\n%s", file, got)
		}
	}
}

// TestFormatLarge: the time grows with the file.
func TestFormatLarge(t *testing.T) {
	for name, text := range map[string]string{
		"one line":    "a: [" + strings.Repeat("b,", 100_000) + "]\n",
		"one text":    "a: " + strings.Repeat("b ", 500_000) + "\n",
		"one block":   "a: |\n" + strings.Repeat("  b\n", 200_000),
		"blank lines": "a: b\n" + strings.Repeat("\n", 200_000) + "  c\n",
		"comments":    "a:\n" + strings.Repeat("# b\n", 200_000) + "  c: 1\n",
	} {
		t.Run(name, func(t *testing.T) { format(t, text) })
	}
}

// FuzzFormat: what is laid out says the same, and stays as it is the next
// time. (That no comment is lost, and no value changed, Format checks itself:
// here it is checked with the library's eyes.)
func FuzzFormat(f *testing.F) {
	for _, pattern := range []string{"../../testdata/*/*.yaml", "../../../examples/*/*/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s (%v)", pattern, err)
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add([]byte("a:\n- |2-\n   b\n- >+\n\n  c\n\n# d\n- {e: [f,'g'] , #h\n i: \"j\"}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, problems, ok := document.Format(data)
		if !ok {
			if out != nil {
				t.Fatalf("refused with %q", out)
			}
			return
		}
		if len(problems) > 0 || !bytes.HasSuffix(out, []byte("\n")) {
			t.Fatalf("problems %v, %q", problems, out)
		}
		again, problems, ok := document.Format(out)
		if !ok || !bytes.Equal(again, out) {
			t.Fatalf("laid out again: ok %v, %v\n%q\nfirst\n%q", ok, problems, again, out)
		}
	})
}
