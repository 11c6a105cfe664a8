// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
)

// Bench is a working guard with everything around it in reach.
type Bench struct {
	Guard    *stepup.Guard
	Clock    *Clock
	Sender   *Sender // of every kind of contact
	Contacts Contacts
	Locator  *risktest.Locator
	Store    stepup.Store

	tb testing.TB
}

// New returns a bench for the policy, on 2 March 2026 at 9:00 UTC, with the
// store in memory. The addresses of package risktest have places, and [Alice]
// can be reached by SMS and e-mail. Each change may alter the configuration
// before the guard is made.
func New(tb testing.TB, p *policy.Policy, changes ...func(*stepup.Config)) *Bench {
	tb.Helper()
	clock := NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	b := &Bench{
		Clock:  clock,
		Sender: new(Sender),
		Contacts: Contacts{Alice: {
			{Kind: policy.SMS, Address: AlicePhone},
			{Kind: policy.Email, Address: AliceEmail},
		}},
		Locator: risktest.NewLocator(),
		Store:   stepup.NewMemory(stepup.MemoryConfig{Elapsed: clock.Elapsed}),
		tb:      tb,
	}
	config := stepup.Config{
		Keys: Keys(tb), Namespace: "fake-shop", Store: b.Store, Locator: b.Locator, Contacts: b.Contacts,
		Senders: map[policy.ContactKind]stepup.Sender{
			policy.SMS: b.Sender, policy.Email: b.Sender, policy.App: b.Sender,
		},
		Now: b.Clock.Now,
	}
	for _, change := range changes {
		change(&config)
	}
	guard, err := stepup.New(p, config)
	if err != nil {
		tb.Fatalf("steptest: %v", err)
	}
	b.Guard = guard
	return b
}

// The subject that a new bench knows, and where she can be reached. The number
// is one of those that the French regulator keeps for fiction.
const (
	Alice      = "fake-alice"
	AlicePhone = "+33 6 39 98 00 42"
	AliceEmail = "alice@example.com"
)

// Keys returns a ring with one key that anybody can guess: for tests only.
func Keys(tb testing.TB) *otp.Ring {
	tb.Helper()
	key, err := otp.NewKey("fake", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		tb.Fatalf("steptest: %v", err)
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		tb.Fatalf("steptest: %v", err)
	}
	return ring
}

// Decide decides the client's request and fails the test on an error.
func (b *Bench) Decide(c *Client, action string, facts map[string]any) stepup.Decision {
	b.tb.Helper()
	d, err := b.Guard.Decide(context.Background(), c.Request(action, facts))
	if err != nil {
		b.tb.Fatalf("decide %s: %v", action, err)
	}
	return d
}

// Begin begins the decision's challenge by the method and returns it with the
// code that was sent. It fails the test if that cannot be done.
func (b *Bench) Begin(d stepup.Decision, m stepup.Method) (stepup.Begun, string) {
	b.tb.Helper()
	sent := len(b.Sender.Sent())
	begun, err := b.Guard.Begin(context.Background(), d.Ticket(), m)
	if err != nil {
		b.tb.Fatalf("begin %v for %v: %v", m, &d, err)
	}
	messages := b.Sender.Sent()
	if len(messages) == sent {
		return begun, "" // a method that sends none
	}
	return begun, messages[len(messages)-1].Code
}

// Prove decides the client's request, which must be challenged and offer the
// method, answers the code that is sent, and has the client keep its device
// token. The method must be one that sends a code.
func (b *Bench) Prove(c *Client, action string, facts map[string]any, m stepup.Method) stepup.Grant {
	b.tb.Helper()
	d := b.Decide(c, action, facts)
	offered := slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == m })
	if !offered {
		b.tb.Fatalf("prove: got %v, want a challenge that offers %v", &d, m)
	}
	begun, code := b.Begin(d, m)
	grant, err := b.Guard.Finish(context.Background(), c.Binding, begun.ID, code)
	if err != nil {
		b.tb.Fatalf("finish %s: %v", action, err)
	}
	c.Keep(grant)
	return grant
}
