// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"fmt"
	"strings"

	"github.com/proportion-go/proportion/policy/internal/schema"
)

// schemaOfPolicies describes one policy file. Names, values and forms come
// from the loader's own tables; the words are for whoever writes a policy.
func schemaOfPolicies() *schema.Node {
	root := schema.Object("A Proportion policy, or a part of one: what an action deserves as "+
		"proof, given how much harm it can do and how risky the request looks. One file holds "+
		"ladder, bands and matrix; others may add facts, lists, actions and rules.",
		map[string]*schema.Node{
			"version": versionSchema(),
			"owner": schema.Text("The team that answers for the rules in this file. It " +
				"stands in explanations and reports."),
			"on_failure": failureSchema(),
			"facts":      factsSchema(),
			"lists":      listsSchema(),
			"methods": waysSchema("Where and how each method works, for every step of the " +
				"ladder that does not say otherwise. One file may have it."),
			"ladder":  ladderSchema(),
			"bands":   bandsSchema(),
			"matrix":  matrixSchema(),
			"actions": actionsSchema(),
			"prompts": promptsSchema(),
			"rules":   rulesSchema(),
		}, "version")
	root.Schema = schema.Draft
	root.ID = "https://github.com/proportion-go/proportion/policy/schema.json"
	root.Title = "Proportion policy"
	root.Definitions = map[string]*schema.Node{
		"method":  schema.OneOf("A method.", methodChoices()...),
		"contact": schema.OneOf("A kind of contact.", choices(contactNames[1:])...),
		"channel": schema.OneOf("A channel, as the host's route sets it.",
			choices(channelNames[:])...),
	}
	return root
}

// The forms of names, from the loader, in words for an editor to show.
var (
	nameOf = schema.Form{
		Pattern: nameForm.String(),
		Words:   "A name is letters, digits and . _ : - and begins with a letter or digit.",
	}
	identifierOf = schema.Form{
		Pattern: identifierForm.String(),
		Words:   "A name is letters, digits and _ and begins with a small letter.",
	}
	patternOf = schema.Form{
		Pattern: patternForm.String(),
		Words:   "Write the name of an action, or the beginning of one and a star: payment.*",
	}
	languageOf = schema.Form{
		Pattern: languageForm.String(),
		Words:   "Write a language as en, fr or fr-BE.",
	}
)

func versionSchema() *schema.Node {
	return &schema.Node{
		Description: fmt.Sprintf("The version of the policy language. This build reads %d.",
			version),
		Type: "integer", Const: version,
	}
}

func choices(names []string, meanings ...string) []schema.Choice {
	all := make([]schema.Choice, 0, len(names))
	for i, name := range names {
		c := schema.Choice{Value: name}
		if i < len(meanings) {
			c.Meaning = meanings[i]
		}
		all = append(all, c)
	}
	return all
}

func failureSchema() *schema.Node {
	keys := map[string]*schema.Node{}
	for s := Critical; s <= Trivial; s++ {
		allowed := []schema.Choice{
			{Value: "deny", Meaning: "Refuse until everything works again."},
			{Value: "challenge",
				Meaning: "Ask for the strongest proof whose attempts can still be counted."},
		}
		if s == Trivial {
			allowed = append(allowed, schema.Choice{Value: "allow",
				Meaning: "Let it pass: no harm can come of it."})
		}
		keys[s.String()] = schema.OneOf("The least that a "+s.String()+" action gets when "+
			"something fails.", allowed...)
	}
	return schema.Object("What each sensitivity gets at least when the store cannot be "+
		"reached, the action is not listed, or a fact is missing. Never less for a more "+
		"sensitive one; only trivial may be allowed. Left out: deny, for "+
		"all.", keys, sensitivityNames[:]...)
}

func factsSchema() *schema.Node {
	types := choices(factTypes[1:],
		"A floating-point number, for what is measured. A proof cannot be bound to it.",
		"An exact decimal of at most 18 digits, for money.",
		"true or false.",
		"One text.",
		"A list of texts.")
	for _, c := range types[:len(types):len(types)] {
		types = append(types, schema.Choice{Value: c.Value + "?",
			Meaning: "May be absent, and is then unknown. " + c.Meaning})
	}
	short := schema.OneOf("A typed value that the host passes with a request: its type. With a "+
		"`?` it may be absent, and is then unknown.", types...)
	long := schema.Object("A typed value that the host passes with a request.",
		map[string]*schema.Node{
			"type": schema.OneOf("The type. With a `?` the value may be absent, and is then "+
				"unknown.",
				types...),
			"unit": schema.Text("What the value is counted in, for example EUR or h. It is " +
				"shown beside the value."),
			"min": schema.Number("The least value. One below it counts as missing, and the " +
				"request as incomplete. Numbers and decimals only."),
			"max": schema.Number("The greatest value. One above it counts as missing, and the " +
				"request as incomplete. Numbers and decimals only."),
			"journal": schema.OneOf("How the journal keeps the value. Texts are dropped by "+
				"default, others kept.",
				choices(journalModes,
					"As it is.",
					"Rounded, so that it no longer names one event. Numbers and decimals only.",
					"As a keyed hash: equal values can be recognised, and nothing else.",
					"Not at all.")...),
		}, "type")
	either := &schema.Node{
		Description: "A typed value that the host passes with a request: its type, or a " +
			"mapping that says more.",
		AnyOf: []*schema.Node{short, long},
	}
	return schema.Map("Typed values that the host passes with a request, by name. Conditions "+
		"read them by that name; actions bind proofs to them.",
		identifierOf, either)
}

func listsSchema() *schema.Node {
	texts := schema.List("A list of texts.",
		schema.Text("One text of the list. Put what looks like a number in quotes."))
	numbers := schema.List("A list of numbers.", schema.Number("One number of the list."))
	texts.MinItems, numbers.MinItems = 1, 1
	return schema.Map("Named lists of texts or of numbers, for conditions such as `geo.country "+
		"in neighbours`.",
		identifierOf, &schema.Node{
			Description: "A list of texts, or of numbers, not of both.",
			AnyOf:       []*schema.Node{texts, numbers},
		})
}

func bandsSchema() *schema.Node {
	keys := map[string]*schema.Node{}
	for _, name := range bandNames[1:] {
		keys[name] = schema.Integer("The score from which the risk is "+name+".", 1, 100)
	}
	return schema.Object("Where the bands of risk begin, on the score from 0 to 100, each "+
		"above the one before. low begins at 0.", keys, bandNames[1:]...)
}

func matrixSchema() *schema.Node {
	keys := map[string]*schema.Node{}
	for s := Critical; s <= Trivial; s++ {
		row := schema.List("The steps of a "+s.String()+" action in the bands "+
			""+strings.Join(bandNames[:], ", ")+", in this order.",
			schema.Name("A step of the ladder.", nameOf))
		row.MinItems, row.MaxItems = bandCount, bandCount
		keys[s.String()] = row
	}
	return schema.Object("The step of the ladder for each sensitivity and each band. A higher "+
		"band or sensitivity never gets a weaker step.", keys, sensitivityNames[:]...)
}

func promptsSchema() *schema.Node {
	return schema.Object("The friction budget: how often a customer may be asked for proof "+
		"before harmless actions on a trusted device are no longer challenged. It never "+
		"softens what a rule requires.",
		map[string]*schema.Node{
			"most": schema.Integer("How many passed prompts a customer may have in the window.",
				1, 1000),
			"per": schema.OneOf("The window.", choices([]string{"1h", "24h", "7d"})...),
		}, "most", "per")
}
