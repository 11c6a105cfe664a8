// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

// coverage runs tests and says what is not covered.
func coverage(t *testing.T, tests string) string {
	t.Helper()
	var lines []string
	for _, r := range parse(t, tests).Run().Rules {
		if !r.Covered() {
			lines = append(lines, r.String())
		}
	}
	return strings.Join(lines, "\n")
}

func TestRuleCoverage(t *testing.T) {
	const (
		view    = "  - { name: v, action: view, expect: { outcome: allow } }\n"
		plain   = "  - { name: p, expect: { step: confirm } }\n"
		shadow  = "  - { name: s, geo: { vpn: true }, expect: { shadow: strong } }\n"
		foreign = "  - { name: f, geo: { foreign: true }, device: { known: false }, " +
			"expect: { score: 35 } }\n"
		trusted = "  - { name: t, facts: { payee_trusted: true }, expect: { step: notice } }\n"
		night   = "  - { name: n, at: 2026-11-21 03:00, expect: { score: 10 } }\n"
		failing = "  - { name: w, at: 2026-11-21 03:00, expect: { score: 11 } }\n"
	)
	const (
		noForeign = "policy.yaml:27: from-abroad never fired\n"
		noNight   = "policy.yaml:32: at-night never fired\n"
		noTrusted = "policy.yaml:35: small-and-trusted never fired\n"
		noShadow  = "policy.yaml:43: vpn-rehearsal never fired"
	)
	for name, c := range map[string]struct{ tests, want string }{
		"another action only": {view, noForeign + noNight +
			"policy.yaml:35: small-and-trusted is never tested\n" +
			"policy.yaml:40: always is never tested\n" + noShadow},
		"fired by none":        {plain, noForeign + noNight + noTrusted + noShadow},
		"shadow rules, too":    {plain + shadow, strings.TrimSuffix(noForeign+noNight+noTrusted, "\n")},
		"a failed test counts": {plain + shadow + foreign + trusted + failing, ""},
		"all":                  {plain + shadow + foreign + trusted + night, ""},
		"fired by all": {foreign, "policy.yaml:27: from-abroad never did not fire\n" +
			noNight + noTrusted + noShadow},
		"always need only fire": {view + shadow + foreign + trusted + night, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := coverage(t, c.tests); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRuleCoverageCounts(t *testing.T) {
	r := parse(t, `
  - { name: one, expect: { step: confirm } }
  - { name: two, expect: { step: confirm } }
  - { name: three, geo: { vpn: true }, expect: { shadow: strong } }
  - { name: four, action: view, expect: { outcome: allow } }
`).Run()
	last := r.Rules[len(r.Rules)-1]
	want := policytest.RuleCoverage{
		ID: "vpn-rehearsal", File: "policy.yaml", Line: 43, Shadow: true, Fired: 1, Silent: 3,
	}
	if last != want {
		t.Errorf("got  %+v\nwant %+v", last, want)
	}
	always := r.Rules[len(r.Rules)-2]
	want = policytest.RuleCoverage{ID: "always", File: "policy.yaml", Line: 40, Always: true, Fired: 3}
	if always != want {
		t.Errorf("got  %+v\nwant %+v", always, want)
	}
	if s := last.String(); s != "policy.yaml:43: vpn-rehearsal is covered" {
		t.Errorf("String() = %q", s)
	}
}

// TestCellCoverage: a test reaches the cell of its sensitivity and band, and
// all cells count that some action can reach.
func TestCellCoverage(t *testing.T) {
	r := parse(t, `
  - { name: one, geo: { foreign: true }, device: { known: false }, expect: { band: medium } }
  - { name: two, action: view, expect: { band: low } }
  - { name: three, action: view, expect: { band: low } }
`).Run()
	if len(r.Cells) != 16 {
		t.Errorf("%d cells, want 16", len(r.Cells))
	}
	got := map[policytest.CellCoverage]bool{}
	for _, c := range r.Cells {
		if c.Tests > 0 {
			got[c] = true
		}
	}
	if len(got) != 2 ||
		!got[policytest.CellCoverage{Sensitivity: policy.Sensitive, Band: policy.Medium, Tests: 1}] ||
		!got[policytest.CellCoverage{Sensitivity: policy.Trivial, Band: policy.Low, Tests: 2}] {
		t.Errorf("got %v, want sensitive/medium once and trivial/low twice", got)
	}
	// Without an action that is trivial or normal, there are only the cells of
	// the built-in actions.
	base := source(t)
	text := strings.NewReplacer("sensitivity: trivial", "sensitivity: critical",
		"sensitivity: normal", "sensitivity: sensitive").Replace(string(base.Data))
	test := frame + "  - { name: a, expect: { band: low } }\n"
	s, err := policytest.Parse(policy.Source{Name: base.Name, Data: []byte(text)},
		policy.Source{Name: "a_test.yaml", Data: []byte(test)})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Run().Cells); n != 8 {
		t.Errorf("%d cells, want 8", n)
	}
}

// TestZeroValues: nothing tested is nothing passed.
func TestZeroValues(t *testing.T) {
	if new(policytest.Report).Passed() {
		t.Error("the zero Report passes")
	}
	if r := new(policytest.Suite).Run(); r.Passed() || len(r.Results) > 0 {
		t.Errorf("the zero Suite gives %v", r)
	}
	if new(policytest.RuleCoverage).Covered() {
		t.Error("the zero RuleCoverage is covered")
	}
}
