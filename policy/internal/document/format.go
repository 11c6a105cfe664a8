// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"bytes"
	"strings"
	"unicode"
)

// Format lays a file out in the one way: two spaces a level, lists one level
// below their key, one space within braces and after commas, no space at the
// end of a line, no two blank lines together. Comments, the order of keys,
// quotes, line breaks and what is aligned by more than one space stay.
//
// It changes nothing but white space, and no value: what it cannot lay out in
// that way is not ok. A file with problems is not laid out.
func Format(data []byte) (formatted []byte, problems []Problem, ok bool) {
	before, problems := Parse(data)
	if len(problems) > 0 {
		return nil, problems, false
	}
	text := strings.TrimPrefix(string(data), "\uFEFF")
	lines := strings.Count(text, "\n")
	crlf := lines > 0 && strings.Count(text, "\r\n") == lines
	f := formatter{in: strings.ReplaceAll(text, "\r\n", "\n")}
	if !f.file() {
		return nil, nil, false
	}
	out := f.end()
	if crlf {
		out = strings.ReplaceAll(out, "\n", "\r\n")
	}
	after, _ := Parse([]byte(out))
	if squeeze(text) != squeeze(out) || !equal(before.Root, after.Root) {
		return nil, nil, false
	}
	return []byte(out), nil, true
}

