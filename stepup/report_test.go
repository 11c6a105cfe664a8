// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// reporting adds to the attack policy what reports are about: an action whose
// cap has no limit.
const reporting = `
version: 1
actions:
  device.revoke: { sensitivity: sensitive }
  note.write: { sensitivity: sensitive }
rules:
  - id: notes-are-small
    on: [note.write]
    when: time.hour_utc >= 0
    at_most: notice
`

// report says of an event what the client claims.
func (s *scene) report(
	t testing.TB, c *steptest.Client, event string, claim stepup.Claim, grant string,
) error {
	t.Helper()
	r := stepup.Report{Event: event, Claim: claim, Grant: grant}
	return s.Guard.Report(t.Context(), c.Request("", nil), r)
}

// newReported returns a scene under the reporting policy, with its journal.
func newReported(t testing.TB) (*scene, *book) {
	t.Helper()
	j := new(book)
	s := newScene(t, func(c *stepup.Config) { c.Journal = j })
	p, err := policy.Parse(
		policy.Source{Name: "policy.yaml", Data: readPolicy(t)},
		policy.Source{Name: "reporting.yaml", Data: []byte(reporting)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Guard.SetPolicy(p); err != nil {
		t.Fatal(err)
	}
	return s, j
}

// takeover is a stranger who proved himself as Alice, from New York, by a code
// that he got out of her. It returns the event of it.
func (s *scene) takeover(t testing.TB) (*steptest.Client, string) {
	t.Helper()
	c := alice("mallory").From(risktest.NewYorkAddr)
	c.UserAgent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/141.0"
	d := s.Decide(c, "profile.view", nil)
	if d.Outcome != stepup.Challenge {
		d = s.Decide(c, "address.change", nil)
	}
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), d.Offers[len(d.Offers)-1].Method)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, s.answer(t, begun))
	if err != nil {
		t.Fatal(err)
	}
	c.Keep(grant)
	s.Clock.Advance(time.Minute)
	return c, d.Event()
}

// What was not the customer is taken from whoever did it: the proofs that his
// session holds, his device, and from a trusted device what he taught too.
func TestNotMeEndsWhatTheEventBrought(t *testing.T) {
	s, j := newReported(t)
	owner := s.owner(t)
	thief, event := s.takeover(t)
	if d := s.Decide(thief, "address.change", nil); d.Signals.Bool(risk.DeviceKnown) != risk.True {
		t.Fatal("the thief's device is not known before the report")
	}
	if err := s.report(t, owner, event, stepup.NotMine, ""); err != nil {
		t.Fatal(err)
	}
	if got := s.state(t).Devices; len(got) != 1 {
		t.Errorf("got %d token series after the report, want the owner's alone", len(got))
	}
	s.Clock.Advance(time.Second)
	d := s.Decide(thief, "address.change", nil)
	if d.Signals.Bool(risk.DeviceKnown) != risk.False || d.Signals.Bool(risk.GeoNewCountry) != risk.True {
		t.Errorf("the thief: got device known %v, new country %v, want neither his device nor his place",
			d.Signals.Bool(risk.DeviceKnown), d.Signals.Bool(risk.GeoNewCountry))
	}
	if d.Outcome == stepup.Allow || d.Verdict.HeldOK {
		t.Errorf("the thief: got %v by a proof that was reported", &d)
	}
	if d := s.Decide(owner, "address.change", nil); d.Signals.Bool(risk.DeviceTrusted) != risk.True {
		t.Error("the report took the owner's own trust away")
	}
	proof := find(j, journal.KindProof)
	if e := find(j, journal.KindReport); e == nil || e.Outcome != "not-mine" || e.ID != proof.ID {
		t.Errorf("got report %v, want it under the event's own name %s", e, proof.ID)
	}
}

// find returns the last event of a kind, or nil.
func find(j *book, kind journal.Kind) (found *journal.Event) {
	for _, e := range j.events {
		if e.Kind == kind {
			found = e
		}
	}
	return found
}

