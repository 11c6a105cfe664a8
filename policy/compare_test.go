// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/policy"
)

// TestCompare edits one thing of the telecom policy at a time.
func TestCompare(t *testing.T) {
	data, err := os.ReadFile("testdata/good/telecom.yaml")
	if err != nil {
		t.Fatal(err)
	}
	before := telecom(t)
	tests := map[string]struct{ from, to, want string }{
		"nothing": {"version: 1", "version: 1 # same", ""},
		"a text":  {"unusual country.", "unusual place.", ""},
		"a cell weaker": {"normal:    [none,    notice,  confirm",
			"normal:    [none,    notice,  notice",
			"weaker: matrix normal high: confirm became notice"},
		"a cell stronger": {"sensitive: [confirm, confirm, strong,  refuse]",
			"sensitive: [confirm, confirm, refuse,  refuse]",
			"stronger: matrix sensitive high: strong became refuse"},
		"a band later": {"medium: 30", "medium: 40", "weaker: bands medium: 30 became 40"},
		"a band earlier": {"extreme: 85", "extreme: 80",
			"stronger: bands extreme: 85 became 80"},
		"a floor lower": {"critical: deny }", "critical: challenge }",
			"weaker: on_failure critical: deny became challenge"},
		"a budget spent early": {"most: 3, per: 24h", "most: 2, per: 24h",
			"weaker: prompts: 3 per 24h0m0s became 2 per 24h0m0s"},
		"a shorter window": {"most: 3, per: 24h", "most: 3, per: 1h",
			"stronger: prompts: 3 per 24h0m0s became 3 per 1h0m0s"},
		"both": {"most: 3, per: 24h", "most: 2, per: 1h",
			"unclear: prompts: 3 per 24h0m0s became 2 per 1h0m0s"},
		"a method more": {"methods: [mobile4, totp, passkey], fresh: 5m",
			"methods: [code6, mobile4, totp, passkey], fresh: 5m",
			"weaker: step strong: [mobile4 totp passkey] fresh 5m0s acr urn:example:loa:2 became " +
				"[code6 mobile4 totp passkey] fresh 5m0s acr urn:example:loa:2"},
		"fresher": {"fresh: 5m", "fresh: 1m",
			"stronger: step strong: [mobile4 totp passkey] fresh 5m0s acr urn:example:loa:2 " +
				"became [mobile4 totp passkey] fresh 1m0s acr urn:example:loa:2"},
		"less sensitive": {"login:        { sensitivity: normal",
			"login:        { sensitivity: trivial", "weaker: action login: normal became trivial"},
		"bound to less": {"bind: [amount, payee]", "bind: [amount]",
			"weaker: action transfer: bind [amount payee] became [amount]; weaker: action " +
				"transfer: needed facts [amount payee payee_trusted sim_changed_hours] became " +
				"[amount payee_trusted sim_changed_hours]"},
		"touching nothing": {", touches: [sms]", "",
			"weaker: action sim.swap: touches [sms] became []"},
		"with every method": {", without: [code4]", "",
			"weaker: action login: without [code4] became []"},
		"within a session": {"session: none, ", "",
			"unclear: action login: session: none: true became false"},
		"a fact required": {"sim_changed_hours: number?", "sim_changed_hours: number ",
			"stronger: fact sim_changed_hours: optional: true became false"},
		"a fact unbounded": {"unit: EUR, min: 0", "unit: EUR",
			`weaker: fact amount: min: "0" became ""`},
		"a fact in another unit": {"unit: EUR", "unit: JPY",
			`unclear: fact amount: unit: "EUR" became "JPY"`},
		"another list": {"[BE, CH, DE,", "[BE, CH,",
			"unclear: list neighbours: its members changed"},
		"a lower score": {"score: 35", "score: 30",
			"weaker: rule foreign-connection: score 35 became 30"},
		"a higher score": {"score: 50", "score: 60",
			"stronger: rule impossible-travel: score 50 became 60"},
		"a weaker require": {"require: strong", "require: confirm",
			"weaker: rule recent-sim-swap: require strong became confirm"},
		"a require denied": {"require: strong", "deny: true",
			"stronger: rule recent-sim-swap: require: strong became deny: true"},
		"fewer actions": {"on: [transfer, email.change]", "on: [transfer]",
			"weaker: action email.change: needed facts [new_email sim_changed_hours] became " +
				"[new_email]; weaker: rule recent-sim-swap: on email.change, transfer became transfer"},
		"every action": {"    on: [email.change, transfer, sim.swap]\n", "",
			"stronger: rule tor-changes: on email.change, sim.swap, transfer became every action"},
		"a skip": {"when: sim_changed_hours < 72\n    unknown: fire",
			"when: sim_changed_hours < 72\n    unknown: skip",
			"weaker: rule recent-sim-swap: when unknown, fire became skip"},
		"a condition": {"when: geo.tor", "when: geo.vpn",
			"unclear: rule tor-changes: its condition was geo.tor and is geo.vpn"},
		"a condition more often true": {"sim_changed_hours < 72", "sim_changed_hours < 96",
			"stronger: rule recent-sim-swap: its condition was sim_changed_hours < 72 and is " +
				"sim_changed_hours < 96"},
		"a condition with one more part": {"when: geo.tor", "when: geo.tor and geo.vpn",
			"weaker: rule tor-changes: its condition was geo.tor and is geo.tor and geo.vpn"},
		"a condition less": {"    when: geo.tor\n    unknown: skip\n", "",
			"stronger: rule tor-changes: its condition was geo.tor and is none"},
		"a condition in other words": {"when: geo.foreign and not device.known",
			"when: not device.known and geo.foreign", ""},
		"a cap for more": {"payee_trusted and amount <= 30", "payee_trusted and amount <= 40",
			"weaker: rule small-and-trusted: its condition was payee_trusted and amount <= 30 " +
				"and is payee_trusted and amount <= 40"},
		"a cap lower": {"at_most: notice", "at_most: none",
			"weaker: rule small-and-trusted: at_most notice became none"},
		"a cap further": {"up_to: medium ", "up_to: high ",
			"weaker: rule small-and-trusted: up_to medium became high"},
		"a limit wider": {"count: 5, sum: amount, most: 100",
			"count: 6, sum: amount, most: 100",
			"weaker: rule small-and-trusted: its limit was count 5 and 100 in sum amount and is " +
				"count 6 and 100 in sum amount"},
		"a limit tighter": {"sum: amount, most: 100", "sum: amount, most: 99.5",
			"stronger: rule small-and-trusted: its limit was count 5 and 100 in sum amount and " +
				"is count 5 and 99.5 in sum amount"},
		"both ways": {"count: 5, sum: amount, most: 100",
			"count: 6, sum: amount, most: 9",
			"unclear: rule small-and-trusted: its limit was count 5 and 100 in sum amount and is " +
				"count 6 and 9 in sum amount"},
		"no limit": {"    limit: { count: 5, sum: amount, most: 100 }", "",
			"weaker: rule small-and-trusted: its limit was count 5 and 100 in sum amount and is none"},
		"a promotion": {"mode: shadow", "mode: enforce",
			"stronger: rule hosting-candidate: score: 25 is now in force"},
		"a star removed": {`  "*":          { sensitivity: sensitive }`, "",
			"stronger: action *: listed: true became false; stronger: action *: sensitive became critical"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(data), test.from, test.to, 1)
			if text == string(data) {
				t.Fatal("the edit changes nothing")
			}
			after, err := policy.Parse(policy.Source{Name: "after", Data: []byte(text)})
			if err != nil {
				t.Fatal(err)
			}
			if got := changes(policy.Compare(before, after)); got != test.want {
				t.Errorf("got:  %s\nwant: %s", got, test.want)
			}
			back := policy.Compare(after, before)
			for i, c := range policy.Compare(before, after) {
				if turned := back[i].Direction; (c.Direction == policy.Weaker) != (turned == policy.Stronger) {
					t.Errorf("%v, and back %v", c, back[i])
				}
			}
		})
	}
}

