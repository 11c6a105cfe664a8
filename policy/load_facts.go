// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/expression"
)

// names is what the sections declare for others to refer to.
type names struct {
	places map[string]place // of facts and lists, which share their names
	facts  map[string]int
	lists  map[string]expression.List
	ways   [int(Passkey) + 1]way
	steps  map[string]int
	rules  map[string]place
	broken map[string]bool // facts and lists whose declaration has a finding
	sorted []string        // the listed actions
	group  map[string]int
}

var journalModes = []string{"keep", "round", "hash", "drop"}

// readFacts keeps the facts sorted by name, so that nothing depends on the
// order of files.
func (l *loader) readFacts() {
	l.names.places, l.names.broken = map[string]place{}, map[string]bool{}
	for _, e := range l.all("facts") {
		if !e.named(identifierForm, l.names.places) {
			continue
		}
		if why := expression.Reserved(e.name); why != "" {
			e.key.report("bad-name", "choose another name",
				"%s cannot be the name of a fact: %s", e.name, why)
			continue
		}
		f, ok := e.fact()
		if l.names.broken[e.name] = !ok; ok {
			l.policy.facts = append(l.policy.facts, f)
		}
	}
	slices.SortFunc(l.policy.facts, func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	l.names.facts = map[string]int{}
	for i, f := range l.policy.facts {
		l.names.facts[f.Name] = i
	}
}

// fact reads the short form, a type, or the long one.
func (e entry) fact() (fact, bool) {
	f := fact{Fact: Fact{Name: e.name}}
	if e.n.Kind != document.Mapping {
		return f, e.value.factType(&f)
	}
	keys := e.fields("type", "unit", "min", "max", "journal")
	t, ok := keys.need(e.value, "type")
	if !ok || !t.factType(&f) {
		return f, false
	}
	if v, ok := keys["unit"]; ok {
		f.Unit, _ = v.text()
	}
	if v, ok := keys["journal"]; ok {
		i, _ := v.oneOf(journalModes...)
		f.journal = journalModes[max(i, 0)]
		if f.journal == "round" && !f.Type.numeric() {
			v.report("misplaced-key", "use keep, hash or drop", "only a number can be rounded")
		}
	}
	f.min, f.max = keys.bound("min", &f), keys.bound("max", &f)
	if f.min != nil && f.max != nil && f.min.Compare(*f.max) > 0 {
		keys["max"].report("wrong-value", "", "max is less than min")
	}
	return f, true
}

func (v value) factType(f *fact) bool {
	text, ok := v.word()
	if !ok {
		return false
	}
	name, optional := strings.CutSuffix(text, "?")
	i := slices.Index(factTypes[1:], name) + 1
	if i == 0 {
		v.report("wrong-value", v.l.hint(name, factTypes[1:]), "%q is not the type of a fact", name)
		return false
	}
	f.Type, f.Optional = FactType(i), optional
	f.journal = "keep"
	if f.Type == StringFact || f.Type == StringsFact {
		f.journal = "drop"
	}
	return true
}

func (f fields) bound(key string, of *fact) *Decimal {
	v, ok := f[key]
	if !ok {
		return nil
	}
	if !of.Type.numeric() {
		v.report("misplaced-key", "", "%s is for facts of type number and decimal", key)
		return nil
	}
	d, _ := v.decimal()
	return &d
}

// broken reports whether a name is unknown since its declaration cannot be
// read.
func (l *loader) broken(name string) bool {
	declared := identifierForm.MatchString(name)
	return l.names.broken[name] || declared && (l.failed["facts"] || l.failed["lists"])
}

// declared returns the facts as the expression language sees them.
func (p *Policy) declared() []expression.Fact {
	kinds := [...]expression.Kind{
		NumberFact: expression.Number, DecimalFact: expression.Number,
		BoolFact: expression.Bool, StringFact: expression.Text, StringsFact: expression.Texts,
	}
	facts := make([]expression.Fact, 0, len(p.facts))
	for _, f := range p.facts {
		facts = append(facts, expression.Fact{Name: f.Name, Kind: kinds[f.Type],
			Optional: f.Optional})
	}
	return facts
}

func (l *loader) readLists() {
	l.names.lists = map[string]expression.List{}
	for _, e := range l.all("lists") {
		if !e.named(identifierForm, l.names.places) {
			continue
		}
		if why := expression.Reserved(e.name); why != "" {
			e.key.report("bad-name", "choose another name",
				"%s cannot be the name of a list: %s", e.name, why)
			continue
		}
		list, ok := e.list()
		if l.names.broken[e.name] = !ok; ok {
			l.names.lists[e.name] = list
		}
	}
	l.policy.lists = l.names.lists
}

// list reads a list of texts or of numbers.
func (e entry) list() (expression.List, bool) {
	var list expression.List
	for _, item := range e.items() {
		switch item.n.Kind {
		case document.Text:
			list.Texts = append(list.Texts, item.n.Text)
		case document.Integer, document.Float:
			x, err := strconv.ParseFloat(item.n.Text, 64)
			if err != nil {
				item.report("wrong-value", "", "%s is not a number", item.n.Text)
			}
			list.Numbers = append(list.Numbers, x)
		default:
			item.report("wrong-type", "put texts in quotes",
				"a list holds texts or numbers, got %s", item.n.What())
			return list, false
		}
		if list.Texts != nil && list.Numbers != nil {
			item.report("wrong-type", "put the numbers in quotes",
				"a list holds texts or numbers, not both")
			return list, false
		}
	}
	if list.Texts == nil && list.Numbers == nil {
		if e.n.Kind == document.Sequence {
			e.report("wrong-value", "", "the list is empty")
		}
		return list, false
	}
	return list, true
}
