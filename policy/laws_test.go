// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// noon is when every test takes place.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// frameYAML is a policy without rules, for tests to add theirs.
const frameYAML = `version: 1
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
facts:
  amount: { type: decimal, min: 0 }
  vip: bool
  tags: strings?
  age: number?
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code4, code6, totp], fresh: 15m }
  - { step: strong, do: challenge, methods: [totp], fresh: 5m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, confirm, confirm, confirm]
  normal:    [confirm, confirm, confirm, strong]
  sensitive: [confirm, confirm, strong, refuse]
  critical:  [strong, strong, refuse, refuse]
actions:
  view: { sensitivity: trivial }
  login: { sensitivity: normal, session: none }
  profile: { sensitivity: normal }
  email: { sensitivity: sensitive }
  transfer: { sensitivity: sensitive, bind: [amount] }
  swap: { sensitivity: critical }
prompts: { most: 3, per: 24h }
rules:
`

var actionNames = []string{"view", "login", "profile", "email", "transfer", "swap", "unlisted"}

func parse(t interface {
	Helper()
	Fatalf(string, ...any)
}, rules ...string) *policy.Policy {
	t.Helper()
	text := frameYAML + strings.Join(rules, "")
	if len(rules) == 0 {
		text = strings.TrimSuffix(text, "rules:\n")
	}
	p, err := policy.Parse(policy.Source{Name: "test.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

var conditions = []string{
	"geo.foreign", "not device.known", "device.trusted", "geo.tor or geo.vpn",
	"travel.speed_kmh > 900 and travel.km > 100", "geo.country in [\"FR\", \"BE\"]",
	"known(geo.country) and not geo.home", "(velocity.failures_1h ?? 9) > 3",
	"amount > 30", "vip", "age / 2 > 10", `any(tags, # == "x")`, "vip and amount <= 100",
	"amount / travel.km > 2", `action.name == "login"`,
	"device.known ? geo.foreign : geo.tor", `none(tags, # startsWith "a")`,
	"not (geo.foreign and device.known)", `len(tags) > 1`, `tags[1] == "b"`,
}

// ruleText draws one rule. Kinds are the keys of the effects it may have.
func ruleText(t *rapid.T, id string, kinds ...string) string {
	kind := rapid.SampledFrom(kinds).Draw(t, "kind")
	unknown := "skip"
	effect := ""
	switch kind {
	case "score":
		effect = fmt.Sprintf("score: %d", rapid.IntRange(1, 100).Draw(t, "score"))
		if rapid.Bool().Draw(t, "grouped") {
			effect += "\n    group: " + rapid.SampledFrom([]string{"g", "h"}).Draw(t, "group")
		}
	case "discount":
		effect = fmt.Sprintf("score: %d", rapid.IntRange(-100, -1).Draw(t, "score"))
	case "require":
		effect = "require: " + rapid.SampledFrom([]string{"notice", "confirm", "strong"}).Draw(t,
			"step")
	case "at_most":
		effect = "at_most: " + rapid.SampledFrom([]string{"none", "notice", "confirm"}).Draw(t,
			"step") +
			"\n    up_to: " + rapid.SampledFrom([]string{"low", "medium", "high"}).Draw(t,
			"up to") +
			rapid.SampledFrom([]string{"", "\n    limit: { count: 2 }",
				"\n    limit: { sum: amount, most: 100 }"}).Draw(t, "limit")
	case "deny":
		effect = "deny: true"
	}
	if kind != "at_most" && kind != "discount" {
		unknown = rapid.SampledFrom([]string{"skip", "fire"}).Draw(t, "unknown")
	}
	on := rapid.SampledFrom([]string{"", "    on: [transfer, email]\n",
		"    on: [pro*]\n"}).Draw(t, "on")
	mode := rapid.SampledFrom([]string{"", "", "", "    mode: shadow\n"}).Draw(t, "mode")
	return fmt.Sprintf("  - id: %s\n%s%s    when: '%s'\n    unknown: %s\n    %s\n", id, on, mode,
		rapid.SampledFrom(conditions).Draw(t, "when"), unknown, effect)
}

func ruleTexts(t *rapid.T, kinds ...string) []string {
	rules := make([]string, rapid.IntRange(1, 8).Draw(t, "rules"))
	for i := range rules {
		rules[i] = ruleText(t, fmt.Sprintf("r%d", i), kinds...)
	}
	return rules
}

// all are all kinds of rules.
var all = []string{"score", "discount", "require", "at_most", "deny"}

// drawInput draws a request in which anything may be unknown.
func drawInput(t *rapid.T) policy.Input {
	in := policy.Input{
		Action: rapid.SampledFrom(actionNames).Draw(t, "action"), Time: noon,
		Signals: drawSignals(t), Facts: map[string]any{"amount": rapid.IntRange(0, 200).Draw(t,
			"amount")},
		Prompts: policy.Count{N: rapid.IntRange(0, 4).Draw(t, "prompts"),
			Known: rapid.Bool().Draw(t, "prompts known")},
		Spent: policy.Spent{Known: rapid.Bool().Draw(t, "spent known")},
	}
	if rapid.IntRange(0, 9).Draw(t, "vip given") > 0 {
		in.Facts["vip"] = rapid.Bool().Draw(t, "vip")
	}
	if rapid.Bool().Draw(t, "tags given") {
		in.Facts["tags"] = rapid.SliceOfN(rapid.SampledFrom([]string{"x", "a", "b"}), 0,
			3).Draw(t, "tags")
	}
	if rapid.Bool().Draw(t, "age given") {
		in.Facts["age"] = rapid.Float64Range(-5, 100).Draw(t, "age")
	}
	for i := range 8 {
		in.Spent.Rules = append(in.Spent.Rules, policy.RuleSpent{
			Rule: fmt.Sprintf("r%d", i), Count: rapid.IntRange(0, 3).Draw(t, "count"),
		})
	}
	if rapid.IntRange(0, 9).Draw(t, "gap") == 0 {
		in.Gaps = []policy.Gap{{Kind: policy.GapKind(rapid.IntRange(0, 3).Draw(t, "kind"))}}
	}
	return in
}

// drawSignals draws a value, or none, for every signal.
func drawSignals(t *rapid.T) *risk.Signals {
	s := new(risk.Signals)
	for _, spec := range risk.Catalogue() {
		if rapid.IntRange(0, 3).Draw(t, "known") == 0 {
			continue
		}
		switch spec.Type {
		case risk.Bool:
			s.SetBool(spec.Signal, risk.TruthOf(rapid.Bool().Draw(t, spec.Name)))
		case risk.Number:
			s.SetNumber(spec.Signal, float64(rapid.SampledFrom([]int{0, 1, 5, 50, 1000}).Draw(t,
				spec.Name)))
		case risk.Text:
			s.SetText(spec.Signal, rapid.SampledFrom([]string{"FR", "US", "web"}).Draw(t,
				spec.Name))
		case risk.List:
			s.SetList(spec.Signal, []string{"totp"})
		}
	}
	return s
}

// TestL1ZeroValues: the zero value of everything is the strict one.
func TestL1ZeroValues(t *testing.T) {
	var v policy.Verdict
	if v.Outcome != policy.Deny || v.Step.Do != policy.Deny ||
		v.Sensitivity != policy.Critical || v.HeldOK {
		t.Errorf("the zero Verdict is %v at %q for %v, want deny for critical", v.Outcome,
			v.Step.Name, v.Sensitivity)
	}
	v = new(policy.Policy).Evaluate(policy.Input{Action: "view"})
	if v.Outcome != policy.Deny || len(v.Degraded) == 0 {
		t.Errorf("the zero Policy gives %v, degraded %v; want deny, degraded", v.Outcome,
			v.Degraded)
	}
	if a := new(policy.Policy).Action("view"); a.Sensitivity != policy.Critical || a.Listed {
		t.Errorf("the zero Policy's action is %+v, want an unlisted critical one", a)
	}
	v = parse(t).Evaluate(policy.Input{})
	if v.Outcome != policy.Deny {
		t.Errorf("the zero Input gives %v, want deny", v.Outcome)
	}
	var gap policy.Gap
	if gap.Kind != policy.StoreGap {
		t.Errorf("the zero Gap is of kind %v, want store", gap.Kind)
	}
}

// TestL2Floor: what is missing is never a silent allow.
func TestL2Floor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		in := drawInput(t)
		in.Gaps = append(in.Gaps, policy.Gap{Kind: policy.FactGap, Name: "drawn"})
		v := p.Evaluate(in)
		if len(v.Degraded) == 0 {
			t.Fatalf("not degraded")
		}
		want := "strong"
		switch {
		case v.Sensitivity == policy.Trivial:
			want = "none"
		case v.Sensitivity == policy.Critical:
			want = "refuse"
		}
		if v.Step.Index < stepNamed(p, want).Index {
			t.Fatalf("%s gets %s, want at least %s", in.Action, v.Step.Name, want)
		}
	})
}

