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
		part("signals", `{"$ref":"#/definitions/signals"}`,
			"Every signal computed, by group: its value, or null for unknown. Absent: not computed, "+
				"which is not the same as unknown.",
			appendSignals, (*Decoder).readSignals),
		part("facts", `{"type":"object","additionalProperties":{"$ref":"#/definitions/fact"}}`,
			"What the host passed, each as the policy lets it be kept: the value itself; "+
				"`{\"round\":…}`, to two significant digits; `{\"hash\":…}`, keyed; `{\"drop\":true}`.",
			appendFacts, (*Decoder).readFacts),
		part("proofs", `{"type":"array","items":{"$ref":"#/definitions/proof"}}`,
			"The proofs that the session held on this device.",
			appendProofs, (*Decoder).readProofs),
		name("held", "The method of the held proof that satisfied the step.",
			func(d *Decision) *string { return &d.Held }),
		part("prompts", `{"$ref":"#/definitions/prompts"}`,
			"The prompt budget: passed prompts in its window (null: unknown), the most it allows "+
				"(0: no budget), whether it softened the base.",
			appendPrompts, (*Decoder).readPrompts),
		part("spent", `{"type":["array","null"],"items":{"$ref":"#/definitions/spent"}}`,
			"What was used up of the limits of `at_most` rules; null: unknown, and then they cap nothing.",
			appendSpent, (*Decoder).readSpent),
		part("caution", yesSchema,
			"Something was done of late that the subject says was not him: no `at_most` capped, and no "+
				"prompt budget softened.",
			func(dst []byte, d *Decision) []byte {
				if !d.Caution {
					return dst
				}
				return append(dst, "true"...)
			},
			func(d *Decoder, e *Event) { d.decisionOf(e).Caution = d.bool() }),
		part("degraded", `{"type":"array","items":{"$ref":"#/definitions/gap"}}`,
			"What the decision was made without.",
			appendGaps, (*Decoder).readGaps),
		list("offers", "The methods on offer.", func(d *Decision) *[]string { return &d.Offers }),
		list("enrol", "The methods that would have been accepted, had the subject one of them.",
			func(d *Decision) *[]string { return &d.Enrol }),
		part("score", `{"type":"integer","minimum":0,"maximum":100}`,
			"The risk points.",
			func(dst []byte, d *Decision) []byte { return appendInt(dst, d.Score) },
			func(d *Decoder, e *Event) { d.decisionOf(e).Score = d.int() }),
		nameOrNull("base", "The step of the matrix, softened by the prompt budget.",
			func(d *Decision) *string { return &d.Base }),
		nameOrNull("floor", "The strongest `require` or `deny` that fired; null: none.",
			func(d *Decision) *string { return &d.Floor }),
		nameOrNull("cap", "The weakest `at_most` that fired and held; null: none.",
			func(d *Decision) *string { return &d.Cap }),
		name("failure", "The least that `on_failure` leaves of a degraded decision.",
			func(d *Decision) *string { return &d.Failure }),
		list("rules", "The enforced rules that fired.", func(d *Decision) *[]string { return &d.Rules }),
		list("unknown", "The enforced rules whose condition was unknown, fired or not.",
			func(d *Decision) *[]string { return &d.Unknown }),
		part("shadow", `{"$ref":"#/definitions/shadow"}`,
			"What the policy would say with every shadow rule enforced.",
			appendShadow, (*Decoder).readShadow),
	}
}

// part is a member of a decision with a codec of its own.
func part(
	name, schema, doc string,
	write func([]byte, *Decision) []byte, read func(*Decoder, *Event),
) member {
	return member{
		name: name, kinds: ofDecision, schema: schema, doc: doc,
		write: ifDecision(write), read: read,
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

// name is a text that is not written when it is empty.
func name(name, doc string, at func(*Decision) *string) member {
	return part(name, textSchema, doc,
		func(dst []byte, d *Decision) []byte {
			if *at(d) == "" {
				return dst
			}
			return appendText(dst, *at(d))
		},
		func(d *Decoder, e *Event) { *at(d.decisionOf(e)) = d.text() })
}

// nameOrNull is a text that is written as null when it is empty.
func nameOrNull(name, doc string, at func(*Decision) *string) member {
	return part(name, `{"type":["string","null"]}`, doc,
		func(dst []byte, d *Decision) []byte {
			if *at(d) == "" {
				return append(dst, "null"...)
			}
			return appendText(dst, *at(d))
		},
		func(d *Decoder, e *Event) {
			if into := at(d.decisionOf(e)); !d.null() {
				*into = d.text()
			}
		})
}

// list is a list of words that is not written when it is empty.
func list(name, doc string, at func(*Decision) *[]string) member {
	return part(name, `{"type":"array","items":{"type":"string"}}`, doc,
		func(dst []byte, d *Decision) []byte {
			if len(*at(d)) == 0 {
				return dst
			}
			return appendTexts(dst, *at(d))
		},
		func(d *Decoder, e *Event) {
			into := at(d.decisionOf(e))
			*into = d.texts(*at(&d.spare))
			if *into != nil {
				*at(&d.spare) = *into
			}
		})
}

// signalKey is where a signal stands in a line.
type signalKey struct {
	name   string // without the group's
	lead   lead
	signal risk.Signal
	set    SignalSet // the signal alone
	kind   risk.Type
}

// signalGroup is one group of signals, in the order of the catalogue.
type signalGroup struct {
	name  string
	lead  lead
	group risk.Groups
	keys  []signalKey
	all   SignalSet
}

// signalGroups is the catalogue, as lines have it.
var signalGroups = groupSignals(risk.Catalogue())

func groupSignals(catalogue []risk.Spec) []signalGroup {
	var groups []signalGroup
	for g := risk.Groups(1); g&risk.AllGroups != 0; g <<= 1 {
		group := signalGroup{name: g.String(), lead: leadOf(len(groups), g.String()), group: g}
		for _, spec := range catalogue {
			if spec.Group == g {
				name := spec.Name[len(group.name)+1:]
				group.keys = append(group.keys, signalKey{name, leadOf(len(group.keys), name), spec.Signal, SignalSet(0).With(spec.Signal), spec.Type})
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
