// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression

import (
	"reflect"
	"sort"
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/types"

	"github.com/proportion-go/proportion/risk"
)

// An Environment is the names that conditions may use: the signals of the
// catalogue, the declared facts and the named lists. It is used by one
// goroutine at a time.
type Environment struct {
	facts  map[string]declared
	lists  map[string]*node
	shared map[string]*node // predicates, by their canonical text
	leaves *leaves          // the same by their numbers

	numbers map[*node]int
	config  *conf.Config
	sorted  []string // all names, once they are needed
}

type declared struct {
	Fact
	index int
	name  *literal // which all conditions share
}

// NewEnvironment returns the environment of a policy. Programs refer to a
// fact by its index in facts.
func NewEnvironment(facts []Fact, lists map[string]List) *Environment {
	e := &Environment{
		facts:  make(map[string]declared, len(facts)),
		lists:  make(map[string]*node, len(lists)),
		shared: map[string]*node{}, leaves: new(leaves), numbers: map[*node]int{},
	}
	names := types.Map{}
	e.addSignals(names)
	for i, f := range facts {
		e.facts[f.Name] = declared{f, i, &literal{name: f.Name}}
		names[f.Name] = typeOf(f.Kind)
	}
	for name, list := range lists {
		e.lists[name] = listNode(name, list)
		names[name] = typeOf(list.kind())
	}
	e.config = configure(names)
	return e
}

func (e *Environment) addSignals(names types.Map) {
	groups := map[string]types.Map{}
	for _, spec := range risk.Catalogue() {
		group, name, _ := strings.Cut(spec.Name, ".")
		if groups[group] == nil {
			groups[group] = types.Map{}
		}
		groups[group][name] = typeOf(kindOf(spec.Type))
	}
	for group, fields := range groups {
		names[group] = fields
	}
}

// configure returns the one configuration that the parser and the checker
// share. Its names are plain data: nothing on them can be called.
func configure(names types.Map) *conf.Config {
	c := conf.CreateNew()
	c.WithEnv(names)
	c.Optimize = false
	c.DisableIfOperator = true
	c.Expect = reflect.Bool
	c.Functions["known"] = &builtin.Function{
		Name:  "known",
		Types: []reflect.Type{reflect.TypeFor[func(any) bool]()},
	}
	return c
}

func typeOf(k Kind) types.Type {
	switch k {
	case Bool:
		return types.Bool
	case Number:
		return types.Float64
	case Text:
		return types.String
	case Texts:
		return types.TypeOf([]string(nil))
	}
	return types.TypeOf([]float64(nil))
}

func kindOf(t risk.Type) Kind {
	switch t {
	case risk.Bool:
		return Bool
	case risk.Number:
		return Number
	case risk.Text:
		return Text
	}
	return Texts
}

// share replaces predicates by equal ones of other conditions: of a thousand
// rules most say what another says too.
func (e *Environment) share(n *node) *node {
	if n.connective() {
		for i, a := range n.args {
			n.args[i] = e.share(a)
		}
		if n.op != opTernary {
			return n
		}
	}
	key := n.String()
	if e.shared[key] == nil {
		e.shared[key], e.numbers[n] = n, len(*e.leaves)
		*e.leaves = append(*e.leaves, n)
	}
	return e.shared[key]
}

// manyTexts is how long a list must be for a set to be quicker.
const manyTexts = 8

func listNode(name string, list List) *node {
	n := &node{op: opConstant, kind: list.kind(), literal: &literal{name: name, list: list}}
	if len(list.Texts) > manyTexts {
		n.literal.set = make(map[string]struct{}, len(list.Texts))
		for _, t := range list.Texts {
			n.literal.set[t] = struct{}{}
		}
	}
	return n
}

// names returns every name a condition may begin with, sorted, for "did you
// mean".
func (e *Environment) names() []string {
	if e.sorted != nil {
		return e.sorted
	}
	var all []string
	for name := range e.facts {
		all = append(all, name)
	}
	for name := range e.lists {
		all = append(all, name)
	}
	for name := range functions {
		all = append(all, name)
	}
	for _, spec := range risk.Catalogue() {
		all = append(all, spec.Name)
	}
	sort.Strings(all)
	e.sorted = all
	return all
}

// Reserved reports why a fact or list cannot have a name: the language or the
// catalogue uses it. It is "" for a name that is free.
func Reserved(name string) string {
	if groups[name] {
		return "it is a group of signals"
	}
	if _, ok := builtin.Index[name]; ok || words[name] {
		return "it is a word of the expression language"
	}
	return ""
}

var groups = groupsOf(risk.Catalogue())

func groupsOf(specs []risk.Spec) map[string]bool {
	groups := map[string]bool{}
	for _, spec := range specs {
		group, _, _ := strings.Cut(spec.Name, ".")
		groups[group] = true
	}
	return groups
}

var words = map[string]bool{
	"and": true, "or": true, "not": true, "in": true, "matches": true,
	"contains": true, "startsWith": true, "endsWith": true, "let": true,
	"if": true, "else": true, "true": true, "false": true, "nil": true,
	"known": true, "all": true, "none": true, "any": true, "one": true,
	"filter": true, "map": true, "count": true, "sum": true, "find": true,
	"findIndex": true, "findLast": true, "findLastIndex": true, "groupBy": true,
	"sortBy": true, "reduce": true,
}
