// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/suggest"
)

// value is a node of a test file that can report what is wrong with it. The
// ids of its findings are those of policy/CHECKS.md.
type value struct {
	l    *loader
	file string
	doc  *document.Document
	n    *document.Node
}

// entry is one key of a mapping.
type entry struct {
	name string
	key  value
	value
}

func (v value) at(n *document.Node) value { return value{v.l, v.file, v.doc, n} }

func (v value) place() place { return place{v.file, v.n.Line, v.n.Column} }

func (v value) report(id, hint, format string, args ...any) {
	v.l.add(policy.Finding{
		File: v.file, Line: v.n.Line, Column: v.n.Column, ID: id,
		Message: fmt.Sprintf(format, args...), Source: v.doc.Shown(v.n.Line), Hint: hint,
	})
}

// add keeps a finding, up to as many as are worth reading. Of several at one
// place the first says why; later ones are its consequences.
func (l *loader) add(f policy.Finding) {
	same := func(g policy.Finding) bool {
		return g.File == f.File && g.Line == f.Line && g.Column == f.Column
	}
	if len(l.findings) < maxFindings && !slices.ContainsFunc(l.findings, same) {
		l.findings = append(l.findings, f)
	}
}

func (v value) is(kind document.Kind) bool {
	if v.n.Kind == kind {
		return true
	}
	hint := ""
	switch {
	case kind == document.Text && v.n.Text != "":
		hint = "put it in quotes"
	case kind == document.Bool:
		hint = "write true or false"
	case kind == document.Integer && v.n.Kind == document.Doubtful:
		hint = "write plain digits, without a leading 0, a base, an exponent or _"
	case kind == document.Sequence:
		hint = "put it in brackets: [a, b]"
	}
	v.report("wrong-type", hint, "want %s, got %s", kind, v.n.What())
	return false
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

// known returns the entries whose keys are known, and reports all others.
func (v value) known(keys ...string) []entry {
	return slices.DeleteFunc(v.entries(), func(e entry) bool {
		if slices.Contains(keys, e.name) {
			return false
		}
		e.key.report("unknown-key", suggest.Key(e.name, keys), "there is no key %q here", e.name)
		return true
	})
}

// need returns the entry of a key that must be there.
func (v value) need(entries []entry, key string) (value, bool) {
	for _, e := range entries {
		if e.name == key {
			return e.value, true
		}
	}
	if v.n.Kind == document.Mapping {
		v.report("missing-key", "", "%s is missing", key)
	}
	return value{}, false
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
	if !v.is(document.Text) {
		return "", false
	}
	if strings.TrimSpace(v.n.Text) == "" {
		v.report("wrong-value", "", "the text is empty")
		return "", false
	}
	return v.n.Text, true
}

// word reads a scalar as it is written, where only few words can stand.
func (v value) word() (string, bool) {
	switch v.n.Kind {
	case document.Mapping, document.Sequence, document.Null:
		return "", v.is(document.Text)
	}
	return v.n.Text, true
}

func (v value) texts() ([]string, bool) {
	texts := []string{}
	for _, item := range v.items() {
		text, ok := item.text()
		if !ok {
			return nil, false
		}
		texts = append(texts, text)
	}
	return texts, v.n.Kind == document.Sequence
}

func (v value) bool() (value, ok bool) {
	return v.n.Text == "true", v.is(document.Bool)
}

func (v value) integer(least, most int) (int, bool) {
	if !v.is(document.Integer) {
		return 0, false
	}
	i, err := strconv.Atoi(v.n.Text)
	if err != nil || i < least || i > most {
		v.report("wrong-value", "",
			"want a whole number from %d to %d, got %s", least, most, v.n.Text)
		return 0, false
	}
	return i, true
}

// decimal reads a number exactly.
func (v value) decimal() (policy.Decimal, bool) {
	if v.n.Kind != document.Integer && v.n.Kind != document.Float {
		v.report("wrong-type", "write the digits, without quotes or a unit",
			"want a number, got %s", v.n.What())
		return policy.Decimal{}, false
	}
	d, err := policy.ParseDecimal(v.n.Text)
	if err != nil {
		v.report("wrong-value", "", "want at most 18 digits, got %s", v.n.Text)
	}
	return d, err == nil
}

// oneOf reads a text that is among the known ones.
func (v value) oneOf(known ...string) (string, bool) {
	text, ok := v.word()
	if ok && !slices.Contains(known, text) {
		v.report("wrong-value", near(text, known),
			"want %s, got %q", strings.Join(known, " or "), text)
		return "", false
	}
	return text, ok && v.is(document.Text)
}

// near suggests what was meant, where the message says what there is.
func near(text string, known []string) string {
	if n := suggest.Nearest(text, known); n != "" {
		return "did you mean " + n + "?"
	}
	return ""
}

// rule reads the id of a rule of the policy.
func (v value) rule() (string, bool) {
	id, ok := v.text()
	if ok && !slices.Contains(v.l.rules, id) {
		v.report("wrong-value", suggest.Hint(id, v.l.rules), "the policy has no rule %q", id)
		return "", false
	}
	return id, ok
}

// units are those of durations.
var units = map[string]time.Duration{
	"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
}

// duration reads a whole number of s, m, h or d, as a policy does.
func (v value) duration() (time.Duration, bool) {
	text, ok := v.word()
	if !ok {
		return 0, false
	}
	last := max(len(text)-1, 0)
	unit := units[text[last:]]
	n, err := strconv.ParseUint(text[:last], 10, 31)
	if err != nil || unit == 0 || n > uint64(longest/unit) {
		v.report("wrong-value", "write 90s, 15m, 24h or 7d", "%q is not a duration", text)
		return 0, false
	}
	return time.Duration(n) * unit, true
}

// longest is the longest duration that a test may name.
const longest = 366 * 24 * time.Hour

// isUnknown reports whether the value is the word that stands for a value
// that is not known.
func (v value) isUnknown() bool { return v.n.Kind == document.Text && v.n.Text == "unknown" }
