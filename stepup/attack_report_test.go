// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"cmp"
	"errors"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Whoever has a session of the owner's, and says of each of her doings that it
// was not her, locks her out of nothing and weakens nothing: her device stays
// trusted, in its own lane, and she proves as before (L21).
func TestHostileNotMe(t *testing.T) {
	s, j := newReported(t)
	owner := s.owner(t)
	thief := alice("mallory") // in possession of a session, and of no proof
	before := s.state(t)
	var events []string
	for range 3 {
		d := s.Decide(owner, "address.change", nil)
		events = append(events, d.Event())
	}
	taken, busy := 0, 0
	for range 50 {
		for _, event := range events {
			var limit *stepup.BusyError
			switch err := s.report(t, thief, event, stepup.NotMine, ""); {
			case err == nil:
				taken++
			case errors.As(err, &limit) && limit.RetryAfter > 0 && limit.RetryAfter <= 24*time.Hour:
				busy++
			default:
				t.Fatalf("got error %v", err)
			}
		}
		s.Clock.Advance(time.Second)
		d := s.Decide(owner, "address.change", nil)
		if d.Signals.Bool(risk.DeviceTrusted) != risk.True || d.Outcome == stepup.Deny {
			t.Fatalf("the owner among hostile reports: got %v, trusted %v", &d, d.Signals.Bool(risk.DeviceTrusted))
		}
	}
	if taken != 5 || busy != 145 {
		t.Errorf("got %d reports taken and %d refused, want 5 and 145", taken, busy)
	}
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
		s.Clock.Advance(20 * time.Minute)
		if err := s.prove(t, owner, "address.change", m); err != nil {
			t.Errorf("the owner by %v: got error %v", m, err)
		}
	}
	if d := s.Decide(owner, "address.change", nil); d.Outcome != stepup.Allow {
		t.Errorf("the owner, having proven: got %v, want her proof to count", &d)
	}
	if got := s.state(t); len(got.Devices) != len(before.Devices) {
		t.Errorf("got %d devices, want %d", len(got.Devices), len(before.Devices))
	}
	for _, e := range j.events {
		if e.Kind == journal.KindReport && e.Detail.Reason == "proven" {
			t.Error("an unproven report is recorded as proven")
		}
	}
}

// No report makes any later request of anybody weaker than it was.
func TestHostileNotMeWeakensNothing(t *testing.T) {
	for name, client := range map[string]*steptest.Client{
		"the owner":      nil,
		"a stranger":     alice("stranger").From(risktest.NewYorkAddr),
		"from next door": alice("neighbour").From(risktest.ParisAddr),
		"by telephone":   alice("telephone"),
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newReported(t)
			owner := s.owner(t)
			d := s.Decide(owner, "address.change", nil)
			c := cmp.Or(client, owner)
			actions := []string{"invoice.view", "profile.view", "note.write", "address.change", "account.close"}
			steps := func() (all []int) {
				for _, action := range actions {
					d := s.Decide(c, action, nil)
					all = append(all, d.Verdict.Step.Index)
				}
				return all
			}
			before := steps()
			if err := s.report(t, alice("mallory"), d.Event(), stepup.NotMine, ""); err != nil {
				t.Fatal(err)
			}
			for i, after := range steps() {
				if after < before[i] {
					t.Errorf("got steps %v after a hostile report, want none below %v", steps(), before)
				}
			}
		})
	}
}

// Whoever has a session of the owner's and uses up the reports that are taken
// without a proof uses up none of those from her trusted device, and she none of
// his (L11).
func TestHostileReportsLeaveTheOwnersOwn(t *testing.T) {
	s, _ := newReported(t)
	owner, thief := s.owner(t), alice("mallory")
	d := s.Decide(owner, "address.change", nil)
	until := func(c *steptest.Client) (taken int) {
		for range 10 {
			switch err := s.report(t, c, d.Event(), stepup.NotMine, ""); {
			case err == nil:
				taken++
			case !errors.Is(err, stepup.ErrBusy):
				t.Fatal(err)
			}
		}
		return taken
	}
	for day := range 3 {
		first, second := thief, owner
		if day == 1 {
			first, second = owner, thief
		}
		if n, m := until(first), until(second); n != 5 || m != 5 {
			t.Errorf("day %d: got %d and %d reports taken, want 5 of each", day, n, m)
		}
		s.Clock.Advance(24 * time.Hour)
	}
}

// Who was reported cannot report the owner in turn, by what he proved before:
// her devices stay known (L21).
func TestReportedCannotReportInTurn(t *testing.T) {
	s, _ := newReported(t)
	owner := s.owner(t)
	thief, event := s.takeover(t)
	doing := s.Decide(owner, "address.change", nil)
	grant := s.grantOf(t, thief, stepup.ActionRevoke)
	s.Clock.Advance(time.Second)
	if err := s.report(t, owner, event, stepup.NotMine, ""); err != nil {
		t.Fatal(err)
	}
	before := s.state(t)
	s.Clock.Advance(time.Second)
	refused(t, s.report(t, thief, doing.Event(), stepup.NotMine, grant))
	if got := s.state(t); len(got.Devices) != len(before.Devices) || len(got.Devices) == 0 {
		t.Errorf("got %d devices after the thief's report, want %d", len(got.Devices), len(before.Devices))
	}
	if err := s.report(t, thief, doing.Event(), stepup.NotMine, s.grantOf(t, owner, stepup.ActionRevoke)); err == nil {
		t.Error("a report by the owner's grant in the thief's session was taken")
	}
}

// grantOf proves an action by any method on offer.
func (s *scene) grantOf(t *testing.T, c *steptest.Client, action string) string {
	t.Helper()
	d := s.Decide(c, action, nil)
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), d.Offers[0].Method)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, s.answer(t, begun))
	if err != nil {
		t.Fatal(err)
	}
	return grant.Token
}
