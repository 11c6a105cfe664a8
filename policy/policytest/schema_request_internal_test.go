// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest

import (
	"strings"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/internal/schema"
	"github.com/proportion-go/proportion/risk"
)

// The word unknown stands in for most values.
const (
	unknownPattern = `^unknown$`
	orUnknown      = " `unknown` takes away what an outer part gives."
)

// situationSchema has the keys that describe a request.
func situationSchema() map[string]*schema.Node {
	prompts := schema.Integer("How many challenges the subject passed within the window of the "+
		"policy's budget."+
		orUnknown, 0, 1_000_000)
	unlessUnknown(prompts, "integer", "Write a whole number, or unknown.")
	keys := map[string]*schema.Node{
		"action": schema.Name("The name of what is attempted.", someText),
		"at": schema.Name("When the request takes place: 2026-11-21 12:00 in UTC, or "+
			"2026-11-21T12:00:00+01:00. Left out: noon of Monday, 5 January 2026.", schema.Form{
			Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{1,2}:[0-9]{2}`,
			Words:   "Write 2026-11-21 12:00, in UTC, or 2026-11-21T12:00:00+01:00.",
		}),
		"facts":   factsSchema(),
		"prompts": prompts,
		"spent":   spentSchema(),
		"proofs":  proofsSchema(),
		"store": schema.OneOf("Whether the decision can reach its store.",
			schema.Choice{Value: "works", Meaning: "It can, which is the default."},
			schema.Choice{Value: "failed", Meaning: "It cannot: the policy's on_failure holds."}),
	}
	for _, spec := range risk.Catalogue() {
		group, signal, _ := strings.Cut(spec.Name, ".")
		if !given(spec.Signal) {
			continue
		}
		if keys[group] == nil {
			keys[group] = schema.Object("Signals of the group "+group+". What is not given is "+
				"unknown."+orUnknown,
				map[string]*schema.Node{})
			unlessUnknown(keys[group], "object", "Write a mapping of signals, or unknown.")
		}
		keys[group].Properties[signal] = signalSchema(spec)
	}
	return keys
}

// given reports whether a test can give the signal.
func given(id risk.Signal) bool {
	for _, d := range derived {
		if d == id {
			return false
		}
	}
	return true
}

// unlessUnknown lets a value that is no text be the word unknown.
func unlessUnknown(n *schema.Node, kind, words string) {
	n.Type = []string{kind, "string"}
	n.Pattern, n.PatternErrorMessage = unknownPattern, words
}

func signalSchema(spec risk.Spec) *schema.Node {
	n := &schema.Node{Description: describe(spec)}
	switch spec.Type {
	case risk.Bool:
		n.Type, n.Enum = []string{"boolean", "string"}, []any{true, false, "unknown"}
	case risk.Number:
		unlessUnknown(n, "number", "Write a number, or unknown.")
	case risk.List:
		n.Items = schema.Name("One of the list.", someText)
		unlessUnknown(n, "array", "Write a list, or unknown.")
	case risk.Text:
		n.Type, n.Pattern, n.PatternErrorMessage = "string", someText.Pattern, someText.Words
		if f, ok := forms[spec.Signal]; ok {
			n.Pattern = unknownPattern + "|" + f.form.String()
			n.PatternErrorMessage = "Write " + f.want + ", or unknown."
		}
	}
	return n
}

func describe(spec risk.Spec) string {
	kind := spec.Type.String()
	if spec.Unit != "" {
		kind += ", " + spec.Unit
	}
	text := spec.Name + " (" + kind + "): " + spec.Range + "."
	if spec.UnknownWhen != "" {
		text += " Unknown: " + spec.UnknownWhen + "."
	}
	return text
}

func factsSchema() *schema.Node {
	return schema.Map("What the service adds, by the names and types that the policy declares.",
		identifier,
		&schema.Node{
			Description: "A value of the type that the policy declares." + orUnknown,
			Type:        []string{"number", "boolean", "string", "array"},
			Items:       schema.Name("One text of the list.", someText),
		})
}

func spentSchema() *schema.Node {
	one := schema.Object("What is used up of the limit of one rule.", map[string]*schema.Node{
		"count": schema.Integer("How many times the rule held.", 0, 1_000_000),
		"sum":   schema.Number("What the fact of its limit adds up to."),
	})
	spent := schema.Map("What is used up of the limits of at_most rules, by rule. {} is "+
		"nothing."+orUnknown, name, one)
	unlessUnknown(spent, "object", "Write a mapping of rules, or unknown.")
	return spent
}

func proofsSchema() *schema.Node {
	var methods []string
	for m := policy.Code4; m <= policy.Passkey; m++ {
		methods = append(methods, m.String())
	}
	return schema.List("The proofs that the session holds. A list replaces that of an outer "+
		"part.",
		schema.Object("One proof.", map[string]*schema.Node{
			"method": schema.OneOf("What was proven with.", choices(methods)...),
			"action": schema.Name("The action that it was given for.", someText),
			"age": schema.Name("How long ago, as 90s, 15m, 24h or 7d.",
				schema.Form{Pattern: `^[0-9]+[smhd]$`, Words: "Write 90s, 15m, 24h or 7d."}),
			"band": schema.OneOf("The band of risk when it was given.", choices(bands)...),
			"bound": schema.Bool("Whether it was bound to facts, and so counts for nothing " +
				"else."),
		}, "method", "action", "age", "band"))
}
