// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// usual is a customer on a trusted device at home.
func usual() *risk.Signals {
	s := new(risk.Signals)
	s.SetBool(risk.DeviceKnown, risk.True)
	s.SetBool(risk.DeviceTrusted, risk.True)
	s.SetBool(risk.GeoForeign, risk.False)
	s.SetText(risk.GeoCountry, "FR")
	return s
}

// TestCombination is the arithmetic of DESIGN section 5, line by line.
func TestCombination(t *testing.T) {
	tests := map[string]struct {
		rules  string
		action string
		score  int
		band   policy.Band
		step   string
	}{
		"nothing fires": {"", "email", 0, policy.Low, "confirm"},
		"scores add up": {`[{id: a, score: 20}, {id: b, score: 15}]`, "profile", 35,
			policy.Medium, "confirm"},
		"a band begins at its own": {`[{id: a, score: 30}]`, "view", 30, policy.Medium, "confirm"},
		"and not before":           {`[{id: a, score: 29}]`, "view", 29, policy.Low, "none"},
		"the sum ends at 100": {`[{id: a, score: 80}, {id: b, score: 80}]`, "email", 100,
			policy.Extreme, "refuse"},
		"and at 0": {`[{id: a, score: -80}, {id: b, score: 20}]`, "email", 0,
			policy.Low, "confirm"},
		"a sum within is not cut": {`[{id: a, score: 80}, {id: b, score: 80}, {id: c, score: -80}]`,
			"email", 80, policy.High, "strong"},
		"of a group the largest": {`[{id: a, score: 20, group: g}, {id: b, score: 35, group: g}, {id: c, score: 5}]`,
			"email", 40, policy.Medium, "confirm"},
		"groups add up": {`[{id: a, score: 20, group: g}, {id: b, score: 35, group: h}]`,
			"email", 55, policy.Medium, "confirm"},
		"require raises": {`[{id: a, require: strong}, {id: b, require: notice}]`,
			"view", 0, policy.Low, "strong"},
		"require does not lower": {`[{id: a, require: notice}]`, "swap", 0, policy.Low, "strong"},
		"deny beats all": {`[{id: a, deny: true}, {id: b, at_most: none}]`, "view", 0,
			policy.Low, "refuse"},
		"at_most lowers": {`[{id: a, at_most: notice}, {id: b, at_most: confirm}]`,
			"swap", 0, policy.Low, "notice"},
		"but not below a floor": {`[{id: a, at_most: none}, {id: b, require: notice}]`,
			"swap", 0, policy.Low, "notice"},
		"nor above its band": {`[{id: a, at_most: none}, {id: b, score: 60}]`, "email", 60,
			policy.High, "strong"},
		"unless it says so": {`[{id: a, at_most: none, up_to: high}, {id: b, score: 60}]`,
			"email", 60, policy.High, "none"},
		"and never when extreme": {`[{id: a, at_most: none, up_to: high}, {id: b, score: 85}]`,
			"email", 85, policy.Extreme, "refuse"},
		"at_most does not raise": {`[{id: a, at_most: confirm}]`, "view", 0, policy.Low, "none"},
		"shadow does nothing": {`[{id: a, mode: shadow, deny: true}]`, "view", 0,
			policy.Low, "none"},
		"other actions do nothing": {`[{id: a, on: [email, sw*], deny: true}]`, "view", 0,
			policy.Low, "none"},
		"a star covers": {`[{id: a, on: [vi*], deny: true}]`, "view", 0, policy.Low,
			"refuse"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := withRules(t, test.rules).Evaluate(policy.Input{
				Action: test.action, Time: noon, Signals: usual(),
				Facts: map[string]any{"amount": 1, "vip": false},
			})
			if v.Score != test.score || v.Band != test.band || v.Step.Name != test.step {
				t.Errorf("score %d, band %v, step %s; want %d, %v, %s", v.Score, v.Band,
					v.Step.Name, test.score, test.band, test.step)
			}
			if v.Outcome != v.Step.Do || len(v.Degraded) > 0 {
				t.Errorf("outcome %v, degraded %v; want %v, undegraded", v.Outcome, v.Degraded,
					v.Step.Do)
			}
		})
	}
}

