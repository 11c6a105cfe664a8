// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package document

import "regexp"

// readings are the plain scalars that other readers of YAML, by version 1.1 or
// by the core schema of 1.2, take for something else than a text. The words
// yes, no, on, off, y and n are not among them: NO in a list of countries is
// Norway, and what reads it as false changes it where the loader sees it.
var readings = [...]struct {
	form *regexp.Regexp
	as   string
}{
	{regexp.MustCompile(`^(True|TRUE|False|FALSE)$`), "true or false"},
	{regexp.MustCompile(`^[-+]?([0-9][0-9_]*|0x[0-9A-Fa-f_]+|0o[0-7_]+)$`), "a whole number"},
	{regexp.MustCompile(`^[-+]?0b[01_]+$`), "a whole number"},
	{regexp.MustCompile(`^[-+]?(\.[0-9][0-9_]*|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$`),
		"a number"},
	{regexp.MustCompile(`^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`), "a number"},
	// Digits in the base of 60, as in 12:30.
	{regexp.MustCompile(`^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$`), "a number"},
	{regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}` +
		`(([Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?[ \t]*(Z|[-+][0-9]{1,2}(:?[0-9]{2})?)?)?$`),
		"a date"},
}

// readingOf returns what others take a plain scalar for, or "".
func readingOf(text string) string {
	// Nearly all texts begin with another letter.
	if text == "" || !mayBeRead[text[0]] {
		return ""
	}
	for _, r := range readings {
		if r.form.MatchString(text) {
			return r.as
		}
	}
	return ""
}

var mayBeRead = [256]bool{
	'0': true, '1': true, '2': true, '3': true, '4': true, '5': true, '6': true, '7': true,
	'8': true, '9': true, '+': true, '-': true, '.': true, 'T': true, 'F': true,
}

// What says what the value is, with its article, as it reads in a message.
func (n *Node) What() string {
	if n.Kind != Doubtful {
		return n.Kind.String()
	}
	text := n.Text // of ASCII alone
	if len(text) > maxShown {
		text = text[:maxShown] + "…"
	}
	return text + ", which is " + readingOf(n.Text) + " to some readers of YAML"
}

// maxShown is how much of a text a message holds.
const maxShown = 40
