// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"
)

// policies draws policies that load. Together they have every key of the
// language.
func policies(t *rapid.T) mapping {
	m := mapping{
		{"version", literal("1")},
		{"ladder", ladder(t)},
		{"bands", mapping{{"medium", number(t, 1, 30)}, {"high", number(t, 31, 60)}, {"extreme",
			number(t, 61, 100)}}},
		{"matrix", matrix(t)},
		{"facts", mapping{
			{"amount", mapping{{"type", "decimal"}, {"unit", "EUR"}, {"min", literal("0")}, {"max",
				literal("9999.99")}, {"journal", "round"}}},
			{"payee", mapping{{"type", "string"}, {"journal", oneOf(t, "keep", "hash", "drop")}}},
			{"vip", "bool"},
			{"age", oneOf(t, "number", "number?")},
			{"tags", "strings?"},
		}},
		{"actions", actions(t)},
		{"rules", rules(t)},
	}
	for _, p := range (mapping{
		{"owner", "customer-journeys"},
		{"on_failure", mapping{{"trivial", "allow"}, {"normal", "challenge"}, {"sensitive",
			"challenge"}, {"critical", "deny"}}},
		{"lists", mapping{{"neighbours", list{"BE", "NO"}}, {"hours", list{literal("22"),
			literal("23.5")}}}},
		{"methods", mapping{
			{"code4", mapping{{"channels", list{"web", "app"}}, {"via", list{"sms", "app"}}}},
			{"totp", literal("null")},
		}},
		{"prompts", mapping{{"most", number(t, 1, 1000)}, {"per", oneOf(t, "1h", "24h", "7d")}}},
	}) {
		m = maybe(t, m, p)
	}
	return rapid.Permutation(m).Draw(t, "order")
}

func ladder(t *rapid.T) list {
	confirm := mapping{{"step", "confirm"}, {"do", "challenge"}, {"methods", list{"code4", "code6",
		"mobile4", "totp", "passkey"}}}
	confirm = maybe(t, confirm, pair{"fresh", oneOf(t, "90s", "15m", "24h", "7d", "030d")})
	strong := mapping{{"step", "strong"}, {"do", "challenge"}, {"methods", oneOf[any](t,
		list{"totp", "passkey"},
		mapping{{"passkey", literal("null")}},
		mapping{{"code6", mapping{{"via", list{"sms"}}}}, {"totp", mapping{{"channels",
			list{"phone"}}}}})}}
	strong = maybe(t, strong, pair{"acr", "urn:example:loa:2"})
	return list{
		mapping{{"step", "none"}, {"do", "allow"}},
		mapping{{"step", "notice"}, {"do", "notify"}},
		confirm, strong,
		mapping{{"step", "refuse"}, {"do", "deny"}},
	}
}

func matrix(t *rapid.T) mapping {
	steps := []string{"none", "notice", "confirm", "strong", "refuse"}
	m := mapping{}
	for i, s := range []string{"trivial", "normal", "sensitive", "critical"} {
		row := list{}
		for band := range 4 {
			row = append(row, steps[min(i+band, 4)])
		}
		m = append(m, pair{s, row})
	}
	return rapid.Permutation(m).Draw(t, "rows")
}

func actions(t *rapid.T) mapping {
	m := mapping{{"transfer", mapping{{"sensitivity", "sensitive"}, {"bind", list{"amount",
		"payee"}}}}}
	for _, p := range (mapping{
		{"login", mapping{{"sensitivity", "normal"}, {"session", "none"}, {"without",
			list{"code4"}}}},
		{"email.change", mapping{{"sensitivity", "critical"}, {"touches", list{"email", "sms"}}}},
		{"method.enrol", mapping{{"sensitivity", oneOf(t, "sensitive", "critical")}}},
		{"profile.export", mapping{{"sensitivity", oneOf(t, "normal", "sensitive")}}},
		{"*", mapping{{"sensitivity", oneOf(t, "normal", "critical")}}},
	}) {
		m = maybe(t, m, p)
	}
	return m
}

func rules(t *rapid.T) list {
	all := list{}
	for i := range rapid.IntRange(0, 4).Draw(t, "rules") {
		all = append(all, rule(t, "rule-"+strconv.Itoa(i)))
	}
	return all
}

func rule(t *rapid.T, id string) mapping {
	effect := oneOf(t,
		mapping{{"score", number(t, 1, 100)}},
		mapping{{"score", number(t, 1, 100)}, {"group", "network"}},
		mapping{{"score", number(t, -100, -1)}},
		mapping{{"require", oneOf(t, "notice", "confirm", "strong")}},
		mapping{{"deny", literal("true")}},
		mapping{{"at_most", oneOf(t, "none", "notice")}, {"up_to", oneOf(t, "low", "medium",
			"high")}},
		mapping{{"at_most", "confirm"}, {"limit", oneOf(t,
			mapping{{"count", number(t, 1, 1_000_000)}},
			mapping{{"sum", "amount"}, {"most", literal("99.5")}},
			mapping{{"count", literal("5")}, {"sum", "amount"}, {"most", literal("100")}})}})
	r := slices.Concat(mapping{{"id", id}}, effect)
	r = maybe(t, r, pair{"on", list{"transfer"}}, pair{"mode", oneOf(t, "enforce", "shadow")})
	r = maybe(t, r, pair{"because", mapping{{"en", "You connect from afar."}, {"fr-BE",
		"D'où venez-vous ?"}}},
		pair{"review", "2027-06-01"}, pair{"note", "yes"})
	return maybe(t, r, pair{"when", oneOf(t, "geo.foreign and vip", "amount > 30",
		`geo.country in ["FR"]`)},
		pair{"unknown", "skip"})
}

// maybe appends the pairs, or none of them.
func maybe(t *rapid.T, m mapping, pairs ...pair) mapping {
	if rapid.Bool().Draw(t, "with "+pairs[0].key) {
		return append(m, pairs...)
	}
	return m
}

func oneOf[T any](t *rapid.T, choices ...T) T {
	return choices[rapid.IntRange(0, len(choices)-1).Draw(t, "choice")]
}

func number(t *rapid.T, least, most int) literal {
	return literal(fmt.Sprint(rapid.IntRange(least, most).Draw(t, "number")))
}
