// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup/replay"
)

// edit changes scores and bands in the text of a policy, and adds rules to it.
// All else, comments too, stays as it is.
type edit struct {
	sources []policy.Source
	rules   []replay.TunedRule
	scores  []place   // of each rule
	bands   [3]*place // medium, high, extreme
	into    *place    // where rules are added
	indent  string
}

// place is a part of the text of a source.
type place struct{ source, from, to int }

// newEdit finds what can be changed.
func newEdit(sources []policy.Source) (*edit, error) {
	e := &edit{sources: sources}
	for i, s := range sources {
		var doc yaml.Node
		if err := yaml.Unmarshal(s.Data, &doc); err != nil {
			return nil, err
		}
		if len(doc.Content) == 1 {
			e.find(i, doc.Content[0])
		}
	}
	if e.into == nil {
		return nil, errors.New("tune needs a policy with a list of rules, each on lines of its own")
	}
	return e, nil
}

func (e *edit) find(source int, root *yaml.Node) {
	for i, name := range []string{"medium", "high", "extreme"} {
		if n := member(member(root, "bands"), name); n != nil {
			e.bands[i] = e.place(source, n)
		}
	}
	rules := member(root, "rules")
	if rules == nil || rules.Kind != yaml.SequenceNode {
		return
	}
	for _, rule := range rules.Content {
		id, score := member(rule, "id"), member(rule, "score")
		if id == nil || score == nil || value(member(rule, "mode")) == "shadow" {
			continue
		}
		if n, err := strconv.Atoi(score.Value); err == nil && n > 0 {
			e.rules = append(e.rules, replay.TunedRule{ID: id.Value, Group: value(member(rule, "group")), Score: n})
			e.scores = append(e.scores, *e.place(source, score))
		}
	}
	if e.into == nil && len(rules.Content) > 0 {
		e.beforeRules(source, rules.Content[0])
	}
}

// beforeRules adds rules before the first one, with its indentation, above the
// comments that belong to it: right below the key.
func (e *edit) beforeRules(source int, first *yaml.Node) {
	lines := bytes.SplitAfter(e.sources[source].Data, []byte("\n"))
	text := string(lines[first.Line-1])
	before, _, found := strings.Cut(text, "-")
	if !found || strings.TrimSpace(before) != "" {
		return // on one line with its key
	}
	line := first.Line - 1
	for line > 0 && !strings.HasPrefix(string(lines[line-1]), "rules:") {
		line--
	}
	at := 0
	for _, l := range lines[:line] {
		at += len(l)
	}
	e.into, e.indent = &place{source, at, at}, before
}

// place returns where a plain scalar stands.
func (e *edit) place(source int, n *yaml.Node) *place {
	data := e.sources[source].Data
	at := 0
	for range n.Line - 1 {
		at += bytes.IndexByte(data[at:], '\n') + 1
	}
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(data[at:])
		at += size
	}
	return &place{source, at, at + len(n.Value)}
}

func member(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func value(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// with returns the sources with candidates added: all of them, for the search,
// or those that a setting has use for, with what else it changes.
func (e *edit) with(added candidateList, set *replay.Setting) []policy.Source {
	var changes []change
	rules := ""
	for i := range added {
		score := 1
		if set != nil {
			score = set.Scores[len(e.rules)+i]
		}
		if score > 0 {
			rules += added[i].text(e.indent, score)
		}
	}
	if rules != "" {
		changes = append(changes, change{*e.into, rules})
	}
	if set != nil {
		for i, r := range e.rules {
			// A rule cannot score nothing: 1 point is as good.
			if score := max(set.Scores[i], 1); score != r.Score {
				changes = append(changes, change{e.scores[i], strconv.Itoa(score)})
			}
		}
		for i, start := range []int{set.Medium, set.High, set.Extreme} {
			if e.bands[i] != nil {
				changes = append(changes, change{*e.bands[i], strconv.Itoa(start)})
			}
		}
	}
	return apply(e.sources, changes)
}

type change struct {
	place
	text string
}

// apply makes the changes, the last first, so that places stay where they are.
func apply(sources []policy.Source, changes []change) []policy.Source {
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(b.from, a.from) })
	next := slices.Clone(sources)
	for _, c := range changes {
		data := next[c.source].Data
		next[c.source].Data = slices.Concat(data[:c.from], []byte(c.text), data[c.to:])
	}
	return next
}