// For 72 hours after a report nothing from before it counts, and nothing caps
// or softens; what is proven after it counts as ever.
func TestCautionAfterNotMe(t *testing.T) {
	s, _ := newReported(t)
	owner := s.owner(t)
	_, event := s.takeover(t)
	if err := s.prove(t, owner, "address.change", stepup.Code6); err != nil {
		t.Fatal(err)
	}
	if d := s.Decide(owner, "address.change", nil); d.Outcome != stepup.Allow {
		t.Fatalf("with a held proof: got %v", &d)
	}
	step := func(action string) string {
		d := s.Decide(owner, action, nil)
		return d.Outcome.String() + " " + d.Verdict.Step.Name
	}
	if got := step("note.write"); got != "notify notice" {
		t.Fatalf("under a cap: got %s", got)
	}
	if err := s.report(t, owner, event, stepup.NotMine, ""); err != nil {
		t.Fatal(err)
	}
	for _, action := range []string{"address.change", "note.write"} {
		if got := step(action); got != "challenge confirm" {
			t.Errorf("%s after the report: got %s, want a challenge", action, got)
		}
	}
	s.Clock.Advance(time.Nanosecond)
	if err := s.prove(t, owner, "address.change", stepup.Code4); err != nil {
		t.Fatal(err)
	}
	if got := step("address.change"); got != "allow confirm" {
		t.Errorf("proven after the report: got %s, want it to count", got)
	}
	e, err := s.Guard.Export(t.Context(), steptest.Alice)
	if err != nil || e.Cautious.IsZero() {
		t.Errorf("got caution until %v, error %v, want it exported", e.Cautious, err)
	}
	s.Clock.Set(e.Cautious.Add(-time.Nanosecond))
	if got := step("note.write"); got != "challenge confirm" {
		t.Errorf("a nanosecond before its end: got %s", got)
	}
	s.Clock.Set(e.Cautious)
	if got := step("note.write"); got != "notify notice" {
		t.Errorf("after 72 hours: got %s, want the cap back", got)
	}
}

// A report cancels the challenge that it is about.
func TestNotMeCancelsTheChallenge(t *testing.T) {
	s, _ := newReported(t)
	owner, thief := s.owner(t), alice("mallory")
	d := s.Decide(thief, "address.change", nil)
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.report(t, owner, d.Event(), stepup.NotMine, ""); err != nil {
		t.Fatal(err)
	}
	_, err = s.Guard.Finish(t.Context(), thief.Binding, begun.ID, s.mail.code(begun.ID))
	refused(t, err)
}

// With a proof, every device but the one that reports is let go.
func TestProvenNotMeRevokesOthers(t *testing.T) {
	s, _ := newReported(t)
	owner := s.owner(t)
	stolen := *owner // the laptop itself, in other hands
	d := s.Decide(&stolen, "address.change", nil)
	tablet, phone := alice("tablet").From(risktest.ParisAddr), alice("phone").From(risktest.ParisAddr)
	if err := s.prove(t, tablet, "address.change", stepup.Code6); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	grant, err := s.grant(t, phone, stepup.ActionRevoke, stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Second)
	if err := s.report(t, phone, d.Event(), stepup.NotMine, grant.Token); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*steptest.Client{&stolen, tablet} {
		if d := s.Decide(c, "profile.view", nil); d.Signals.Bool(risk.DeviceKnown) != risk.False {
			t.Errorf("%s is still known", c.Binding)
		}
	}
	if d := s.Decide(phone, "profile.view", nil); d.Signals.Bool(risk.DeviceKnown) != risk.True {
		t.Error("the device that reported is no longer known")
	}
	if err := s.report(t, phone, d.Event(), stepup.NotMine, grant.Token); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("the grant again: got error %v, want %v", err, stepup.ErrRefused)
	}
}

// Only who holds a device that was trusted a day before the event can say that
// it was him.
func TestMineNeedsATrustedDevice(t *testing.T) {
	s, j := newReported(t)
	owner := s.owner(t)
	thief, event := s.takeover(t)
	refused(t, s.report(t, thief, event, stepup.Mine, ""))
	refused(t, s.report(t, alice("telephone"), event, stepup.Mine, ""))
	if find(j, journal.KindReport) != nil {
		t.Error("a claim that was refused is recorded")
	}
	if err := s.report(t, owner, event, stepup.Mine, ""); err != nil {
		t.Errorf("from the owner's trusted device: got error %v", err)
	}
	if e := find(j, journal.KindReport); e == nil || e.Outcome != "mine" {
		t.Errorf("got report %v, want mine", e)
	}
	abroad := *owner
	abroad.From(risktest.NewYorkAddr) // a copy of its token
	refused(t, s.report(t, &abroad, event, stepup.Mine, ""))
}

