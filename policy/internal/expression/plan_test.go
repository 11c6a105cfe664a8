// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package expression_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy/internal/expression"
	"github.com/proportion-go/proportion/risk"
)

// thresholds lie close to each other, and two are neighbours, so that every
// class of a column has a value, and the empty one between neighbours is met.
func thresholds() []float64 {
	list := []float64{math.Nextafter(7, 8)}
	for i := range 80 {
		list = append(list, float64(i)/2)
	}
	return list
}

// drawComparison draws a comparison of one of four names with a constant.
func drawComparison(t *rapid.T) string {
	if rapid.Bool().Draw(t, "of a number") {
		x := rapid.SampledFrom(thresholds()).Draw(t, "threshold")
		return rapid.SampledFrom([]string{"travel.km", "amount"}).Draw(t, "name") +
			rapid.SampledFrom([]string{" == ", " != ", " < ", " <= ", " > ", " >= "}).Draw(t,
				"sign") + strconv.FormatFloat(x, 'f', -1, 64)
	}
	name := rapid.SampledFrom([]string{"geo.country", "payee"}).Draw(t, "name")
	if rapid.Bool().Draw(t, "one") {
		return fmt.Sprintf("%s %s %q", name, rapid.SampledFrom([]string{"==", "!="}).Draw(t,
			"sign"), drawKey(t))
	}
	keys := make([]string, rapid.SampledFrom([]int{1, 3, 12, 70}).Draw(t, "keys"))
	for i := range keys {
		keys[i] = strconv.Quote(drawKey(t))
	}
	return name + " in [" + strings.Join(keys, ", ") + "]"
}

// drawKey draws a text: short ones and long ones, which begin alike.
func drawKey(t *rapid.T) string {
	forms := []string{"k%d", "k%d", "key-%d", "keys of %d", "keys of a number, %d"}
	form := rapid.SampledFrom(forms).Draw(t, "form")
	return fmt.Sprintf(form, rapid.IntRange(0, 99).Draw(t, "key"))
}

// TestPlanAgreesWithWalk holds the classes of columns, with few constants and
// with more than one column takes, to a walk over each condition.
func TestPlanAgreesWithWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env := environment()
		var programs []*expression.Program
		var rules []int
		for i := range rapid.SampledFrom([]int{1, 10, 200}).Draw(t, "rules") {
			text := drawComparison(t) + rapid.SampledFrom([]string{" and ", " or ",
				" and not "}).Draw(t, "join") + "(" + drawComparison(t) + ")"
			p, problems := env.Compile(text)
			if len(problems) > 0 {
				t.Fatalf("%s: %+v", text, problems)
			}
			programs, rules = append(programs, p), append(rules, i)
		}
		plan := expression.NewPlan(rules, func(i int) *expression.Program { return programs[i] },
			expression.Tests{})
		for range 4 {
			f := drawNear(t)
			found := truths(plan, f)
			for i, p := range programs {
				if want := p.Truth(f); found[i] != want {
					t.Fatalf("%s is %v, and by bits %v", p, want, found[i])
				}
			}
		}
	})
}

// drawNear draws a frame of values at the thresholds and beside them, and of
// unknown ones.
func drawNear(t *rapid.T) *expression.Frame {
	f := frame()
	number := func() (float64, bool) {
		x := rapid.SampledFrom(thresholds()).Draw(t, "at")
		return x + rapid.SampledFrom([]float64{-100, -0.25, 0, 0, 0.25, 100}).Draw(t, "off"),
			rapid.IntRange(0, 5).Draw(t, "known") > 0
	}
	if x, known := number(); known {
		f.Signals.SetNumber(risk.TravelKM, x)
	} else {
		f.Signals.SetNumber(risk.TravelKM, math.NaN())
	}
	f.Facts[0].Number, f.Facts[0].Known = number()
	f.Facts[2].Text, f.Facts[2].Known = drawKey(t), rapid.IntRange(0, 5).Draw(t, "known") > 0
	f.Signals.SetText(risk.GeoCountry, rapid.SampledFrom([]string{"", drawKey(t),
		"other"}).Draw(t, "country"))
	return f
}
