// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package schematest_test

import (
	"slices"

	"pgregory.net/rapid"
)

// oddities are values that some key takes and most do not.
var oddities = []any{
	"", "none", "confirm", "deny", "yes", "sms", "code4", "15m", "0s", "-5m", "2027-6-1", "FR",
	"a b", "payment.*", "*",
	"amount", "number?", "1h", "medium", "extreme", "en", "1",
	literal("0"), literal("1"), literal("-1"), literal("101"), literal("2.50"),
	literal("99999999999"),
	literal("true"), literal("false"), literal("null"),
	list{}, list{"code4"}, list{"code4", "code4"}, list{literal("1")}, list{"email"}, list{"none",
		"none", "none", "none"},
	mapping{}, mapping{{"count", literal("3")}}, mapping{{"en", "Why."}}, mapping{{"via",
		list{"sms"}}},
	mapping{{"type", "bool"}},
	"unknown", "12:00", "2026-11-21 9:05", "fr", "store", "fact", "transfer", "afar", " ",
	list{"afar"}, list{"fact amount"}, mapping{{"sum", literal("-2")}}, mapping{{"foreign",
		"unknown"}},
}

// keys are those of all mappings, and some that no mapping has.
var keys = []string{
	"version", "owner", "on_failure", "facts", "lists", "methods", "ladder", "bands", "matrix",
	"actions", "prompts",
	"rules", "step", "do", "fresh", "acr", "channels", "via", "type", "unit", "min", "max",
	"journal", "sensitivity",
	"session", "without", "bind", "touches", "id", "on", "when", "unknown", "score", "require",
	"at_most", "deny", "up_to",
	"limit", "group", "mode", "because", "review", "note", "count", "sum", "most", "per", "low",
	"medium", "trivial",
	"en", "fr", "EN", "*", "code4", "totp", "sms", "login", "method.enrol", "Amount", "a b", "",
	"1", "x",
}

// mutate changes one place of a tree, which may leave it valid.
func mutate(t *rapid.T, value any) any {
	m, isMap := value.(mapping)
	l, isList := value.(list)
	here := rapid.IntRange(0, 3).Draw(t, "here") == 0
	switch {
	case isMap && len(m) > 0:
		return mutateMapping(t, slices.Clone(m), here)
	case isList && len(l) > 0:
		return mutateList(t, slices.Clone(l), here)
	}
	return odd(t)
}

func mutateMapping(t *rapid.T, m mapping, here bool) any {
	i := rapid.IntRange(0, len(m)-1).Draw(t, "entry")
	if !here {
		m[i].value = mutate(t, m[i].value)
		return m
	}
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		return slices.Delete(m, i, i+1)
	case 1:
		m[i].key = rapid.SampledFrom(keys).Draw(t, "key")
		return m
	case 2:
		return append(m, pair{rapid.SampledFrom(keys).Draw(t, "key"), odd(t)})
	}
	return odd(t)
}

func mutateList(t *rapid.T, l list, here bool) any {
	i := rapid.IntRange(0, len(l)-1).Draw(t, "item")
	if !here {
		l[i] = mutate(t, l[i])
		return l
	}
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		return slices.Delete(l, i, i+1)
	case 1:
		return append(l, l[i])
	case 2:
		return append(l, odd(t))
	}
	return odd(t)
}

func odd(t *rapid.T) any { return rapid.SampledFrom(oddities).Draw(t, "oddity") }
