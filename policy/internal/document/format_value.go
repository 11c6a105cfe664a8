// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"strings"
)

// keyEnd returns the offset behind the colon of a line's key, or 0 if the line
// does not begin with one.
func keyEnd(line string) int {
	start := 0
	switch line[0] {
	case '"', '\'':
		if start = quoteEnd(line); start == 0 {
			return 0
		}
		rest := strings.TrimLeft(line[start:], " \t")
		if !strings.HasPrefix(rest, ":") {
			return 0
		}
		start = len(line) - len(rest)
	case '{', '[', '|', '>', '#':
		return 0
	}
	for i := start; i < len(line); i++ {
		switch next := line[i+1:]; {
		case line[i] == ':' && (next == "" || next[0] == ' ' || next[0] == '\t'):
			return i + 1
		case strings.HasPrefix(next, "#") && (line[i] == ' ' || line[i] == '\t'):
			return 0
		}
	}
	return 0
}

// quoteEnd returns the offset behind a text in quotes, or 0 if it has no end.
func quoteEnd(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] == quote && quote == '\'' && strings.HasPrefix(text[i+1:], "'"):
			i++
		case text[i] == quote:
			return i + 1
		}
	}
	return 0
}

// quoted copies a text in quotes, and moves its further lines.
func (f *formatter) quoted(shift int) {
	text := f.in[f.at:]
	text = text[:quoteEnd(text)]
	f.at += len(text)
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			f.write("\n")
			line = shifted(line, shift)
		}
		f.write(line)
	}
}

// shifted moves a line. A line of spaces becomes empty.
func shifted(line string, by int) string {
	rest := strings.TrimLeft(line, " ")
	if rest == "" {
		return ""
	}
	return strings.Repeat(" ", max(len(line)-len(rest)+by, 0)) + rest
}

// plain copies a plain text, and moves its further lines: those that stand
// deeper than what the text is in. It reports whether it came to the end of a
// line, without a comment.
func (f *formatter) plain(in, shift int) bool {
	text := beforeComment(f.line())
	f.write(text)
	f.at += len(text)
	for strings.TrimSpace(f.line()) == "" {
		f.write("\n")
		f.skip(f.line())
		ahead := f.in[f.at:]
		rest := strings.TrimLeft(ahead, " \t\n")
		blank := strings.LastIndexByte(ahead[:len(ahead)-len(rest)], '\n') + 1
		column := len(ahead) - len(rest) - blank
		if rest == "" || rest[0] == '#' || column <= in {
			return true
		}
		f.write(strings.Repeat("\n", strings.Count(ahead[:blank], "\n")))
		f.indent(column + shift)
		f.at += len(ahead) - len(rest)
		text := beforeComment(f.line())
		f.write(text)
		f.at += len(text)
	}
	return false
}

// beforeComment returns a line up to its comment, without spaces at its end.
func beforeComment(line string) string {
	for i := 1; i < len(line); i++ {
		if line[i] == '#' && (line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
		}
	}
	return trimRight(line)
}

// block copies a text in the style of | or >, and moves its lines.
func (f *formatter) block(in level) bool {
	header := beforeComment(f.line())
	f.write(header)
	f.at += len(header)
	if !f.comment(f.spaces()) {
		return false
	}
	column, shift := f.blockColumn(in.old), in.now-in.old
	if !strings.ContainsAny(header, "123456789") {
		shift = in.now + indentation - column
	}
	blank := 0 // lines, that are of the text if more of it follows
	for f.at < len(f.in) {
		line := f.line()
		if rest := strings.TrimLeft(line, " "); rest == "" && len(line) <= column {
			blank++
		} else if column <= in.old || len(line)-len(rest) < column {
			break
		} else {
			f.write(strings.Repeat("\n", blank))
			f.indent(len(line) - len(rest) + shift)
			f.write(rest + "\n")
			blank = 0
		}
		f.skip(line)
	}
	if strings.Contains(header, "+") {
		f.write(strings.Repeat("\n", blank)) // they are of the text
	} else if blank > 0 {
		f.blank = true
	}
	return true
}

// blockColumn returns the column of the first line that is not blank, if that
// is deeper than what the text is in.
func (f *formatter) blockColumn(in int) int {
	ahead := f.in[f.at:]
	rest := strings.TrimLeft(ahead, " \n")
	before := ahead[:len(ahead)-len(rest)]
	column := len(before) - strings.LastIndexByte(before, '\n') - 1
	if rest == "" {
		return in
	}
	return max(column, in)
}

// flow copies a list or mapping in brackets, which may have several lines. It
// moves these, and sets the spaces between its parts.
func (f *formatter) flow(shift int) bool {
	depth, begins := 0, true // begins: a quote would be one
	for f.at < len(f.in) {
		c := f.in[f.at]
		f.at++
		switch {
		case c == '{' || c == '[':
			f.open(c)
			depth, begins = depth+1, true
		case c == '}' || c == ']':
			f.close(c)
			if depth, begins = depth-1, false; depth == 0 {
				return true
			}
		case c == ',':
			f.comma()
			begins = true
		case c == '\n':
			f.newline(shift)
		case c == ' ' || c == '\t':
			f.at--
			f.indent(f.spaces())
		case c == '#' && (f.last == ' ' || f.last == '\n'):
			f.at--
			text := f.line()
			f.write(trimRight(text))
			f.at += len(text)
		case begins && (c == '"' || c == '\''):
			f.at--
			f.quoted(shift)
			begins = f.peek() == ':'
		default:
			f.write(string([]byte{c}))
			begins = c == ':' && (begins || strings.IndexByte(" \t\n", f.peek()) >= 0)
		}
	}
	return false
}

// peek returns the next byte.
func (f *formatter) peek() byte {
	if f.at == len(f.in) {
		return '\n'
	}
	return f.in[f.at]
}

// open writes a bracket. A brace has a space within.
func (f *formatter) open(bracket byte) {
	f.write(string([]byte{bracket}))
	f.spaces()
	if next := f.peek(); bracket == '{' && next != '}' && next != '\n' {
		f.write(" ")
	}
}

func (f *formatter) close(bracket byte) {
	empty := f.trim() == '{'
	if bracket == '}' && f.inked && !empty {
		f.write(" ")
	}
	f.write(string([]byte{bracket}))
}

// comma writes a comma, and a space where there is none.
func (f *formatter) comma() {
	f.trim()
	f.write(",")
	if next := f.peek(); next != ' ' && next != '\t' && next != '\n' {
		f.write(" ")
	}
}

// newline begins a line, and moves it.
func (f *formatter) newline(shift int) {
	f.trim()
	f.write("\n")
	if n := f.spaces(); f.peek() != '\n' {
		f.indent(n + shift)
	}
}

// trim takes the spaces back that the line ends with, unless they are all
// there is, and returns the byte before them.
func (f *formatter) trim() byte {
	if f.inked {
		f.out = bytes.TrimRight(f.out, " ")
		f.last = f.out[len(f.out)-1]
	}
	return f.last
}
