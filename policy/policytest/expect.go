// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/internal/document"
)

// shown is how many reasons a customer sees at most (L25).
const shown = 2

var (
	outcomes = []string{"allow", "notify", "challenge", "deny"}
	bands    = []string{"low", "medium", "high", "extreme"}
)

// verdict is what became of a test.
type verdict struct {
	policy.Verdict
	explanation policy.Explanation
}

// trace returns what became of a rule, and whether it applies at all.
func (v *verdict) trace(id string) (policy.RuleTrace, bool) {
	for _, r := range v.explanation.Rules {
		if r.ID == id {
			return r, true
		}
	}
	return policy.RuleTrace{}, false
}

// expectation is one key of `expect`. Its verify returns what is not as it
// should be.
type expectation struct {
	place  place
	verify func(*verdict) []Failure
}

// expectations are in the order of expectKeys; those without verify are not
// there. A copy can be changed without changing the original.
type expectations [len(expectKeys)]expectation

// expectKeys are what a test can expect, in the order of its failures.
var expectKeys = [...]string{
	"outcome", "step", "band", "score", "fired", "not_fired", "unknown",
	"shadow", "degraded", "reasons",
}

const degradedKey = 8

// read lays a mapping of expectations over e.
func (e *expectations) read(v value) {
	for _, entry := range v.known(expectKeys[:]...) {
		verify := entry.expectation()
		if verify == nil {
			continue // reported
		}
		e[slices.Index(expectKeys[:], entry.name)] = expectation{entry.key.place(), verify}
	}
}

// expectation reads the value of one key. It returns nil after a finding.
func (e entry) expectation() func(*verdict) []Failure {
	switch e.name {
	case "outcome":
		return e.equal(outcomes, func(v *verdict) string { return v.Outcome.String() })
	case "step":
		return e.equal(e.l.steps, func(v *verdict) string { return v.Step.Name })
	case "band":
		return e.equal(bands, func(v *verdict) string { return v.Band.String() })
	case "shadow":
		return e.equal(e.l.steps, func(v *verdict) string { return v.Shadow().Step.Name })
	case "score":
		return e.score()
	case "fired":
		return e.eachRule("fired", func(r policy.RuleTrace) bool { return r.Fired })
	case "not_fired":
		return e.eachRule("not fired", func(r policy.RuleTrace) bool { return !r.Fired })
	case "unknown":
		return e.eachRule("unknown", func(r policy.RuleTrace) bool { return !r.Truth.Known() })
	case "degraded":
		return e.degraded()
	}
	return e.reasons()
}

// compare returns a failure unless want is got.
func compare(want, got string) []Failure {
	if want == got {
		return nil
	}
	return []Failure{{Want: want, Got: got}}
}

// equal expects one of some words.
func (e entry) equal(known []string, of func(*verdict) string) func(*verdict) []Failure {
	want, ok := e.oneOf(known...)
	if !ok {
		return nil
	}
	return func(v *verdict) []Failure { return compare(want, of(v)) }
}

func (e entry) score() func(*verdict) []Failure {
	want, ok := e.integer(0, 100)
	if !ok {
		return nil
	}
	return func(v *verdict) []Failure { return compare(strconv.Itoa(want), strconv.Itoa(v.Score)) }
}

// eachRule expects the same of every rule in a list. A rule that does not
// apply to the action has not fired.
func (e entry) eachRule(want string, holds func(policy.RuleTrace) bool) func(*verdict) []Failure {
	var ids []string
	items := e.items()
	for _, item := range items {
		if id, ok := item.rule(); ok {
			ids = append(ids, id)
		}
	}
	if len(items) == 0 && e.n.Kind == document.Sequence {
		e.report("wrong-value", "", "an empty list expects nothing")
	}
	if len(ids) == 0 || len(ids) < len(items) {
		return nil
	}
	return func(v *verdict) []Failure {
		var failures []Failure
		for _, id := range ids {
			r, applies := v.trace(id)
			if applies && !holds(r) || !applies && want != "not fired" {
				failures = append(failures, Failure{Want: id + " " + want, Got: state(r, applies), Rule: id})
			}
		}
		return failures
	}
}

// state says what became of a rule.
func state(r policy.RuleTrace, applies bool) string {
	switch {
	case !applies:
		return "a rule that is not for this action"
	case r.ByUnknown:
		return "fired, being unknown"
	case r.Fired:
		return "fired"
	case !r.Truth.Known():
		return "not fired, being unknown"
	}
	return "not fired"
}

// degraded expects exactly the gaps of a list: their kinds, or kinds and
// names, as in [store, fact amount].
func (e entry) degraded() func(*verdict) []Failure {
	kinds := []string{"store", "action", "fact", "signal"}
	want, ok := e.texts()
	for i, item := range want {
		kind, _, _ := strings.Cut(item, " ")
		if !slices.Contains(kinds, kind) {
			e.at(e.n.Items[i]).report("wrong-value", "write store, action, signal, or fact and its name",
				"%q is nothing that a decision can lack", item)
			ok = false
		}
	}
	if !ok {
		return nil
	}
	return func(v *verdict) []Failure { return compareGaps(want, v.Degraded) }
}

// compareGaps returns a failure unless each gap is wanted and each wanted gap
// is there.
func compareGaps(want []string, gaps []policy.Gap) []Failure {
	met := make([]bool, len(want))
	all := true
	var got []string
	for _, g := range gaps {
		got = append(got, g.Kind.String()+" "+g.Name)
		found := false
		for i, w := range want {
			if w == g.Kind.String() || w == g.Kind.String()+" "+g.Name {
				met[i], found = true, true
			}
		}
		all = all && found
	}
	if all && !slices.Contains(met, false) {
		return nil
	}
	return []Failure{{Want: list(want), Got: list(got)}}
}

// reasons expects, per language, exactly the texts that a customer on a
// trusted device is shown.
func (e entry) reasons() func(*verdict) []Failure {
	want := map[string][]string{}
	var languages []string
	for _, language := range e.entries() {
		texts, ok := language.texts()
		if !ok {
			return nil
		}
		if len(texts) > shown {
			language.report("wrong-value", "", "a customer sees at most %d reasons", shown)
			return nil
		}
		want[language.name] = texts
		languages = append(languages, language.name)
	}
	if len(languages) == 0 {
		if e.n.Kind == document.Mapping {
			e.report("wrong-value", "write { en: [...], fr: [...] }", "no language is given")
		}
		return nil
	}
	return func(v *verdict) []Failure {
		var failures []Failure
		for _, language := range languages {
			got := v.Reasons(language, shown)
			if !slices.Equal(want[language], got) {
				failures = append(failures, Failure{
					Want: language + " " + list(want[language]), Got: list(got),
				})
			}
		}
		return failures
	}
}

// list writes texts so that their ends can be seen.
func list(texts []string) string {
	if len(texts) == 0 {
		return "none"
	}
	quoted := make([]string, 0, len(texts))
	for _, t := range texts {
		quoted = append(quoted, strconv.Quote(t))
	}
	return strings.Join(quoted, ", ")
}
