// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"fmt"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/policy/policytest"
)

const examplePolicy = `version: 1
facts: { amount: { type: decimal, unit: EUR }, payee_trusted: bool }
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code6] }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none,    none,    none,    notice]
  normal:    [none,    none,    confirm, confirm]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, refuse,  refuse,  refuse]
actions:
  transfer: { sensitivity: sensitive }
rules:
  - id: small-and-trusted
    when: payee_trusted and amount <= 30
    at_most: notice
  - id: from-abroad
    when: geo.foreign and not device.known
    unknown: skip
    score: 35
`

const exampleTests = `version: 1
given:
  geo: { foreign: false }
  device: { known: true }
  facts: { payee_trusted: true }

tests:
  - name: transfers to a trusted payee
    action: transfer
    cases:
      - { name: 30 euros, facts: { amount: 30 }, expect: { outcome: notify } }
      - { name: 31 euros, facts: { amount: 31 }, expect: { outcome: notify } }

  - name: a new device abroad
    action: transfer
    geo: { foreign: true }
    device: { known: false }
    facts: { amount: 10 }
    expect: { band: medium, score: 35, fired: [from-abroad, small-and-trusted] }
`

// Most callers want one line in a Go test instead: see Run.
func Example() {
	suite, err := policytest.Parse(
		policy.Source{Name: "policy.yaml", Data: []byte(examplePolicy)},
		policy.Source{Name: "policy_test.yaml", Data: []byte(exampleTests)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(suite.Run())
	// Output:
	// FAIL transfers to a trusted payee/31 euros
	// policy_test.yaml:12:60: outcome: want notify, got challenge
	//   small-and-trusted: not fired: payee_trusted is true; amount <= 30 is false, amount = 31
	//   from-abroad: not fired: geo.foreign is false; device.known is true
	//   score    0: no score fired
	//   band     low, which begins at 0
	//   base     confirm, of a sensitive action in that band
	//   step     confirm
	//   held     none of 0 proofs satisfies it
	//   outcome  challenge
	//
	// 2 of 3 tests passed
	// rules covered: 2 of 2
	// cells of the matrix reached: 2 of 8, not:
	//   sensitive/high sensitive/extreme
	//   critical/low critical/medium critical/high critical/extreme
}

// A rule that did not do as expected is shown with the value of each part of
// its condition.
func ExampleSuite_Run() {
	const test = `version: 1
tests:
  - name: a new device abroad
    action: transfer
    geo: { foreign: true }
    device: { known: true }
    facts: { amount: 10, payee_trusted: false }
    expect: { fired: [from-abroad] }
`
	suite, err := policytest.Parse(
		policy.Source{Name: "policy.yaml", Data: []byte(examplePolicy)},
		policy.Source{Name: "policy_test.yaml", Data: []byte(test)})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, result := range suite.Run().Results {
		fmt.Println(result.Name, result.Passed())
		fmt.Print(result)
	}
	// Output:
	// a new device abroad false
	// policy_test.yaml:8:15: fired: want from-abroad fired, got not fired
	//   from-abroad (score: 35, policy.yaml:20): not fired
	//       geo.foreign and not device.known
	//         geo.foreign is true
	//         device.known is true
	//   score    0: no score fired
	//   band     low, which begins at 0
	//   base     confirm, of a sensitive action in that band
	//   step     confirm
	//   held     none of 0 proofs satisfies it
	//   outcome  challenge
}

// Findings say where, what, and often what was meant. No test runs.
func ExampleParse() {
	_, err := policytest.Parse(
		policy.Source{Name: "policy.yaml", Data: []byte(examplePolicy)},
		policy.Source{Name: "policy_test.yaml", Data: []byte(`version: 1
tests:
  - name: a new device abroad
    action: transfer
    device: { knwon: false }
    expect: { band: medium }
`)})
	fmt.Print(err)
	// Output:
	// policy_test.yaml:5:15: unknown-key: there is no key "knwon" here
	//         device: { knwon: false }
	//                   ^
	//     hint: did you mean known? known here: known, trusted, age_days, drift, automated, subjects_24h
}