func stepNamed(p *policy.Policy, name string) policy.Step {
	i := slices.IndexFunc(p.Ladder(), func(s policy.Step) bool { return s.Name == name })
	return p.Ladder()[i]
}

// TestL2Strict: with a gap every unknown counts against the request, so that
// no decision is weaker than the same one without the gap.
func TestL2Strict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		in := drawInput(t)
		in.Gaps = nil
		before := p.Evaluate(in)
		in.Gaps = []policy.Gap{{Kind: policy.StoreGap, Name: "get"}}
		v := p.Evaluate(in)
		if v.Step.Index < before.Step.Index {
			t.Fatalf("%s with a gap, %s without", v.Step.Name, before.Step.Name)
		}
		if v.Step.Do == policy.Challenge {
			t.Fatalf("%s is asked, yet no attempt can be counted", v.Step.Name)
		}
	})
}

// TestL2SignalGap: a failed source leaves its signals unknown, no more.
func TestL2SignalGap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		in := drawInput(t)
		in.Gaps = nil
		before := p.Evaluate(in)
		in.Gaps = []policy.Gap{{Kind: policy.SignalGap, Name: "geo"}}
		v := p.Evaluate(in)
		if v.Step.Name != before.Step.Name || len(v.Degraded) != len(before.Degraded)+1 {
			t.Fatalf("%s, %d gaps; want %s and one more than %d", v.Step.Name, len(v.Degraded),
				before.Step.Name, len(before.Degraded))
		}
	})
}

