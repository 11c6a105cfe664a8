// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Twenty clients guess at once, at every method on offer, in two lanes, for a
// month: all of them together stay within the bounds of one stranger (L8, L10).
func TestParallelGuessingAcrossMethodsAndLanes(t *testing.T) {
	s := newScene(t)
	clients := strangers(20)
	for range 60 {
		s.storm(t, clients, []string{"address.change", "login", "profile.view", "email.change", "phone.change"}, 6)
		s.Clock.Advance(12 * time.Hour)
	}
	withinBounds(t, s.meter.wrong(), stepup.StrangerLane, stepup.FirstFactorLane)
}

// A thousand sessions, each of its own browser, of ten attempts by every method,
// within an hour and twenty at a time, get no more than one session would.
func TestAThousandSessionsOfTenAttempts(t *testing.T) {
	s := newScene(t)
	for round := range 50 {
		var clients []*steptest.Client
		for i := range 20 {
			clients = append(clients, alice(fmt.Sprint("session-", round*20+i)))
		}
		s.storm(t, clients, []string{"address.change"}, 10)
		s.Clock.Advance(72 * time.Second)
	}
	withinBounds(t, s.meter.wrong())
	if got := used(s.meter.wrong())[stepup.StrangerLane]; got.Code4 == 0 {
		t.Errorf("got %+v ppm compared, want an attack", got)
	}
}

// resets are what an attacker, the owner or an operator could do that must give
// no guess back.
func resets() map[string]func(*testing.T, *scene) {
	return map[string]func(*testing.T, *scene){
		"nothing":       func(*testing.T, *scene) {},
		"new challenge": func(t *testing.T, s *scene) { s.storm(t, strangers(3), []string{"address.change"}, 1) },
		"resend": func(t *testing.T, s *scene) {
			c := alice("resender")
			d := s.Decide(c, "address.change", nil)
			if ticket := d.Ticket(); ticket != "" {
				if begun, err := s.Guard.Begin(t.Context(), ticket, d.Offers[0].Method); err == nil {
					_ = s.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket)
				}
			}
		},
		"cancel": func(t *testing.T, s *scene) {
			c := alice("canceller")
			d := s.Decide(c, "address.change", nil)
			if begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6); err == nil {
				_ = s.Guard.Cancel(t.Context(), c.Binding, begun.ID)
			}
		},
		"the owner's success on a new device": func(t *testing.T, s *scene) {
			_ = s.prove(t, alice("new phone"), "address.change", stepup.TOTP)
			_ = s.prove(t, alice("new phone"), "address.change", stepup.Code6)
		},
		"another channel": func(t *testing.T, s *scene) {
			for _, channel := range []stepup.Channel{stepup.App, stepup.Phone, stepup.Shop, stepup.API} {
				c := alice("elsewhere")
				c.Channel = channel
				s.assault(t, c, "address.change", 5)
			}
		},
		"restart of the guard": func(t *testing.T, s *scene) { s.restart(t, s.ring(t)) },
		"rotation of the keys": rotateKeys,
		"another policy": func(t *testing.T, s *scene) {
			if err := s.Guard.SetPolicy(attackPolicy(t)); err != nil {
				t.Fatal(err)
			}
		},
		"erasure": func(t *testing.T, s *scene) {
			if err := s.Guard.Erase(t.Context(), steptest.Alice); err != nil {
				t.Fatal(err)
			}
		},
		"erasure and rotation": func(t *testing.T, s *scene) {
			if err := s.Guard.Erase(t.Context(), steptest.Alice); err != nil {
				t.Fatal(err)
			}
			rotateKeys(t, s)
		},
		"seeding again": func(t *testing.T, s *scene) { s.seed(t) },
		"revoking every device": func(t *testing.T, s *scene) {
			if err := s.Guard.Revoke(t.Context(), steptest.Alice); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// Nothing that an attacker or the owner can do gives a guess back before its
// time: each reset is tried, by every client, after every exhausting (L9).
func TestNothingResetsTheGuessBudget(t *testing.T) {
	for name, reset := range resets() {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			for range 28 {
				s.storm(t, strangers(4), []string{"address.change", "login"}, 6)
				reset(t, s)
				s.Clock.Advance(24 * time.Hour)
			}
			withinBounds(t, s.meter.wrong(), stepup.StrangerLane)
		})
	}
}