// The notice that a method was enrolled names the event, and saying that it was
// not him ends the session and the device that enrolled it.
func TestNoticeCanBeReported(t *testing.T) {
	var notices []stepup.Notice
	s := newScene(t, func(c *stepup.Config) {
		c.Notify = func(_ context.Context, n stepup.Notice) { notices = append(notices, n) }
	})
	owner := s.owner(t)
	thief := alice("mallory")
	grant, err := s.grant(t, thief, stepup.ActionEnrol, stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	req := thief.Request(stepup.ActionEnrol, nil)
	if _, err := s.Guard.EnrolRecovery(t.Context(), grant.Token, req); err != nil {
		t.Fatal(err)
	}
	if len(notices) != 1 || notices[0].Kind != stepup.MethodAdded || notices[0].Event == "" {
		t.Fatalf("got notices %d, want one that names its event", len(notices))
	}
	if err := s.report(t, owner, notices[0].Event, stepup.NotMine, ""); err != nil {
		t.Fatal(err)
	}
	if d := s.Decide(thief, "profile.view", nil); d.Signals.Bool(risk.DeviceKnown) != risk.False {
		t.Error("the device that enrolled it is still known")
	}
	if d := s.Decide(owner, "profile.view", nil); d.Signals.Bool(risk.DeviceTrusted) != risk.True {
		t.Error("the report took the owner's own trust away")
	}
}

func TestReportRefuses(t *testing.T) {
	s, _ := newReported(t)
	owner := s.owner(t)
	d := s.Decide(owner, "address.change", nil)
	other := steptest.NewClient("+33639980043", "laptop")
	if err := s.report(t, owner, d.Event(), 0, ""); !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("no claim: got error %v", err)
	}
	nobody := steptest.NewClient("", "laptop")
	if err := s.report(t, nobody, d.Event(), stepup.NotMine, ""); !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("no subject: got error %v", err)
	}
	for name, err := range map[string]error{
		"nothing":              s.report(t, owner, "", stepup.NotMine, ""),
		"nonsense":             s.report(t, owner, "nonsense", stepup.NotMine, ""),
		"cut":                  s.report(t, owner, d.Event()[:40], stepup.NotMine, ""),
		"another subject's":    s.report(t, other, d.Event(), stepup.NotMine, ""),
		"a ticket":             s.report(t, owner, d.Ticket(), stepup.NotMine, ""),
		"a grant that is none": s.report(t, owner, d.Event(), stepup.NotMine, "nonsense"),
		"the zero decision's":  s.report(t, owner, new(stepup.Decision).Event(), stepup.NotMine, ""),
	} {
		if !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("%s: got error %v, want %v", name, err, stepup.ErrRefused)
		}
	}
	s.Clock.Advance(90 * 24 * time.Hour)
	if err := s.report(t, owner, d.Event(), stepup.NotMine, ""); err != nil {
		t.Errorf("after 90 days: got error %v", err)
	}
	s.Clock.Advance(time.Nanosecond)
	refused(t, s.report(t, owner, d.Event(), stepup.NotMine, ""))
}

// A report that a store or a journal cannot take is told.
func TestReportWithoutStore(t *testing.T) {
	store := faulty()
	j := new(book)
	b := newBench(t, func(c *stepup.Config) { c.Store, c.Journal = store, j })
	c := alice("laptop")
	d := b.Decide(c, "profile.view", nil)
	r := stepup.Report{Event: d.Event(), Claim: stepup.NotMine}
	for _, operation := range []string{"Subject", "Update", "Change"} {
		store.Fail(operation, errStore)
		if err := b.Guard.Report(t.Context(), c.Request("", nil), r); !errors.Is(err, stepup.ErrUnavailable) {
			t.Errorf("%s: got error %v, want %v", operation, err, stepup.ErrUnavailable)
		}
		store.Fail(operation, nil)
	}
	j.err = errors.New("disk full")
	if err := b.Guard.Report(t.Context(), c.Request("", nil), r); !errors.Is(err, stepup.ErrUnavailable) {
		t.Errorf("journal: got error %v, want %v", err, stepup.ErrUnavailable)
	}
}

func ExampleGuard_Report() {
	bench := exampleBench()
	laptop := steptest.NewClient(steptest.Alice, "laptop")
	stranger := steptest.NewClient(steptest.Alice, "stranger")
	d := bench.Decide(stranger, "address.change", nil)
	event := d.Event() // kept with the entry "change of address asked for, 9:00, from New York"

	err := bench.Guard.Report(context.Background(), laptop.Request("", nil), stepup.Report{
		Event: event, Claim: stepup.NotMine,
	})
	export, _ := bench.Guard.Export(context.Background(), steptest.Alice)
	fmt.Println(err, "careful for", export.Cautious.Sub(bench.Clock.Now()))
	// Output: <nil> careful for 72h0m0s
}
