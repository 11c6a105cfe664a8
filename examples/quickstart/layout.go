// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	width  = 80
	margin = 7  // under the time
	gutter = 11 // of the name of a row
)

// The colours that are used, as ANSI calls them.
const (
	green  = "32"
	yellow = "33"
	red    = "31"
	bold   = "1"
)

// colours returns how to paint on a writer: not at all, unless it is a
// terminal and nobody objects (https://no-color.org).
func colours(w io.Writer) func(colour, text string) string {
	plain := func(_, text string) string { return text }
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return plain
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return plain
	}
	return func(colour, text string) string { return "\x1b[" + colour + "m" + text + "\x1b[0m" }
}

// row prints the name of a row once, and its lines beside it.
func (p *printer) row(name, colour string, lines ...string) {
	label := p.say("row." + name)
	for _, text := range lines {
		p.wrap(strings.Repeat(" ", margin)+pad(label, gutter), margin+gutter, colour, text)
		label = ""
	}
}

// wrap prints a text behind a first prefix, in lines of at most 80 columns.
func (p *printer) wrap(prefix string, indent int, colour, text string) {
	for _, line := range fold(printable(text), width-indent) {
		if colour != "" {
			line = p.paint(colour, line)
		}
		fmt.Fprintln(p.out, strings.TrimRight(prefix+line, " "))
		prefix = strings.Repeat(" ", indent)
	}
}

// fold breaks a text between words into lines of at most n characters, and
// within a word that is longer.
func fold(text string, n int) []string {
	lines := []string{""}
	for i, word := range strings.Split(text, " ") {
		last := len(lines) - 1
		switch {
		case i == 0:
			lines[last] = word
		case utf8.RuneCountInString(lines[last]+" "+word) <= n:
			lines[last] += " " + word
		default:
			lines = append(lines, word)
		}
		for last = len(lines) - 1; utf8.RuneCountInString(lines[last]) > n; last++ {
			runes := []rune(lines[last])
			lines[last] = string(runes[:n])
			lines = append(lines, string(runes[n:]))
		}
	}
	return lines
}

// printable drops what could move the cursor: texts of a file are not trusted
// with the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\u00a0' {
			return r
		}
		return -1
	}, text)
}

func pad(text string, n int) string {
	return text + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(text)))
}
