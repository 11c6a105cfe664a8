// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/expr-lang/expr"
	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// This file holds the evaluator to expr's own virtual machine: wherever
// everything is known, the two must agree.

// drawKnown draws a frame in which everything is known.
func drawKnown(t *rapid.T) *expression.Frame {
	s := new(risk.Signals)
	for _, spec := range risk.Catalogue() {
		switch spec.Type {
		case risk.Bool:
			s.SetBool(spec.Signal, risk.TruthOf(rapid.Bool().Draw(t, "bool")))
		case risk.Number:
			s.SetNumber(spec.Signal, drawNumber(t))
		case risk.Text:
			s.SetText(spec.Signal, rapid.SampledFrom(texts).Draw(t, "text"))
		case risk.List:
			s.SetList(spec.Signal, drawTexts(t))
		}
	}
	action, _ := s.Text(risk.ActionName)
	sensitivity, _ := s.Text(risk.ActionSensitivity)
	return &expression.Frame{Signals: s, Action: action, Sensitivity: sensitivity,
		Facts: []expression.Value{
			{Known: true, Number: drawNumber(t)}, {Known: true, Number: drawNumber(t)},
			{Known: true, Text: rapid.SampledFrom(texts).Draw(t, "payee")}, {Known: true,
				Number: float64(rapid.IntRange(0, 1).Draw(t, "vip"))},
			{Known: true, Texts: drawTexts(t)},
		}}
}

var texts = []string{"FR", "fr", "Ünal", "a", "login", "x y"}

func drawNumber(t *rapid.T) float64 {
	return rapid.SampledFrom([]float64{-3, -0.5, 0, 0.5, 1, 2, 3.5, 10, 1e6}).Draw(t, "number")
}

func drawTexts(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.SampledFrom(texts), 0, 4).Draw(t, "texts")
}

// variables returns a frame as the environment of expr's machine.
func variables(f *expression.Frame) map[string]any {
	env := map[string]any{
		"near":  []string{"FR", "BE", "NL", "DE", "LU", "CH", "IT", "ES", "PT"},
		"hours": []float64{1, 2, 3.5},
	}
	for _, spec := range risk.Catalogue() {
		group, name, _ := strings.Cut(spec.Name, ".")
		if env[group] == nil {
			env[group] = map[string]any{}
		}
		var v any
		switch spec.Type {
		case risk.Bool:
			v = f.Signals.Bool(spec.Signal) == risk.True
		case risk.Number:
			v, _ = f.Signals.Number(spec.Signal)
		case risk.Text:
			v, _ = f.Signals.Text(spec.Signal)
		case risk.List:
			v, _ = f.Signals.List(spec.Signal)
		}
		env[group].(map[string]any)[name] = v
	}
	for i, fact := range facts {
		switch v := f.Facts[i]; fact.Kind {
		case expression.Number:
			env[fact.Name] = v.Number
		case expression.Text:
			env[fact.Name] = v.Text
		case expression.Bool:
			env[fact.Name] = v.Number != 0
		case expression.Texts:
			env[fact.Name] = v.Texts
		}
	}
	return env
}

// oracle evaluates a condition with expr's machine, unoptimised. An error of
// the machine is what we call unknown. Broken is one that is no fault of the
// condition: its checker types min(3, 2.5) as an integer, and then `==` fails.
func oracle(t interface{ Fatalf(string, ...any) }, text string, f *expression.Frame) (result, failed, broken bool) {
	program, err := expr.Compile(text, expr.Optimize(false), expr.AsBool(), expr.Function("known",
		func(...any) (any, error) { return true, nil }, new(func(any) bool)),
		expr.Env(variables(f)))
	if err != nil {
		t.Fatalf("expr refuses %s: %v", text, err)
	}
	value, err := expr.Run(program, variables(f))
	if err != nil {
		return false, true, strings.Contains(err.Error(), "interface conversion")
	}
	return value.(bool), false, false
}

