// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// drawCondition draws a condition with connectives to any depth.
func drawCondition(t *rapid.T, depth int) string {
	if depth == 0 {
		return "(" + rapid.SampledFrom(conditions).Draw(t, "condition") + ")"
	}
	switch rapid.IntRange(0, 4).Draw(t, "connective") {
	case 0:
		return "not " + drawCondition(t, depth-1)
	case 1:
		return "(" + drawCondition(t, depth-1) + " ? " + drawCondition(t,
			depth-1) + " : " + drawCondition(t, depth-1) + ")"
	case 2:
		return fmt.Sprintf("(action.name in [%q, \"login\"] and %s)",
			rapid.SampledFrom(actionNames).Draw(t, "name"), drawCondition(t, depth-1))
	}
	parts := make([]string, rapid.IntRange(2, 4).Draw(t, "parts"))
	for i := range parts {
		parts[i] = drawCondition(t, depth-1)
	}
	return "(" + strings.Join(parts, rapid.SampledFrom([]string{" and ", " or "}).Draw(t,
		"join")) + ")"
}

// drawPatterns draws the actions of a rule, which overlap those of others.
func drawPatterns(t *rapid.T) string {
	patterns := []string{"transfer", "email", "e*", "em*", "email*", "un*", "unlisted",
		"unlisted*", "p*"}
	if rapid.Bool().Draw(t, "everywhere") {
		return ""
	}
	list := rapid.SliceOfNDistinct(rapid.SampledFrom(patterns), 1, 3, rapid.ID[string]).Draw(t,
		"patterns")
	return "    on: [" + strings.Join(list, ", ") + "]\n"
}

// TestBitsAgreeWithWalk holds the index and the bits to a plain walk over all
// rules, over generated policies and frames.
func TestBitsAgreeWithWalk(t *testing.T) {
	star := strings.Replace(frameYAML, "actions:", "actions:\n  \"*\": { sensitivity: normal }", 1)
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString(star)
		for i := range rapid.IntRange(1, 12).Draw(t, "rules") {
			mode := rapid.SampledFrom([]string{"", "", "    mode: shadow\n"}).Draw(t, "mode")
			when := ""
			if rapid.IntRange(0, 9).Draw(t, "always") > 0 {
				when = fmt.Sprintf("    when: '%s'\n    unknown: %s\n", drawCondition(t,
					rapid.IntRange(0, 3).Draw(t, "depth")),
					rapid.SampledFrom([]string{"skip", "fire"}).Draw(t, "unknown"))
			}
			fmt.Fprintf(&b, "  - id: r%d\n%s%s%s    score: %d\n", i, drawPatterns(t), mode, when,
				1+i)
		}
		p, err := policy.Parse(policy.Source{Name: "p", Data: []byte(b.String())})
		if err != nil {
			t.Fatalf("%v", err)
		}
		for range 4 {
			in := drawInput(t)
			in.Action = rapid.SampledFrom([]string{"transfer", "email", "emails", "e",
				"unlisted", "unlisteds", "login", "", "profile", "p", "view"}).Draw(t, "action")
			bits, walk := p.Evaluate(in), p.EvaluateByWalk(in)
			if facts(bits) != facts(walk) || fmt.Sprint(ids(bits)) != fmt.Sprint(ids(walk)) {
				t.Fatalf("%s\nby bits %s\nby walk %s", b.String(), facts(bits), facts(walk))
			}
		}
	})
}

// ids are the rules in the order in which the verdict lists them.
func ids(v policy.Verdict) []string {
	list := append([]string{"unknown:"}, v.Unknown()...)
	for _, f := range v.Fired() {
		list = append(list, f.ID)
	}
	return append(list, v.Shadow().Rules...)
}

// TestWalkedRules: a condition with too many alternatives is still evaluated.
func TestWalkedRules(t *testing.T) {
	when := strings.TrimSuffix(strings.Repeat("(geo.tor or geo.vpn or device.known) and ", 4),
		" and ")
	p := withRules(t, "[{id: many, when: '"+when+"', unknown: skip, score: 9}]")
	if p.Walked("view") != 1 {
		t.Fatalf("%d rules are walked, want 1", p.Walked("view"))
	}
	s := usual()
	if v := p.Evaluate(policy.Input{Action: "view", Signals: s}); v.Score != 9 {
		t.Errorf("score %d, want 9", v.Score)
	}
	s.SetBool(risk.DeviceKnown, risk.False)
	if v := p.Evaluate(policy.Input{Action: "view", Signals: s}); v.Score != 0 ||
		len(v.Unknown()) != 1 {
		t.Errorf("score %d, unknown %v; want 0, the rule", v.Score, v.Unknown())
	}
}

