// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/expression"
)

var (
	patternForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\*?$`)
	languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)
)

var effectKeys = []string{"deny", "require", "score", "at_most"}

func (l *loader) readRules() {
	l.names.rules, l.names.group = map[string]place{}, map[string]int{}
	for _, f := range l.files {
		v, ok := f.top["rules"]
		if !ok {
			continue
		}
		for _, item := range v.items() {
			if l.full() {
				return
			}
			l.readRule(item)
		}
	}
	l.policy.groups = len(l.names.group)
}

func (l *loader) readRule(v value) {
	keys := v.fields("id", "on", "when", "unknown", "score", "require", "at_most", "deny",
		"up_to", "limit", "group", "mode", "because", "review", "note")
	r := rule{line: int32(v.n.Line), origin: v.f.origin, words: keys.words()}
	if id, ok := keys.need(v, "id"); ok {
		if r.id, ok = id.text(); ok {
			id.named(r.id, nameForm, l.names.rules)
		}
	}
	if on, ok := keys["on"]; ok {
		l.readOn(on, &r)
	}
	l.readEffect(v, keys, &r)
	if when, ok := keys["when"]; ok {
		l.readWhen(when, &r)
	}
	l.readUnknown(v, keys, &r)
	if mode, ok := keys["mode"]; ok {
		i, _ := mode.oneOf("enforce", "shadow")
		r.shadow = i == 1
	}
	keys.readWords(&r)
	l.policy.rules = append(l.policy.rules, r)
}

// maxActions bounds what a rule names, since its names are compared with each
// other.
const maxActions = 256

// readOn reads the actions of a rule. Each entry must cover one that can
// happen.
func (l *loader) readOn(v value, r *rule) {
	items := v.items()
	if len(items) == 0 && v.n.Kind == document.Sequence {
		v.report("unreachable", "leave `on` out for every action", "the rule is for no action")
	}
	if len(items) > maxActions {
		v.report("wrong-value", "name the beginning that they share: payment.*",
			"the rule names %d actions, more than %d", len(items), maxActions)
		return
	}
	for _, item := range items {
		pattern, ok := item.text()
		switch {
		case !ok:
			continue
		case pattern == "*":
			item.report("bad-name", "leave `on` out for every action", "%q is not an action",
				pattern)
		case !patternForm.MatchString(pattern):
			item.report("bad-name",
				"write a name, or the beginning of one and a star: payment.*",
				"%q is not an action", pattern)
		case slices.Contains(r.on, pattern):
			item.report("duplicate-name", "", "%s is already listed", pattern)
		case l.policy.star == nil && !l.failed["actions"] && !l.listed(pattern):
			item.report("unreachable", l.hint(pattern, l.names.sorted),
				"no action is %s, and there is no \"*\"", pattern)
		}
		r.on = append(r.on, pattern)
	}
}

func (l *loader) listed(pattern string) bool {
	prefix, star := strings.CutSuffix(pattern, "*")
	if !star {
		return l.policy.actions[pattern] != nil
	}
	i, _ := slices.BinarySearch(l.names.sorted, prefix)
	return i < len(l.names.sorted) && strings.HasPrefix(l.names.sorted[i], prefix)
}

func (l *loader) readWhen(v value, r *rule) {
	if v.n.Kind == document.Bool {
		v.report("constant", "a rule without `when` always applies",
			"the condition is always %s", v.n.Text)
		return
	}
	text, ok := v.word()
	if !ok {
		return
	}
	r.positions = v.f.doc.Positions(v.n)
	program, problems := l.env.Compile(text)
	for _, p := range problems {
		if p.Kind == expression.UnknownName && l.broken(p.Name) {
			continue // its declaration has a finding
		}
		line, column := r.positions.At(p.Offset)
		hint := p.Hint
		if p.Kind == expression.BadSyntax && v.n.HasComment() {
			hint = "` #` begins a comment in YAML: put the condition in quotes"
		}
		v.reportAt(line, column, expressionChecks[p.Kind], hint, "%s", p.Message)
	}
	r.when = program
}

var expressionChecks = map[expression.ProblemKind]string{
	expression.BadSyntax: "condition-syntax", expression.BadType: "condition-type",
	expression.UnknownName: "condition-name", expression.Refused: "condition-refused",
	expression.TooLarge: "condition-size", expression.Constant: "constant",
}

// readUnknown reads what the rule does when its condition is unknown. Where
// nothing need be written, the strict thing holds.
func (l *loader) readUnknown(v value, keys fields, r *rule) {
	r.fires = r.effect.strict()
	u, ok := keys["unknown"]
	if ok {
		i, _ := u.oneOf("skip", "fire")
		r.fires = i == 1
		if r.fires && r.effect.weakens() {
			u.report("unknown-fires", "write unknown: skip",
				"what is unknown never makes a decision weaker")
		}
		if keys["when"].n == nil && !l.misspelt(v.n, "when") {
			u.report("misplaced-key", "", "a rule without `when` is never unknown")
		}
		return
	}
	if r.when == nil || l.misspelt(v.n, "unknown") {
		return
	}
	if offset, may := r.when.MayBeUnknown(); may {
		line, column := r.positions.At(offset)
		v.reportAt(line, column, "unknown-unwritten",
			"write unknown: skip or unknown: fire, or use known(x) or x ?? y",
			"the condition can be unknown here, and the rule does not say what then")
	}
}

// unsaid is what is said of a rule of which nothing is said.
var unsaid words

// words returns where what is said of a rule is kept.
func (f fields) words() *words {
	for _, key := range []string{"because", "group", "review", "note"} {
		if _, ok := f[key]; ok {
			return &words{}
		}
	}
	return &unsaid
}

// readWords reads what is said of a rule, rather than by it.
func (f fields) readWords(r *rule) {
	if v, ok := f["because"]; ok {
		r.because = map[string]string{}
		for _, e := range v.entries() {
			if !languageForm.MatchString(e.name) {
				e.key.report("wrong-value", "write en, fr or fr-BE", "%q is not a language", e.name)
			}
			r.because[strings.ToLower(e.name)], _ = e.text()
		}
		if _, ok := r.because["en"]; !ok && v.n.Kind == document.Mapping {
			v.report("because-english", "",
				"en is missing: the text for languages that are not listed")
		}
	}
	if v, ok := f["note"]; ok {
		r.note, _ = v.text()
	}
	v, ok := f["review"]
	if !ok {
		return
	}
	r.review, ok = v.word()
	if _, err := time.Parse(time.DateOnly, r.review); ok && err != nil {
		v.report("wrong-value", "write a date as 2027-06-01", "%q is not a date", r.review)
	}
}
