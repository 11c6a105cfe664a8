// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// facts are what the tests' conditions may name besides signals.
var facts = []expression.Fact{
	{Name: "amount", Kind: expression.Number},
	{Name: "age", Kind: expression.Number, Optional: true},
	{Name: "payee", Kind: expression.Text},
	{Name: "vip", Kind: expression.Bool},
	{Name: "tags", Kind: expression.Texts},
}

func environment() *expression.Environment {
	return expression.NewEnvironment(facts, map[string]expression.List{
		"near":  {Texts: []string{"FR", "BE", "NL", "DE", "LU", "CH", "IT", "ES", "PT"}},
		"hours": {Numbers: []float64{1, 2, 3.5}},
	})
}

func compile(t testing.TB, text string) *expression.Program {
	t.Helper()
	p, problems := environment().Compile(text)
	if len(problems) > 0 {
		t.Fatalf("%s: %+v", text, problems)
	}
	return p
}

// frame knows some things and not others; what it does not know is listed.
func frame() *expression.Frame {
	s := new(risk.Signals)
	s.SetText(risk.GeoCountry, "FR")
	s.SetBool(risk.DeviceKnown, risk.True)
	s.SetBool(risk.GeoTor, risk.False)
	s.SetNumber(risk.TravelKM, 1000)
	s.SetNumber(risk.HistoryLogins, 0)
	s.SetList(risk.SessionMethods, []string{"code6", "totp"})
	// Unknown: geo.foreign, travel.hours, geo.region, age.
	return &expression.Frame{
		Signals: s, Action: "login", Sensitivity: "normal",
		Facts: []expression.Value{
			{Known: true, Number: 12.5}, {}, {Known: true, Text: "Ünal"}, {Known: true, Number: 1},
			{Known: true, Texts: []string{"a", "bb"}},
		},
	}
}

