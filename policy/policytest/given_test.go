// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
	"github.com/proportion-go/proportion/risk"
)

// TestLayers: a case is laid over its test, and that over given; none of them
// changes another.
func TestLayers(t *testing.T) {
	got := failures(t, parse(t, `
  - name: outer
    geo: { foreign: true }
    facts: { payee_trusted: true }
    proofs: [{ method: totp, action: transfer, age: 1m, band: low }]
    expect: { step: notice, not_fired: [at-night] }
    cases:
      - { name: what the test says, expect: { score: 0 } }
      - { name: signal by signal, device: { known: false }, expect: { score: 35 } }
      - name: unknown again
        geo: { foreign: unknown }
        device: { known: false }
        expect: { score: 0, unknown: [from-abroad] }
      - { name: fact by fact, facts: { amount: 31 }, expect: { step: confirm, fired: [always] } }
      - name: spent rule by rule
        spent: { small-and-trusted: { count: 5 } }
        expect: { step: confirm }
      - name: another action
        action: profile
        at: 2026-11-22 12:00
        proofs: []
        expect: { step: confirm, outcome: challenge, fired: [at-night], not_fired: [always] }
      - name: the proofs of the test
        action: profile
        expect: { step: confirm, outcome: allow }
      - { name: untouched, expect: { score: 0, step: notice } }
  - name: untouched too
    facts: { payee_trusted: true }
    device: { known: false }
    expect: { score: 0, step: notice }
`).Run())
	if got != "" {
		t.Error(got)
	}
}

// TestEverySignal: a test can give every signal of the catalogue that is not
// derived, in its own type and no other, and take it away again.
func TestEverySignal(t *testing.T) {
	right := map[risk.Type]string{
		risk.Bool: "true", risk.Number: "7.5", risk.Text: "acme", risk.List: "[totp]",
	}
	special := map[risk.Signal]string{
		risk.ClientChannel: "web", risk.GeoCountry: "FR", risk.GeoRegion: "FR-75",
	}
	given := 0
	for _, spec := range risk.Catalogue() {
		if spec.Group == risk.ActionGroup || strings.HasSuffix(spec.Name, "_utc") {
			continue
		}
		given++
		group, name, _ := strings.Cut(spec.Name, ".")
		for kind, value := range right {
			if s, ok := special[spec.Signal]; ok && kind == spec.Type {
				value = s
			}
			s, err := signalSuite(t, spec.Name, fmt.Sprintf("%s: { %s: %s }", group, name, value))
			if kind != spec.Type {
				if err == nil || !strings.Contains(err.Error(), "wrong-type") {
					t.Errorf("%s: %s: error = %v, want wrong-type", spec.Name, value, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %s: %v", spec.Name, value, err)
				continue
			}
			if got := failures(t, s.Run()); got != "" {
				t.Errorf("%s: %s:\n%s", spec.Name, value, got)
			}
		}
	}
	if given < 40 {
		t.Errorf("%d signals, want 40 or more", given)
	}
}

// signalSuite is a policy with one rule that fires where a signal is known,
// and tests in which it is, or is taken away again.
func signalSuite(t *testing.T, name, request string) (*policytest.Suite, error) {
	t.Helper()
	group, short, _ := strings.Cut(name, ".")
	rule := "  - { id: is-known, when: known(" + name + "), require: confirm }\n"
	tests := fmt.Sprintf(`version: 1
given: { action: view }
tests:
  - { name: not given, expect: { not_fired: [is-known] } }
  - name: given
    %s
    cases:
      - { name: known, expect: { fired: [is-known] } }
      - { name: one unknown, %s: { %s: unknown }, expect: { not_fired: [is-known] } }
      - { name: all unknown, %s: unknown, expect: { not_fired: [is-known] } }
`, request, group, short, group)
	base := source(t)
	return policytest.Parse(
		policy.Source{Name: base.Name, Data: append(base.Data, rule...)},
		policy.Source{Name: "a_test.yaml", Data: []byte(tests)})
}

// TestFactTypes: facts reach the policy in the types that it declares.
func TestFactTypes(t *testing.T) {
	got := failures(t, parse(t, `
  - name: as declared
    facts: { amount: 0.10, payee: "", payee_trusted: true, tags: [a], age_years: 1.5 }
    expect: { fired: [small-and-trusted] }
  - { name: below the minimum, facts: { amount: -1 }, expect: { degraded: [fact amount] } }
  - name: exact
    facts: { amount: 0.10, payee_trusted: true }
    cases:
      - name: up to the limit
        spent: { small-and-trusted: { sum: 99.90 } }
        expect: { step: notice }
      - name: a hair above it
        spent: { small-and-trusted: { sum: 99.900000000000001 } }
        expect: { step: confirm }
`).Run())
	if got != "" {
		t.Error(got)
	}
}
