// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package workload

import (
	"math/rand/v2"
	"slices"
	"strconv"
)

// EffectKind is what a rule does when it fires.
type EffectKind uint8

// The kinds of effects.
const (
	Score EffectKind = iota
	Require
	AtMost
	Deny
)

// Effect is a rule's effect.
type Effect struct {
	Kind   EffectKind
	Points int
	Step   Step
}

// Apply gives the tally the effect.
func (e Effect) Apply(t *Tally) {
	switch e.Kind {
	case Score:
		t.Score(e.Points, true)
	case AtMost:
		t.AtMost(e.Step, true)
	default:
		t.Require(e.Step, true)
	}
}

// Rule is a condition with an effect, for one action or for all.
type Rule struct {
	ID     string
	Action string // "": every action
	When   Condition
	Effect Effect
}

// Applies reports whether the rule is for the action.
func (r *Rule) Applies(action string) bool { return r.Action == "" || r.Action == action }

// template is what rules demand of one field: thresholds that people choose,
// and the bound below which the others lie.
type template struct {
	field      string
	signs      []string
	thresholds []int
	bound      int
	texts      []string
}

// oddly is the share of thresholds that are not round.
const oddly = 0.3

var (
	booleans = []string{
		"geo.foreign", "geo.hosting", "geo.vpn", "geo.tor", "geo.new_country", "geo.new_asn",
		"device.known", "device.trusted", "device.automated", "payee_trusted",
	}
	numbers = []template{
		{"travel.speed_kmh", []string{">"}, []int{300, 500, 800, 900, 1000}, 2000, nil},
		{"travel.km", []string{">"}, []int{100, 200, 500, 1000}, 5000, nil},
		{"device.age_days", []string{"<", "<="}, []int{1, 2, 7, 14, 30, 90}, 365, nil},
		{"velocity.failures_1h", []string{">", ">="}, []int{1, 2, 3, 5, 10}, 20, nil},
		{"velocity.failures_24h", []string{">", ">="}, []int{3, 5, 10, 20}, 50, nil},
		{"velocity.ip_failures_1h", []string{">"}, []int{10, 20, 50, 100}, 200, nil},
		{"velocity.prompts_24h", []string{">", "<"}, []int{1, 2, 3, 5}, 10, nil},
		{"history.logins", []string{"<"}, []int{3, 5, 10, 20}, 100, nil},
		{"history.days_since_last", []string{">"}, []int{7, 30, 90, 180}, 365, nil},
		{"session.age_s", []string{">"}, []int{300, 900, 1800, 3600, 28800}, 40000, nil},
		{"time.hour_utc", []string{"<", ">="}, []int{5, 6, 7, 22, 23}, 24, nil},
		{
			"amount", []string{">", "<=", ">=", "<"}, []int{10, 20, 30, 50, 100, 150, 250, 500, 1000, 2500, 5000},
			6000, nil,
		},
		{"account_days", []string{"<"}, []int{7, 30, 90, 180, 365}, 1000, nil},
		{"sim_changed_hours", []string{"<"}, []int{24, 48, 72, 168}, 500, nil},
	}
	texts = []template{
		{field: "client.channel", texts: []string{"web", "app", "phone", "api"}},
		{field: "segment", texts: []string{"consumer", "business", "premium", "prepaid"}},
		{field: "geo.country", texts: countries},
	}
	countries = []string{
		"FR", "BE", "CH", "DE", "ES", "IT", "LU", "GB", "NL", "PT", "PL", "RO", "SE", "MA",
		"SN", "TN", "US", "CA", "BR", "SG", "JP", "AU", "IN", "ZA",
	}
	lists = []List{
		{"neighbours", []string{"BE", "CH", "DE", "ES", "IT", "LU"}},
		{"benelux", []string{"BE", "NL", "LU"}},
		{"iberia", []string{"ES", "PT", "MA"}},
		{"overseas", []string{"US", "CA", "AU", "JP"}},
		{"reviewed", []string{"BR", "SG", "IN", "ZA", "RO"}},
		{"maghreb", []string{"MA", "TN", "SN"}},
		{"nordic", []string{"SE", "PL", "DE"}},
		{"served", []string{"FR", "BE", "CH", "LU", "CA", "SN", "MA", "TN"}},
	}
)