func TestTruth(t *testing.T) {
	const yes, no, unknown = risk.True, risk.False, risk.Unknown
	tests := map[string]risk.Truth{
		// One decisive operand decides, on either side of what is unknown.
		"device.known or geo.foreign": yes, "geo.foreign or device.known": yes,
		"geo.tor and geo.foreign": no, "geo.foreign and geo.tor": no,
		"device.known and geo.foreign": unknown, "geo.tor or geo.foreign": unknown,
		"not geo.foreign": unknown, "not device.known": no, "geo.foreign == geo.foreign": unknown,
		"geo.foreign or not geo.foreign": unknown, "geo.foreign != device.known": unknown,
		// What is unknown makes every operation unknown.
		"travel.hours > 1": unknown, "travel.hours + 1 > 1": unknown,
		"travel.hours in hours": unknown,
		"geo.region in near":    unknown, "len(geo.region) > 1": unknown,
		`geo.region matches "^F"`:  unknown,
		`lower(geo.region) == "x"`: unknown, "max(1, travel.hours) > 0": unknown,
		"age > 1":                 unknown,
		`geo.region contains "x"`: unknown, "-age > 1": unknown, "abs(age) > 1": unknown,
		"age ** 2 > 1":     unknown,
		`geo.region < "x"`: unknown, "any(tags, geo.foreign)": unknown,
		"count(tags, geo.foreign) > 0": unknown,
		// Faults of arithmetic are unknown too (L3).
		"travel.km / history.logins > 1": unknown, "history.logins / history.logins > 1": unknown,
		"len(tags) % 0 == 1": unknown, "travel.km * 1e308 > 1": unknown,
		"(-1) ** 0.5 > amount": unknown,
		`tags[2] == "x"`:       unknown, `tags[-1] == "bb"`: unknown, `tags[1] == "bb"`: yes,
		"hours[2] == travel.km":            no,
		"len(tags) * 9007199254740992 > 1": unknown,
		// What catches the unknown. Of all operators ?? binds most tightly.
		"geo.foreign ?? true": yes, "device.known ?? false": yes, "(travel.hours ?? 3) > 2": yes,
		"(age ?? travel.hours ?? 7) == 7": yes, `(geo.region ?? "x") == "x"`: yes,
		"(travel.km / history.logins ?? 1) == 1":   unknown,
		"((travel.km / history.logins) ?? 1) == 1": yes, "known(geo.country)": yes,
		"known(age)": no, "known(vip)": yes,
		"known(geo.foreign) or known(session.methods)": yes, "known(payee)": yes,
		"not known(travel.hours)": yes,
		// Ternaries follow their condition.
		"device.known ? vip : geo.foreign": yes, "geo.foreign ? vip : vip": unknown,
		"(device.known ? 1 : age) == 1":                  yes,
		`(geo.tor ? "a" : geo.country) == "FR"`:          yes,
		`"a" in (device.known ? tags : session.methods)`: yes,
		`(geo.foreign ? "a" : "b") == payee`:             unknown, "(geo.foreign ? 1 : 2) > amount": unknown,
		`"a" in (geo.foreign ? tags : tags)`: unknown,
		// Ordinary operations.
		"geo.country in near": yes, `geo.country not in ["DE"]`: yes, "amount in [12.5, 3]": yes,
		"amount in hours":      no,
		`payee startsWith "Ü"`: yes, `payee endsWith "al"`: yes, `payee contains "na"`: yes,
		`payee matches "^Ü.al$"`: yes,
		"len(payee) == 4":        yes, "len(near) - len(tags) == 7": yes,
		"len(hours) + len(tags) == 5": yes, `upper(payee) == "ÜNAL"`: yes,
		`lower(payee) == "ünal"`: yes,
		"abs(-amount) == 12.5":   yes, "min(amount, 3, 9) == 3": yes,
		"max(amount, 3) == 12.5": yes, "round(amount) == 13": yes,
		"amount + 1 == 13.5": yes, "amount - 1 >= 11.5": yes, "amount * 2 <= 25": yes,
		"amount / 5 == 2.5": yes, "2 ** 3 > amount": no,
		"len(tags) % 2 == 0": yes, "1 < amount < 13": yes, "amount != 12.5": no,
		"+amount > 0": yes, "10 ^ 2 > amount": yes,
		`any(tags, # == "bb")`: yes, `all(tags, # startsWith "a")`: no,
		`none(tags, # == "z")`: yes, `count(tags, # == "a") == 1`: yes,
		"any(hours, # > amount)": no, "all(session.methods, # in tags)": no,
		`any(tags, {# == "a"})`:  yes,
		`action.name == "login"`: yes, `action.sensitivity in ["normal", "trivial"]`: yes,
		`geo.country > "FA"`: yes, `"FA" >= geo.country`: no,
		`geo.country <= "FR"`: yes, "vip == true": yes, `geo["country"] == "FR"`: yes,
		"vip && !geo.tor || false == vip": yes,
	}
	for text, want := range tests {
		if got := compile(t, text).Truth(frame()); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

// TestTruthOfNothing: nothing known makes everything unknown, and no fault.
func TestTruthOfNothing(t *testing.T) {
	empty := &expression.Frame{Facts: make([]expression.Value, len(facts))}
	for _, text := range []string{
		"device.known", "travel.km > 1", `geo.country == "FR"`, `"a" in session.methods`,
		"amount > 1", "vip", `payee == ""`, `"a" in tags`,
		"any(session.methods, vip)", "all(tags, vip)", "none(tags, vip)",
		`session.methods[0] == "a"`,
	} {
		if got := compile(t, text).Truth(empty); got != risk.Unknown {
			t.Errorf("%s is %v, want unknown", text, got)
		}
	}
	if got := compile(t,
		"known(amount) or known(geo.tor) or known(session.methods)").Truth(empty); got != risk.False {
		t.Errorf("known of nothing is %v, want false", got)
	}
}

// TestEmptyLists: no element makes any false, all and none true.
func TestEmptyLists(t *testing.T) {
	f := frame()
	f.Facts[4].Texts = []string{}
	for text, want := range map[string]risk.Truth{
		"any(tags, geo.foreign)": risk.False, "all(tags, geo.foreign)": risk.True,
		"none(tags, geo.foreign)":       risk.True,
		"count(tags, geo.foreign) == 0": risk.True, `"a" in tags`: risk.False,
		`tags[0] == "a"`: risk.Unknown,
	} {
		if got := compile(t, text).Truth(f); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestMayBeUnknown(t *testing.T) {
	for text, want := range map[string]int{
		"amount > 3 and vip": -1, "known(geo.country)": -1, "geo.foreign ?? true": -1,
		`action.name == "x"`: -1, "time.hour_utc > 3": -1,
		"(10 / amount ?? 1) > 2": 1, "((10 / amount) ?? 1) > 2": -1, "(age ?? 1) > 2": -1,
		"vip and geo.foreign": 8, "age > 3": 0, "(vip ?? geo.foreign)": 8, "amount / 2 > 1": 0,
		`tags[0] == "a"`:     0,
		"len(tags) % 2 == 0": 0, "time.hour > 1": 0, "any(tags, device.known)": 10,
		"known(age) ? age > 3 : vip": 13,
	} {
		offset, may := compile(t, text).MayBeUnknown()
		if !may {
			offset = -1
		}
		if offset != want {
			t.Errorf("%s may be unknown at %d, want %d", text, offset, want)
		}
	}
}

// TestCanonical: the canonical text is one for all ways of writing, and
// compiles to itself.
func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"!vip&&(geo.foreign||geo.tor)":          "not vip and (geo.foreign or geo.tor)",
		"((vip)) and (geo.tor and geo.foreign)": "vip and geo.tor and geo.foreign",
		"amount-(1-2)>3":                        "amount - (1 - 2) > 3",
		"amount-1-2>3":                          "(amount - 1) - 2 > 3",
		"-amount**2>3":                          "-amount ** 2 > 3",
		"(-amount)**2>3":                        "(-amount) ** 2 > 3",
		"not(amount==3)":                        "not (amount == 3)",
		"not vip == true":                       "not vip == true",
		"geo.country in ['FR',\"BE\"]":          `geo.country in ["FR", "BE"]`,
		"geo.country in near":                   "geo.country in near",
		"(age??3)>1":                            "(age ?? 3) > 1",
		"vip?geo.tor:(geo.foreign?vip:vip)":     "vip ? geo.tor : (geo.foreign ? vip : vip)",
		"any(tags,{#=='a'})":                    `any(tags, # == "a")`,
		"tags[1]==payee":                        "tags[1] == payee",
		"1<amount<3":                            "1 < amount and amount < 3",
		"amount > 1.50 or amount > 1e20":        "amount > 1.5 or amount > 1e+20",
		"amount in [-1, 2]":                     "amount in [-1, 2]",
		"payee matches 'a\\\\d'":                `payee matches "a\\d"`,
	} {
		got := compile(t, text).String()
		if got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
		if again := compile(t, got).String(); again != got {
			t.Errorf("%s is then %s", got, again)
		}
	}
}

// TestAttacks are the ways in which the parser, the checker or the evaluator
// of expr can be made to crash, hang or eat memory.
func TestAttacks(t *testing.T) {
	nested := "true"
	for range 40 {
		nested = "all(tags, " + nested + ")"
	}
	attacks := map[string]string{
		"brackets overflow the parser's stack": strings.Repeat("[", 400_000),
		"brackets within the limit":            strings.Repeat("[", 4000),
		"parentheses within the limit":         strings.Repeat("(", 4000),
		"negations within the limit":           strings.Repeat("not ", 1000) + "vip",
		"a concatenation eats memory":          `len(reduce(1..200, #acc + #acc, "aaaaaaaa")) > 1`,
		"a repetition eats memory":             `repeat("x", 1000000000) == payee`,
		"nested predicates take for ever":      nested,
		"a pattern eats memory": `payee matches "` + strings.Repeat(".{1000}",
			500) + `"`,
		"a nested pattern eats memory":    `payee matches "((.{100}){100}){100}"`,
		"a method of a value is called":   `geo.country.String() == ""`,
		"the environment is read":         `$env["geo"].country == "FR"`,
		"a built-in is reached by ::":     `::len(tags) > 1`,
		"a built-in is reached by a pipe": `tags | len() > 1`,
		"a comment hides the rest":        `geo.foreign /* and vip */`,
		"a folded line becomes a comment": `geo.foreign // and vip`,
		"a range eats memory":             `amount in 1..1000000000`,
		"optional chaining reaches nil":   `not device?.known`,
		"nil is compared":                 `geo.country == nil`,
		"a number is not exact":           `amount == 9007199254740993`,
		"a number is too large":           `amount == 1e999`,
		"a conditional is not a ternary":  `if vip { geo.foreign } else { geo.tor }`,
		"bytes are compared":              `b"abc" == payee`,
		"a variable hides a name":         `let vip = true; vip`,
	}
	for name, text := range attacks {
		t.Run(name, func(t *testing.T) {
			if _, problems := environment().Compile(text); len(problems) == 0 {
				t.Errorf("%.80s compiles", text)
			}
		})
	}
}

// TestNoChainsAreDeep: a long list of alternatives is not deep nesting.
func TestNoChainsAreDeep(t *testing.T) {
	text := strings.TrimSuffix(strings.Repeat("vip or ", 500), " or ")
	if got := compile(t, text).Truth(frame()); got != risk.True {
		t.Errorf("500 alternatives are %v, want true", got)
	}
}

func TestTrace(t *testing.T) {
	p := compile(t, `vip and (travel.hours > amount or not known(age)) and any(tags, # == payee)`)
	var got []string
	for _, predicate := range p.Trace(frame()) {
		line := predicate.Text + " is " + predicate.Truth.String()
		for _, r := range predicate.Reads {
			line += ", " + r.Name + "=" + r.Value
		}
		got = append(got, line)
	}
	want := []string{
		"vip is true, vip=true",
		"travel.hours > amount is unknown, travel.hours=unknown, amount=12.5",
		"known(age) is false, age=unknown",
		`any(tags, # == payee) is false, tags=["a", "bb"], payee="Ünal"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestReserved(t *testing.T) {
	for name, free := range map[string]bool{"geo": false, "len": false, "known": false, "not": false, "reduce": false, "amount": true} {
		if got := expression.Reserved(name) == ""; got != free {
			t.Errorf("%s is free: %v, want %v", name, got, free)
		}
	}
}
