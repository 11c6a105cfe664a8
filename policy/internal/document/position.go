// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Positions say where in its file each character of a scalar stands.
type Positions struct {
	line, column int32
	marks        *[]mark // nil: all characters follow each other on one line
}

type mark struct{ line, column int32 }

// At returns the line and column, from 1, of the character at an offset.
func (p Positions) At(offset int) (line, column int) {
	if p.marks == nil {
		return int(p.line), int(p.column) + offset
	}
	marks := *p.marks
	m := marks[min(offset, len(marks)-1)]
	return int(m.line), int(m.column)
}

// Positions returns where the characters of a scalar stand. Folded lines and
// escapes are followed; what cannot be followed gets the nearest place known.
func (d *Document) Positions(n *Node) Positions {
	if n.style == plain && strings.HasPrefix(n.source, n.Text) {
		return Positions{line: int32(n.Line), column: int32(n.Column)}
	}
	c := cursor{lines: d.lines, line: n.Line, column: n.Column, rest: n.source}
	switch n.style {
	case quoted:
		c.quote = c.peek()
		c.skip(1)
	case block:
		c.newline()
	}
	marks := make([]mark, 0, len(n.Text)+1)
	for _, r := range n.Text {
		c.find(r)
		marks = append(marks, c.mark())
		c.pass(r)
	}
	return positionsOf(append(marks, c.mark()))
}

// positionsOf forgets marks that follow each other on one line.
func positionsOf(marks []mark) Positions {
	first := marks[0]
	for i, m := range marks {
		if m != (mark{first.line, first.column + int32(i)}) {
			return Positions{marks: &marks}
		}
	}
	return Positions{line: first.line, column: first.column}
}

// cursor walks over the source of a scalar beside its value.
type cursor struct {
	lines        []string
	line, column int
	rest         string // of the line
	quote        rune
}

func (c *cursor) mark() mark { return mark{int32(c.line), int32(c.column)} }

func (c *cursor) peek() rune {
	for _, r := range c.rest {
		return r
	}
	return '\n'
}

// skip moves over characters of a line.
func (c *cursor) skip(characters int) {
	c.column += characters
	for range characters {
		_, size := utf8.DecodeRuneInString(c.rest)
		c.rest = c.rest[size:]
	}
}

func (c *cursor) newline() {
	c.line, c.column, c.rest = c.line+1, 1, ""
	if c.line <= len(c.lines) {
		c.rest = c.lines[c.line-1]
	}
}

// find moves to where r may begin: over indentation and line ends, unless r is
// itself a space.
func (c *cursor) find(r rune) {
	if unicode.IsSpace(r) {
		return
	}
	for c.line <= len(c.lines) {
		switch p := c.peek(); {
		case p == '\n':
			c.newline()
		case p == ' ' || p == '\t':
			c.skip(1)
		default:
			return
		}
	}
}

// pass moves over the source of r.
func (c *cursor) pass(r rune) {
	switch p := c.peek(); {
	case p == '\n':
		if unicode.IsSpace(r) {
			c.newline()
		}
	case p == '\\' && c.quote == '"':
		c.skip(1)
		c.skip(1 + escapeDigits(c.peek()))
	case p == '\'' && c.quote == '\'':
		c.skip(2)
	default:
		c.skip(1)
	}
}

// escapeDigits returns how many digits follow the letter of an escape.
func escapeDigits(letter rune) int {
	switch letter {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

// reach is a place in a file. From it a later one is found without looking at
// what is before it again, since a line may be as long as the file.
type reach struct {
	line, column int
	rest         string
}

// to returns what stands in a line from a column on.
func (r *reach) to(d *Document, line, column int) string {
	if line != r.line || column < r.column {
		*r = reach{line, 1, d.Line(line)}
	}
	r.rest = runesFrom(r.rest, column-r.column+1)
	r.column = column
	return r.rest
}

// runesFrom returns what stands in a line from a column on.
func runesFrom(line string, column int) string {
	for i := range line {
		if column--; column == 0 {
			return line[i:]
		}
	}
	return ""
}
