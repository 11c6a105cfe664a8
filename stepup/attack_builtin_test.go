// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// builtIn is one call by which the guard takes a grant of a built-in action.
type builtIn struct {
	name, action string
	does         func(context.Context, taking) error
}

// taking is a grant, and what it is presented with.
type taking struct {
	*stepup.Guard
	grant string
	req   stepup.Request
}

func (c builtIn) call(g *stepup.Guard, grant string, req stepup.Request) error {
	return c.does(context.Background(), taking{g, grant, req})
}

// builtIns are all of them, but for EnrolRecovery, which takes a while to hash
// codes, and EnrolMobile and Report, which have tests of their own.
func builtIns() []builtIn {
	return []builtIn{
		{"EnrolTOTP", stepup.ActionEnrol, func(ctx context.Context, x taking) error {
			_, err := x.EnrolTOTP(ctx, x.grant, x.req)
			return err
		}},
		{"EnrolPasskey", stepup.ActionEnrol, func(ctx context.Context, x taking) error {
			fake := func([]byte) ([]byte, error) { return []byte("fake"), nil }
			return x.EnrolPasskey(ctx, x.grant, x.req, fake)
		}},
		{"RemoveMethod", stepup.ActionRemove, func(ctx context.Context, x taking) error {
			return x.RemoveMethod(ctx, x.grant, x.req, stepup.TOTP)
		}},
		{"ChangeContact", stepup.ActionContact, func(ctx context.Context, x taking) error {
			return x.ChangeContact(ctx, x.grant, x.req, oldPhone)
		}},
		{"TrustDevice", stepup.ActionTrust, func(ctx context.Context, x taking) error {
			return x.TrustDevice(ctx, x.grant, x.req)
		}},
		{"RevokeDevice", stepup.ActionRevoke, func(ctx context.Context, x taking) error {
			devices, err := x.Devices(ctx, steptest.Alice)
			if err != nil || len(devices) == 0 {
				return x.RevokeDevice(ctx, x.grant, x.req, "00112233445566778899aabbccddeeff")
			}
			return x.RevokeDevice(ctx, x.grant, x.req, devices[0].ID)
		}},
		{"RevokeOtherDevices", stepup.ActionRevoke, func(ctx context.Context, x taking) error {
			return x.RevokeOtherDevices(ctx, x.grant, x.req)
		}},
		{"ChangeConsent", stepup.ActionConsent, func(ctx context.Context, x taking) error {
			return x.ChangeConsent(ctx, x.grant, x.req, stepup.Given)
		}},
		{"ExportProfile", stepup.ActionExport, func(ctx context.Context, x taking) error {
			e, err := x.ExportProfile(ctx, x.grant, x.req)
			if err != nil && len(e.Methods)+len(e.Devices) > 0 {
				return errors.New("refused, and told all the same")
			}
			return err
		}},
		{"EraseProfile", stepup.ActionErase, func(ctx context.Context, x taking) error {
			return x.EraseProfile(ctx, x.grant, x.req)
		}},
	}
}

// eachBuiltIn runs a test of every one, each with a guard of its own, two known
// devices and a grant that was proven by a strong method.
func eachBuiltIn(
	t *testing.T, run func(*testing.T, builtIn, *builtInScene), changes ...func(*stepup.Config),
) {
	t.Helper()
	for _, c := range builtIns() {
		t.Run(c.name, func(t *testing.T) {
			b, laptop, secret := trusted(t, changes...)
			tablet := alice("tablet")
			b.Prove(tablet, "address.change", nil, stepup.Code6)
			s := &builtInScene{Bench: b, laptop: laptop, totp: secret}
			run(t, c, s)
		})
	}
}

type builtInScene struct {
	*steptest.Bench
	laptop *steptest.Client
	totp   otp.Secret
}

// prove returns a grant by a strong method, which no held proof stands in for.
func (s *builtInScene) prove(t *testing.T, action string) string {
	t.Helper()
	s.Clock.Advance(16 * time.Minute)
	return proveTOTP(t, s.Bench, s.laptop, action, s.totp).Token
}

