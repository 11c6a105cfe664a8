// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

// TestOneMistakeOneFinding: what follows from a mistake is no finding of its
// own, wherever it shows.
func TestOneMistakeOneFinding(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a condition that cannot be parsed": {
			"rules: [{ id: a, when: geo.tor and, unknown: skip, require: strong }]",
			"2:34 condition-syntax",
		},
		"a condition without unknown that cannot be parsed": {
			"rules: [{ id: a, when: geo.tor and, require: strong }]", "2:34 condition-syntax",
		},
		"a condition with a misspelt signal": {
			"rules: [{ id: a, when: geo.foriegn and geo.tor, score: 5 }]", "2:28 condition-name",
		},
		"a misspelt condition": {
			"rules: [{ id: a, wehn: geo.tor, unknown: skip, score: 5 }]", "2:18 unknown-key",
		},
		"a misspelt unknown": {
			"rules: [{ id: a, when: geo.tor, unkown: skip, score: 5 }]", "2:33 unknown-key",
		},
		"a misspelt effect": {"rules: [{ id: a, requires: strong }]", "2:18 unknown-key"},
		"a misspelt effect with its keys": {
			"rules: [{ id: a, at_mots: notice, up_to: low, limit: { count: 1 } }]",
			"2:18 unknown-key",
		},
		"an effect of the wrong type": {
			"rules: [{ id: a, score: many, group: g, when: device.known, unknown: fire }]",
			"2:25 wrong-type",
		},
		"two effects with a key of the second": {
			"rules: [{ id: a, require: strong, at_most: notice, up_to: low }]", "2:44 one-effect",
		},
		"an effect too much, with a key of the first": {
			"rules: [{ id: a, deny: true, score: 5, group: g }]", "2:37 one-effect",
		},
		"no effect, with a key of one": {"rules: [{ id: a, up_to: low }]", "2:9 one-effect"},
		"a misspelt limit": {
			"rules: [{ id: a, at_most: notice, limit: { cuont: 3 } }]", "2:44 unknown-key",
		},
		"a fact of no type, that is bound and read": {
			"facts: { amount: decimall }\n" +
				"actions: { transfer: { sensitivity: sensitive, bind: [amount] } }\n" +
				"rules: [{ id: a, when: amount > 5, at_most: notice, limit: { sum: amount, most: 9 } }]",
			"2:18 wrong-value",
		},
		"facts that are a list": {
			"facts: [amount]\nrules: [{ id: a, when: amount > 5, score: 5 }]", "2:8 wrong-type",
		},
		"a list of both, that is read": {
			"lists: { l: [a, 1] }\nrules: [{ id: a, when: geo.country in l, score: 5 }]",
			"2:17 wrong-type",
		},
		"lists that are a text": {
			"lists: l\nrules: [{ id: a, when: geo.country in l, score: 5 }]", "2:8 wrong-type",
		},
		"actions that are a list": {
			"actions: [transfer]\nrules: [{ id: a, on: [transfer], deny: true }]", "2:10 wrong-type",
		},
		"a step that the ladder lacks": {
			"rules: [{ id: a, require: stronger }]", "2:27 unknown-step",
		},
		"a merge key": {
			"rules:\n  - id: a\n    <<: { require: strong }", "4:5 alias",
		},
		"a tag": {"rules: [{ id: a, when: !device.known, deny: true }]", "2:24 tag"},
		"a section twice": {
			"bands: { medium: 1 }", "2:8 section-twice",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := placesOf(t, "version: 1\n"+c.text+"\n"); got != c.want {
				t.Errorf("findings %s, want %s", got, c.want)
			}
		})
	}
}

// TestOtherVersion: of a file in another version nothing else is said, and
// nothing of what it would declare.
func TestOtherVersion(t *testing.T) {
	if got := placesOf(t, "version: 2\nowner: [a]\nverdicts: {}\n"); got != "1:10 version" {
		t.Errorf("findings %s, want that of the version alone", got)
	}
}

// TestSuggestions: a word that is nearly right leads to the right one.
func TestSuggestions(t *testing.T) {
	for text, want := range map[string]string{
		"rules: [{ id: a, when: geo.foriegn, score: 5 }]":      "did you mean geo.foreign?",
		"rules: [{ id: a, when: goe.foreign, score: 5 }]":      "did you mean geo.foreign?",
		"rules: [{ id: a, when: foreign, score: 5 }]":          "did you mean geo.foreign?",
		"rules: [{ id: a, when: geo.banana, score: 5 }]":       "known here: country, region, foreign",
		"rules: [{ id: a, when: planet.mars == 1, score: 5 }]": "the groups of signals are action,",
		"rules: [{ id: a, when: lenn(geo.country) > 1 }]":      "did you mean len?",
		"rules: [{ id: a, requires: strong }]":                 "did you mean require? known here: id, on,",
		"rules: [{ id: a, colour: strong }]":                   "known here: id, on, when, unknown, score,",
		"rules: [{ id: a, require: stong }]":                   "did you mean strong?",
		"rules: [{ id: a, deny: true, on: [method.enroll] }]":  "did you mean method.enrol?",
		"rules: [{ id: a, mode: shadwo, score: 5 }]":           "did you mean shadow?",
		"facts: { amount: decimel }":                           "did you mean decimal?",
		"facts: { amount: { type: decimal, jurnal: keep } }":   "did you mean journal?",
		"actions: { a: { sensitivity: sensitiv } }":            "did you mean sensitive?",
		"rulse: []": "did you mean rules?",
		"actions: { a: { sensitivity: normal, bind: [amuont] } }\nfacts: { amount: decimal }": "did you mean amount?",
	} {
		err := parsePart(t, "version: 1\n"+text+"\n")
		if err == nil || !strings.Contains(err.Error(), "hint: "+want) {
			t.Errorf("%s: no hint %q in\n%v", text, want, err)
		}
	}
}

// placesOf returns the place and id of every finding of a part of a policy.
func placesOf(t *testing.T, text string) string {
	t.Helper()
	var load *policy.LoadError
	if err := parsePart(t, text); !errors.As(err, &load) {
		t.Fatalf("error %v, want a *LoadError", err)
	}
	var got []string
	for _, f := range load.Findings {
		got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.ID))
	}
	return strings.Join(got, ", ")
}

// parsePart loads a part of a policy with what it lacks.
func parsePart(t *testing.T, text string) error {
	t.Helper()
	base, err := os.ReadFile("testdata/base.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = policy.Parse(policy.Source{Name: "base.yaml", Data: base},
		policy.Source{Name: "part.yaml", Data: []byte(text)})
	return err
}
