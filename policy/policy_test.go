// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// telecom is the policy of DESIGN section 5, as it stands there.
func telecom(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTelecom(t *testing.T) {
	p := telecom(t)
	facts := map[string]any{
		"amount": "25.00", "payee": "FR76", "payee_trusted": true, "new_email": "a@example.org",
		"iccid": "89", "sim_changed_hours": 5000,
	}
	abroad, hidden := usual(), new(risk.Signals)
	abroad.SetBool(risk.GeoForeign, risk.True)
	abroad.SetBool(risk.DeviceKnown, risk.False)
	abroad.SetBool(risk.DeviceTrusted, risk.False)
	hidden.SetBool(risk.DeviceKnown, risk.False)
	tor := usual()
	tor.SetBool(risk.GeoTor, risk.True)
	tests := map[string]struct {
		action  string
		signals *risk.Signals
		sim     any
		step    string
		because string
	}{
		"an invoice at home": {"invoice.view", usual(), 5000, "none", ""},
		"an invoice abroad": {"invoice.view", abroad, 5000, "none",
			"You are connecting from an unusual country."},
		"a login abroad": {"login", abroad, 5000, "notice",
			"You are connecting from an unusual country."},
		"a login from nowhere":      {"login", hidden, 5000, "notice", ""},
		"a small transfer":          {"transfer", usual(), 5000, "notice", ""},
		"a transfer after a swap":   {"transfer", usual(), 1, "strong", ""},
		"or perhaps after one":      {"transfer", usual(), nil, "strong", ""},
		"a transfer over tor":       {"transfer", tor, 5000, "refuse", ""},
		"a swap":                    {"sim.swap", usual(), 5000, "strong", ""},
		"what is covered by a star": {"anything", usual(), 5000, "confirm", ""},
		"what is built in":          {"method.enrol", usual(), 5000, "strong", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			facts["sim_changed_hours"] = test.sim
			v := p.Evaluate(policy.Input{
				Action: test.action, Time: noon, Signals: test.signals, Facts: facts,
				Spent: policy.Spent{Known: true},
			})
			if v.Step.Name != test.step || strings.Join(v.Reasons("en", 2),
				" ") != test.because || len(v.Degraded) > 0 {
				t.Errorf("step %s because %q, degraded %v; want %s because %q", v.Step.Name,
					v.Reasons("en", 2), v.Degraded, test.step, test.because)
			}
		})
	}
}

func TestNeeds(t *testing.T) {
	p := telecom(t)
	base := risk.GeoGroup | risk.DeviceGroup | risk.TravelGroup
	for _, action := range []string{"login", "transfer", "unlisted"} {
		if got := p.Needs(action); got != base {
			t.Errorf("Needs(%q) = %v, want %v", action, got, base)
		}
	}
	q := withRules(t,
		`[{id: a, on: [email], mode: shadow, when: "(velocity.failures_1h ?? 0) > 1", score: 1}]`)
	for action, want := range map[string]risk.Groups{
		"email": risk.VelocityGroup, "swap": 0, "transfer": 0,
		"profile": risk.DeviceGroup, // the prompt budget asks whether the device is trusted
	} {
		if got := q.Needs(action); got != want {
			t.Errorf("Needs(%q) = %v, want %v", action, got, want)
		}
	}
}

func TestActions(t *testing.T) {
	p := telecom(t)
	a := p.Action("login")
	if !a.Listed || a.Sensitivity != policy.Normal || !a.NoSession || !slices.Equal(a.Without,
		[]policy.Method{policy.Code4}) {
		t.Errorf("login is %+v", a)
	}
	if a = p.Action("email.change"); !slices.Equal(a.Touches,
		[]policy.ContactKind{policy.Email}) || !slices.Equal(a.Bind, []string{"new_email"}) {
		t.Errorf("email.change is %+v", a)
	}
	if a = p.Action("other"); a.Listed || a.Name != "other" || a.Sensitivity != policy.Sensitive {
		t.Errorf("other is %+v, want what * says", a)
	}
	if a = parse(t).Action("other"); a.Listed || a.Sensitivity != policy.Critical {
		t.Errorf("other is %+v, want an unlisted critical one", a)
	}
	if n := p.Actions(); !slices.IsSorted(n) || !slices.Contains(n, "sim.swap") ||
		slices.Contains(n, "*") || !slices.Contains(n, "contact.change") {
		t.Errorf("actions are %q", n)
	}
}