// Lists returns the lists that rules name.
func Lists() []List { return slices.Clone(lists) }

// rules returns n rules. Those of actions have perAction in a row each.
func rules(prefix string, n int, actions []string, rng *rand.Rand) []Rule {
	made := make([]Rule, n)
	for i := range made {
		made[i] = Rule{ID: prefix + strconv.Itoa(i), When: shape(rng), Effect: effect(rng)}
		if len(actions) > 0 {
			made[i].Action = actions[i/perAction]
		}
	}
	return made
}

// effect makes most rules scores and few of them denials, as policies do.
func effect(rng *rand.Rand) Effect {
	switch p := rng.Float64(); {
	case p < 0.55:
		return Effect{Kind: Score, Points: 5 * (1 + rng.IntN(8))}
	case p < 0.64:
		return Effect{Kind: Score, Points: -5 * (1 + rng.IntN(4))}
	case p < 0.85:
		return Effect{Kind: Require, Step: Confirm + Step(rng.IntN(2))}
	case p < 0.97:
		return Effect{Kind: AtMost, Step: Step(rng.IntN(3))}
	}
	return Effect{Kind: Deny, Step: Refuse}
}

// shape returns a condition of two to four predicates over different fields.
func shape(rng *rand.Rand) Condition {
	p := predicates(4, rng)
	switch r := rng.Float64(); {
	case r < 0.35:
		return and(p[0], p[1])
	case r < 0.55:
		return and(p[0], p[1], p[2])
	case r < 0.70:
		return and(p[0], or(p[1], p[2]))
	case r < 0.80:
		return or(and(p[0], p[1]), and(p[2], p[3]))
	case r < 0.90:
		return and(p[0], not(or(p[1], p[2])))
	}
	return and(p[0], or(p[1], and(p[2], not(p[3]))))
}

func and(parts ...Condition) Condition { return Condition{Op: And, Parts: parts} }
func or(parts ...Condition) Condition  { return Condition{Op: Or, Parts: parts} }

// not never stands before another not, which no person writes.
func not(c Condition) Condition {
	if c.Op == Not {
		return c.Parts[0]
	}
	return Condition{Op: Not, Parts: []Condition{c}}
}

func predicates(n int, rng *rand.Rand) []Condition {
	var made []Condition
	used := map[string]bool{}
	for len(made) < n {
		c := predicate(rng)
		name := c.Field.Name
		if c.Op == Not {
			name = c.Parts[0].Field.Name
		}
		if !used[name] {
			used[name] = true
			made = append(made, c)
		}
	}
	return made
}

func predicate(rng *rand.Rand) Condition {
	switch r := rng.Float64(); {
	case r < 0.45:
		c := Condition{Op: Is, Field: fieldNamed(pick(booleans, rng))}
		if rng.IntN(2) == 0 {
			return not(c)
		}
		return c
	case r < 0.80:
		t := pick(numbers, rng)
		threshold := pick(t.thresholds, rng)
		if rng.Float64() < oddly {
			threshold = 1 + rng.IntN(t.bound-1)
		}
		sign := pick(t.signs, rng)
		return Condition{Op: Compare, Field: fieldNamed(t.field), Sign: sign, Number: threshold}
	case r < 0.90:
		return Condition{Op: In, Field: fieldNamed("geo.country"), List: pick(lists, rng)}
	}
	t := pick(texts, rng)
	return Condition{Op: Equal, Field: fieldNamed(t.field), Text: pick(t.texts, rng)}
}

func pick[T any](from []T, rng *rand.Rand) T { return from[rng.IntN(len(from))] }
