// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// observed is everything that a stranger sees of a name before a first factor:
// he asks, begins, guesses, gives up and asks again, for days.
func observed(t *testing.T, subject string) []string {
	t.Helper()
	return observedAt(t, steptest.New(t, attackPolicy(t)), subject, 120)
}

func observedAt(t *testing.T, b *steptest.Bench, subject string, rounds int) (all []string) {
	t.Helper()
	see := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	since := func(at time.Time) time.Duration {
		if at.IsZero() {
			return -1
		}
		return at.Sub(b.Clock.Now())
	}
	for round := range rounds {
		c := steptest.NewClient(subject, fmt.Sprint("stranger-", round%7)).From(risktest.ParisAddr)
		c.Session = fmt.Sprint("fake-session-", round%7)
		d := b.Decide(c, "login", nil)
		see("%d decide: %v %q enrol %v", round, d.Outcome, d.Reasons, d.Enrol)
		see("route %q reference %d", d.Route, len(d.Reference))
		see("ticket %d, event %d", len(d.Ticket()), len(d.Event()))
		for _, o := range d.Offers {
			see("offer %v to %q after %v", o.Method, o.To, since(o.After))
		}
		for _, o := range d.Offers {
			again := b.Decide(c, "login", nil)
			ticket := again.Ticket()
			begun, err := b.Guard.Begin(t.Context(), ticket, o.Method)
			see("begin: %v, id %d, %v %d %q %q after %v expires %v", err, len(begun.ID), begun.Method,
				begun.Digits, begun.Show, begun.To, since(begun.After), since(begun.Expires))
			if err != nil {
				continue
			}
			see("resend: %v", b.Guard.Resend(t.Context(), c.Binding, begun.ID, ticket))
			see("resend elsewhere: %v", b.Guard.Resend(t.Context(), mallory, begun.ID, ticket))
			guess := "271828"[:begun.Digits]
			if sent, ok := b.Sender.Last(steptest.AlicePhone); ok && o.Method != stepup.TOTP {
				guess = wrong(sent.Code) // or the two would differ by a lucky one
			}
			for _, typed := range []string{"", "12", guess, guess} {
				_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, typed)
				see("finish: %v", err)
			}
			_, err = b.Guard.Await(t.Context(), c.Binding, begun.ID)
			see("await: %v", err)
			see("cancel: %v", b.Guard.Cancel(t.Context(), c.Binding, begun.ID))
			see("cancel again: %v", b.Guard.Cancel(t.Context(), c.Binding, begun.ID))
			_, err = b.Guard.Begin(t.Context(), ticket, o.Method)
			see("begin again: %v", err)
		}
		b.Clock.Advance([]time.Duration{time.Second, time.Minute, 11 * time.Minute, 7 * time.Hour}[round%4])
	}
	return all
}

// In every observable, to the letter and for weeks, a name that nobody has is
// answered as one that somebody has.
func TestUnknownSubjectLooksLikeAnyOther(t *testing.T) {
	known, unknown := observed(t, steptest.Alice), observed(t, "fake-nobody")
	if len(known) < 500 {
		t.Fatalf("got %d observations, want many", len(known))
	}
	refusals := 0
	for i := range min(len(known), len(unknown)) {
		if known[i] != unknown[i] {
			t.Fatalf("observation %d: a customer gives\n%s\nand nobody gives\n%s", i, known[i], unknown[i])
		}
		if known[i] == "finish: stepup: refused" {
			refusals++
		}
	}
	if len(known) != len(unknown) || refusals < 50 {
		t.Errorf("got %d and %d observations, %d refusals", len(known), len(unknown), refusals)
	}
	for _, want := range []string{"begin: stepup: too many challenges", "finish: stepup: malformed code"} {
		if !slices.ContainsFunc(known, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("%q was never observed", want)
		}
	}
}

