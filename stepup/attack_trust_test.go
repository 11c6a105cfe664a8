// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A thief of the owner's device token, on the owner's own network, gets half of
// the trusted lane and no more; the owner's other trusted device is untouched,
// and from any other network the thief is a stranger (L11).
func TestTheftOfADeviceToken(t *testing.T) {
	s := newScene(t)
	laptop := s.owner(t)
	tablet := alice("tablet").From(risktest.ParisAddr)
	tablet.UserAgent = laptop.UserAgent
	s.Clock.Advance(time.Minute)
	if err := s.prove(t, tablet, "account.close", stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(24 * time.Hour)
	thief := *laptop
	thief.Session, thief.Binding = "fake-session-of-a-thief", "fake-binding-of-a-thief"
	abroad := thief
	abroad.From(risktest.NewYorkAddr)
	if d := s.Decide(&abroad, "profile.view", nil); d.Signals.Bool(risk.DeviceTrusted) == risk.True {
		t.Error("a stolen token is trusted on a network never proven on it")
	}
	for range 29 * 6 {
		s.assault(t, &thief, "address.change", 6)
		s.Clock.Advance(4 * time.Hour)
	}
	got := used(s.meter.wrong())
	if half := (stepup.Guesses{All: 500, Code4: 400}); !got[stepup.TrustedLane].Within(half) || got[stepup.TrustedLane].Code4 < 300 {
		t.Errorf("got %+v ppm compared by the thief, want an attack of at most %+v",
			got[stepup.TrustedLane], half)
	}
	if err := s.prove(t, tablet, "address.change", stepup.Code4); err != nil {
		t.Errorf("the owner's other device: got error %v", err)
	}
}

// The thief's copy of a token gives itself away at the owner's next proof, and
// takes the trust of both with it.
func TestStolenTokenDiesWithTheOwnersNextProof(t *testing.T) {
	s := newScene(t)
	laptop := s.owner(t)
	thief := *laptop
	s.Clock.Advance(time.Minute)
	if err := s.prove(t, laptop, "address.change", stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	s.Decide(laptop, "profile.view", nil) // the new token has reached the owner
	s.Clock.Advance(3 * time.Minute)
	for range 2 {
		if d := s.Decide(&thief, "profile.view", nil); d.Signals.Bool(risk.DeviceKnown) == risk.True {
			t.Error("the thief's copy is still known")
		}
	}
	if d := s.Decide(laptop, "profile.view", nil); d.Signals.Bool(risk.DeviceTrusted) == risk.True {
		t.Error("the series of which there were two copies is still trusted")
	}
}

// Ten thousand unproven requests, begun, guessed wrong, given up or left,
// write nothing into the owner's profile (L21).
func TestPoisoningByUnprovenRequests(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	before := s.state(t)
	for i := range 10_000 {
		c := alice(fmt.Sprint("poisoner-", i%50))
		c.From(risktest.ParisAddr).IP = netip.AddrFrom4([4]byte{203, 0, 113, byte(i)})
		c.UserAgent, c.Language = fmt.Sprint("Mozilla/5.0 poison ", i), "xx"
		d := s.Decide(c, []string{"invoice.view", "address.change"}[i%2], nil)
		if i%100 == 1 && d.Outcome == stepup.Challenge {
			begun, err := s.Guard.Begin(t.Context(), d.Ticket(), d.Offers[0].Method)
			if err == nil {
				_, _ = s.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(s.answer(t, begun)))
			}
			s.Clock.Advance(time.Minute)
		}
	}
	after := s.state(t)
	if string(after.Profile) != string(before.Profile) || after.Version != before.Version {
		t.Errorf("got profile version %d, want %d and the same profile", after.Version, before.Version)
	}
	if len(after.Devices) != len(before.Devices) || len(after.Authenticators) != len(before.Authenticators) {
		t.Error("unproven requests changed devices or methods")
	}
	if d := s.Decide(owner, "profile.view", nil); d.Signals.Bool(risk.DeviceTrusted) != risk.True {
		t.Error("unproven requests took the owner's trust away")
	}
}

// state returns what the store remembers of Alice.
func (s *scene) state(t testing.TB) stepup.State {
	t.Helper()
	q := stepup.Query{Subject: s.meter.latest(), Now: s.Clock.Now()}
	st, err := s.meter.Subject(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// softening is a policy that asks for every view, and stops asking where three
// prompts a day were passed.
const softening = `
version: 1
ladder:
  - { step: none, do: allow }
  - { step: notice, do: notify }
  - { step: confirm, do: challenge, methods: [code4, code6, totp], fresh: 1m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, none, none]
  normal:    [confirm, confirm, confirm, refuse]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, confirm, refuse]
prompts: { most: 3, per: 24h }
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions:
  usage.view: { sensitivity: normal }
`

// Prompts that are abandoned or failed soften nothing, however many; passed
// ones do, where the policy says so (L7).
func TestAbandonedPromptsSoftenNothing(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	soft, err := policy.Parse(policy.Source{Name: "softening.yaml", Data: []byte(softening)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Guard.SetPolicy(soft); err != nil {
		t.Fatal(err)
	}
	step := func() string {
		s.Clock.Advance(2 * time.Minute) // no proof is fresh
		d := s.Decide(owner, "usage.view", nil)
		return d.Verdict.Step.Name
	}
	for range 20 {
		d := s.Decide(owner, "usage.view", nil)
		if begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.TOTP); err == nil {
			_ = s.Guard.Cancel(t.Context(), owner.Binding, begun.ID) // given up
		}
		d = s.Decide(owner, "usage.view", nil)
		if begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6); err == nil {
			_, _ = s.Guard.Finish(t.Context(), owner.Binding, begun.ID, wrong(s.mail.code(begun.ID)))
		}
		if got := step(); got != "confirm" {
			t.Fatalf("after abandoned prompts: got step %s, want confirm", got)
		}
		s.Clock.Advance(time.Hour)
	}
	for range 3 {
		s.Clock.Advance(time.Hour)
		if err := s.prove(t, owner, "usage.view", stepup.TOTP); err != nil {
			t.Fatal(err)
		}
	}
	if got := step(); got != "notice" {
		t.Errorf("after three passed prompts: got step %s, want the budget to soften it", got)
	}
}

// A contact is never offered for its own change, by whatever method or
// channel, nor is one that was changed within 72 h, for anything sensitive, on
// a device trusted or not (L19).
func TestContactProvingItsOwnChange(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	for _, c := range []*steptest.Client{owner, alice("stranger")} {
		for _, channel := range []stepup.Channel{stepup.Web, stepup.App, stepup.Phone, stepup.Shop} {
			c.Channel = channel
			d := s.Decide(c, "phone.change", nil)
			for _, o := range d.Offers {
				if o.Method != stepup.TOTP {
					t.Errorf("%s by %s: got %v on offer for the change of the contact that carries it",
						c.Binding, channel, o.Method)
				}
			}
		}
	}
}

// Hiding what a signal needs never gives a weaker step than a device seen for
// the first time, at home, that hides nothing.
func TestSuppressedSignals(t *testing.T) {
	hide := map[string]func(*scene, *steptest.Client){
		"address":           func(_ *scene, c *steptest.Client) { c.IP = netip.Addr{} },
		"place":             func(_ *scene, c *steptest.Client) { c.From(risktest.NowhereAddr) },
		"locator":           func(s *scene, _ *steptest.Client) { s.Locator.Fail(errors.New("closed")) },
		"browser":           func(_ *scene, c *steptest.Client) { c.UserAgent = "" },
		"language":          func(_ *scene, c *steptest.Client) { c.Language = "" },
		"hints":             func(_ *scene, c *steptest.Client) { c.Hints = risk.Hints{} },
		"session":           func(_ *scene, c *steptest.Client) { c.Session = "" },
		"a private address": func(_ *scene, c *steptest.Client) { c.From("10.0.0.1") },
		"everything": func(s *scene, c *steptest.Client) {
			s.Locator.Fail(errors.New("closed"))
			*c = steptest.Client{Subject: c.Subject, Binding: c.Binding, Channel: c.Channel}
		},
	}
	actions := map[string]map[string]any{
		"invoice.view": nil, "profile.view": nil, "usage.view": nil, "login": nil, "address.change": nil,
		"transfer": transfer("250"), "account.close": nil, "phone.change": nil,
	}
	// One that is seen for the first time is asked for more than one that is
	// known, or hiding could not show.
	strict := attackPolicy(t, policy.Source{Name: "first.yaml", Data: []byte(`
version: 1
rules: [{ id: first-seen, when: not device.known, unknown: fire, score: 60 }]
`)})
	for name, suppress := range hide {
		for action, facts := range actions {
			s := newScene(t)
			if err := s.Guard.SetPolicy(strict); err != nil {
				t.Fatal(err)
			}
			home := alice("first seen").From(risktest.ParisAddr)
			home.UserAgent, home.Language = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0", "fr-FR"
			open := s.Decide(home, action, facts)
			suppress(s, home)
			hidden := s.Decide(home, action, facts)
			if hidden.Verdict.Step.Index < open.Verdict.Step.Index {
				t.Errorf("%s without %s: got step %s, want no weaker than %s",
					action, name, hidden.Verdict.Step.Name, open.Verdict.Step.Name)
			}
		}
	}
}

// A store that holds no more refuses, and what it holds goes on: a flood of
// strangers' challenges ends none that is live (L27).
func TestFullStoreForgetsNothingLive(t *testing.T) {
	store := stepup.NewMemory(stepup.MemoryConfig{Challenges: 8})
	b, c := newBench(t, func(c *stepup.Config) { c.Store, c.Contacts = store, everyone{} }), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	busy := 0
	for i := range 50 {
		stranger := steptest.NewClient(fmt.Sprintf("+3363998%04d", i), "stranger")
		d := b.Decide(stranger, "address.change", nil)
		if _, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4); errors.Is(err, stepup.ErrBusy) {
			busy++
		}
	}
	if busy < 43 {
		t.Errorf("got %d of 50 refused, want all but 7", busy)
	}
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err != nil {
		t.Errorf("the live challenge: got error %v", err)
	}
}

// An attacker who changed the contact cannot use it for anything sensitive for
// 72 h, to the nanosecond, by any lane (L19).
func TestFreshContactProvesNothingSensitive(t *testing.T) {
	b := newBench(t)
	changed := b.Clock.Now()
	b.Contacts[steptest.Alice] = []stepup.Contact{{Kind: policy.SMS, Address: steptest.AlicePhone, Since: changed}}
	for _, tt := range []struct {
		after time.Duration
		want  stepup.Outcome
	}{{0, stepup.Deny}, {72*time.Hour - time.Nanosecond, stepup.Deny}, {72 * time.Hour, stepup.Challenge}} {
		b.Clock.Set(changed.Add(tt.after))
		if d := b.Decide(alice("laptop"), "address.change", nil); d.Outcome != tt.want {
			t.Errorf("%v after the change: got %v, want %v", tt.after, &d, tt.want)
		}
	}
}
