// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import "github.com/proportion-go/proportion/policy/internal/schema"

// durationOf is what value.duration reads: a positive whole number of one
// unit. The limit of 30 days is the loader's to know.
var durationOf = schema.Form{
	Pattern: `^[0-9]*[1-9][0-9]*[smhd]$`,
	Words:   "Write 90s, 15m, 24h or 7d, at most 30d.",
}

func methodChoices() []schema.Choice {
	return choices(methodNames[1:],
		"Four digits sent to a registered contact. A confirmation inside a session, not an "+
			"authenticator.",
		"Six digits sent to a registered contact.",
		"Four digits shown where the action happens, typed into the customer's own app on a "+
			"registered mobile.",
		"A time-based code of an authenticator app (RFC 6238).",
		"One of ten single-use recovery codes.",
		"WebAuthn with user verification: the only one that resists phishing.")
}

func waysSchema(description string) *schema.Node {
	keys := map[string]*schema.Node{}
	for _, c := range methodChoices() {
		keys[c.Value] = waySchema(c.Value, c.Meaning)
	}
	return schema.Object(description, keys)
}

// waySchema lets a method stand without a value, as in { totp: }.
func waySchema(method, meaning string) *schema.Node {
	way := schema.Object(meaning+" Leave the value empty where nothing is to be said.",
		map[string]*schema.Node{
			"channels": schema.Set("The channels on which "+method+" can be asked for.",
				schema.Refer("channel")),
			"via": schema.Set("By which contacts a code is sent, for code4 and code6 only. The "+
				"strongest challenge never accepts one by email.",
				schema.Refer("contact")),
		})
	way.Type = []string{"object", "null"}
	return way
}

func ladderSchema() *schema.Node {
	ladder := schema.List("The frictions, weakest first: allow, notify, challenge, and last "+
		"the one step that denies. A stronger challenge accepts no method and no older proof "+
		"that a weaker one does not.", stepSchema())
	ladder.MinItems, ladder.MaxItems = 1, maxSteps
	return ladder
}

func stepSchema() *schema.Node {
	set := schema.Set("Methods that pass the step, each as the policy's methods say.",
		schema.Refer("method"))
	set.MinItems = 1
	ways := waysSchema("Methods that pass the step, and how each works in it.")
	ways.MinProperties = 1
	step := schema.Object("One step of the ladder.", map[string]*schema.Node{
		"step": schema.Name("The name of the step, for matrix and rules to refer to.", nameOf),
		"do": schema.OneOf("What the step does.", choices(outcomeNames[:],
			"Refuse. The last step, and no other.",
			"Ask for a proof.",
			"Let it pass, and tell the customer.",
			"Let it pass.")...),
		"methods": {
			Description: "What passes the challenge: a list of methods, or a mapping that says " +
				"how each works.",
			AnyOf: []*schema.Node{set, ways},
		},
		"fresh": schema.Name("How old a proof may be and still pass the step: 90s, 15m, 24h or "+
			"7d, at most 30d. Left out: a proof already held never does.", durationOf),
		"acr": schema.Text("The authentication context class that a proof of this step " +
			"reaches (OpenID Connect acr, RFC 9470)."),
	}, "step", "do")
	step.If = &schema.Node{
		Properties: map[string]*schema.Node{"do": {Const: Challenge.String()}},
		Required:   []string{"do"},
	}
	step.Then = &schema.Node{
		Required: []string{"methods"}, ErrorMessage: "A step that challenges has methods.",
	}
	step.Else = &schema.Node{
		Properties: map[string]*schema.Node{
			"methods": schema.Never(), "fresh": schema.Never(), "acr": schema.Never(),
		},
		ErrorMessage: "methods, fresh and acr are for steps that challenge.",
	}
	return step
}

func actionsSchema() *schema.Node {
	all := schema.Map("What can be attempted, by name, and how much harm it can do. An action "+
		"that is not listed is critical, unless \"*\" says otherwise.",
		schema.Form{Pattern: `^\*$|` + nameOf.Pattern, Words: nameOf.Words},
		actionSchema("One action.", sensitivityNames[:]))
	all.Properties = map[string]*schema.Node{
		"*": actionSchema("Every action that is neither listed nor built in, never trivial.",
			sensitivityNames[:Trivial]),
	}
	for name, s := range builtIn {
		least, _ := leastSensitive(name)
		all.Properties[name] = actionSchema("Built in: "+s.String()+" unless the policy says "+
			"otherwise, never less than "+least.String()+", and not covered by \"*\", since it "+
			"guards the account itself.", sensitivityNames[:least+1])
	}
	return all
}

func bindSchema() *schema.Node {
	bind := schema.Set("Facts that a proof of the action is bound to: it is good for exactly "+
		"these values, once, and the message that carries a code names them.",
		schema.Name("A declared fact, without `?` and not a number.", identifierOf))
	bind.MaxItems = maxBind
	return bind
}

func actionSchema(description string, sensitivities []string) *schema.Node {
	return schema.Object(description, map[string]*schema.Node{
		"sensitivity": schema.OneOf("How much harm the action can do. It picks the row of the "+
			"matrix.",
			choices(sensitivities,
				"It can take over the account or move what cannot be got back.",
				"It can cost the customer money, privacy or access.",
				"The everyday use of the service.",
				"No harm can come of it.")...),
		"session": schema.OneOf("Whether the action happens before there is a session.",
			schema.Choice{Value: "none", Meaning: "There is no session yet: a login."}),
		"without": schema.Set("Methods that do not prove this action.", schema.Refer("method")),
		"bind":    bindSchema(),
		"touches": schema.Set("Contacts that the action changes: none of them can prove it.",
			schema.Refer("contact")),
	}, "sensitivity")
}