// withRules is the frame with rules in flow style.
func withRules(t *testing.T, rules string) *policy.Policy {
	t.Helper()
	if rules == "" {
		return parse(t)
	}
	return parse(t, strings.ReplaceAll("  "+rules+"\n", ", {id", ",\n   {id"))
}

// TestL3Unknown: an unknown condition does what its rule says, and is listed.
func TestL3Unknown(t *testing.T) {
	p := withRules(t,
		`[{id: skips, when: geo.tor, unknown: skip, score: 40}, {id: fires, when: geo.vpn, unknown: fire, score: 7}]`)
	v := p.Evaluate(policy.Input{Action: "view", Signals: usual()})
	if v.Score != 7 || !slices.Equal(v.Unknown(), []string{"skips", "fires"}) {
		t.Errorf("score %d, unknown %v; want 7, [skips fires]", v.Score, v.Unknown())
	}
	if len(v.Fired()) != 1 || !v.Fired()[0].ByUnknown || len(v.Degraded) != 0 {
		t.Errorf("fired %+v, degraded %v; want one by unknown, undegraded", v.Fired(), v.Degraded)
	}
}

// TestL4Monotone: a matrix loads if and only if it is monotone.
func TestL4Monotone(t *testing.T) {
	names := []string{"none", "notice", "confirm", "strong", "refuse"}
	rapid.Check(t, func(t *rapid.T) {
		var m [4][4]int
		var rows []string
		monotone := true
		for s := range m {
			var row []string
			for b := range m[s] {
				// Near-monotone matrices are the interesting ones.
				m[s][b] = min(4, max(0, (s+b)/2+rapid.IntRange(0, 1).Draw(t, "step")))
				monotone = monotone && (b == 0 || m[s][b] >= m[s][b-1]) && (s == 0 ||
					m[s][b] >= m[s-1][b])
				row = append(row, names[m[s][b]])
			}
			rows = append(rows, fmt.Sprintf("  %s: [%s]", policy.Trivial-policy.Sensitivity(s),
				strings.Join(row, ", ")))
		}
		before, after, _ := strings.Cut(frameYAML, "matrix:\n")
		_, after, _ = strings.Cut(after, "actions:")
		text := before + "matrix:\n" + strings.Join(rows,
			"\n") + "\nactions:" + strings.TrimSuffix(after, "rules:\n")
		_, err := policy.Parse(policy.Source{Name: "m", Data: []byte(text)})
		if (err == nil) != monotone {
			t.Fatalf("monotone is %v, and the error %v\n%s", monotone, err, text)
		}
	})
}

// TestL7Prompts: what a spent prompt budget softens, and what it never does.
func TestL7Prompts(t *testing.T) {
	spent := policy.Count{N: 3, Known: true}
	untrusted := usual()
	untrusted.SetBool(risk.DeviceTrusted, risk.False)
	doubtful := usual()
	doubtful.SetBool(risk.DeviceTrusted, risk.Unknown)
	tests := map[string]struct {
		action, rules string
		prompts       policy.Count
		signals       *risk.Signals
		step          string
		softened      bool
	}{
		"normal":          {"profile", "", spent, usual(), "notice", true},
		"trivial, medium": {"view", "[{id: a, score: 40}]", spent, usual(), "notice", true},
		"more than spent": {"profile", "", policy.Count{N: 9, Known: true}, usual(),
			"notice", true},
		"not yet spent": {"profile", "", policy.Count{N: 2, Known: true}, usual(),
			"confirm", false},
		"unknown count": {"profile", "", policy.Count{N: 9}, usual(), "confirm", false},
		"high band": {"profile", "[{id: a, score: 60}]", spent, usual(), "confirm",
			false},
		"sensitive":        {"email", "", spent, usual(), "confirm", false},
		"bound":            {"transfer", "", spent, usual(), "confirm", false},
		"critical":         {"swap", "", spent, usual(), "strong", false},
		"untrusted device": {"profile", "", spent, untrusted, "confirm", false},
		"doubtful device":  {"profile", "", spent, doubtful, "confirm", false},
		"no signals":       {"profile", "", spent, nil, "confirm", false},
		"never below a floor": {"profile", "[{id: a, require: confirm}]", spent, usual(),
			"confirm", true},
		"nor what is unlisted": {"unlisted", "", spent, usual(), "refuse", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := withRules(t, test.rules).Evaluate(policy.Input{
				Action: test.action, Signals: test.signals, Prompts: test.prompts,
				Facts: map[string]any{"amount": 1},
			})
			if v.Step.Name != test.step || v.Prompts.Softened != test.softened {
				t.Errorf("step %s, softened %v; want %s, %v", v.Step.Name, v.Prompts.Softened,
					test.step, test.softened)
			}
		})
	}
}

