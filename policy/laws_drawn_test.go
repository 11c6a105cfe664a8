// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// These laws hold for every policy and request that can be drawn. The tables
// of decide_test.go show them at their edges.

// TestL3Kleene: what a condition says while something is unknown, it says
// whatever that turns out to be, unless it asks what is known; and a rule whose condition is unknown fires
// exactly if it says so.
func TestL3Kleene(t *testing.T) {
	decided, unknown := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		in := drawInput(t)
		in.Gaps, in.Facts["vip"] = nil, true
		hidden := *in.Signals
		hidden.Forget(risk.Groups(rapid.IntRange(0, int(risk.AllGroups)).Draw(t, "hidden")))
		full := p.Evaluate(in)
		in.Signals = &hidden
		part := p.Evaluate(in)
		whole := full.Explain().Rules
		for i, r := range part.Explain().Rules {
			asks := strings.Contains(r.Condition, "known(") || strings.Contains(r.Condition, "??")
			switch {
			case !asks && r.Truth.Known() && r.Truth != whole[i].Truth:
				t.Fatalf("%s is %v while something is hidden, and %v when it shows", r.Condition,
					r.Truth, whole[i].Truth)
			case r.Truth.Known() && (r.ByUnknown || r.Fired != (r.Truth == risk.True)):
				t.Fatalf("%s is %v, fired %v", r.Condition, r.Truth, r.Fired)
			case !r.Truth.Known() && r.Fired != r.ByUnknown:
				t.Fatalf("%s is unknown, fired %v, by that %v", r.Condition, r.Fired, r.ByUnknown)
			case r.Truth.Known():
				decided++
			default:
				unknown++
			}
		}
	})
	if decided == 0 || unknown == 0 {
		t.Errorf("%d conditions decided and %d unknown: the test shows nothing", decided, unknown)
	}
}

// TestL4Drawn: of two requests the base of the more sensitive one, in the
// higher band, is never the weaker step.
func TestL4Drawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, "score", "discount")...)
		var verdicts []policy.Verdict
		for range 6 {
			in := drawInput(t)
			in.Prompts = policy.Count{} // unknown: nothing is softened
			verdicts = append(verdicts, p.Evaluate(in))
		}
		for _, a := range verdicts {
			for _, b := range verdicts {
				if a.Sensitivity.AtLeast(b.Sensitivity) && a.Band >= b.Band &&
					a.Base().Index < b.Base().Index {
					t.Fatalf("%v in %v gets %s, and %v in %v %s", a.Sensitivity, a.Band,
						a.Base().Name, b.Sensitivity, b.Band, b.Base().Name)
				}
			}
		}
	})
}

// TestL7Drawn: a spent budget takes a challenge from the base of harmless,
// unbound actions on a trusted device in the lower bands, and does nothing
// else; a budget that is not spent, or not counted, does nothing.
func TestL7Drawn(t *testing.T) {
	softened := 0
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		in := drawInput(t)
		if in.Gaps = nil; rapid.Bool().Draw(t, "always asked") {
			in.Action = "profile"
		}
		in.Signals.SetBool(risk.DeviceTrusted, rapid.SampledFrom([]risk.Truth{risk.True, risk.True,
			risk.False, risk.Unknown}).Draw(t, "trusted"))
		in.Prompts = policy.Count{}
		before := p.Evaluate(in)
		in.Prompts = policy.Count{N: rapid.SampledFrom([]int{2, 3, 9}).Draw(t, "passed"), Known: true}
		after := p.Evaluate(in)
		trusted := in.Signals.Bool(risk.DeviceTrusted) == risk.True
		mild := slices.Contains([]string{"view", "login", "profile"}, in.Action)
		want := mild && in.Prompts.N >= 3 && before.Band <= policy.Medium && trusted &&
			before.Base().Do == policy.Challenge && !in.Caution
		if after.Prompts.Softened != want {
			t.Fatalf("%s after %d prompts in %v: softened %v, want %v", in.Action, in.Prompts.N,
				before.Band, after.Prompts.Softened, want)
		}
		base := before.Base().Name
		if want {
			base = "notice" // the strongest step that does not challenge
			softened++
		}
		least := max(after.Floor().Index, after.Failure().Index)
		if after.Base().Name != base || after.Step.Index < least ||
			after.Step.Index > before.Step.Index || !want && after.Step.Name != before.Step.Name {
			t.Fatalf("base %s, want %s; step %s, before %s, at least %d", after.Base().Name, base,
				after.Step.Name, before.Step.Name, least)
		}
	})
	if softened == 0 {
		t.Error("nothing was softened: the test shows nothing")
	}
}