// generated is a policy of so many rules, of which so many apply to every
// action, and the others to one of as many actions as gives each about 15.
func generated(rules, global int) string {
	text := strings.Replace(frameYAML, "rules:\n", "", 1)
	actions := max(1, (rules-global)/15)
	var list, tail strings.Builder
	for a := range actions {
		fmt.Fprintf(&list, "  act%d: { sensitivity: normal }\n", a)
	}
	shapes := []string{
		"geo.foreign and not device.known", "travel.speed_kmh > %d and travel.km > 100",
		"velocity.failures_1h >= %d",
		`geo.country in ["DE", "NL"] and not geo.home`, "geo.tor or geo.vpn", "amount > %d",
		"device.age_days < %d and geo.new_asn",
		"history.logins < %d and not device.trusted", "familiarity.score > %d",
		`client.channel == "phone" and geo.proxy`,
	}
	tail.WriteString("rules:\n")
	for i := range rules {
		on := ""
		if i >= global {
			on = fmt.Sprintf(" on: [act%d],", (i-global)%actions)
		}
		when := shapes[i%len(shapes)]
		if strings.Contains(when, "%d") {
			when = fmt.Sprintf(when, 1+i/len(shapes)%40*10)
		}
		fmt.Fprintf(&tail, "  - {id: rule-%d,%s when: '%s', unknown: skip, score: 1}\n", i, on,
			when)
	}
	return strings.Replace(text, "actions:\n", "actions:\n"+list.String(), 1) + tail.String()
}

// requests are varied inputs, since one repeated would flatter the branch
// predictor. As in life, few rules fire on one.
func requests(n, actions int) []policy.Input {
	inputs := make([]policy.Input, n)
	for i := range inputs {
		s := new(risk.Signals)
		x := uint64(i)*0x9e3779b97f4a7c15 + 1
		for _, spec := range risk.Catalogue() {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			switch spec.Type {
			case risk.Bool:
				usual := spec.Signal == risk.DeviceKnown || spec.Signal == risk.DeviceTrusted ||
					spec.Signal == risk.GeoHome
				s.SetBool(spec.Signal, risk.TruthOf((x%20 == 0) != usual))
			case risk.Number:
				s.SetNumber(spec.Signal, float64(x%12))
			case risk.Text:
				s.SetText(spec.Signal, []string{"FR", "DE", "web", "phone"}[x%4])
			}
		}
		inputs[i] = policy.Input{
			Action: fmt.Sprintf("act%d", x%uint64(actions)), Time: noon, Signals: s,
			Facts: map[string]any{"amount": float64(x % 20)},
		}
	}
	return inputs
}

func TestEvaluateIntoAllocatesNothing(t *testing.T) {
	p, err := policy.Parse(policy.Source{Name: "p", Data: []byte(generated(1000, 100))})
	if err != nil {
		t.Fatal(err)
	}
	inputs := requests(64, 60)
	var v policy.Verdict
	for i := range inputs {
		p.EvaluateInto(&v, &inputs[i])
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		p.EvaluateInto(&v, &inputs[i%len(inputs)])
		i++
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkEvaluateInto(b *testing.B) {
	for _, size := range []struct{ rules, global int }{{10, 0}, {100, 0}, {100, 100}, {1000, 0}, {10000, 0}, {10000, 2000}} {
		b.Run(fmt.Sprintf("%d rules, %d global", size.rules, size.global), func(b *testing.B) {
			p, err := policy.Parse(policy.Source{Name: "p", Data: []byte(generated(size.rules,
				size.global))})
			if err != nil {
				b.Fatal(err)
			}
			inputs := requests(4096, max(1, (size.rules-size.global)/15))
			var v policy.Verdict
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				p.EvaluateInto(&v, &inputs[i%len(inputs)])
				i++
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	data := []byte(generated(10000, 2000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := policy.Parse(policy.Source{Name: "p", Data: data}); err != nil {
			b.Fatal(err)
		}
	}
}
