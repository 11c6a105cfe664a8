// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// everyFlow drives a guard through all that can happen to it.
func everyFlow(t *testing.T, changes ...func(*stepup.Config)) {
	t.Helper()
	b, laptop, phone := withMobile(t, changes...)
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, g := t.Context(), b.Guard
	begin := func(c *steptest.Client, m stepup.Method) (stepup.Decision, stepup.Begun, string) {
		b.Clock.Advance(20 * time.Minute)
		d := b.Decide(c, "address.change", nil)
		begun, code := b.Begin(d, m)
		return d, begun, code
	}
	stranger := alice("stranger")

	for _, action := range []string{"invoice.view", "profile.view", "address.change", "no.such.action"} {
		b.Decide(laptop, action, nil) // of every outcome
	}
	b.Decide(laptop, "transfer", map[string]any{"amount": "9", "payee": "FR76", "payee_trusted": true})
	d, begun, code := begin(laptop, stepup.Code6)
	if _, err := g.Begin(ctx, d.Ticket(), stepup.Code4); !errors.Is(err, stepup.ErrTicket) {
		t.Fatalf("a ticket again: got error %v", err)
	}
	ok(g.Resend(ctx, laptop.Binding, begun.ID, d.Ticket()))
	_, err = g.Finish(ctx, laptop.Binding, begun.ID, wrong(code))
	refused(t, err)
	message, _ := b.Sender.Last(steptest.AlicePhone)
	grant, err := g.Finish(ctx, laptop.Binding, begun.ID, message.Code)
	ok(err)
	laptop.Keep(grant)
	ok(g.Redeem(ctx, grant.Token, laptop.Request("address.change", nil)))
	refused(t, g.Redeem(ctx, grant.Token, laptop.Request("address.change", nil)))

	_, begun, _ = begin(stranger, stepup.Code4)
	ok(g.Cancel(ctx, stranger.Binding, begun.ID))
	_, begun, code = begin(stranger, stepup.Code4)
	for range 3 { // until it failed, and the method rests
		_, err = g.Finish(ctx, stranger.Binding, begun.ID, wrong(code))
		refused(t, err)
	}
	for range 50 { // until it is shut
		d := b.Decide(stranger, "address.change", nil)
		if !slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == stepup.Code6 }) {
			break
		}
		begun, code := b.Begin(d, stepup.Code6)
		b.Clock.Advance(time.Hour + time.Minute)
		_, _ = g.Finish(ctx, stranger.Binding, begun.ID, wrong(code))
		begun, code = b.Begin(b.Decide(stranger, "address.change", nil), stepup.Code6)
		_, _ = g.Finish(ctx, stranger.Binding, begun.ID, wrong(code))
	}
	ok(g.Unlock(ctx, steptest.Alice, stepup.StrangerLane))

	b.Sender.Fail(errors.New("gateway down"))
	d = b.Decide(stranger, "address.change", nil)
	if _, err := g.Begin(ctx, d.Ticket(), stepup.Code4); !errors.Is(err, stepup.ErrDelivery) {
		t.Fatalf("without a gateway: got error %v", err)
	}
	b.Sender.Fail(nil)
	begin(stranger, stepup.Code6) // left to expire
	b.Clock.Advance(time.Hour)
	begin(stranger, stepup.Code6)
	d = b.Decide(stranger, "address.change", nil)
	_, err = g.Begin(ctx, d.Ticket(), stepup.Code4) // in place of the one before
	ok(err)
	begin(laptop, stepup.Code6) // tells of both

	_, begun, _ = begin(laptop, stepup.Mobile4)
	ok(g.Confirm(ctx, begun.ID, phone.answer(begun.ID, true, begun.Show)))
	_, err = g.Await(ctx, laptop.Binding, begun.ID)
	ok(err)
	_, begun, _ = begin(laptop, stepup.Mobile4)
	ok(g.Confirm(ctx, begun.ID, phone.answer(begun.ID, false, "")))

	grant = proveTOTP(t, b, laptop, stepup.ActionEnrol, secret)
	codes, err := g.EnrolRecovery(ctx, grant.Token, laptop.Request(stepup.ActionEnrol, nil))
	ok(err)
	_, begun, _ = begin(laptop, stepup.Recovery)
	_, err = g.Finish(ctx, laptop.Binding, begun.ID, codes[0].Reveal())
	ok(err)
	grant = proveTOTP(t, b, laptop, stepup.ActionEnrol, secret)
	e, err := g.EnrolTOTP(ctx, grant.Token, laptop.Request(stepup.ActionEnrol, nil))
	ok(err)
	typed, err := otp.TOTP{}.Code(e.Secret, b.Clock.Now())
	ok(err)
	ok(g.ConfirmTOTP(ctx, laptop.Binding, e.Pending, typed))

	ok(choose(t, b, laptop, stepup.Given))
	ok(choose(t, b, laptop, stepup.Withdrawn))
	d = b.Decide(stranger, "profile.view", nil)
	for _, claim := range []stepup.Claim{stepup.NotMine, stepup.Mine} {
		err := g.Report(ctx, laptop.Request("", nil), stepup.Report{Event: d.Event(), Claim: claim})
		if claim == stepup.NotMine {
			ok(err)
		}
	}
	ok(g.Label(ctx, "FAKEDECISION", stepup.Attack))
	ok(g.Label(ctx, "FAKEDECISION", stepup.Legit))

	b.Clock.Advance(time.Minute)
	stale := *laptop
	b.Prove(laptop, "transfer", transfer("9"), stepup.Code6)
	b.Decide(laptop, "profile.view", nil)
	b.Clock.Advance(3 * time.Minute)
	b.Decide(&stale, "profile.view", nil) // a copied token
	b.Prove(laptop, "transfer", transfer("9"), stepup.Code6)
	devices, err := g.Devices(ctx, steptest.Alice)
	ok(err)
	ok(g.RevokeDevice(ctx, steptest.Alice, devices[0].ID))
	ok(g.RevokeDevices(ctx, steptest.Alice))
	b.Clock.Advance(time.Minute)
	grant = proveTOTP(t, b, laptop, stepup.ActionRemove, e.Secret)
	ok(g.RemoveMethod(ctx, grant.Token, laptop.Request(stepup.ActionRemove, nil), stepup.Recovery))
	ok(g.SetPolicy(testPolicy(t)))
	ok(g.Erase(ctx, steptest.Alice))
}