// The guess that happens to be right proves nothing of nobody.
func TestDecoyIsNeverProven(t *testing.T) {
	j := new(book)
	store := &lastCode{Store: stepup.NewMemory(stepup.MemoryConfig{})}
	b := steptest.New(t, attackPolicy(t), func(c *stepup.Config) { c.Journal, c.Store = j, store })
	c := steptest.NewClient("fake-nobody", "laptop")
	d := b.Decide(c, "login", nil)
	begun, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
	if err != nil {
		t.Fatal(err)
	}
	if sent := b.Sender.Sent(); len(sent) != 0 {
		t.Errorf("got %d messages to nobody", len(sent))
	}
	for n := range 10_000 { // all of them
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, fmt.Sprintf("%04d", n))
		refused(t, err)
	}
	for _, e := range j.events {
		if !e.Alias.IsZero() {
			t.Errorf("%v: the event of a decoy is somebody's", e)
		}
		if e.Kind == journal.KindDelivery && e.Outcome != "failed" {
			t.Errorf("%v: nothing was sent", e)
		}
	}
}

// lastCode is a store that counts no attempt: each is the first.
type lastCode struct {
	stepup.Store
	first *stepup.Attempted
}

func (l *lastCode) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	if l.first == nil {
		first, err := l.Store.Attempt(ctx, a)
		if err != nil {
			return first, err
		}
		l.first = &first
	}
	return *l.first, nil
}

// A decision before a first factor reads the store once, of anybody.
func TestDecoyIsReadAtOnce(t *testing.T) {
	store := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
	b := steptest.New(t, attackPolicy(t), func(c *stepup.Config) { c.Store = store })
	for _, subject := range []string{steptest.Alice, "fake-nobody"} {
		before := store.Calls("Subject")
		b.Decide(steptest.NewClient(subject, "laptop"), "login", nil)
		if n := store.Calls("Subject") - before; n != 1 {
			t.Errorf("%s: got %d reads, want 1", subject, n)
		}
	}
}

// What is left of a limit tells nobody before a first factor: there it caps
// nothing.
func TestLimitTellsNobody(t *testing.T) {
	limited := policy.Source{Name: "limited.yaml", Data: []byte(`
version: 1
rules:
  - { id: some-log-ins, on: [login], at_most: notice, up_to: high, limit: { count: 2 } }
`)}
	b := steptest.New(t, attackPolicy(t, limited))
	if err := b.Guard.Seed(t.Context(), steptest.Alice, stepup.Identity{}); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, subject := range []string{steptest.Alice, "fake-nobody"} {
			d := b.Decide(steptest.NewClient(subject, "laptop"), "login", nil)
			if d.Outcome != stepup.Challenge || len(d.Degraded) > 0 {
				t.Errorf("%s: got %v degraded by %v, want a challenge", subject, &d, d.Degraded)
			}
		}
	}
}

// With a session, a name without means of proving is told what to enrol.
func TestNoDecoyBehindAFirstFactor(t *testing.T) {
	b := newBench(t)
	d := b.Decide(steptest.NewClient("fake-nobody", "laptop"), "address.change", nil)
	if d.Outcome != stepup.Deny || len(d.Enrol) == 0 {
		t.Errorf("got %v, enrol %v, want a deny that says what to enrol", &d, d.Enrol)
	}
}

// A directory or store that fails makes nobody a decoy.
func TestDecoyWithoutStore(t *testing.T) {
	for _, subject := range []string{steptest.Alice, "fake-nobody"} {
		b := steptest.New(t, attackPolicy(t), func(c *stepup.Config) { c.Store = faulty("Subject") })
		d := b.Decide(steptest.NewClient(subject, "laptop"), "login", nil)
		if d.Outcome != stepup.Deny || len(d.Degraded) == 0 {
			t.Errorf("%s without a store: got %v", subject, &d)
		}
		b = steptest.New(t, attackPolicy(t), func(c *stepup.Config) { c.Contacts = lost{} })
		if d := b.Decide(steptest.NewClient(subject, "laptop"), "login", nil); d.Outcome != stepup.Deny {
			t.Errorf("%s without a directory: got %v", subject, &d)
		}
	}
}

// lost is a directory that cannot be asked.
type lost struct{}

func (lost) Contacts(context.Context, string) ([]stepup.Contact, error) { return nil, errStore }
