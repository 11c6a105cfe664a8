// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"

	"github.com/proportion-go/proportion/policy/internal/document"
)

// readEffect reads the one effect of a rule, and the keys that belong to it.
func (l *loader) readEffect(v value, keys fields, r *rule) {
	r.effect.group = none
	given := 0
	for kind, key := range effectKeys {
		e, ok := keys[key]
		if !ok {
			continue
		}
		if given++; given > 1 {
			e.report("one-effect", "write a rule for each",
				"a rule has one effect, and this one has %s too", key)
			continue
		}
		r.effect.kind = effectKind(kind)
		l.readEffectValue(e, r)
	}
	if given == 0 && v.n.Kind == document.Mapping && !l.misspelt(v.n, effectKeys...) {
		v.report("one-effect", "add score, require, at_most or deny: true",
			"the rule has no effect")
	}
	l.readGroup(keys, r)
	l.readCap(keys, r)
}

// lacks reports whether a rule has effects, but not this one. Of a rule that
// has none it is not known what belongs to it.
func (f fields) lacks(effect string) bool {
	if _, ok := f[effect]; ok {
		return false
	}
	return slices.ContainsFunc(effectKeys, func(key string) bool {
		_, ok := f[key]
		return ok
	})
}

func (l *loader) readEffectValue(v value, r *rule) {
	e := &r.effect
	switch e.kind {
	case denies:
		if v.is(document.Bool) && v.n.Text != "true" {
			v.report("no-effect", "remove the rule, or write deny: true",
				"deny: false does nothing")
		}
	case scores:
		n, ok := v.integer(-100, 100)
		if e.score = n; ok && n == 0 {
			v.report("no-effect", "", "a score of 0 does nothing")
		}
	default:
		step, ok := l.step(v)
		e.step = step
		switch last := len(l.policy.ladder) - 1; {
		case !ok || l.failed["ladder"]:
		case e.kind == requires && step == 0:
			v.report("no-effect", "", "every decision is at least %s", v.n.Text)
		case e.kind == caps && step == last:
			v.report("no-effect", "", "every decision is at most %s", v.n.Text)
		}
	}
}

func (l *loader) readGroup(keys fields, r *rule) {
	v, ok := keys["group"]
	if !ok {
		return
	}
	if keys.lacks("score") || r.effect.kind == scores && r.effect.score < 0 {
		v.report("misplaced-key", "", "group is for positive scores")
		return
	}
	name, ok := v.text()
	if !ok || !nameForm.MatchString(name) {
		v.report("bad-name", "", "%q is not a name", v.n.Text)
		return
	}
	if _, ok := l.names.group[name]; !ok {
		l.names.group[name] = len(l.names.group)
	}
	r.effect.group = l.names.group[name]
	r.group = name
}

// readCap reads what bounds an at_most.
func (l *loader) readCap(keys fields, r *rule) {
	for _, key := range []string{"up_to", "limit"} {
		if v, ok := keys[key]; ok && keys.lacks("at_most") {
			v.report("misplaced-key", "", "%s is for at_most", key)
		}
	}
	if keys.lacks("at_most") {
		return
	}
	r.effect.upTo = Medium
	if v, ok := keys["up_to"]; ok {
		i, _ := v.oneOf("low", "medium", "high")
		r.effect.upTo = Band(i + 1)
	}
	if v, ok := keys["limit"]; ok {
		l.readLimit(v, r)
	}
}

func (l *loader) readLimit(v value, r *rule) {
	keys := v.fields("count", "sum", "most")
	limit := &limit{sum: none}
	r.effect.limit = limit
	if c, ok := keys["count"]; ok {
		limit.count, _ = c.integer(1, 1_000_000)
	}
	sum, summed := keys["sum"]
	most, bounded := keys["most"]
	switch {
	case summed != bounded && l.misspelt(v.n, "sum", "most"):
		return
	case summed != bounded:
		v.report("limit", "write { sum: amount, most: 100 }", "sum and most belong together")
		return
	case !summed && keys["count"].n == nil && v.n.Kind == document.Mapping &&
		!l.misspelt(v.n, "count", "sum", "most"):
		v.report("limit", "", "a limit needs count, or sum and most")
		return
	case !summed:
		return
	}
	if limit.most, _ = most.decimal(); limit.most.Sign() <= 0 {
		most.report("limit", "", "most must be above 0")
	}
	i, ok := sum.factIndex()
	if !ok {
		return
	}
	if f := &l.policy.facts[i]; f.Type != DecimalFact {
		sum.report("limit", "declare it as decimal", "%s is a %s: only decimals add up exactly",
			f.Name, f.Type)
		return
	}
	limit.sum = i
}
