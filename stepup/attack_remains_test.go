// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// answerer answers challenges of one subject, straight in a store.
type answerer struct {
	stepup.Store
	subject stepup.Ref
	n       uint16
	now     time.Time
}

func (a *answerer) answer(t *testing.T, o stepup.Opening, cost int, right bool) {
	t.Helper()
	a.n++
	o.ID = stepup.ID{a.subject.Key[0], 1, byte(a.n), byte(a.n >> 8)}
	o.Subject, o.Binding, o.Attempts = a.subject, stepup.Ref{Key: stepup.Key{9}}, 3
	o.Now, o.Issued, o.Expires = a.now, a.now, a.now.Add(time.Minute)
	if err := a.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	counted, err := a.Attempt(t.Context(), stepup.Attempt{
		ID: o.ID, Method: o.Method, Binding: o.Binding, Now: a.now, Cost: cost, Limits: bounds,
	})
	if err == nil && right {
		_, err = a.Settle(t.Context(), stepup.Settlement{
			ID: o.ID, Now: a.now, Refund: cost, Version: counted.Version,
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// However many devices the owner mistypes on, what strangers guessed wrong is
// forgotten after 30 days and no earlier (L9).
func TestManyDevicesForgetNoGuesses(t *testing.T) {
	a := &answerer{
		Store: stepup.NewMemory(stepup.MemoryConfig{}), subject: stepup.Ref{Key: stepup.Key{7}},
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC),
	}
	for range 4 {
		a.answer(t, stepup.Opening{Method: stepup.Code4}, 100, false)
		a.now = a.now.Add(time.Hour)
	}
	for n := range 150 {
		o := stepup.Opening{
			Method: stepup.Code6, Lane: stepup.TrustedLane, Device: stepup.Key{byte(n%6 + 1)},
		}
		a.answer(t, o, 1, false)
		a.answer(t, o, 1, true)
		a.now = a.now.Add(4 * time.Hour)
	}
	st, err := a.Subject(t.Context(), stepup.Query{Subject: a.subject, Now: a.now})
	if err != nil {
		t.Fatal(err)
	}
	if got := st.Guesses[stepup.StrangerLane].All; got != 400 {
		t.Errorf("after 25 days: got %d ppm guessed by strangers, want 400", got)
	}
	if got := st.Guesses[stepup.TrustedLane].All; got != 150 {
		t.Errorf("after 25 days: got %d ppm guessed by the owner, want 150", got)
	}
}

// Before a first factor, somebody who was erased is as unknown as a name that
// nobody ever had, whatever the store keeps of his steps (L14, L23).
func TestErasedSubjectLooksLikeNobody(t *testing.T) {
	b := steptest.New(t, attackPolicy(t))
	secret, err := otp.GenerateSecret()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Seed(t.Context(), "fake-gone", stepup.Identity{TOTP: secret}); err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Erase(t.Context(), "fake-gone"); err != nil {
		t.Fatal(err)
	}
	nobody := b.Decide(steptest.NewClient("fake-nobody", "stranger"), "login", nil)
	gone := b.Decide(steptest.NewClient("fake-gone", "stranger"), "login", nil)
	if nobody.Outcome != stepup.Challenge || gone.Outcome != nobody.Outcome {
		t.Errorf("got %v for the erased, %v for nobody, want a challenge of both", &gone, &nobody)
	}
	if got, want := fmt.Sprint(gone.Offers), fmt.Sprint(nobody.Offers); got != want {
		t.Errorf("got offers %v for the erased, want %v as for nobody", got, want)
	}
}

// A store that is restored at the very moment of its snapshot accepts nothing
// twice either, on a clock that has not moved (L12).
func TestRestoredAtTheVeryMoment(t *testing.T) {
	s := newScene(t)
	c := alice("tablet")
	grant, err := s.grant(t, c, "address.change", stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	d := s.Decide(alice("phone"), "address.change", nil)
	ticket := d.Ticket()
	taken := snapshot(t, s.meter.Store)
	if err := s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Guard.Begin(t.Context(), ticket, stepup.Code6); err != nil {
		t.Fatal(err)
	}
	s.reopen(t, taken)
	err = s.Guard.Redeem(t.Context(), grant.Token, c.Request("address.change", nil))
	if !errors.Is(err, stepup.ErrRedeemed) {
		t.Errorf("a grant of that moment: got error %v, want %v", err, stepup.ErrRedeemed)
	}
	if _, err := s.Guard.Begin(t.Context(), ticket, stepup.Code6); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("a ticket of that moment: got error %v, want %v", err, stepup.ErrTicket)
	}
}

// The context class that a session's proof reached is in a snapshot.
func TestSnapshotKeepsContextClass(t *testing.T) {
	s := newScene(t)
	c := alice("tablet")
	if err := s.prove(t, c, "account.close", stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	reached := func() string {
		d := s.Decide(c, "invoice.view", nil)
		class, _ := d.Signals.Text(risk.SessionACR)
		return class
	}
	before := reached()
	s.reopen(t, snapshot(t, s.meter.Store))
	if after := reached(); before != "urn:example:loa:2" || after != before {
		t.Errorf("got session.acr %q before and %q after, want the proof's in both", before, after)
	}
}

// A wait that is over is not told: it would say that somebody guessed long ago.
func TestWaitThatIsOverIsNotTold(t *testing.T) {
	b := steptest.New(t, attackPolicy(t))
	c := steptest.NewClient("fake-nobody", "stranger")
	begun, _ := b.Begin(b.Decide(c, "login", nil), stepup.Code6)
	for range 3 {
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, "271828")
		refused(t, err)
	}
	for _, tt := range []struct {
		after time.Duration
		told  bool
	}{{30*time.Second - time.Nanosecond, true}, {time.Nanosecond, false}} {
		b.Clock.Advance(tt.after)
		d := b.Decide(c, "login", nil)
		if len(d.Offers) == 0 || d.Offers[0].After.IsZero() == tt.told {
			t.Errorf("got %v offering %v, want a wait told: %t", &d, d.Offers, tt.told)
		}
	}
}

// A report that is proven voids what was proven since an unproven one too, also
// of a session that has no device to revoke (L21).
func TestProvenReportVoidsWhatCameSince(t *testing.T) {
	s, _ := newReported(t)
	owner := s.owner(t)
	_, event := s.takeover(t)
	if err := s.report(t, owner, event, stepup.NotMine, ""); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	thief := alice("call").From(risktest.ParisAddr)
	thief.Channel = stepup.Phone
	if err := s.prove(t, thief, "address.change", stepup.Code6); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Minute)
	if d := s.Decide(thief, "address.change", nil); !d.Verdict.HeldOK {
		t.Fatalf("before the report: got %v, want the thief's proof to count", &d)
	}
	grant, err := s.grant(t, owner, stepup.ActionRevoke, stepup.TOTP)
	if err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(time.Second)
	if err := s.report(t, owner, event, stepup.NotMine, grant.Token); err != nil {
		t.Fatal(err)
	}
	if d := s.Decide(thief, "address.change", nil); d.Verdict.HeldOK {
		t.Errorf("after a proven report: got %v by a proof from before", &d)
	}
}

// What a guard with a clock that leaped asks of the challenges that ended
// changes nothing for the others.
func TestLeapEndsNoLookingForTheEnded(t *testing.T) {
	clock := steptest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	m := stepup.NewMemory(stepup.MemoryConfig{Elapsed: clock.Elapsed})
	if _, err := m.Ended(t.Context(), clock.Now()); err != nil {
		t.Fatal(err)
	}
	o := stepup.Opening{
		ID: stepup.ID{1, 2}, Subject: stepup.Ref{Key: stepup.Key{1, 2, 3}}, Binding: stepup.Ref{Key: stepup.Key{9}},
		Method: stepup.Code6, Attempts: 3, Demand: []byte("sealed"),
		Now: clock.Now(), Issued: clock.Now(), Expires: clock.Now().Add(time.Minute),
	}
	if err := m.Open(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	clock.Advance(2 * time.Minute)
	leaped := clock.Now().Add(30 * 24 * time.Hour)
	if _, err := m.Ended(t.Context(), leaped); !errors.Is(err, stepup.ErrClock) {
		t.Fatalf("a month ahead: got error %v, want %v", err, stepup.ErrClock)
	}
	clock.Advance(30 * time.Minute)
	all, err := m.Ended(t.Context(), clock.Now())
	if err != nil || len(all) != 1 {
		t.Errorf("got %d that ended, error %v, want the one that expired", len(all), err)
	}
}

// Nor does the length of a ticket, whatever a stranger has it filled with, say
// whether a name is somebody's.
func TestTicketLengthTellsNothing(t *testing.T) {
	b := steptest.New(t, attackPolicy(t, policy.Source{Name: "reset.yaml", Data: []byte(`
version: 1
actions:
  password.reset: { sensitivity: sensitive, session: none, bind: [new_email] }
`)}))
	b.Contacts["fake-b"] = b.Contacts[steptest.Alice]
	length := func(subject string, fill int) int {
		facts := map[string]any{"new_email": strings.Repeat("x", fill)}
		d := b.Decide(steptest.NewClient(subject, "stranger").From(risktest.ParisAddr), "password.reset", facts)
		return len(d.Ticket())
	}
	for fill := 1; fill < 2_100; fill += 7 {
		if known, unknown := length("fake-b", fill), length("fake-c", fill); known != unknown || known == 0 {
			t.Fatalf("filled with %d bytes: got %d characters for a customer, %d for nobody", fill, known, unknown)
		}
	}
}