// agree compares the two, where no operation is without a value: there ours
// is unknown, and expr's an infinity, a NaN, an element from the end, or an
// error.
func agree(t interface{ Fatalf(string, ...any) }, text string, f *expression.Frame) {
	p, problems := environment().Compile(text)
	if len(problems) > 0 {
		return
	}
	got := p.Truth(f)
	if p.Faults(f) {
		return
	}
	want, failed, broken := oracle(t, text, f)
	if !broken && (failed || got != risk.TruthOf(want)) {
		t.Fatalf("%s is %v, and for expr %v (failed: %v)", text, got, want, failed)
	}
}

// draw draws an expression of a kind.
func draw(t *rapid.T, kind expression.Kind, depth int) string {
	if depth == 0 {
		leaves := map[expression.Kind][]string{
			expression.Bool: {"vip", "geo.tor", "device.known", "true", "known(geo.country)"},
			expression.Number: {"amount", "age", "travel.km", "3", "0.5", "len(tags)", "0",
				"len(payee)"},
			expression.Text:  {"payee", "geo.country", `"FR"`, `"a"`, "action.name"},
			expression.Texts: {"tags", "session.methods", "near", `["FR", "a"]`},
		}
		return rapid.SampledFrom(leaves[kind]).Draw(t, "leaf")
	}
	sub := func(k expression.Kind) string {
		return draw(t, k, rapid.IntRange(0, depth-1).Draw(t,
			"depth"))
	}
	pick := func(ops ...string) string { return rapid.SampledFrom(ops).Draw(t, "operation") }
	b, n, s, l := expression.Bool, expression.Number, expression.Text, expression.Texts
	switch kind {
	case b:
		switch rapid.IntRange(0, 8).Draw(t, "form") {
		case 0:
			return "(" + sub(b) + pick(" and ", " or ", " == ", " != ") + sub(b) + ")"
		case 1:
			return "not (" + sub(b) + ")"
		case 2:
			return "(" + sub(n) + pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + sub(n) + ")"
		case 3:
			return "(" + sub(s) + pick(" < ", " >= ", " == ", " != ", " contains ",
				" startsWith ", " endsWith ") + sub(s) + ")"
		case 4:
			return "(" + sub(s) + pick(" in ", " not in ") + sub(l) + ")"
		case 5:
			return "(" + sub(s) + ` matches "^[A-Fa].*$")`
		case 6:
			return pick("any", "all", "none") + "(" + sub(l) + ", # " + pick("==", "!=",
				"contains") + " " + sub(s) + ")"
		case 7:
			return "(" + sub(b) + " ? " + sub(b) + " : " + sub(b) + ")"
		}
		return "(" + sub(b) + " ?? " + sub(b) + ")"
	case n:
		switch rapid.IntRange(0, 5).Draw(t, "form") {
		case 0:
			return "(" + sub(n) + pick(" + ", " - ", " * ", " / ", " ** ") + sub(n) + ")"
		case 1:
			return pick("abs", "round") + "(" + sub(n) + ")"
		case 2:
			return pick("min", "max") + "(" + sub(n) + ", " + sub(n) + ")"
		case 3:
			return "count(" + sub(l) + `, # == ` + sub(s) + ")"
		case 4:
			return "(len(" + sub(l) + ") % " + rapid.SampledFrom([]string{"2", "3",
				"len(tags)"}).Draw(t, "by") + ")"
		}
		return "(-" + sub(n) + ")"
	case s:
		switch rapid.IntRange(0, 2).Draw(t, "form") {
		case 0:
			return pick("lower", "upper") + "(" + sub(s) + ")"
		case 1:
			return "(" + sub(b) + " ? " + sub(s) + " : " + sub(s) + ")"
		}
		return "(" + sub(s) + " ?? " + sub(s) + ")"
	}
	return "(" + sub(b) + " ? " + sub(l) + " : " + sub(l) + ")"
}

// TestAgreesWithExpr draws conditions and frames that know everything.
func TestAgreesWithExpr(t *testing.T) { rapid.Check(t, agreesWithExpr) }

// FuzzAgreesWithExpr is [TestAgreesWithExpr] with draws that the fuzzer
// chooses by what they reach.
func FuzzAgreesWithExpr(f *testing.F) { f.Fuzz(rapid.MakeFuzz(agreesWithExpr)) }