// remembered is all that is remembered of Alice, as text.
func (s *builtInScene) remembered(t *testing.T) string {
	t.Helper()
	e, err := s.Guard.Export(t.Context(), steptest.Alice)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// denied fails the test unless the error stops the caller for his own fault.
func denied(t *testing.T, what string, err error) {
	t.Helper()
	if !errors.Is(err, stepup.ErrRefused) && !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("%s: got error %v, want a refusal", what, err)
	}
}

// A grant of another action, subject, session, browser or audience, a forged or
// expired one, and none at all, do nothing by any built-in call; the right one
// does it once (L12, L17, L20).
func TestForeignGrantsDoNothing(t *testing.T) {
	eachBuiltIn(t, func(t *testing.T, c builtIn, s *builtInScene) {
		other := s.prove(t, "account.close")
		grant := proveTOTP(t, s.Bench, s.laptop, c.action, s.totp).Token
		stranger := alice("mallory") // without a session that holds a proof
		before := s.remembered(t)
		for what, try := range map[string]struct {
			grant  string
			change func(*stepup.Request)
		}{
			"another action's grant":   {other, func(*stepup.Request) {}},
			"for another action":       {grant, func(r *stepup.Request) { r.Action = "account.close" }},
			"another action, its name": {other, func(r *stepup.Request) { r.Action = "account.close" }},
			"another subject":          {grant, func(r *stepup.Request) { r.Subject = "fake-mallory" }},
			"another session":          {grant, func(r *stepup.Request) { r.Session = stranger.Session }},
			"another browser":          {grant, func(r *stepup.Request) { r.Binding = mallory }},
			"another audience":         {grant, func(r *stepup.Request) { r.Audience = "fake-ledger" }},
			"a forged grant":           {grant[:len(grant)-4] + "AAAA", func(*stepup.Request) {}},
			"no grant": {"", func(r *stepup.Request) {
				r.Session, r.Binding, r.Device = stranger.Session, stranger.Binding, ""
			}},
		} {
			req := s.laptop.Request(c.action, nil)
			try.change(&req)
			denied(t, what, c.call(s.Guard, try.grant, req))
		}
		if after := s.remembered(t); after != before {
			t.Errorf("got %s after the refusals, want %s", after, before)
		}
		if err := c.call(s.Guard, grant, s.laptop.Request(c.action, nil)); err != nil {
			t.Errorf("the right grant: got error %v", err)
		}
		err := c.call(s.Guard, grant, s.laptop.Request(c.action, nil))
		if !errors.Is(err, stepup.ErrRedeemed) {
			t.Errorf("the right grant again: got error %v, want %v", err, stepup.ErrRedeemed)
		}
	})
}

// Grants of built-in actions end, and are accepted once even where the policy
// makes the action harmless enough for others to be accepted often.
func TestBuiltInGrantsEnd(t *testing.T) {
	eachBuiltIn(t, func(t *testing.T, c builtIn, s *builtInScene) {
		grant := s.prove(t, c.action)
		s.Clock.Advance(5 * time.Minute)
		err := c.call(s.Guard, grant, s.laptop.Request(c.action, nil))
		if !errors.Is(err, stepup.ErrExpired) {
			t.Errorf("after five minutes: got error %v, want %v", err, stepup.ErrExpired)
		}
	})
	b := builtInPolicy(t, "profile.export: { sensitivity: normal }",
		"{ id: always, on: [profile.export], score: 60 }")
	c := alice("laptop")
	grant := b.Prove(c, stepup.ActionExport, nil, stepup.Code6)
	once := each(20, func() error {
		req := c.Request(stepup.ActionExport, nil)
		_, err := b.Guard.ExportProfile(context.Background(), grant.Token, req)
		return err
	})
	if once != 1 {
		t.Errorf("got %d exports by one grant of a normal action, want 1", once)
	}
}

// builtInPolicy returns a bench whose policy says something of its own about a
// built-in action, and may have a rule.
func builtInPolicy(t testing.TB, action string, rules ...string) *steptest.Bench {
	t.Helper()
	text := "version: 1\nactions:\n  " + action + "\n"
	for _, r := range rules {
		text += "rules:\n  - " + r + "\n"
	}
	return steptest.New(t, attackPolicy(t, policy.Source{Name: "builtin.yaml", Data: []byte(text)}))
}