// restart replaces the guard by another process on the same store.
func (s *scene) restart(t testing.TB, ring *otp.Ring) {
	t.Helper()
	guard, err := stepup.New(attackPolicy(t), stepup.Config{
		Keys: ring, Namespace: "fake-shop", Store: s.meter, Locator: s.Locator, Contacts: everyone{},
		Senders: map[policy.ContactKind]stepup.Sender{policy.SMS: s.mail, policy.App: s.mail},
		Now:     s.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Guard = guard
}

// rotateKeys puts a new key in front of those that were there: all of them, as
// long as anything written under them counts.
func rotateKeys(t *testing.T, s *scene) {
	t.Helper()
	s.rotated = min(s.rotated+1, 15) // a ring takes no more
	s.restart(t, s.ring(t))
}

// ring returns the keys as they were rotated so far.
func (s *scene) ring(t testing.TB) *otp.Ring {
	t.Helper()
	first, err := otp.NewKey("fake", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	keys := []otp.Key{first}
	for i := range s.rotated {
		key, err := otp.NewKey(fmt.Sprint("fake-", i), bytes.Repeat([]byte{byte(i + 100)}, 32))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	slices.Reverse(keys)
	ring, err := otp.NewRing(keys[0], keys[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Strangers who guess without rest for thirty days leave an owner on her
// trusted device alone: she proves by every method, every day, whatever they
// do in the same minute (L11).
func TestOwnerIsNotLockedOutByStrangers(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	for day := range 30 {
		s.Clock.Advance(23 * time.Hour)
		s.storm(t, strangers(20), []string{"address.change", "login", "profile.view"}, 6)
		for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
			s.Clock.Advance(20 * time.Minute) // the proof before is no longer fresh
			if err := s.prove(t, owner, "address.change", m); err != nil {
				t.Fatalf("day %d: the owner by %v: got error %v", day, m, err)
			}
		}
	}
	withinBounds(t, s.meter.wrong(), stepup.StrangerLane)
}

// Strangers who keep as many challenges open, and have as many codes sent, as
// they can take no place of the owner's (L11, L27).
func TestFloodOfChallengesLeavesTheOwnerRoom(t *testing.T) {
	s := newScene(t)
	owner := s.owner(t)
	for range 10 {
		for _, c := range strangers(30) {
			c.From(risktest.ParisAddr) // the owner's own network
			d := s.Decide(c, "address.change", nil)
			_, _ = s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
		}
		if err := s.prove(t, owner, "address.change", stepup.Code6); err != nil {
			t.Fatalf("the owner, among strangers: got error %v", err)
		}
		s.Clock.Advance(20 * time.Minute)
	}
}

// A stranger's challenge supersedes none of the owner's, and neither cancels,
// resends, nor uses it up, whatever the stranger knows but the binding (L17).
func TestStrangersCannotTouchAnOwnersChallenge(t *testing.T) {
	s := newScene(t)
	owner := alice("laptop")
	d := s.Decide(owner, "address.change", nil)
	ticket := d.Ticket()
	begun, err := s.Guard.Begin(t.Context(), ticket, stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	for _, stranger := range strangers(3) {
		s.assault(t, stranger, "address.change", 1)
		s.Clock.Advance(time.Minute)
		for range 5 {
			_, err := s.Guard.Finish(t.Context(), stranger.Binding, begun.ID, s.mail.code(begun.ID))
			refused(t, err)
			refused(t, s.Guard.Cancel(t.Context(), stranger.Binding, begun.ID))
			refused(t, s.Guard.Resend(t.Context(), stranger.Binding, begun.ID, ticket))
		}
	}
	if _, err := s.Guard.Finish(t.Context(), owner.Binding, begun.ID, s.mail.code(begun.ID)); err != nil {
		t.Errorf("the owner: got error %v", err)
	}
}

// One that hangs up at whatever moment of the verification gets no guess back.
func TestHangingUpMidVerifyRefundsNothing(t *testing.T) {
	for _, operation := range []string{"Attempt", "Settle"} {
		t.Run(operation, func(t *testing.T) {
			ctx, hangUp := context.WithCancel(t.Context())
			store := &hangingUp{Store: stepup.NewMemory(stepup.MemoryConfig{}), operation: operation, hangUp: hangUp}
			b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
			begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
			_, err := b.Guard.Finish(ctx, c.Binding, begun.ID, wrong(code))
			refused(t, err)
			if _, err := b.Guard.Finish(ctx, c.Binding, begun.ID, code); err != nil {
				t.Fatalf("the right answer of one who hung up: got %v", err)
			}
			st, err := store.Subject(t.Context(), stepup.Query{Subject: store.subject, Now: b.Clock.Now()})
			if err != nil || st.Guesses[stepup.StrangerLane].All != 100 || st.Prompts24h != 1 {
				t.Errorf("got %+v, %d prompts, error %v; want one wrong guess and one proof counted",
					st.Guesses, st.Prompts24h, err)
			}
			if ctx.Err() == nil {
				t.Error("nobody hung up")
			}
		})
	}
}

// hangingUp is a store during one of whose operations the client hangs up.
type hangingUp struct {
	stepup.Store
	operation string
	hangUp    func()
	subject   stepup.Ref
}

func (h *hangingUp) Open(ctx context.Context, o stepup.Opening) error {
	h.subject = o.Subject
	return h.Store.Open(ctx, o)
}

func (h *hangingUp) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	if h.operation == "Attempt" {
		h.hangUp()
	}
	return h.Store.Attempt(ctx, a)
}

func (h *hangingUp) Settle(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
	if h.operation == "Settle" {
		h.hangUp()
	}
	return h.Store.Settle(ctx, s)
}
