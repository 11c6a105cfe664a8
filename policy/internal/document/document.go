// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

// Package document reads the YAML of a policy into nodes that know where they
// stand, and refuses what YAML can hide: tags, anchors and aliases, merge
// keys, several documents, duplicate keys and bottomless nesting.
//
// Scalars are typed here, by the rules of YAML 1.2: "yes" and "NO" are texts.
// What others would read otherwise, such as "017", "0x1f" and "2026-01-01", is
// neither a number nor a text but doubtful, and wants quotes.
package document

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits on a document, so that what the YAML library builds of it is bounded:
// it takes some hundreds of bytes a value.
const (
	maxDepth    = 16      // a policy needs 6
	maxValues   = 250_000 // of 10,000 rules there are 100,000, as counted here
	maxProblems = 100
)

// Kind is what a node holds. The zero Kind is none.
type Kind uint8

// The kinds of nodes.
const (
	Mapping Kind = iota + 1
	Sequence
	Text
	Integer
	Float
	Bool
	Null
	Doubtful // a plain scalar that is a text here, and something else to others
)

// String returns the kind with its article, as it reads in a message.
func (k Kind) String() string {
	names := [...]string{
		"nothing", "a mapping", "a list", "a text", "a whole number", "a number",
		"true or false", "nothing", "a doubtful text",
	}
	if int(k) >= len(names) {
		return "invalid"
	}
	return names[k]
}

// A Node is one value of a document.
type Node struct {
	Kind   Kind
	Line   int    // from 1
	Column int    // from 1, in characters
	Text   string // of a scalar
	Items  []*Node
	Pairs  []Pair

	// Incomplete is a mapping that has more pairs in the file: a problem says
	// why they are left out.
	Incomplete bool

	style  style
	source string // what stands in its line, from it on
}

// A Pair is one entry of a mapping.
type Pair struct{ Key, Value *Node }

// style is how a scalar is written, which decides where its characters stand.
type style uint8

const (
	plain style = iota
	quoted
	block
)

// A Document is one file.
type Document struct {
	Root  *Node // nil if the file cannot be read at all
	lines []string
}

// ProblemKind is what sort of thing is wrong with a document.
type ProblemKind uint8

// The kinds of problems.
const (
	BadSyntax ProblemKind = iota
	BadEncoding
	HasTag
	HasAlias
	TooDeep
	SeveralDocuments
	DuplicateKey
	Empty
	TooMany
	HasTab // in the indentation
)

// A Problem is one thing that is wrong with a document.
type Problem struct {
	Kind         ProblemKind
	Line, Column int // from 1
	Message      string
}

// Parse reads a document. It reports all it can find: where the problems are
// fatal to the syntax, the root is nil.
func Parse(data []byte) (*Document, []Problem) {
	text := strings.TrimPrefix(string(data), "\uFEFF")
	doc := &Document{lines: splitLines(text)}
	if problem, bad := checkEncoding(text); bad {
		return doc, []Problem{problem}
	}
	if countValues(text) > maxValues {
		return doc, []Problem{{TooMany, 1, 1, fmt.Sprintf("the file has more than %d values",
			maxValues)}}
	}
	root, problems := parseYAML(text, doc)
	doc.Root = root
	for i, p := range problems {
		if p.Kind == BadSyntax {
			problems[i] = doc.findTab(p)
		}
	}
	return doc, problems
}

// findTab says that a tab indents a line, if one does where the syntax is
// broken: no editor shows it, and what YAML says of it helps nobody.
func (d *Document) findTab(p Problem) Problem {
	for line := p.Line - 1; line <= p.Line+1; line++ {
		text := d.Line(line)
		spaces := len(text) - len(strings.TrimLeft(text, " "))
		if rest := text[spaces:]; strings.HasPrefix(rest, "\t") && strings.TrimSpace(rest) != "" {
			return Problem{HasTab, line, spaces + 1, "a tab stands in the indentation"}
		}
	}
	return p
}

// Line returns a line of the document, or "" if there is no such line.
func (d *Document) Line(number int) string {
	if number < 1 || number > len(d.lines) {
		return ""
	}
	return d.lines[number-1]
}

// maxLine is how long a line may be that is shown beside a finding, in bytes:
// nobody reads a longer one, and there may be a finding in every word of it.
const maxLine = 8192

// Shown returns a line of the document to show, or "" if it is too long.
func (d *Document) Shown(number int) string {
	if line := d.Line(number); len(line) <= maxLine {
		return line
	}
	return ""
}

// HasComment reports whether something after a plain scalar was taken for a
// comment.
func (n *Node) HasComment() bool {
	return n.style == plain && strings.Contains(n.source, " #")
}

// countValues counts what can begin a value, without parsing: lines, commas,
// brackets, list items and pairs of quotes.
func countValues(text string) int {
	count, quotes := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '\n', ',', '[', '{':
			count++
		case '"', '\'':
			quotes++
		case '-', '?', ':':
			if i+1 < len(text) && text[i+1] == ' ' {
				count++
			}
		}
	}
	return count + quotes/2
}

func splitLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSuffix(line, "\r")
	}
	return lines
}

// checkEncoding finds what no editor shows: bytes that are not UTF-8, and
// control characters, which could make a reviewer see another policy than the
// one that is loaded.
func checkEncoding(text string) (Problem, bool) {
	line, column := 1, 0
	for i, r := range text {
		column++
		if r == '\n' {
			line, column = line+1, 0
			continue
		}
		if message := badRune(text[i:], r); message != "" {
			return Problem{BadEncoding, line, column, message}, true
		}
	}
	return Problem{}, false
}

func badRune(rest string, r rune) string {
	switch {
	case r == utf8.RuneError && !strings.HasPrefix(rest, "\uFFFD"):
		return "the file is not UTF-8"
	case r == '\t' || r == '\r' && strings.HasPrefix(rest, "\r\n"):
		return ""
	case r < ' ' || r >= 0x7f && r < 0xa0, r == '\uFEFF':
		return fmt.Sprintf("control character %U", r)
	case r == '\u2028' || r == '\u2029':
		return fmt.Sprintf("line separator %U", r)
	case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069':
		return fmt.Sprintf("direction character %U, which shows text out of order", r)
	case r == '\u00ad' || r == '\u180e' || r == '\u200b' || r >= '\u2060' && r <= '\u2064':
		// Joiners and direction marks stay: there are languages that need them.
		return fmt.Sprintf("character %U, which takes no room and is not seen", r)
	}
	return ""
}
