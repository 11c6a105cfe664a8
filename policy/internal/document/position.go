// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"strings"
	"unicode"
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
	if n.style == plain && strings.HasPrefix(runesFrom(d.Line(n.Line), n.Column), n.Text) {
		return Positions{line: int32(n.Line), column: int32(n.Column)}
	}
	c := cursor{lines: d.lines, line: n.Line, column: n.Column}
	switch n.style {
	case quoted:
		c.quote = c.next()
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
	row          []rune // the line at which rowOf stands
	rowOf        int
	quote        rune
}

func (c *cursor) current() []rune {
	if c.rowOf != c.line && c.line <= len(c.lines) {
		c.row, c.rowOf = []rune(c.lines[c.line-1]), c.line
	}
	if c.line > len(c.lines) {
		return nil
	}
	return c.row
}

func (c *cursor) mark() mark { return mark{int32(c.line), int32(c.column)} }

func (c *cursor) peek() rune {
	if row := c.current(); c.column <= len(row) {
		return row[c.column-1]
	}
	return '\n'
}

func (c *cursor) next() rune {
	r := c.peek()
	c.column++
	return r
}

func (c *cursor) newline() { c.line, c.column = c.line+1, 1 }

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
			c.column++
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
		c.column++
		c.column += 1 + escapeDigits(c.peek())
	case p == '\'' && c.quote == '\'':
		c.column += 2
	default:
		c.column++
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

// runesFrom returns what stands in a line from a column on.
func runesFrom(line string, column int) string {
	for i := range line {
		if column--; column == 0 {
			return line[i:]
		}
	}
	return ""
}
