// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

func ExampleLoad() {
	pol, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pol.Action("login").Sensitivity, pol.Needs("login"))
	// Output: normal geo+travel+device
}

func ExampleParse() {
	_, err := policy.Parse(policy.Source{Name: "team.yaml", Data: []byte(`version: 1
rules:
  - id: new-device
    when: not device.knwon
    unknown: fire
    score: 20
`)})
	var load *policy.LoadError
	if errors.As(err, &load) {
		for _, f := range load.Findings {
			if f.ID == "condition-name" {
				fmt.Print(f)
			}
		}
	}
	// Output:
	// team.yaml:4:22: condition-name: there is no signal device.knwon
	//         when: not device.knwon
	//                          ^
	//     hint: did you mean device.known?
}

func ExamplePolicy_Evaluate() {
	pol, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	var signals risk.Signals
	signals.SetBool(risk.GeoForeign, risk.True)
	signals.SetBool(risk.DeviceKnown, risk.False)
	v := pol.Evaluate(policy.Input{
		Action: "login", Time: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), Signals: &signals,
	})
	fmt.Println(v.Outcome, "at", v.Step.Name)
	fmt.Println(v.Score, v.Band)
	fmt.Println(v.Reasons("fr-BE", 2))
	// Output:
	// challenge at confirm
	// 65 high
	// [Vous vous connectez depuis un pays inhabituel.]
}

func ExampleVerdict_Explain() {
	pol, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	var signals risk.Signals
	signals.SetText(risk.GeoCountry, "JP")
	signals.SetBool(risk.GeoForeign, risk.True)
	signals.SetBool(risk.DeviceKnown, risk.False)
	signals.SetNumber(risk.TravelKM, 9700)
	signals.SetNumber(risk.TravelSpeed, 3200)
	v := pol.Evaluate(policy.Input{Action: "invoice.view", Signals: &signals})
	fmt.Print(v.Explain())
	// Output:
	// invoice.view (trivial): challenge
	//
	// foreign-connection (score: 35, testdata/good/telecom.yaml:41): fired
	//   true     42:11  geo.foreign
	//   false    42:31  device.known
	//
	// nowhere-known (score: 30, testdata/good/telecom.yaml:46): no
	//   true     47:15  known(geo.country) (geo.country = "JP")
	//   false    47:42  device.known
	//
	// impossible-travel (score: 50, testdata/good/telecom.yaml:50): fired
	//   true     51:11  travel.speed_kmh > 900 (travel.speed_kmh = 3200)
	//   true     51:38  travel.km > 100 (travel.km = 9700)
	//
	// hosting-candidate (score: 25, shadow, testdata/good/telecom.yaml:70): skipped,
	//     being unknown
	//   unknown  72:11  geo.hosting
	//
	// score    85: +35 foreign-connection, +50 impossible-travel
	// band     extreme, which begins at 85
	// base     confirm, of a trivial action in that band
	// prompts  an unknown number of 3 passed: the base is not softened
	// step     confirm
	// held     none of 0 proofs satisfies it
	// outcome  challenge
	// weaker   none, if geo.foreign were false, not true
}