// TestL18HeldProofs: which proofs count, at the boundary and beside it.
func TestL18HeldProofs(t *testing.T) {
	good := policy.Proof{Method: policy.TOTP, Action: "profile", Time: noon.Add(-time.Minute),
		Band: policy.Low}
	change := func(edit func(*policy.Proof)) policy.Proof {
		p := good
		edit(&p)
		return p
	}
	tests := map[string]struct {
		action, rules string
		proof         policy.Proof
		held          bool
	}{
		"fresh": {"profile", "", good, true},
		"of another action": {"profile", "",
			change(func(p *policy.Proof) { p.Action = "view" }), true},
		"just fresh": {"profile", "",
			change(func(p *policy.Proof) { p.Time = noon.Add(-15 * time.Minute) }), true},
		"just stale": {"profile", "",
			change(func(p *policy.Proof) { p.Time = noon.Add(-15*time.Minute - 1) }), false},
		"just now": {"profile", "",
			change(func(p *policy.Proof) { p.Time = noon }), true},
		"of the future": {"profile", "",
			change(func(p *policy.Proof) { p.Time = noon.Add(1) }), false},
		"without a time": {"profile", "",
			change(func(p *policy.Proof) { p.Time = time.Time{} }), false},
		"without a band": {"profile", "", change(func(p *policy.Proof) { p.Band = 0 }),
			false},
		"with a band too many": {"profile", "", change(func(p *policy.Proof) { p.Band = 5 }),
			false},
		"bound": {"profile", "",
			change(func(p *policy.Proof) { p.Bound = true }), false},
		"of no method": {"profile", "", change(func(p *policy.Proof) { p.Method = 0 }),
			false},
		"of an unlisted method": {"profile", "",
			change(func(p *policy.Proof) { p.Method = policy.Passkey }), false},
		"made in a lower band": {"profile", "[{id: a, score: 40}]", good, false},
		"made in the same band": {"profile", "[{id: a, score: 40}]",
			change(func(p *policy.Proof) { p.Band = policy.Medium }), true},
		"made in a higher band": {"profile", "",
			change(func(p *policy.Proof) { p.Band = policy.High }), true},
		"sensitive, of another": {"email", "", good, false},
		"sensitive, of the same": {"email", "",
			change(func(p *policy.Proof) { p.Action = "email" }), true},
		"for a bound action": {"transfer", "",
			change(func(p *policy.Proof) { p.Action = "transfer" }), false},
		"critical": {"swap", "",
			change(func(p *policy.Proof) { p.Action = "swap" }), false},
		"too weak for the step": {"profile", "[{id: a, require: strong}]",
			change(func(p *policy.Proof) { p.Method = policy.Code6 }), false},
		"never softens a deny": {"profile", "[{id: a, deny: true}]", good, false},
		"without a session":    {"login", "", good, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := withRules(t, test.rules).Evaluate(policy.Input{
				Action: test.action, Time: noon, Signals: usual(),
				Proofs: []policy.Proof{test.proof},
				Facts:  map[string]any{"amount": 1},
			})
			if v.HeldOK != test.held {
				t.Errorf("held is %v, want %v (%s)", v.HeldOK, test.held, v.Step.Name)
			}
			if v.HeldOK != (v.Outcome == policy.Allow) || v.HeldOK &&
				v.Step.Do != policy.Challenge {
				t.Errorf("outcome %v at step %s with held %v", v.Outcome, v.Step.Name, v.HeldOK)
			}
		})
	}
}