func changes(list []policy.Change) string {
	var texts []string
	for _, c := range list {
		texts = append(texts, c.String())
	}
	return strings.Join(texts, "; ")
}

func TestCompareEmpty(t *testing.T) {
	empty := new(policy.Policy)
	for _, c := range policy.Compare(empty, empty) {
		t.Errorf("the same: %v", c)
	}
	weakens := func(a, b *policy.Policy) bool {
		return slices.ContainsFunc(policy.Compare(a, b),
			func(c policy.Change) bool { return c.Direction != policy.Stronger })
	}
	for _, full := range []*policy.Policy{parse(t), telecom(t)} { // without lists, and with
		if !weakens(empty, full) {
			t.Error("a policy is not weaker than none, which denies")
		}
	}
}

// TestComparePromise: where all changes are stronger, or there is none, no
// request gets a weaker step.
func TestComparePromise(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		rules := ruleTexts(t, all...)
		edited := slices.Clone(rules)
		for range rapid.IntRange(1, 2).Draw(t, "edits") {
			i := rapid.IntRange(0, len(rules)-1).Draw(t, "which")
			switch id := strings.Fields(rules[i])[2]; rapid.IntRange(0, 2).Draw(t, "edit") {
			case 0:
				edited[i] = ""
			case 1:
				edited[i] = ruleText(t, id, all...)
			case 2:
				edited = append(edited, ruleText(t, "new"+id+strings.Repeat("x", len(edited)),
					all...))
			}
		}
		if strings.Join(edited, "") == "" {
			return
		}
		before, after := parse(t, rules...), parse(t, edited...)
		for _, c := range policy.Compare(before, after) {
			if c.Direction != policy.Stronger {
				return
			}
		}
		compared++
		for range 3 {
			in := drawInput(t)
			if b, a := before.Evaluate(in), after.Evaluate(in); a.Step.Index < b.Step.Index {
				t.Fatalf("%s became %s\nbefore:\n%s\nafter:\n%s", b.Step.Name, a.Step.Name,
					strings.Join(rules, ""), strings.Join(edited, ""))
			}
		}
	})
	if compared < 10 {
		t.Errorf("only %d pairs were compared", compared)
	}
}

