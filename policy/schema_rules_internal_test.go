// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/policy/internal/schema"
	"github.com/proportion-go/proportion/risk"
)

func rulesSchema() *schema.Node {
	return schema.List("Expressions over signals and facts, each with one effect. Their order "+
		"does not matter.", ruleSchema())
}

func ruleSchema() *schema.Node {
	keys := map[string]*schema.Node{
		"id": schema.Name("The name of the rule, unique over all files. It stands in "+
			"decisions, reports and tests.",
			nameOf),
		"on": onSchema(),
		"when": {
			Description: whenDescription(), Type: "string",
			MaxLength: expression.MaxLength, // in bytes, which are no fewer than characters
			Examples: []any{"geo.foreign and not device.known", "not known(geo.country)",
				"(velocity.failures_1h ?? 9) > 3"},
		},
		"unknown": schema.OneOf("What the rule does when its condition is unknown, since a "+
			"signal it reads is missing. It must be written where that can happen. A rule that "+
			"weakens a decision always skips.",
			schema.Choice{Value: "skip",
				Meaning: "Nothing. Whoever can hide the signal can evade the rule."},
			schema.Choice{Value: "fire", Meaning: "The same as when the condition is true."}),
		"mode": schema.OneOf("Whether the rule counts. Left out: enforce.",
			schema.Choice{Value: "enforce", Meaning: "The rule counts."},
			schema.Choice{Value: "shadow",
				Meaning: "The rule is evaluated and reported, and never acted on."}),
		"because": becauseSchema(),
		"review": schema.Name("The date, as 2027-06-01, from which `check` warns that the rule "+
			"wants to be looked at again.",
			schema.Form{Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`,
				Words: "Write a date as 2027-06-01."}),
		"note": schema.Text("A remark for whoever reads the policy. Customers never see it."),
	}
	addEffects(keys)
	effects := strings.Join(effectKeys, ", ")
	rule := schema.Object("One rule, with exactly one of "+effects+".",
		keys, "id")
	for _, effect := range effectKeys {
		rule.OneOf = append(rule.OneOf, &schema.Node{
			Required: []string{effect}, ErrorMessage: "A rule has exactly one of " + effects + ".",
		})
	}
	rule.Dependencies = map[string][]string{
		"group": {"score"}, "up_to": {"at_most"}, "limit": {"at_most"}, "unknown": {"when"},
	}
	return rule
}

func onSchema() *schema.Node {
	on := schema.Set("The actions that the rule is for: exact names, or the beginning of one "+
		"and a star, as payment.*. Left out: every action.",
		schema.Name("The name of an action, or the beginning of one and a star.", patternOf))
	on.MinItems, on.MaxItems = 1, maxActions
	return on
}

func addEffects(keys map[string]*schema.Node) {
	score := schema.Integer("Adds points to the score, or takes some off. The sum, from 0 to "+
		"100, decides the band of risk.", -100, 100)
	score.Not = &schema.Node{Const: 0}
	keys["score"] = score
	keys["require"] = schema.Name("The step of the ladder that the decision has at "+
		"least.", nameOf)
	keys["at_most"] = schema.Name("The step of the ladder that the decision has at most. It "+
		"never undercuts a rule that requires or denies.", nameOf)
	keys["deny"] = &schema.Node{Description: "Refuses: the last step of the ladder.",
		Type: "boolean", Const: true}
	keys["group"] = schema.Name("Of the rules of a group only the one with the most points "+
		"counts, so that one cause is not counted twice. For positive scores.", nameOf)
	keys["up_to"] = schema.OneOf("The highest band in which the at_most holds. Left out: "+
		"medium. Never extreme.",
		choices(bandNames[:Extreme-1])...)
	keys["limit"] = limitSchema()
}

func limitSchema() *schema.Node {
	limit := schema.Object("How often, and up to which sum, the at_most may hold since the "+
		"customer last passed the step that it spares. It has count, or sum and most, or all "+
		"three.", map[string]*schema.Node{
		"count": schema.Integer("How many times.", 1, 1_000_000),
		"sum":   schema.Name("The decimal fact that is added up.", identifierOf),
		"most":  schema.Number("What the sum may reach, above 0."),
	})
	limit.AnyOf = []*schema.Node{{Required: []string{"count"}}, {Required: []string{"sum"}}}
	limit.Dependencies = map[string][]string{"sum": {"most"}, "most": {"sum"}}
	return limit
}

func becauseSchema() *schema.Node {
	text := schema.Text("What a customer is told in this language when the rule fired: the " +
		"reason in plain words, without thresholds.")
	because := schema.Map("Why the rule asks for something, in the customer's words, by "+
		"language. English is what a customer sees whose language is not "+
		"listed.", languageOf, text)
	because.Properties = map[string]*schema.Node{"en": text}
	because.Required = []string{"en"}
	return because
}

// whenDescription lists every signal of the catalogue.
func whenDescription() string {
	var b strings.Builder
	b.WriteString("The condition: an expression over signals, declared facts and named lists. " +
		"Left out: always true. Put it in quotes if it has `: `, ` #`, or begins with a " +
		"sign.\n\nSignals:")
	specs := risk.Catalogue()
	slices.SortStableFunc(specs, func(a, b risk.Spec) int { return int(a.Group) - int(b.Group) })
	for _, s := range specs {
		fmt.Fprintf(&b, "\n- %s (%s): %s", s.Name, signalType(s), s.Range)
		if s.UnknownWhen != "" {
			fmt.Fprintf(&b, "; unknown: %s", s.UnknownWhen)
		}
	}
	return b.String()
}

func signalType(s risk.Spec) string {
	if s.Unit == "" {
		return s.Type.String()
	}
	return s.Type.String() + ", " + s.Unit
}
