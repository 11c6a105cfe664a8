// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

// played plays a day under the quickstart's policy, and returns what became of
// each request by its id.
func played(t *testing.T, day string) (map[string]*result, *summary) {
	t.Helper()
	rules, err := files.ReadFile("policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return playedUnder(t, string(rules), day)
}

func playedUnder(t *testing.T, rules, text string) (map[string]*result, *summary) {
	t.Helper()
	pol, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(rules)})
	if err != nil {
		t.Fatal(err)
	}
	today, err := parseDay("day.jsonl", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	geo, err := openDatabases()
	if err != nil {
		t.Fatal(err)
	}
	w, err := newWorld(pol, geo, today.customers, "en", nil)
	if err != nil {
		t.Fatal(err)
	}
	results, total := map[string]*result{}, new(summary)
	for i := range today.journeys {
		r, err := w.play(t.Context(), &today.journeys[i])
		if err != nil {
			t.Fatal(err)
		}
		total.count(&r)
		results[r.id] = &r
	}
	return results, total
}

// ourDay returns the day that comes with the program.
func ourDay(t *testing.T) string {
	t.Helper()
	text, err := files.ReadFile("journeys.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a careful engineer of an operator would want of each situation.
func TestSituations(t *testing.T) {
	const (
		allow, notify, challenge, deny = stepup.Allow, stepup.Notify, stepup.Challenge, stepup.Deny
		code4, code6, totp, sms        = stepup.Code4, stepup.Code6, stepup.TOTP, policy.SMS
	)
	results, _ := played(t, ourDay(t))
	for _, tt := range []struct {
		id      string
		outcome stepup.Outcome
		step    string
		rules   string
		asked   policy.Method
		sent    policy.ContactKind
		done    bool
	}{
		// The usual: nothing is asked.
		{"login-known-device", allow, "none", "", 0, 0, true},
		{"invoice-at-home", allow, "none", "", 0, 0, true},
		{"login-on-the-move", allow, "none", "", 0, 0, true},
		{"invoice-in-app", allow, "none", "", 0, 0, true},
		{"invoice-at-night", allow, "none", "", 0, 0, true},
		// The sensitive: a light proof, once.
		{"usual-transfer", challenge, "confirm", "", code4, sms, true},
		{"plan-at-home", challenge, "confirm", "", totp, 0, true},
		{"plan-in-the-evening", challenge, "confirm", "", code4, sms, true},
		{"held-proof", allow, "confirm", "", 0, 0, true},
		{"small-transfer", notify, "notice", "small-and-trusted", 0, 0, true},
		{"phone-call", challenge, "confirm", "", code4, sms, true},
		{"wrong-then-right", challenge, "confirm", "", code4, sms, true},
		// The unusual, of customers.
		{"company-proxy", allow, "none", "", 0, 0, true},
		{"login-over-vpn", allow, "none", "", 0, 0, true},
		{"invoice-over-tor", notify, "notice", "tor", 0, 0, true},
		{"connection-from-abroad", challenge, "confirm", "from-abroad new-device", code6, sms, true},
		{"invoice-abroad", allow, "none", "", 0, 0, true},
		{"new-tablet", challenge, "confirm", "new-device", totp, 0, true},
		{"sim-swap", challenge, "strong", "", totp, 0, true},
		{"owner-after-sim-swap", challenge, "strong", "recent-sim-swap", totp, 0, true},
		// The attacks: none gets through.
		{"impossible-journey", deny, "refuse", "from-abroad impossible-travel", 0, 0, false},
		{"tor-exit", deny, "refuse", "from-abroad tor tor-changes", 0, 0, false},
		{"sim-swap-then-transfer", challenge, "strong", "hidden-address recent-sim-swap", totp, 0, false},
		{"sim-swap-by-phone", deny, "strong", "", 0, 0, false},
		{"amount-changed", challenge, "confirm", "", code4, sms, false},
		{"totp-replayed", challenge, "confirm", "new-device", totp, 0, false},
	} {
		t.Run(tt.id, func(t *testing.T) {
			r := results[tt.id]
			if r == nil {
				t.Fatal("the day has no such request")
			}
			delete(results, tt.id)
			d := &r.decision
			if d.Outcome != tt.outcome || d.Verdict.Step.Name != tt.step {
				t.Errorf("got %v, want %v(%s)", d, tt.outcome, tt.step)
			}
			if got := fired(d); got != tt.rules {
				t.Errorf("got rules %q, want %q", got, tt.rules)
			}
			if len(d.Degraded) > 0 {
				t.Errorf("got degraded %v", d.Degraded)
			}
			if r.asked != tt.asked || sentTo(r) != tt.sent {
				t.Errorf("got asked for %v by %v, want %v by %v", r.asked, sentTo(r), tt.asked, tt.sent)
			}
			if r.done != tt.done {
				t.Errorf("got done %t, want %t", r.done, tt.done)
			}
		})
	}
	for id, r := range results {
		if !r.earlier {
			t.Errorf("nothing is expected of %q", id)
		}
	}
}

func fired(d *stepup.Decision) string {
	var ids []string
	for _, f := range d.Verdict.Fired() {
		ids = append(ids, f.ID)
	}
	return strings.Join(ids, " ")
}

func sentTo(r *result) policy.ContactKind {
	if r.message == nil {
		return 0
	}
	return r.message.To.Kind
}

func TestHistoryIsProven(t *testing.T) {
	_, total := played(t, ourDay(t))
	if total.earlier != 10 || total.proven != total.earlier {
		t.Errorf("got %d of %d earlier requests proven, want 10 of 10", total.proven, total.earlier)
	}
}

func TestSummaryCounts(t *testing.T) {
	_, got := played(t, ourDay(t))
	want := summary{
		earlier: 10, proven: 10, legit: 20, succeeded: 20, told: 2, asked: 9, attacks: 6,
	}
	if *got != want {
		t.Errorf("got %+v, want %+v", *got, want)
	}
}

func TestWrongThenRight(t *testing.T) {
	results, _ := played(t, ourDay(t))
	got := results["wrong-then-right"].tried
	if want := []attempt{{wrong, false}, {right, true}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The operator learns what differed, and the customer read what is proven.
func TestAmountChangedIsNamed(t *testing.T) {
	results, _ := played(t, ourDay(t))
	var mismatch *stepup.MismatchError
	err := results["amount-changed"].refusal
	if !errors.As(err, &mismatch) || mismatch.Field != "Facts.amount" {
		t.Errorf("got %v, want a mismatch of Facts.amount", err)
	}
	if text := results["amount-changed"].message.Text; !strings.Contains(text, "40 EUR") {
		t.Errorf("the message does not name what is proven: %s", text)
	}
}

// After a SIM swap no code goes to the telephone, whoever asks.
func TestSIMSwapOffersNoCode(t *testing.T) {
	results, _ := played(t, ourDay(t))
	for _, id := range []string{"sim-swap-then-transfer", "owner-after-sim-swap"} {
		for _, o := range results[id].decision.Offers {
			if o.Method != stepup.TOTP {
				t.Errorf("%s: got %v on offer, want totp alone", id, o.Method)
			}
		}
	}
	d := results["sim-swap-by-phone"].decision
	if !slices.Equal(d.Enrol, []policy.Method{stepup.TOTP}) || d.Route == "" {
		t.Errorf("got enrol %v and route %q, want totp and a way to a human", d.Enrol, d.Route)
	}
}

// Each of these would come out otherwise if the reason given were not the
// reason: the day is changed in that alone.
func TestReasonsAreTrue(t *testing.T) {
	day := ourDay(t)
	for _, tt := range []struct {
		name, id string
		day      string
		check    func(*result) bool
	}{
		{
			"a code that nobody used before would pass", "totp-replayed",
			replace(t, day, `18:02:25+01:00","id"`, `18:03:25+01:00","id"`, `["replay"]`, `["right"]`),
			func(r *result) bool { return r.done },
		},
		{
			"the same code, not yet used, would pass", "totp-replayed",
			replace(t, day, `["replay"]`, `["right"]`, `"device":"tablet"`, `"answer":[],"device":"tablet"`),
			func(r *result) bool { return r.done },
		},
		{
			"the amount that was proven would pass", "amount-changed",
			replace(t, day, `"changed":{"amount":4900},`, ""),
			func(r *result) bool { return r.done },
		},
		{
			"a first visit to the company's proxy is challenged", "company-proxy",
			without(day, `"ip":"21.44.40.2","action":"transfer"`),
			func(r *result) bool {
				return fired(&r.decision) == "impossible-travel" && r.decision.Outcome == stepup.Challenge
			},
		},
		{
			"a held proof does not last for ever", "held-proof",
			replace(t, day, "19:09:00", "19:18:00"),
			func(r *result) bool { return r.decision.Outcome == stepup.Challenge },
		},
		{
			"an older SIM swap leaves SMS", "owner-after-sim-swap",
			replace(t, day, `"Paris Habitat","payee_trusted":true,"sim_changed_hours":2`,
				`"Paris Habitat","payee_trusted":true,"sim_changed_hours":72`),
			func(r *result) bool {
				return fired(&r.decision) == "" && r.decision.Offers[0].Method == stepup.Code4
			},
		},
		{
			"a payee who is not trusted costs a proof", "small-transfer",
			replace(t, day, `"Samira Haddad","payee_trusted":true`, `"Samira Haddad","payee_trusted":false`),
			func(r *result) bool { return r.decision.Outcome == stepup.Challenge },
		},
		{
			"a long journey with time for it is none", "impossible-journey",
			replace(t, day, `"21.55.10.77"`, `"21.34.10.77"`), // 780 km in 70 minutes
			func(r *result) bool { return fired(&r.decision) == "from-abroad" },
		},
		{
			"the same without Tor is asked for a proof", "tor-exit",
			replace(t, day, `"21.49.66.13","action":"email.change"`, `"21.33.11.99","action":"email.change"`),
			func(r *result) bool {
				return fired(&r.decision) == "" && r.decision.Outcome == stepup.Challenge
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			results, _ := played(t, tt.day)
			if r := results[tt.id]; !tt.check(r) {
				t.Errorf("got %v by rules %q, done %t", &r.decision, fired(&r.decision), r.done)
			}
		})
	}
}

// replace replaces old by new texts, each of which must occur.
func replace(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the day has no %s", pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	return text
}

// without removes the lines that contain a text.
func without(text, part string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.Contains(line, part)
	})
	return strings.Join(lines, "\n")
}

// An attack that succeeds is shown as one.
func TestAttackLetThroughIsShown(t *testing.T) {
	name := write(t, "day.jsonl", replace(t, ourDay(t), `"changed":{"amount":4900},`, ""))
	got := strings.Join(strings.Fields(output(t, "-input", name)), " ")
	for _, want := range []string{"ATTACK LET THROUGH", "stopped 5", "let through 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("the output does not say %q", want)
		}
	}
}

// What the guard will not even begin is a result like any other.
func TestTooManyChallenges(t *testing.T) {
	var day strings.Builder
	day.WriteString(strings.Replace(seeded, `"name"`, `"sms":"+33 6 39 98 00 11","name"`, 1))
	for _, device := range []string{"a", "b", "c", "d", "e", "f"} {
		day.WriteString(request(`"id":"`+device+`","answer":[],"device":"`+device+`"`) + "\n")
	}
	results, _ := played(t, day.String())
	if first := results["a"]; first.refusal != nil || first.asked != stepup.Code6 {
		t.Errorf("got %v asked for, and %v, want code6 and no refusal", first.asked, first.refusal)
	}
	if last := results["f"]; !errors.Is(last.refusal, stepup.ErrBusy) || last.done {
		t.Errorf("got %v, done %t, want %v", last.refusal, last.done, stepup.ErrBusy)
	}
}
