// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/proportion-go/proportion/policy/internal/document"
	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/policy/internal/suggest"
)

// Limits on what is loaded (L26).
const (
	maxSize     = 4 << 20 // bytes over all files
	maxFindings = 100     // shown; a hundred are enough to work with
)

// version is the one version of the language that this build supports.
const version = 1

// Load reads and checks policy files, which together form one policy.
// The error is a [*LoadError] that lists every finding, or one that says
// which file cannot be read.
func Load(paths ...string) (*Policy, error) {
	sources := make([]Source, 0, len(paths))
	size := 0
	for _, path := range paths {
		data, err := readUpTo(path, int64(maxSize-size))
		if err != nil {
			return nil, fmt.Errorf("policy: %w", err)
		}
		// What is too large to load is not read to its end.
		if size += len(data); size > maxSize {
			return nil, tooLarge(path)
		}
		sources = append(sources, Source{path, data})
	}
	return Parse(sources...)
}

// Parse is [Load] for sources in memory. The error is always a [*LoadError].
func Parse(sources ...Source) (*Policy, error) {
	size := 0
	for _, s := range sources {
		if size += len(s.Data); size > maxSize {
			return nil, tooLarge(s.Name)
		}
	}
	l := loader{policy: &Policy{top: none}}
	for _, s := range sources {
		l.read(s)
	}
	if len(sources) == 0 {
		l.add(Finding{File: "policy", Line: 1, Column: 1, ID: "empty", Message: "no file is given"})
	}
	// Names that only an unreadable file declares would seem unknown.
	if !l.failed["all"] && len(sources) > 0 {
		l.build()
	}
	if len(l.findings) > 0 {
		return nil, l.error()
	}
	l.policy.finish()
	if l.checkCost(); len(l.findings) > 0 {
		return nil, l.error()
	}
	return l.policy, nil
}

func tooLarge(name string) error {
	return &LoadError{[]Finding{{
		File: name, Line: 1, Column: 1, ID: "too-large",
		Message: fmt.Sprintf("the files have more than %d bytes together", maxSize),
		Hint:    "a policy of 10,000 rules has about half of that",
	}}}
}

// loader turns files into a policy, and collects what is wrong with them.
type loader struct {
	policy   *Policy
	files    []*file
	findings []Finding
	seen     map[place]bool
	env      *expression.Environment
	names    names
	failed   map[string]bool // sections without a value to check others against
	near     map[missing]bool
}

// missing is a key that a mapping has under a wrong name.
type missing struct {
	mapping *document.Node
	key     string
}

type file struct {
	origin *origin // kept by its rules, which must not keep the rest
	name   string
	index  int
	doc    *document.Document
	top    fields
}

type place struct {
	file         string
	line, column int
}

// add keeps a finding, unless one stands at the same place: the first says
// why, later ones are its consequences.
func (l *loader) add(f Finding) {
	p := place{f.File, f.Line, f.Column}
	if l.seen[p] || l.full() {
		return
	}
	if l.seen == nil {
		l.seen = map[place]bool{}
	}
	l.seen[p] = true
	l.findings = append(l.findings, f)
}

// full reports whether no more findings are kept, so that a file of nothing
// but mistakes is not checked to its end.
func (l *loader) full() bool { return len(l.findings) >= maxFindings }

