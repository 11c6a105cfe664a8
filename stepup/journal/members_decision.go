// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"

	"github.com/proportion-go/proportion/risk"
)

var ofDecision = []Kind{KindDecision}

// decisionMembers are those that only a decision has, in the order of writing.
// They are written where there is a Decision, and reading one makes it.
func decisionMembers() []member {
	return []member{
		{
			name: "signals", kinds: ofDecision, schema: `{"$ref":"#/definitions/signals"}`,
			doc: "Every signal computed, by group: its value, or null for unknown. Absent: not computed, " +
				"which is not the same as unknown.",
			write: ifDecision(appendSignals), read: (*Decoder).readSignals,
		},
		{
			name: "facts", kinds: ofDecision, schema: `{"type":"object","additionalProperties":{"$ref":"#/definitions/fact"}}`,
			doc: "What the host passed, each as the policy lets it be kept: the value itself; " +
				"`{\"round\":…}`, to two significant digits; `{\"hash\":…}`, keyed; `{\"drop\":true}`.",
			write: ifDecision(appendFacts), read: (*Decoder).readFacts,
		},
		{
			name: "proofs", kinds: ofDecision, schema: `{"type":"array","items":{"$ref":"#/definitions/proof"}}`,
			doc:   "The proofs that the session held on this device.",
			write: ifDecision(appendProofs), read: (*Decoder).readProofs,
		},
		names("held", "The method of the held proof that satisfied the step.",
			func(d *Decision) *string { return &d.Held }),
		{
			name: "prompts", kinds: ofDecision, schema: `{"$ref":"#/definitions/prompts"}`,
			doc: "The prompt budget: passed prompts in its window (null: unknown), the most it allows (0: no budget), " +
				"whether it softened the base.",
			write: ifDecision(appendPrompts), read: (*Decoder).readPrompts,
		},
		{
			name: "spent", kinds: ofDecision, schema: `{"type":["array","null"],"items":{"$ref":"#/definitions/spent"}}`,
			doc:   "What was used up of the limits of `at_most` rules; null: unknown, and then they cap nothing.",
			write: ifDecision(appendSpent), read: (*Decoder).readSpent,
		},
		{
			name: "degraded", kinds: ofDecision, schema: `{"type":"array","items":{"$ref":"#/definitions/gap"}}`,
			doc:   "What the decision was made without.",
			write: ifDecision(appendGaps), read: (*Decoder).readGaps,
		},
		list("offers", "The methods on offer.", func(d *Decision) *[]string { return &d.Offers }),
		list("enrol", "The methods that would have been accepted, had the subject one of them.",
			func(d *Decision) *[]string { return &d.Enrol }),
		{
			name: "score", kinds: ofDecision, schema: `{"type":"integer","minimum":0,"maximum":100}`,
			doc:   "The risk points.",
			write: ifDecision(func(dst []byte, d *Decision) []byte { return appendInt(dst, d.Score) }),
			read:  func(d *Decoder, e *Event) { d.decisionOf(e).Score = d.int() },
		},
		stepOrNull("base", "The step of the matrix, softened by the prompt budget.",
			func(d *Decision) *string { return &d.Base }),
		stepOrNull("floor", "The strongest `require` or `deny` that fired; null: none.",
			func(d *Decision) *string { return &d.Floor }),
		stepOrNull("cap", "The weakest `at_most` that fired and held; null: none.",
			func(d *Decision) *string { return &d.Cap }),
		names("failure", "The least that `on_failure` leaves of a degraded decision.",
			func(d *Decision) *string { return &d.Failure }),
		list("rules", "The enforced rules that fired.", func(d *Decision) *[]string { return &d.Rules }),
		list("unknown", "The enforced rules whose condition was unknown, fired or not.",
			func(d *Decision) *[]string { return &d.Unknown }),
		{
			name: "shadow", kinds: ofDecision, schema: `{"$ref":"#/definitions/shadow"}`,
			doc:   "What the policy would say with every shadow rule enforced.",
			write: ifDecision(appendShadow), read: (*Decoder).readShadow,
		},
	}
}

func ifDecision(write func([]byte, *Decision) []byte) func([]byte, *Event) []byte {
	return func(dst []byte, e *Event) []byte {
		if e.Decision == nil {
			return dst
		}
		return write(dst, e.Decision)
	}
}

// names is a text that is not written when it is empty.
func names(name, doc string, at func(*Decision) *string) member {
	return member{
		name: name, kinds: ofDecision, doc: doc, schema: textSchema,
		write: ifDecision(func(dst []byte, d *Decision) []byte {
			if *at(d) == "" {
				return dst
			}
			return appendText(dst, *at(d))
		}),
		read: func(d *Decoder, e *Event) { *at(d.decisionOf(e)) = d.text() },
	}
}

// stepOrNull is the name of a step, written as null when there is none.
func stepOrNull(name, doc string, at func(*Decision) *string) member {
	return member{
		name: name, kinds: ofDecision, doc: doc, schema: `{"type":["string","null"]}`,
		write: ifDecision(func(dst []byte, d *Decision) []byte {
			if *at(d) == "" {
				return append(dst, "null"...)
			}
			return appendText(dst, *at(d))
		}),
		read: func(d *Decoder, e *Event) {
			if into := at(d.decisionOf(e)); !d.null() {
				*into = d.text()
			}
		},
	}
}

// list is a list of words that is not written when it is empty.
func list(name, doc string, at func(*Decision) *[]string) member {
	return member{
		name: name, kinds: ofDecision, doc: doc, schema: `{"type":"array","items":{"type":"string"}}`,
		write: ifDecision(func(dst []byte, d *Decision) []byte {
			if len(*at(d)) == 0 {
				return dst
			}
			return appendTexts(dst, *at(d))
		}),
		read: func(d *Decoder, e *Event) {
			into := at(d.decisionOf(e))
			*into = d.texts(*at(&d.spare))
			if *into != nil {
				*at(&d.spare) = *into
			}
		},
	}
}

// signalKey is where a signal stands in a line.
type signalKey struct {
	name   string // without the group's
	quoted string // the name and colon, as they are written
	signal risk.Signal
}

// signalGroup is one group of signals, in the order of the catalogue.
type signalGroup struct {
	name   string
	quoted string
	group  risk.Groups
	keys   []signalKey
	all    SignalSet
}

// signalGroups is the catalogue, as lines have it.
var signalGroups = groupSignals(risk.Catalogue())

func groupSignals(catalogue []risk.Spec) []signalGroup {
	var groups []signalGroup
	for g := risk.Groups(1); g&risk.AllGroups != 0; g <<= 1 {
		group := signalGroup{name: g.String(), quoted: `"` + g.String() + `":`, group: g}
		for _, spec := range catalogue {
			if spec.Group == g {
				name := spec.Name[len(group.name)+1:]
				group.keys = append(group.keys, signalKey{name, `"` + name + `":`, spec.Signal})
				group.all = group.all.With(spec.Signal)
			}
		}
		groups = append(groups, group)
	}
	return groups
}

// findGroup returns the place of a group, and -1 for an unknown one.
func findGroup(name []byte) int {
	return slices.IndexFunc(signalGroups, func(g signalGroup) bool { return g.name == string(name) })
}

// find returns the place of a signal in its group, and -1 for an unknown one.
func (g *signalGroup) find(name []byte) int {
	return slices.IndexFunc(g.keys, func(k signalKey) bool { return k.name == string(name) })
}