// Every kind of event, with every outcome that the format has, is written by
// some flow, and can be written to a file.
func TestEveryKindOfEventIsRecorded(t *testing.T) {
	j := new(book)
	everyFlow(t, func(c *stepup.Config) { c.Journal = j })
	seen := map[string]bool{}
	for _, e := range append(j.events, torn(t)...) {
		seen[string(e.Kind)+" "+e.Outcome] = true
		if err := e.Check(); err != nil {
			t.Errorf("%v: %v", e, err)
		}
	}
	j.lines(t)
	never := map[string]string{
		"attempt refused":    "a refused attempt is not counted, and tells nothing that its challenge does not",
		"abandon unanswered": "nobody notices what never happens: a decision without a challenge is one",
		"notice failed":      "whether a notice arrives is the host's to know",
		"enrol changed":      "the host changes contacts",
		"policy refused":     "package policy refuses, before a guard is asked",
		"gap dropped":        "see the tests of package journal",
	}
	for _, kind := range journal.Kinds() {
		for _, outcome := range kind.Outcomes {
			name := string(kind.Kind) + " " + outcome
			if why, excused := never[name]; seen[name] == excused {
				t.Errorf("%s: recorded %t, excused %q", name, seen[name], why)
			}
		}
	}
}

// torn returns what a journal's file says of a line that was cut.
func torn(t *testing.T) (events []*journal.Event) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	if err := os.WriteFile(path, []byte(`{"v":1,"time":"2026-`), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := journal.OpenFile(journal.FileConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for e, err := range journal.NewReader(journal.ReaderConfig{Files: []string{path}}).Events(context.Background()) {
		if err == nil {
			events = append(events, e.Clone())
		}
	}
	return events
}