// TestL5Order: shuffling rules changes nothing.
func TestL5Order(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := ruleTexts(t, all...)
		in := drawInput(t)
		shuffled := slices.Clone(rules)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		random.Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j],
				shuffled[i]
		})
		p, q := parse(t, rules...), parse(t, shuffled...)
		if p.Hash() != q.Hash() {
			t.Fatalf("the hash depends on the order")
		}
		if a, b := facts(p.Evaluate(in)), facts(q.Evaluate(in)); a != b {
			t.Fatalf("in order %s\nshuffled %s", a, b)
		}
	})
}

// facts is what must not depend on the order of rules.
func facts(v policy.Verdict) string {
	names := func(list []string) []string { return slices.Sorted(slices.Values(list)) }
	var fired []string
	for _, f := range v.Fired() {
		fired = append(fired, f.ID)
	}
	var charges []string
	for _, c := range v.Charges {
		charges = append(charges, c.Rule+" "+c.Sum.String()+" "+c.Uncapped.Name)
	}
	return fmt.Sprint(v.Outcome, v.Step.Name, v.Score, v.Band, v.Base().Name, v.Floor().Name,
		v.Cap().Name, v.Failure().Name,
		v.Prompts, names(fired), names(v.Unknown()), v.Degraded, charges, v.Shadow().Step.Name,
		names(v.Shadow().Rules))
}

// TestL5Adding: adding what asks for more never weakens; adding an at_most
// never strengthens, and never goes below a fired require or deny.
func TestL5Adding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := ruleTexts(t, all...)
		in := drawInput(t)
		in.Facts["vip"] = true // a rule that is added must not add a gap
		before := parse(t, rules...).Evaluate(in)
		more := parse(t, append(slices.Clone(rules), ruleText(t, "more", "score", "require",
			"deny"))...).Evaluate(in)
		if more.Step.Index < before.Step.Index {
			t.Fatalf("more asked, and %s became %s", before.Step.Name, more.Step.Name)
		}
		less := parse(t, append(slices.Clone(rules), ruleText(t, "less",
			"at_most"))...).Evaluate(in)
		if less.Step.Index > before.Step.Index || less.Step.Index < less.Floor().Index {
			t.Fatalf("capped, and %s became %s above floor %s", before.Step.Name, less.Step.Name,
				less.Floor().Name)
		}
	})
}

// TestShadowActsNot: shadow rules never touch the decision, and the shadow
// verdict is the one of the policy with them in force.
func TestShadowActsNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := ruleTexts(t, all...)
		in := drawInput(t)
		in.Gaps, in.Facts["vip"] = nil, true
		var enforced, promoted []string
		for _, r := range rules {
			if !strings.Contains(r, "mode: shadow") {
				enforced = append(enforced, r)
			}
			promoted = append(promoted, strings.Replace(r, "    mode: shadow\n", "", 1))
		}
		v := parse(t, rules...).Evaluate(in)
		if without := parse(t, enforced...).Evaluate(in); without.Step.Name != v.Step.Name ||
			without.Score != v.Score {
			t.Fatalf("%s with shadow rules, %s without", v.Step.Name, without.Step.Name)
		}
		if full := parse(t, promoted...).Evaluate(in); full.Step.Name != v.Shadow().Step.Name {
			t.Fatalf("the shadow says %s, in force it is %s", v.Shadow().Step.Name, full.Step.Name)
		}
	})
}

// TestDeterministic: the same input gives the same verdict, from a fresh
// verdict or one that was used.
func TestDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := parse(t, ruleTexts(t, all...)...)
		var used policy.Verdict
		for range 3 {
			in := drawInput(t)
			p.EvaluateInto(&used, &in)
			if fresh := p.Evaluate(in); facts(fresh) != facts(used) {
				t.Fatalf("fresh %s\nused  %s", facts(fresh), facts(used))
			}
		}
	})
}