// error sorts the findings as the files are read.
func (l *loader) error() *LoadError {
	order := map[string]int{}
	for i, f := range l.files {
		order[f.name] = i
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(order[a.File], order[b.File]),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return &LoadError{l.findings}
}

// read parses one file and its outermost keys.
func (l *loader) read(s Source) {
	doc, problems := document.Parse(s.Data)
	f := &file{origin: &origin{file: s.Name}, name: s.Name, index: len(l.files), doc: doc}
	l.files = append(l.files, f)
	for _, p := range problems {
		l.addProblem(f, p)
	}
	if doc.Root == nil {
		l.fail("all")
		return
	}
	root := value{l, f, doc.Root}
	if !root.supported() {
		l.fail("all")
		return
	}
	f.top = root.fields("version", "owner", "on_failure", "facts", "lists", "methods",
		"ladder", "bands", "matrix", "actions", "prompts", "rules")
	f.top.need(root, "version")
	if v, ok := f.top["owner"]; ok {
		f.origin.owner, _ = v.text()
	}
}

// supported reports whether the file is in this version of the language, or
// does not say. Of another one it is not known what else would be wrong.
func (v value) supported() bool {
	for _, p := range v.n.Pairs {
		if p.Key.Text != "version" || p.Value.Kind == document.Integer &&
			p.Value.Text == strconv.Itoa(version) {
			continue
		}
		if p.Value.Kind == document.Text && p.Value.Text == strconv.Itoa(version) {
			v.at(p.Value).report("version", "write version: 1", "the version is a number, without quotes")
			return false
		}
		v.at(p.Value).report("version", "upgrade the library, or write version: 1",
			"version %s is not supported; this build supports version %d", written(p.Value),
			version)
		return false
	}
	return true
}

// written returns a value as it is told from another that reads alike.
func written(n *document.Node) string {
	switch n.Kind {
	case document.Text:
		return strconv.Quote(n.Text)
	case document.Mapping, document.Sequence, document.Null:
		return n.What()
	}
	return n.Text
}

func (l *loader) addProblem(f *file, p document.Problem) {
	known := problemChecks[p.Kind]
	l.add(Finding{
		File: f.name, Line: p.Line, Column: p.Column, ID: known.id,
		Message: p.Message, Source: f.doc.Shown(p.Line), Hint: known.hint,
	})
}

var problemChecks = map[document.ProblemKind]struct{ id, hint string }{
	document.BadSyntax: {"syntax",
		"a text with `: ` or ` #`, with one of , [ ] { } within brackets, or that begins with one " +
			"of [ { ! & * | > %, needs quotes"},
	document.BadEncoding: {"encoding", "save the file as UTF-8, without hidden characters"},
	document.HasTab:      {"syntax", "YAML is indented by spaces: replace the tab by two of them"},
	document.HasTag: {"tag",
		"`!` begins a tag in YAML: write not x, or put the text in quotes"},
	document.HasAlias:         {"alias", "write the value out where it is used, or make it a list"},
	document.TooDeep:          {"too-deep", ""},
	document.SeveralDocuments: {"several-documents", "put each document in a file of its own"},
	document.DuplicateKey:     {"duplicate-key", "YAML would keep only one of the two"},
	document.Empty:            {"empty", "a policy begins with version: 1"},
	document.TooMany:          {"too-large", "split it into several policies, one per deployment"},
}

func (l *loader) fail(section string) {
	if l.failed == nil {
		l.failed = map[string]bool{}
	}
	l.failed[section] = true
}

// build reads the sections in the order in which they refer to each other.
func (l *loader) build() {
	l.readFacts()
	l.readLists()
	l.env = expression.NewEnvironment(l.policy.declared(), l.names.lists)
	l.readMethods()
	l.readLadder()
	l.readBands()
	l.readMatrix()
	l.readActions()
	l.readFailure()
	l.readPrompts()
	l.readRules()
}

// only returns a section that one file may have.
func (l *loader) only(key string) (value, bool) {
	var first value
	for _, f := range l.files {
		v, ok := f.top[key]
		switch {
		case !ok:
		case first.n == nil:
			first = v
		default:
			v.report("section-twice", "a policy has one "+key,
				"%s is already given in %s:%d", key, first.f.name, first.n.Line)
		}
	}
	return first, first.n != nil
}

// required is only for a section that a policy must have.
func (l *loader) required(key string) (value, bool) {
	v, ok := l.only(key)
	if !ok {
		l.fail(key)
		f := l.files[0]
		value{l, f, f.doc.Root}.report("missing-key", "", "no file has %s", key)
	}
	return v, ok
}

// all returns the entries of a section that every file may have. Where it is
// none, what it should declare is not known.
func (l *loader) all(key string) []entry {
	var entries []entry
	for _, f := range l.files {
		v, ok := f.top[key]
		if !ok {
			continue
		}
		if v.n.Kind != document.Mapping {
			l.fail(key)
		}
		entries = append(entries, v.entries()...)
	}
	return entries
}

// hint suggests what was meant, or says what there is, while findings are
// still shown.
func (l *loader) hint(word string, known []string) string {
	if l.full() {
		return ""
	}
	return suggest.Hint(word, known)
}

// hintKey is hint for the keys of a mapping.
func (l *loader) hintKey(word string, known []string) string {
	if l.full() {
		return ""
	}
	return suggest.Key(word, known)
}

// meant is hint where the message says what there is.
func (l *loader) meant(word string, known []string) string {
	if near := suggest.Nearest(word, known); near != "" && !l.full() {
		return "did you mean " + near + "?"
	}
	return ""
}

// misspell remembers which key of a mapping a wrong one probably is, so that
// nothing is said of its absence.
func (l *loader) misspell(mapping *document.Node, wrong string, known []string) {
	if l.full() {
		return
	}
	if l.near == nil {
		l.near = map[missing]bool{}
	}
	l.near[missing{mapping, suggest.Nearest(wrong, known)}] = true
}

// misspelt reports whether keys of a mapping may be there under other names.
func (l *loader) misspelt(mapping *document.Node, keys ...string) bool {
	return mapping.Incomplete || slices.ContainsFunc(keys, func(key string) bool {
		return l.near[missing{mapping, key}]
	})
}