// The guard takes grants of all that every policy has built in, and of a policy
// that says nothing of them each is decided without a gap, and never allowed.
func TestBuiltInActionsAreThePolicys(t *testing.T) {
	own := []string{
		stepup.ActionConsent, stepup.ActionContact, stepup.ActionRevoke, stepup.ActionTrust,
		stepup.ActionEnrol, stepup.ActionRemove, stepup.ActionErase, stepup.ActionExport,
	}
	b := newBench(t)
	var builtIn []string
	for _, name := range b.Guard.Policy().Actions() {
		if !bytes.Contains(readPolicy(t), []byte("  "+name+":")) {
			builtIn = append(builtIn, name)
		}
	}
	slices.Sort(own)
	slices.Sort(builtIn)
	if !slices.Equal(own, builtIn) {
		t.Errorf("got %q, want %q as the policy has", own, builtIn)
	}
	for _, action := range own {
		d := b.Decide(alice("laptop"), action, nil)
		if d.Outcome != stepup.Challenge && d.Outcome != stepup.Deny || len(d.Degraded) > 0 {
			t.Errorf("%s: got %v, degraded %v", action, &d, d.Degraded)
		}
	}
}

// What a session already proved never enrols, removes a method or changes a
// contact, and does the rest for its own action alone (L18, L20).
func TestHeldProofsOfBuiltInActions(t *testing.T) {
	eachBuiltIn(t, func(t *testing.T, c builtIn, s *builtInScene) {
		proveTOTP(t, s.Bench, s.laptop, "account.close", s.totp)
		s.Clock.Advance(time.Second)
		denied(t, "by another action's proof", c.call(s.Guard, "", s.laptop.Request(c.action, nil)))
		proveTOTP(t, s.Bench, s.laptop, c.action, s.totp)
		s.Clock.Advance(time.Second)
		err := c.call(s.Guard, "", s.laptop.Request(c.action, nil))
		switch c.action {
		case stepup.ActionEnrol, stepup.ActionRemove, stepup.ActionContact:
			refused(t, err)
		default:
			if err != nil {
				t.Errorf("by a proof of the action itself: got error %v", err)
			}
		}
	})
}

// A store that fails in any of its operations, and a journal that does, stop
// every built-in action without half of it done, and a new proof does it once
// they are well again (L2).
func TestBuiltInActionsWithoutStore(t *testing.T) {
	store, j := new(steptest.Faulty), new(book)
	changes := func(c *stepup.Config) {
		store = faulty()
		c.Store, c.Journal = store, j
	}
	for _, operation := range []string{"Subject", "Redeem", "Update", "Erase", "the journal"} {
		eachBuiltIn(t, func(t *testing.T, c builtIn, s *builtInScene) {
			grant := s.prove(t, c.action)
			before, asked := s.remembered(t), store.Calls(operation)
			fail := func(err error) { store.Fail(operation, err) }
			if operation == "the journal" {
				fail = func(err error) { j.err = err }
			}
			fail(errStore)
			err := c.call(s.Guard, grant, s.laptop.Request(c.action, nil))
			fail(nil)
			if operation != "the journal" {
				if store.Calls(operation) == asked {
					return // it was not asked, and all went well
				}
				if after := s.remembered(t); after != before {
					t.Errorf("%s fails: got %s, want %s", operation, after, before)
				}
			}
			if !errors.Is(err, stepup.ErrUnavailable) {
				t.Errorf("%s fails: got error %v, want %v", operation, err, stepup.ErrUnavailable)
			}
			err = c.call(s.Guard, s.prove(t, c.action), s.laptop.Request(c.action, nil))
			if err != nil {
				t.Errorf("well again after %s: got error %v", operation, err)
			}
		}, changes)
	}
}