func agreesWithExpr(t *rapid.T) {
	text := draw(t, expression.Bool, 4)
	f := drawKnown(t)
	agree(t, text, f)
	p, problems := environment().Compile(text)
	if len(problems) > 0 {
		if problems[0].Kind == expression.Constant ||
			problems[0].Kind == expression.Refused || problems[0].Kind == expression.TooLarge {
			return
		}
		t.Fatalf("%s: %+v", text, problems)
	}
	if byBits := byPlan(p, f); byBits != p.Truth(f) {
		t.Fatalf("%s is %v, and by bits %v", text, p.Truth(f), byBits)
	}
	again, problems := environment().Compile(p.String())
	if len(problems) > 0 || again.String() != p.String() || again.Truth(f) != p.Truth(f) {
		t.Fatalf("%s is %s, which is another condition: %v", text, p, problems)
	}
}

// byPlan evaluates a condition by a plan of its own.
func byPlan(p *expression.Program, f *expression.Frame) risk.Truth {
	plan := expression.NewPlan([]int{7}, func(int) *expression.Program { return p },
		expression.Tests{})
	return truths(plan, f)[7]
}

// truths evaluates the rules of a plan. What the memory for it held before does
// not matter.
func truths(plan *expression.Plan, f *expression.Frame) map[int]risk.Truth {
	found := slices.Repeat([]uint64{0xa5a5a5a5a5a5a5a5}, plan.Words())
	unknown := slices.Clone(found)
	plan.Evaluate(f, found, unknown)
	truths := map[int]risk.Truth{}
	for bit, rule := range plan.Bits() {
		truth := risk.False
		if found[bit/64]>>(bit%64)&1 != 0 {
			truth = risk.True
		} else if unknown[bit/64]>>(bit%64)&1 != 0 {
			truth = risk.Unknown
		}
		before, met := truths[int(rule)]
		if met && before != risk.False && truth != risk.False {
			panic("two bits of a rule are found")
		}
		if !met || truth != risk.False {
			truths[int(rule)] = truth
		}
	}
	return truths
}

// FuzzCompile: no text panics, and what compiles agrees with expr.
func FuzzCompile(f *testing.F) {
	for _, seed := range []string{
		"geo.foreign and not device.known", `any(tags, # == "a") or amount / 3 > 1`,
		"(age ?? 3) in hours", "1 < amount < 3",
		`payee matches "^a+$" ? vip : known(age)`, "tags[len(tags) - 1] == payee",
		"-2 ** 2 < amount", `'it\'s' == payee`,
		"count(tags, {# contains 'x'}) % 2 == 1", "geo?.x", "$env", "a | b", "[",
		"`raw` == payee", "b'x'", "1..2", "0x1f > amount",
	} {
		f.Add(seed, 1.5, "a", true)
	}
	f.Fuzz(func(t *testing.T, text string, amount float64, payee string, vip bool) {
		p, problems := environment().Compile(text)
		if (p == nil) != (len(problems) > 0) {
			t.Fatalf("program %v, problems %v", p, problems)
		}
		if p == nil || math.IsNaN(amount) || math.IsInf(amount, 0) {
			return
		}
		known := frame()
		for _, spec := range risk.Catalogue() {
			switch spec.Type {
			case risk.Bool:
				known.Signals.SetBool(spec.Signal, risk.TruthOf(vip))
			case risk.Number:
				known.Signals.SetNumber(spec.Signal, amount)
			case risk.Text:
				known.Signals.SetText(spec.Signal, "x"+payee)
			}
		}
		known.Action, _ = known.Signals.Text(risk.ActionName)
		known.Sensitivity = known.Action
		known.Facts[0].Number, known.Facts[1] = amount, expression.Value{Known: true,
			Number: amount}
		known.Facts[2].Text, known.Facts[3].Number = payee, 0
		if vip {
			known.Facts[3].Number = 1
		}
		agree(t, text, known)
		p.Trace(known)
	})
}