// TestL18Drawn: a held proof is accepted exactly if it is fresh, of a method of
// the step, made in no lower a band, not bound, and of the same action where
// that is sensitive; never for what is critical or bound; and never instead of
// a deny.
func TestL18Drawn(t *testing.T) {
	held := 0
	rapid.Check(t, func(t *rapid.T) {
		kinds := all
		if rapid.IntRange(0, 3).Draw(t, "mild") > 0 {
			kinds = []string{"score", "discount", "at_most"}
		}
		p := parse(t, ruleTexts(t, kinds...)...)
		in := drawInput(t)
		in.Prompts, in.Gaps, in.Facts["vip"] = policy.Count{}, nil, true
		if rapid.IntRange(0, 3).Draw(t, "other action") > 0 {
			in.Action = rapid.SampledFrom([]string{"profile", "email"}).Draw(t, "unbound")
		}
		for range rapid.IntRange(2, 4).Draw(t, "proofs") {
			in.Proofs = append(in.Proofs, policy.Proof{
				Method: rapid.SampledFrom([]policy.Method{policy.TOTP, policy.TOTP, policy.Passkey, 0}).Draw(t, "method"),
				Action: rapid.SampledFrom([]string{in.Action, in.Action, "view"}).Draw(t, "of"),
				Time:   noon.Add(-time.Duration(rapid.IntRange(-1, 16).Draw(t, "minutes")) * time.Minute),
				Band:   rapid.SampledFrom([]policy.Band{0, 1, 3, 4, 4, 4, 5}).Draw(t, "band"),
				Bound:  rapid.IntRange(0, 4).Draw(t, "bound") == 0,
			})
		}
		v := p.Evaluate(in)
		want := slices.ContainsFunc(in.Proofs, func(proof policy.Proof) bool {
			return counts(proof, in, v)
		})
		if v.HeldOK != want || v.HeldOK && !counts(v.Held, in, v) {
			t.Fatalf("held %v (%+v), want %v, for %s at %s in %v, of %+v", v.HeldOK, v.Held, want,
				in.Action, v.Step.Name, v.Band, in.Proofs)
		}
		if v.Step.Do == policy.Deny && v.Outcome != policy.Deny ||
			v.Step.Do == policy.Challenge && !v.HeldOK && v.Outcome != policy.Challenge {
			t.Fatalf("outcome %v at step %s, held %v", v.Outcome, v.Step.Name, v.HeldOK)
		}
		if v.HeldOK {
			held++
		}
	})
	if held == 0 {
		t.Error("no proof was held: the test shows nothing")
	}
}

// counts is L18 as it reads.
func counts(proof policy.Proof, in policy.Input, v policy.Verdict) bool {
	age := in.Time.Sub(proof.Time)
	switch {
	case v.Step.Do != policy.Challenge || proof.Bound || v.Sensitivity == policy.Critical ||
		len(v.Bind) > 0 || in.Action == "login": // which has no session
		return false
	case !slices.Contains(v.Step.Methods, proof.Method) || age < 0 || age > v.Step.Fresh:
		return false
	case proof.Band < v.Band || proof.Band > policy.Extreme:
		return false
	}
	return v.Sensitivity != policy.Sensitive || proof.Action == in.Action
}