// Nothing that was proven before the owner said that something was not him is
// done after it: not what a thief proved a moment ago, and has not used yet
// (L21).
func TestGrantFromBeforeAReportDoesNothing(t *testing.T) {
	eachBuiltIn(t, func(t *testing.T, c builtIn, s *builtInScene) {
		if c.name == "EnrolTOTP" {
			t.Skip("changes nothing until it is confirmed")
		}
		grant := s.prove(t, c.action)
		seen := s.Decide(alice("mallory"), "invoice.view", nil)
		r := stepup.Report{Event: seen.Event(), Claim: stepup.NotMine}
		if err := s.Guard.Report(t.Context(), alice("tablet").Request("", nil), r); err != nil {
			t.Fatal(err)
		}
		before := s.remembered(t)
		refused(t, c.call(s.Guard, grant, s.laptop.Request(c.action, nil)))
		if after := s.remembered(t); after != before {
			t.Errorf("got %s, want %s", after, before)
		}
		if err := c.call(s.Guard, s.prove(t, c.action), s.laptop.Request(c.action, nil)); err != nil {
			t.Errorf("by a proof from after: got error %v", err)
		}
	})
}

// Whoever was erased is not changed by a grant from before, however it races,
// and a challenge that was pending proves nothing (L23).
func TestEraseRacesBuiltInActions(t *testing.T) {
	eachBuiltIn(t, func(t *testing.T, c builtIn, s *builtInScene) {
		grant := s.prove(t, c.action)
		pending, code := s.Begin(s.Decide(alice("phone"), "address.change", nil), stepup.Code6)
		if err := s.Guard.Erase(t.Context(), steptest.Alice); err != nil {
			t.Fatal(err)
		}
		_, err := s.Guard.Finish(t.Context(), alice("phone").Binding, pending.ID, code)
		refused(t, err)
		empty := s.remembered(t)
		if c.name != "EnrolTOTP" { // which changes nothing until it is confirmed
			refused(t, c.call(s.Guard, grant, s.laptop.Request(c.action, nil)))
		}
		if got := s.remembered(t); got != empty {
			t.Errorf("got %s after the erasure, want %s", got, empty)
		}
	})
}

// The first proof of a new customer is no older than what is remembered of him,
// though the store was told a later time meanwhile, by whoever else it serves.
func TestFirstProofAmongOthers(t *testing.T) {
	var config stepup.Config
	b := newBench(t, func(c *stepup.Config) { config = *c })
	b.Decide(alice("laptop"), "address.change", nil)
	b.Clock.Advance(time.Minute)
	b.Decide(steptest.NewClient("fake-bob", "laptop"), "address.change", nil)
	p := builtInPolicy(t, "profile.export: { sensitivity: sensitive }").Guard.Policy()
	config.Now = func() time.Time { return b.Clock.Now().Add(-time.Second) }
	var err error
	if b.Guard, err = stepup.New(p, config); err != nil {
		t.Fatal(err)
	}
	c := alice("laptop")
	grant := b.Prove(c, stepup.ActionExport, nil, stepup.Code6)
	export, err := b.Guard.ExportProfile(t.Context(), grant.Token, c.Request(stepup.ActionExport, nil))
	if err != nil || export.Since.IsZero() {
		t.Errorf("got error %v, since %v", err, export.Since)
	}
}

// A limit of so many uses allows a built-in action so often: asking whether it
// needs a proof is no use of it, and doing it is one.
func TestLimitOfABuiltInAction(t *testing.T) {
	b := builtInPolicy(t, "profile.export: { sensitivity: sensitive }",
		"{ id: some, on: [profile.export], at_most: notice, up_to: high, limit: { count: 2 } }")
	if err := b.Guard.Seed(t.Context(), steptest.Alice, stepup.Identity{}); err != nil {
		t.Fatal(err)
	}
	c := alice("laptop")
	for range 2 {
		for range 3 {
			if d := b.Decide(c, stepup.ActionExport, nil); d.Outcome != stepup.Notify {
				t.Errorf("got %v, want it allowed with a notice", &d)
			}
		}
		if _, err := b.Guard.ExportProfile(t.Context(), "", c.Request(stepup.ActionExport, nil)); err != nil {
			t.Error(err)
		}
	}
	if d := b.Decide(c, stepup.ActionExport, nil); d.Outcome != stepup.Challenge {
		t.Errorf("got %v, want a challenge past the limit", &d)
	}
	_, err := b.Guard.ExportProfile(t.Context(), "", c.Request(stepup.ActionExport, nil))
	refused(t, err)
}
