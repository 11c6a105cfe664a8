// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/internal/document"
)

// problemChecks are the ids and hints of what is wrong with a file as such.
var problemChecks = [...]struct{ id, hint string }{
	document.BadSyntax:        {"syntax", "a text with `: ` or ` #` in it needs quotes"},
	document.BadEncoding:      {"encoding", "save the file as UTF-8, without hidden characters"},
	document.HasTag:           {"tag", "put the text in quotes"},
	document.HasAlias:         {"alias", "share values with given, or with cases"},
	document.TooDeep:          {"too-deep", ""},
	document.SeveralDocuments: {"several-documents", "put each document in a file of its own"},
	document.DuplicateKey:     {"duplicate-key", "YAML would keep only one of the two"},
	document.Empty:            {"empty", "a test file begins with version: 1"},
	document.TooMany:          {"too-large", "split it into several files"},
	document.HasTab: {"syntax",
		"YAML is indented by spaces: replace the tab by two of them"},
}

// read adds the tests of one file to the suite.
func (l *loader) read(s policy.Source) {
	if l.size += len(s.Data); l.size > maxSize {
		l.add(policy.Finding{
			File: s.Name, Line: 1, Column: 1, ID: "too-large",
			Message: fmt.Sprintf("the test files have more than %d bytes together", maxSize),
		})
		return
	}
	before := len(l.findings)
	doc, problems := document.Parse(s.Data)
	for _, p := range problems {
		known := problemChecks[p.Kind]
		l.add(policy.Finding{
			File: s.Name, Line: p.Line, Column: p.Column, ID: known.id,
			Message: p.Message, Source: doc.Shown(p.Line), Hint: known.hint,
		})
	}
	if doc.Root != nil {
		value{l, s.Name, doc, doc.Root}.readFile()
	}
	slices.SortStableFunc(l.findings[before:], func(a, b policy.Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// readFile reads the outermost keys.
func (v value) readFile() {
	keys := v.known("version", "given", "tests")
	n, ok := v.need(keys, "version")
	switch {
	case !ok, n.n.Kind == document.Integer && n.n.Text == version:
	case n.n.Kind == document.Text && n.n.Text == version:
		n.report("version", "write version: 1", "the version is a number, without quotes")
	default:
		n.report("version", "upgrade the library, or write version: 1",
			"version %s is not supported; this build supports version %s", n.n.Text, version)
	}
	shared := block{given: situation{at: defaultTime}}
	for _, e := range keys {
		if e.name == "given" {
			shared.given.read(e.known(v.l.keys...))
		}
	}
	tests, ok := v.need(keys, "tests")
	if !ok {
		return
	}
	items := tests.items()
	if len(items) == 0 && tests.n.Kind == document.Sequence {
		tests.report("wrong-value", "", "there are no tests")
	}
	for _, item := range items {
		item.readTest(shared)
	}
}

// block is what the file, a test or a case says: each is laid over the one it
// is part of.
type block struct {
	name    string
	given   situation
	expect  expectations
	expects bool // something, though it may have findings
}

// readTest reads a test, or the cases that it is a table of.
func (v value) readTest(shared block) {
	keys := v.known(slices.Concat(v.l.keys, []string{"name", "expect", "cases"})...)
	b := v.readBlock(shared, keys)
	for _, e := range keys {
		if e.name != "cases" {
			continue
		}
		items := e.items()
		if len(items) == 0 && e.n.Kind == document.Sequence {
			e.report("wrong-value", "", "there are no cases")
		}
		for _, item := range items {
			own := item.known(slices.Concat(v.l.keys, []string{"name", "expect"})...)
			item.addTest(item.readBlock(b, own))
		}
		return
	}
	v.addTest(b)
}

// readBlock lays what a test or case says over what it is part of.
func (v value) readBlock(outer block, keys []entry) block {
	b := block{given: outer.given.clone(), expect: outer.expect, expects: outer.expects}
	b.given.read(keys)
	for _, e := range keys {
		if e.name == "expect" {
			b.expect.read(e.value)
			b.expects = b.expects || e.n.Kind != document.Mapping || len(e.n.Pairs) > 0
		}
	}
	name, ok := v.need(keys, "name")
	if !ok {
		return b
	}
	b.name, ok = name.text()
	if outer.name != "" {
		b.name = outer.name + "/" + b.name
	}
	if first, taken := v.l.names[b.name]; ok && taken {
		name.report("duplicate-name", "each test has a name of its own, over all files",
			"there is already a test of this name at %s", first)
	}
	v.l.names[b.name] = name.place()
	return b
}

// addTest keeps a test that is complete.
func (v value) addTest(b block) {
	switch {
	case v.n.Kind != document.Mapping:
		return
	case b.given.action == "":
		v.report("missing-key", "", "action is missing")
	case !b.expects:
		v.report("missing-key", "a test that expects nothing cannot fail", "expect is missing")
	case len(v.l.suite.tests) == maxTests:
		v.report("too-large", "", "there are more than %d tests", maxTests)
	case len(v.l.suite.tests) < maxTests:
		v.l.suite.tests = append(v.l.suite.tests, test{b.name, v.place(), b.given, b.expect})
	}
}
