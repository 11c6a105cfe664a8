// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy/internal/document"
)

// value is a node of a file that can report what is wrong with it.
type value struct {
	l *loader
	f *file
	n *document.Node
}

// entry is one key of a mapping whose keys are names.
type entry struct {
	name string
	key  value
	value
}

// fields are the values of a mapping whose keys are known.
type fields map[string]value

func (v value) report(id, hint, format string, args ...any) {
	v.reportAt(v.n.Line, v.n.Column, id, hint, format, args...)
}

func (v value) reportAt(line, column int, id, hint, format string, args ...any) {
	v.l.add(Finding{
		File: v.f.name, Line: line, Column: column, ID: id,
		Message: fmt.Sprintf(format, args...), Source: v.f.doc.Shown(line), Hint: hint,
	})
}

func (v value) at(n *document.Node) value { return value{v.l, v.f, n} }

// is reports whether the value is of a kind, and says so if it is not.
func (v value) is(k document.Kind) bool {
	if v.n.Kind == k {
		return true
	}
	v.report("wrong-type", v.typeHint(k), "want %s, got %s", k, v.n.What())
	return false
}

// plainDigits are how numbers are written, so that all readers of YAML agree.
const plainDigits = "write plain digits: no quotes, unit, leading 0, base, exponent or _"

// typeHint says how to write a value of a kind.
func (v value) typeHint(k document.Kind) string {
	switch {
	case k == document.Text && v.n.Text != "":
		return "put it in quotes"
	case k == document.Bool:
		return "write true or false"
	case k == document.Integer && (v.n.Kind == document.Doubtful || v.n.Kind == document.Text):
		return plainDigits
	case k == document.Sequence:
		return "put it in brackets: [a, b]"
	}
	return ""
}

func (v value) entries() []entry {
	if !v.is(document.Mapping) {
		return nil
	}
	entries := make([]entry, 0, len(v.n.Pairs))
	for _, p := range v.n.Pairs {
		entries = append(entries, entry{p.Key.Text, v.at(p.Key), v.at(p.Value)})
	}
	return entries
}

// fields returns the values of the known keys, and reports all others.
func (v value) fields(known ...string) fields {
	result := fields{}
	for _, e := range v.entries() {
		if !slices.Contains(known, e.name) {
			e.key.report("unknown-key", v.l.hintKey(e.name, known), "there is no key %q here", e.name)
			v.l.misspell(v.n, e.name, known)
			continue
		}
		result[e.name] = e.value
	}
	return result
}

// need returns a value that must be there.
func (f fields) need(of value, key string) (value, bool) {
	v, ok := f[key]
	if !ok && of.n.Kind == document.Mapping && !of.l.misspelt(of.n, key) {
		of.report("missing-key", "", "%s is missing", key)
	}
	return v, ok
}

func (v value) items() []value {
	if !v.is(document.Sequence) {
		return nil
	}
	items := make([]value, 0, len(v.n.Items))
	for _, n := range v.n.Items {
		items = append(items, v.at(n))
	}
	return items
}

func (v value) text() (string, bool) {
	return v.n.Text, v.is(document.Text)
}

// word reads a scalar as it is written, where only few words can stand: what
// is none of them is better said than that it is no text.
func (v value) word() (string, bool) {
	switch v.n.Kind {
	case document.Mapping, document.Sequence, document.Null:
		return "", v.is(document.Text)
	}
	return v.n.Text, true
}

func (v value) integer(least, most int) (int, bool) {
	if !v.is(document.Integer) {
		return 0, false
	}
	i, err := strconv.Atoi(v.n.Text)
	if err != nil || i < least || i > most {
		v.report("wrong-value", "", "want a whole number from %d to %d, got %s", least, most,
			v.n.Text)
		return 0, false
	}
	return i, true
}

func (v value) decimal() (Decimal, bool) {
	if v.n.Kind != document.Integer && v.n.Kind != document.Float {
		v.report("wrong-type", plainDigits, "want a number, got %s", v.n.What())
		return Decimal{}, false
	}
	d, err := ParseDecimal(v.n.Text)
	if err != nil {
		v.report("wrong-value", "", "want at most 18 digits, got %s", v.n.Text)
	}
	return d, err == nil
}

// oneOf returns the index of the text among the known ones.
func (v value) oneOf(known ...string) (int, bool) {
	if _, ok := v.word(); !ok {
		return 0, false
	}
	i := slices.Index(known, v.n.Text)
	if i < 0 {
		v.report("wrong-value", v.l.meant(v.n.Text, known), "want %s, got %q", strings.Join(known, " or "), v.n.Text)
	}
	return i, i >= 0
}

// set returns the indexes of a list of texts among the known ones, without
// repetition.
func (v value) set(known ...string) []int {
	var indexes []int
	for _, item := range v.items() {
		i, ok := item.oneOf(known...)
		if ok && slices.Contains(indexes, i) {
			item.report("duplicate-name", "", "%s is already listed", item.n.Text)
			continue
		}
		if ok {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// duration reads a whole number of s, m, h or d.
func (v value) duration() (time.Duration, bool) {
	text, ok := v.word()
	if !ok {
		return 0, false
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour,
		'd': 24 * time.Hour}
	var unit time.Duration
	if text != "" {
		unit = units[text[len(text)-1]]
		text = text[:len(text)-1]
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || unit == 0 || n == 0 || time.Duration(n) > longest/unit {
		v.report("wrong-value", "write 90s, 15m, 24h or 7d, at most 30d", "%q is not a duration",
			v.n.Text)
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// longest is the longest duration a policy may name: a proof older than that
// is none (NIST SP 800-63B-4 section 2.1.3, reauthentication at AAL1).
const longest = 30 * 24 * time.Hour

var (
	identifierForm = regexp.MustCompile(`^[a-z][A-Za-z0-9_]{0,63}$`)
	nameForm       = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$`)
)

// named reports whether the key is a good name, and not yet taken.
func (e entry) named(form *regexp.Regexp, taken map[string]place) bool {
	return e.key.named(e.name, form, taken)
}

func (v value) named(name string, form *regexp.Regexp, taken map[string]place) bool {
	if !form.MatchString(name) {
		rule := "a name is letters, digits and . _ : - and begins with a letter or digit"
		if form == identifierForm {
			rule = "a name is letters, digits and _ and begins with a small letter"
		}
		v.report("bad-name", rule, "%q is not a name", name)
		return false
	}
	if !v.is(document.Text) {
		return false
	}
	if p, ok := taken[name]; ok {
		v.report("duplicate-name", "names are unique over all files", "%s is already at %s:%d",
			name, p.file, p.line)
		return false
	}
	taken[name] = place{v.f.name, v.n.Line, v.n.Column}
	return true
}
