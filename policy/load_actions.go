// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"maps"
	"slices"
	"strings"
)

// readActions reads the listed actions, and adds the built-in ones (L20).
func (l *loader) readActions() {
	p := l.policy
	p.actions = map[string]*action{}
	taken := map[string]place{}
	for _, e := range l.all("actions") {
		switch {
		case e.name == "*" && p.star != nil:
			e.key.report("duplicate-name", "", `"*" is already given`)
		case e.name == "*":
			p.star = e.action()
		case e.named(nameForm, taken):
			p.actions[e.name] = e.action()
		}
	}
	for name, s := range builtIn {
		if p.actions[name] == nil {
			p.actions[name] = &action{Action: Action{Sensitivity: s}}
		}
		p.actions[name].Name = name
		p.actions[name].Listed = true
	}
	l.names.sorted = slices.Sorted(maps.Keys(p.actions))
}

func (e entry) action() *action {
	a := &action{Action: Action{Name: e.name, Listed: e.name != "*"}}
	keys := e.fields("sensitivity", "session", "without", "bind", "touches")
	if v, ok := keys.need(e.value, "sensitivity"); ok {
		i, _ := v.oneOf(sensitivityNames[:]...)
		a.Sensitivity = Sensitivity(max(i, 0))
		if least, ok := leastSensitive(e.name); ok && !a.Sensitivity.AtLeast(least) {
			v.report("built-in-weak", "write "+least.orMore(),
				"%s guards the account itself and is never %s", e.name, a.Sensitivity)
		}
		if e.name == "*" && a.Sensitivity == Trivial {
			v.report("star-trivial", "list the actions that are harmless by name",
				"what is not listed is never trivial")
		}
	}
	if v, ok := keys["session"]; ok {
		_, a.NoSession = v.oneOf("none")
	}
	if v, ok := keys["without"]; ok {
		for _, i := range v.set(methodNames[1:]...) {
			a.Without = append(a.Without, Method(i+1))
		}
		slices.Sort(a.Without)
	}
	if v, ok := keys["touches"]; ok {
		for _, i := range v.set(contactNames[1:]...) {
			a.Touches = append(a.Touches, ContactKind(i+1))
		}
	}
	if v, ok := keys["bind"]; ok {
		e.readBind(a, v)
	}
	return a
}

// maxBind bounds what a proof is bound to: a message names all of it (L16).
const maxBind = 64

func (e entry) readBind(a *action, v value) {
	items := v.items()
	if len(items) > maxBind {
		v.report("wrong-value", "", "the action binds %d facts, more than %d", len(items), maxBind)
		return
	}
	for _, item := range items {
		i, ok := item.factIndex()
		if !ok {
			continue
		}
		f := &e.l.policy.facts[i]
		switch {
		case slices.Contains(a.bind, i):
			item.report("duplicate-name", "", "%s is already bound", f.Name)
		case f.Optional:
			item.report("bound-fact", "remove the `?` from its type",
				"%s is optional: a proof cannot be bound to what may be absent", f.Name)
		case f.Type == NumberFact:
			item.report("bound-fact", "declare it as decimal",
				"%s is a number: a proof is bound to exact values", f.Name)
		}
		a.bind = append(a.bind, i)
		a.Bind = append(a.Bind, f.Name)
	}
}

// factIndex returns the declared fact that a value names.
func (v value) factIndex() (int, bool) {
	name, ok := v.text()
	if !ok {
		return 0, false
	}
	i, ok := v.l.names.facts[name]
	if !ok && !v.l.broken(name) {
		var known []string
		for _, f := range v.l.policy.facts {
			known = append(known, f.Name)
		}
		v.report("unknown-fact", v.l.hint(name, known), "no fact %q is declared", name)
	}
	return i, ok
}

// covers reports whether one entry of a rule's `on` covers an action.
func covers(pattern, name string) bool {
	prefix, star := strings.CutSuffix(pattern, "*")
	return pattern == name || star && strings.HasPrefix(name, prefix)
}