func TestHeldProofIsTheLatest(t *testing.T) {
	in := policy.Input{Action: "profile", Time: noon, Signals: usual()}
	for _, minutes := range []time.Duration{3, 1, 2} {
		in.Proofs = append(in.Proofs, policy.Proof{Method: policy.TOTP,
			Time: noon.Add(-minutes * time.Minute), Band: policy.Low})
	}
	if v := parse(t).Evaluate(in); !v.HeldOK || v.Held.Time != noon.Add(-time.Minute) {
		t.Errorf("held %v, want the proof of a minute ago", v.Held)
	}
	in.Time = time.Time{}
	if v := parse(t).Evaluate(in); v.HeldOK {
		t.Error("a proof is held at no time")
	}
}

// TestLimits: an at_most holds while its limit lasts.
func TestLimits(t *testing.T) {
	const rule = `[{id: small, when: amount <= 30, at_most: notice, limit: {count: 2, sum: amount, most: 100}}]`
	spent := func(count int, sum string) policy.Spent {
		d, err := policy.ParseDecimal(sum)
		if err != nil {
			t.Fatal(err)
		}
		return policy.Spent{Known: true, Rules: []policy.RuleSpent{{Rule: "small", Count: count,
			Sum: d}}}
	}
	tests := map[string]struct {
		spent policy.Spent
		step  string
	}{
		"nothing spent":     {policy.Spent{Known: true}, "notice"},
		"unknown":           {policy.Spent{}, "confirm"},
		"the last one":      {spent(1, "10"), "notice"},
		"one too many":      {spent(2, "10"), "confirm"},
		"the sum just fits": {spent(0, "79.99"), "notice"},
		"or not":            {spent(0, "80"), "confirm"},
		"a negative sum":    {spent(0, "-50"), "confirm"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := withRules(t, rule).Evaluate(policy.Input{
				Action: "transfer", Signals: usual(), Spent: test.spent,
				Facts: map[string]any{"amount": "20.01"},
			})
			if v.Step.Name != test.step || (len(v.Charges) == 1) != (test.step == "notice") {
				t.Errorf("step %s, charges %+v; want %s", v.Step.Name, v.Charges, test.step)
			}
			for _, c := range v.Charges {
				if c.Rule != "small" || c.Sum.String() != "20.01" || c.Count != 2 ||
					c.Most.String() != "100" || c.Uncapped.Name != "confirm" {
					t.Errorf("charge %+v", c)
				}
			}
		})
	}
}

// TestChargesOnlyWhatWasUsed: a limit is not used up by a cap that changed
// nothing, nor where a cap without a limit does as much.
func TestChargesOnlyWhatWasUsed(t *testing.T) {
	tests := map[string]struct{ rules, action, step, uncapped string }{
		"the base is as weak": {`[{id: a, at_most: confirm, limit: {count: 1}}]`, "email",
			"confirm", ""},
		"another cap is as weak": {`[{id: a, at_most: none, limit: {count: 1}}, {id: z, at_most: none}]`,
			"email", "none", ""},
		"another cap is stronger": {`[{id: a, at_most: none, limit: {count: 1}}, {id: z, at_most: notice}]`,
			"email", "none", "notice"},
		"a floor undoes it": {`[{id: a, at_most: none, limit: {count: 1}}, {id: z, require: confirm}]`,
			"email", "confirm", ""},
		"alone": {`[{id: a, at_most: none, limit: {count: 1}}]`, "swap",
			"none", "strong"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			v := withRules(t, test.rules).Evaluate(policy.Input{Action: test.action,
				Signals: usual(), Spent: policy.Spent{Known: true}})
			uncapped := ""
			if len(v.Charges) == 1 {
				uncapped = v.Charges[0].Uncapped.Name
			}
			if v.Step.Name != test.step || uncapped != test.uncapped || len(v.Charges) > 1 {
				t.Errorf("step %s, charges %+v; want %s, uncapped %q", v.Step.Name, v.Charges,
					test.step, test.uncapped)
			}
		})
	}
}