// TestCompareConditions: of two conditions of one rule the wider one is found,
// in both directions, and never the wrong one.
func TestCompareConditions(t *testing.T) {
	told := map[policy.Direction]int{}
	rapid.Check(t, func(t *rapid.T) {
		number := func(label string) string {
			return rapid.SampledFrom([]string{"travel.km > 1", "travel.km > 5", "travel.km >= 5",
				"travel.km < 50", "geo.tor", "not geo.tor", "known(travel.km)", "(geo.vpn ?? " +
					"true)"}).Draw(t, label)
		}
		condition := func() string {
			join := rapid.SampledFrom([]string{" and ", " or "}).Draw(t, "join")
			return rapid.SampledFrom([]string{number("a"), number("b") + join + number("c")}).Draw(t, "parts")
		}
		effect := rapid.SampledFrom([]string{"deny: true", "require: strong", "score: 40", "score: -20",
			"at_most: none, up_to: high"}).Draw(t, "effect")
		unknown := "skip"
		if strings.HasPrefix(effect, "deny") || effect == "score: 40" {
			unknown = rapid.SampledFrom([]string{"skip", "fire"}).Draw(t, "unknown")
		}
		of := func(when string) *policy.Policy {
			return parse(t, "  - { id: r, when: '"+when+"', unknown: "+unknown+", "+effect+" }\n")
		}
		before, after := of(condition()), of(condition())
		changes := policy.Compare(before, after)
		for range 10 {
			in := drawInput(t)
			b, a := before.Evaluate(in).Step, after.Evaluate(in).Step
			switch {
			case len(changes) == 0 && a.Name != b.Name,
				len(changes) > 0 && changes[0].Direction == policy.Stronger && a.Index < b.Index,
				len(changes) > 0 && changes[0].Direction == policy.Weaker && a.Index > b.Index:
				t.Fatalf("%v, and %s became %s", changes, b.Name, a.Name)
			}
		}
		if len(changes) > 0 {
			told[changes[0].Direction]++
		}
	})
	if told[policy.Stronger] == 0 || told[policy.Weaker] == 0 || told[policy.Unclear] == 0 {
		t.Errorf("directions %v: the test shows nothing", told)
	}
}