// squeeze returns a text without its white space.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// equal reports whether two nodes say the same, wherever they stand.
func equal(a, b *Node) bool {
	if b == nil || a.Kind != b.Kind || a.Text != b.Text || len(a.Items) != len(b.Items) ||
		len(a.Pairs) != len(b.Pairs) {
		return false
	}
	for i := range a.Items {
		if !equal(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for i := range a.Pairs {
		if !equal(a.Pairs[i].Key, b.Pairs[i].Key) || !equal(a.Pairs[i].Value, b.Pairs[i].Value) {
			return false
		}
	}
	return true
}

// indentation is how much deeper a level stands than the one it is in.
const indentation = 2

// formatter walks over a well-formed file. It knows where each line of the
// blocks belongs, and copies what stands in them.
type formatter struct {
	in       string
	at       int // of what comes next
	out      []byte
	last     byte      // of out
	inked    bool      // the last line of out has more than spaces
	levels   []level   // that the line belongs to, outermost first
	comments []comment // above the next line
	blank    bool      // a blank line is above it
}

// level is a mapping or list in block style: the columns, from 0, of its keys
// or dashes, before and after.
type level struct {
	old, now int
	list     bool
}

// outside is what the outermost level is in.
var outside = level{old: -1, now: -indentation}

// comment is one that has a line of its own.
type comment struct {
	column int
	text   string
	blank  bool // a blank line is above it
}

// file lays all lines out.
func (f *formatter) file() bool {
	for f.at < len(f.in) {
		line := f.line()
		text := strings.TrimLeft(line, " \t")
		switch {
		case text == "":
			f.blank = true
			f.skip(line)
		case text[0] == '#':
			f.comments = append(f.comments, comment{len(line) - len(text), trimRight(text), f.blank})
			f.blank = false
			f.skip(line)
		case isMarker(line):
			f.levels = nil
			f.flush(f.levels, level{})
			f.write(trimRight(line) + "\n")
			f.skip(line)
		case !f.content():
			return false
		}
	}
	before := f.levels
	f.levels = nil
	f.flush(before, level{})
	return true
}

// end returns what was written, with one end of line at its end.
func (f *formatter) end() string { return strings.TrimRight(string(f.out), "\n") + "\n" }

// isMarker reports whether a line is a directive, or begins or ends a
// document.
func isMarker(line string) bool {
	before, _, _ := strings.Cut(line, " #")
	before = trimRight(before)
	return before == "---" || before == "..." || strings.HasPrefix(line, "%")
}

// line returns the rest of the line.
func (f *formatter) line() string {
	line, _, _ := strings.Cut(f.in[f.at:], "\n")
	return line
}

// skip goes on behind the rest of the line.
func (f *formatter) skip(line string) { f.at = min(f.at+len(line)+1, len(f.in)) }

func (f *formatter) write(text string) {
	if text == "" {
		return
	}
	f.out = append(f.out, text...)
	f.last = text[len(text)-1]
	f.inked = f.last != '\n' && (f.inked || strings.Trim(text, " ") != "")
}

// indent begins a line.
func (f *formatter) indent(columns int) { f.write(strings.Repeat(" ", max(columns, 0))) }

// spaces goes on behind spaces, and returns how many there were. A tab is one.
func (f *formatter) spaces() int {
	from, tab := f.at, false
	for ; f.at < len(f.in) && (f.in[f.at] == ' ' || f.in[f.at] == '\t'); f.at++ {
		tab = tab || f.in[f.at] == '\t'
	}
	if tab {
		return 1
	}
	return f.at - from
}

func trimRight(text string) string { return strings.TrimRight(text, " \t") }

// content lays out a line of a block: dashes, then a key or a value, with all
// lines of that value.
func (f *formatter) content() bool {
	column, first := f.spaces(), true
	for {
		before := f.levels
		rest := f.line()
		dash := rest == "-" || strings.HasPrefix(rest, "- ")
		key := 0
		if !dash {
			key = keyEnd(rest)
		}
		if strings.HasPrefix(rest, "? ") || rest == "?" {
			return false
		}
		here := f.place(column, dash, key > 0)
		if first {
			f.flush(before, level{old: column, now: here.now})
			f.indent(here.now)
		}
		if !dash {
			return f.entry(rest, key, here, column)
		}
		f.at++
		f.write("-")
		n := f.spaces()
		if rest = f.line(); rest == "" || rest[0] == '#' {
			return f.comment(n)
		}
		f.write(" ")
		column, first = column+1+n, false
	}
}

// place returns the level of what begins in a column: that of a dash or key,
// which it enters, or that of a value, which is none of its own.
func (f *formatter) place(column int, dash, key bool) level {
	levels := f.levels
	for len(levels) > 0 {
		top := levels[len(levels)-1]
		ended := top.old > column || top.old == column && top.list && !dash
		if !ended && (top.old != column || !key && !dash || top.list != dash) {
			break
		}
		if !ended {
			f.levels = levels
			return top
		}
		levels = levels[:len(levels)-1]
	}
	in := outside
	if len(levels) > 0 {
		in = levels[len(levels)-1]
	}
	here := level{column, in.now + indentation, dash}
	if f.levels = levels[:len(levels):len(levels)]; dash || key {
		f.levels = append(f.levels, here)
	}
	return here
}

// entry lays out a key and its value, or a value alone.
func (f *formatter) entry(rest string, key int, here level, column int) bool {
	in := here
	if key > 0 {
		f.write(trimRight(rest[:key-1]) + ":")
		f.at += key
		n := f.spaces()
		if rest = f.line(); rest == "" || rest[0] == '#' {
			return f.comment(n)
		}
		f.indent(max(n, 1))
	} else if in = outside; len(f.levels) > 0 {
		in = f.levels[len(f.levels)-1]
	}
	shift := here.now - column
	switch rest[0] {
	case '|', '>':
		return f.block(in)
	case '"', '\'':
		f.quoted(shift)
	case '{', '[':
		if !f.flow(shift) {
			return false
		}
	default:
		if f.plain(in.old, shift) {
			return true
		}
	}
	return f.comment(f.spaces())
}

// comment lays out what may follow a value: a comment, or nothing.
func (f *formatter) comment(spaces int) bool {
	rest := f.line()
	if rest != "" {
		if rest[0] != '#' || spaces == 0 {
			return false
		}
		f.indent(spaces)
		f.write(trimRight(rest))
	}
	f.write("\n")
	f.skip(rest)
	return true
}

// flush writes the comments above a line, which stands at next. Those deeper
// than it belong to what is before; the levels of that are given.
func (f *formatter) flush(before []level, next level) {
	for _, c := range f.comments {
		column := next.now
		levels := f.levels
		if c.column > next.old {
			levels = before
		}
		for _, l := range levels {
			if l.old == c.column || c.column > next.old && l.old < c.column {
				column = l.now
			}
		}
		f.separate(c.blank)
		f.indent(column)
		f.write(c.text + "\n")
	}
	f.comments = nil
	f.separate(f.blank)
	f.blank = false
}

// separate writes a blank line, unless it would be the first or the second.
func (f *formatter) separate(blank bool) {
	if blank && len(f.out) > 0 && !bytes.HasSuffix(f.out, []byte("\n\n")) {
		f.write("\n")
	}
}