// TestBuiltInActions: "*" never covers them, and they have a floor (L20).
func TestBuiltInActions(t *testing.T) {
	p := withRules(t, "")
	q, err := policy.Parse(policy.Source{Name: "q", Data: []byte(strings.Replace(
		strings.TrimSuffix(frameYAML, "rules:\n"), "actions:",
		"actions:\n  \"*\": { sensitivity: normal }\n  profile.export: { sensitivity: normal }", 1))})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]policy.Sensitivity{
		"method.enrol": policy.Critical, "method.remove": policy.Critical,
		"contact.change": policy.Critical,
		"device.trust":   policy.Sensitive, "device.revoke": policy.Sensitive,
		"consent.change": policy.Sensitive,
		"profile.erase":  policy.Sensitive,
	} {
		for _, a := range []policy.Action{p.Action(name), q.Action(name)} {
			if a.Sensitivity != want || !a.Listed {
				t.Errorf("%s is %v, listed %v; want %v, listed", name, a.Sensitivity, a.Listed,
					want)
			}
		}
	}
	if a := q.Action("profile.export"); a.Sensitivity != policy.Normal {
		t.Errorf("profile.export is %v, want what the policy says", a.Sensitivity)
	}
}

// TestWithout: an action's methods are its step's less those it goes without.
func TestWithout(t *testing.T) {
	text := strings.Replace(strings.TrimSuffix(frameYAML, "rules:\n"),
		"email: { sensitivity: sensitive }",
		"email: { sensitivity: sensitive, without: [code4, code6, totp] }\n  mail: { "+
			"sensitivity: sensitive, without: [code4] }", 1)
	p, err := policy.Parse(policy.Source{Name: "p", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	if v := p.Evaluate(policy.Input{Action: "mail"}); !slices.Equal(v.Step.Methods,
		[]policy.Method{policy.Code6, policy.TOTP}) {
		t.Errorf("mail is proven by %v", v.Step.Methods)
	}
	proof := policy.Proof{Method: policy.Code4, Action: "mail", Time: noon, Band: policy.Low}
	if v := p.Evaluate(policy.Input{Action: "mail", Time: noon,
		Proofs: []policy.Proof{proof}}); v.HeldOK {
		t.Error("a method that the action goes without proves it")
	}
	if v := p.Evaluate(policy.Input{Action: "email"}); v.Outcome != policy.Challenge ||
		len(v.Step.Methods) > 0 {
		t.Errorf("email gets %v by %v, want a challenge that nothing proves", v.Outcome,
			v.Step.Methods)
	}
	if got := p.Ladder()[2].Methods; len(got) != 3 {
		t.Errorf("the ladder itself lost methods: %v", got)
	}
}

func TestWays(t *testing.T) {
	const methods = `
methods: { code6: { channels: [phone, web] }, passkey: { channels: [app] } }
ladder:
  - { step: ask, do: challenge, methods: [code4, code6, mobile4, passkey], fresh: 1h }
  - { step: more, do: challenge, methods: { code6: , code4: { via: [app] }, passkey: }, fresh: 10m }
  - { step: no, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix: { trivial: [ask, ask, ask, ask], normal: [ask, ask, ask, ask], sensitive: [ask, ask, ask, ask], critical: [no, no, no, no] }
`
	p, err := policy.Parse(policy.Source{Name: "p", Data: []byte("version: 1" + methods)})
	if err != nil {
		t.Fatal(err)
	}
	sms, email, app := policy.SMS, policy.Email, policy.App
	tests := []struct {
		step     int
		method   policy.Method
		channels string
		via      []policy.ContactKind
	}{
		{0, policy.Code4, "web app phone shop api", []policy.ContactKind{sms, email, app}},
		{0, policy.Code6, "web phone", []policy.ContactKind{sms, email, app}},
		{0, policy.Mobile4, "web app phone shop api", []policy.ContactKind{app}},
		{0, policy.Passkey, "app", nil},
		{1, policy.Code6, "web phone", []policy.ContactKind{sms, app}}, // the strongest: no email
		{1, policy.Code4, "web app phone shop api", []policy.ContactKind{app}},
	}
	for _, test := range tests {
		w, ok := p.Ladder()[test.step].Way(test.method)
		if !ok || strings.Join(w.Channels, " ") != test.channels || !slices.Equal(w.Via, test.via) {
			t.Errorf("step %d, %v: %v, %v; want %s, %v", test.step, test.method, w, ok,
				test.channels, test.via)
		}
	}
	if _, ok := p.Ladder()[0].Way(policy.TOTP); ok {
		t.Error("there is a way for a method that is not listed")
	}
	if _, ok := (policy.Step{}).Way(policy.TOTP); ok {
		t.Error("the zero Step has a way")
	}
}

// TestHash: what does not change a policy does not change its hash, and what
// does does.
func TestHash(t *testing.T) {
	data, err := os.ReadFile("testdata/good/telecom.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	load := func(texts ...string) string {
		t.Helper()
		var sources []policy.Source
		for _, s := range texts {
			sources = append(sources, policy.Source{Name: "p", Data: []byte(s)})
		}
		p, err := policy.Parse(sources...)
		if err != nil {
			t.Fatal(err)
		}
		return p.Hash()
	}
	want := load(text)
	head, rules, _ := strings.Cut(text, "rules:\n")
	same := map[string][]string{
		"a comment": {"# more\n" + text},
		"layout": {strings.Replace(text, "geo.foreign and not device.known",
			`"geo.foreign   &&  (!device.known)"`, 1)},
		"order": {strings.Replace(text, "{ type: decimal, unit: EUR, min: 0 }",
			"{ min: 0.0, unit: EUR, type: decimal }", 1)},
		"two files":    {head, "version: 1\nowner: customer-journeys\nrules:\n" + rules},
		"turned round": {"version: 1\nowner: customer-journeys\nrules:\n" + rules, head},
	}
	for name, texts := range same {
		if got := load(texts...); got != want {
			t.Errorf("%s changes the hash", name)
		}
	}
	different := map[string][2]string{
		"a score": {"score: 35", "score: 36"},
		"a cell": {"[none,    notice,  confirm, strong]",
			"[none,    notice,  strong, strong]"},
		"a method":    {"[mobile4, totp, passkey], fresh: 5m", "[totp, passkey], fresh: 5m"},
		"a list":      {"[BE, CH, DE,", "[BE, CH,"},
		"a condition": {"geo.foreign and not", "geo.foreign or not"},
		"a text":      {"unusual country.", "unusual place."},
		"a limit":     {"most: 100", "most: 101"},
		"an unknown":  {"unknown: skip            # skip", "unknown: fire            # skip"},
		"a mode":      {"mode: shadow", "mode: enforce"},
		"a binding":   {"bind: [amount, payee]", "bind: [amount]"},
		"a budget":    {"most: 3,", "most: 4,"},
		"a floor":     {"critical: deny }", "critical: challenge }"},
		"a fact":      {"unit: EUR, min: 0", "unit: EUR"},
		"a journal":   {"journal: hash", "journal: keep"},
		"a star": {`"*":          { sensitivity: sensitive }`,
			`"*":          { sensitivity: critical }`},
		"a band":       {"medium: 30", "medium: 31"},
		"a touch":      {"touches: [sms]", "touches: [app]"},
		"a review":     {"2027-06-01", "2027-07-01"},
		"an acr":       {"loa:2", "loa:3"},
		"an effect":    {"require: strong", "require: confirm"},
		"an up_to":     {"up_to: medium", "up_to: low"},
		"an on":        {"on: [transfer, email.change]", "on: [transfer]"},
		"its fullness": {"on: [email.change, transfer, sim.swap]", "on: [sim.*]"},
	}
	for name, edit := range different {
		if changed := strings.Replace(text, edit[0], edit[1], 1); changed == text ||
			load(changed) == want {
			t.Errorf("%s does not change the hash", name)
		}
	}
}

func TestReasons(t *testing.T) {
	p := withRules(t, `[{id: a, score: 5, because: {en: small, fr: petit}}, {id: b, score: 50, because: {en: large, fr-BE: large-be}},
   {id: c, require: confirm, because: {en: needed}}, {id: d, deny: true, because: {en: refused}},
   {id: e, at_most: none, because: {en: spared}}, {id: f, score: 7, because: {en: small}}, {id: g, mode: shadow, score: 9, because: {en: shadow}}]`)
	v := p.Evaluate(policy.Input{Action: "view"})
	tests := []struct {
		language string
		most     int
		want     string
	}{
		{"en", 9, "refused needed large small"}, {"en", 2, "refused needed"}, {"", 1,
			"refused"},
		{"fr-BE", 9, "refused needed large-be small petit"}, {"fr", 9,
			"refused needed large small petit"},
		{"FR-be-x", 9, "refused needed large-be small petit"}, {"de", 1, "refused"},
		{"en", 0, ""},
	}
	for _, test := range tests {
		if got := strings.Join(v.Reasons(test.language, test.most), " "); got != test.want {
			t.Errorf("Reasons(%q, %d) = %q, want %q", test.language, test.most, got, test.want)
		}
	}
	if got := new(policy.Verdict).Reasons("en", 9); got != nil {
		t.Errorf("the zero Verdict has reasons %q", got)
	}
}

func TestLadderAndPrompts(t *testing.T) {
	p := telecom(t)
	ladder := p.Ladder()
	if len(ladder) != 5 || ladder[3].ACR != "urn:example:loa:2" ||
		ladder[3].Fresh != 5*time.Minute || ladder[3].Index != 3 {
		t.Errorf("the ladder is %+v", ladder)
	}
	if most, per := p.PromptWindow(); most != 3 || per != 24*time.Hour {
		t.Errorf("PromptWindow() = %d, %v; want 3, 24h", most, per)
	}
}

// What is absent prints as nothing, and what cannot be as invalid.
func TestNamesOfNothing(t *testing.T) {
	if m, k := policy.Method(0), policy.ContactKind(0); m.String() != "" || k.String() != "" {
		t.Errorf("got %q and %q, want neither", m, k)
	}
	if m, k := policy.Passkey+1, policy.App+1; m.String() != "invalid" || k.String() != "invalid" {
		t.Errorf("got %q and %q, want both invalid", m, k)
	}
	if m, ok := policy.ParseMethod(""); ok {
		t.Errorf("got method %d of no name", m)
	}
}
