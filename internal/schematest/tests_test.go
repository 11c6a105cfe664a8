// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"strconv"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// tested is the policy of the test files that are drawn.
const tested = `version: 1
facts:
  amount: { type: decimal }
  payee: string
  vip: bool
  tags: strings?
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [totp] }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial: [none, none, none, none]
  normal: [none, none, none, confirm]
  sensitive: [confirm, confirm, confirm, refuse]
  critical: [confirm, confirm, refuse, refuse]
rules:
  - { id: afar, when: geo.foreign, unknown: skip, score: 5, because: { en: You are far away. } }
  - { id: small, when: amount < 30, at_most: none, limit: { count: 3 } }
`

func loadTests(data string) error {
	_, err := policytest.Parse(
		policy.Source{Name: "policy.yaml", Data: []byte(tested)},
		policy.Source{Name: "policy_test.yaml", Data: []byte(data)})
	return err
}

// testFiles draws files of tests that load. Together they have every key of
// the language, and a signal of each type.
func testFiles(t *rapid.T) mapping {
	m := mapping{{"version", literal("1")}}
	m = maybe(t, m, pair{"given", situation(t)})
	tests := list{}
	for i := range rapid.IntRange(1, 3).Draw(t, "tests") {
		tests = append(tests, testCase(t, "test "+strconv.Itoa(i)))
	}
	return rapid.Permutation(append(m, pair{"tests", tests})).Draw(t, "order")
}

func testCase(t *rapid.T, name string) mapping {
	m := append(situation(t), pair{"name", name}, pair{"action", "transfer"})
	if rapid.Bool().Draw(t, "table") {
		first, second := situation(t), situation(t)
		return append(m, pair{"cases", list{
			append(first, pair{"name", "one"}, pair{"expect", expected(t)}),
			append(second, pair{"name", "two"}, pair{"expect", expected(t)}),
		}})
	}
	return append(m, pair{"expect", expected(t)})
}

func situation(t *rapid.T) mapping {
	m := mapping{}
	for _, p := range (mapping{
		{"at", oneOf(t, "2026-11-21 12:00", "2026-11-21 12:00:59", "2026-11-21T12:00:00+01:00")},
		{"facts", oneOf[any](t, mapping{}, mapping{
			{"amount", oneOf[any](t, literal("12.50"), literal("-3"), "unknown")},
			{"payee", oneOf(t, "acme", "", "FR76 3000")}, {"vip", literal("true")},
			{"tags", oneOf[any](t, list{}, list{"a", "b"}, "unknown")},
		})},
		{"prompts", oneOf[any](t, "unknown", number(t, 0, 9))},
		{"spent", oneOf[any](t, "unknown", mapping{}, mapping{{"small", mapping{
			{"count", number(t, 0, 9)}, {"sum", literal("45.5")},
		}}})},
		{"proofs", oneOf(t, list{}, list{mapping{
			{"method", oneOf(t, "code4", "totp", "passkey")}, {"action", "login"},
			{"age", oneOf(t, "0s", "15m", "7d")}, {"band", "low"}, {"bound", literal("true")},
		}})},
		{"store", oneOf(t, "works", "failed")},
		{"geo", oneOf[any](t, "unknown", mapping{}, mapping{
			{"country", oneOf(t, "FR", "unknown")}, {"region", "FR-IDF"},
			{"foreign", oneOf[any](t, literal("false"), "unknown")},
			{"asn", oneOf[any](t, literal("64500"), "unknown")},
		})},
		{"client", mapping{{"channel", oneOf(t, "web", "shop", "unknown")}, {"language", "fr-BE"}}},
		{"session", mapping{{"methods", oneOf[any](t, list{"totp"}, list{}, "unknown")}}},
		{"device", mapping{{"known", literal("true")}, {"drift", literal("0.25")}}},
	}) {
		m = maybe(t, m, p)
	}
	return m
}

func expected(t *rapid.T) mapping {
	m := mapping{{"outcome", oneOf(t, "allow", "notify", "challenge", "deny")}}
	for _, p := range (mapping{
		{"step", oneOf(t, "none", "confirm", "refuse")},
		{"band", oneOf(t, "low", "extreme")},
		{"score", number(t, 0, 100)},
		{"fired", list{"afar"}},
		{"not_fired", list{"afar", "small"}},
		{"unknown", list{"small"}},
		{"shadow", "confirm"},
		{"degraded", oneOf(t, list{}, list{"store", "fact amount"})},
		{"reasons", mapping{{"en", oneOf(t, list{}, list{"You are far away."})}, {"fr", list{}}}},
	}) {
		m = maybe(t, m, p)
	}
	return m
}
