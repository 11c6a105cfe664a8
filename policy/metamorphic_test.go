// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// TestHidingNeverPays: making any group of signals unknown never gives a
// weaker step than the same request by a first-seen device at home.
func TestHidingNeverPays(t *testing.T) {
	p := telecom(t)
	rapid.Check(t, func(t *rapid.T) {
		in := policy.Input{
			Action:  rapid.SampledFrom(p.Actions()).Draw(t, "action"),
			Time:    noon,
			Signals: drawSignals(t),
			Facts: map[string]any{
				"amount": rapid.IntRange(0, 200).Draw(t, "amount"), "payee": "x",
				"payee_trusted": rapid.Bool().Draw(t, "trusted"),
				"new_email":     "x", "iccid": "x", "sim_changed_hours": rapid.IntRange(0,
					200).Draw(t, "hours"),
			},
			Spent: policy.Spent{Known: true},
		}
		home := *in.Signals
		home.SetText(risk.GeoCountry, "FR")
		for _, s := range []risk.Signal{risk.GeoForeign, risk.GeoTor, risk.GeoHosting, risk.GeoVPN, risk.GeoProxy, risk.DeviceKnown, risk.DeviceTrusted} {
			home.SetBool(s, risk.False)
		}
		home.SetBool(risk.GeoHome, risk.True)
		home.Forget(risk.TravelGroup) // the same network
		atHome := in
		atHome.Signals = &home
		hidden := home
		hidden.Forget(risk.Groups(rapid.IntRange(0, int(risk.AllGroups)).Draw(t, "hidden")))
		in.Signals = &hidden
		if a, b := p.Evaluate(in), p.Evaluate(atHome); a.Step.Index < b.Step.Index {
			t.Fatalf("%s hidden, %s at home\n%v", a.Step.Name, b.Step.Name, a.Explain())
		}
	})
}
