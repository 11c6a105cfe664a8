// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"testing"

	"github.com/proportion-go/proportion/policy"
)

func TestLoadExample(t *testing.T) {
	p, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Hash()) != 64 {
		t.Errorf("Hash() = %q, want 64 hexadecimal digits", p.Hash())
	}
	v := p.Evaluate(policy.Input{Action: "login"})
	t.Log(v.Step, v.Score, v.Band, v.Fired, v.Degraded, p.Needs("login"))
	v = p.Evaluate(policy.Input{Action: "transfer", Facts: map[string]any{"amount": 12.5, "payee": "x", "payee_trusted": true}, Spent: policy.Spent{Known: true}})
	t.Log(v.Step, v.Score, v.Band, v.Fired, v.Degraded, p.Needs("transfer"), v.Charges)
	t.Log(v.Explain())
}
