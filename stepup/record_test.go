// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// book is a journal in memory that fails when told to.
type book struct {
	mu     sync.Mutex
	events []*journal.Event
	err    error
}

func (b *book) Append(_ context.Context, events ...*journal.Event) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	b.events = append(b.events, events...)
	return nil
}

// lines returns what would stand in a file, and fails the test for an event
// that cannot be written.
func (b *book) lines(t *testing.T) string {
	t.Helper()
	var all []byte
	for _, e := range b.events {
		var err error
		if all, err = journal.AppendLine(all, e); err != nil {
			t.Fatalf("%v: %v", e, err)
		}
	}
	return string(all)
}

func (b *book) story() (kinds []string) {
	for _, e := range b.events {
		kinds = append(kinds, string(e.Kind)+" "+e.Outcome)
	}
	return kinds
}

func journaled(t *testing.T) (*steptest.Bench, *book) {
	t.Helper()
	j := new(book)
	return newBench(t, func(c *stepup.Config) { c.Journal = j }), j
}

func TestJournalTellsTheWholeStory(t *testing.T) {
	b, j := journaled(t)
	c := alice("laptop").From(risktest.ParisAddr)
	d := b.Decide(c, "transfer", transfer("250"))
	begun, code := b.Begin(d, stepup.Code4)
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
	refused(t, err)
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", transfer("999"))))
	if err := b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", transfer("250"))); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"decision challenge", "challenge begun", "delivery sent", "attempt wrong", "attempt right", "proof passed", "device known",
		"redeem refused", "redeem accepted",
	}
	if got := j.story(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, e := range j.events {
		if e.ID != j.events[0].ID || e.Alias != j.events[0].Alias || e.Alias.IsZero() {
			t.Errorf("%v: not of the decision %s, or of nobody", e, j.events[0].ID)
		}
	}
	if e := j.events[7]; e.Detail.Reason != "mismatch" || e.Detail.Field != "Facts.amount" {
		t.Errorf("got reason %q of %q, want the amount named", e.Detail.Reason, e.Detail.Field)
	}
	for _, secret := range []string{
		steptest.Alice, c.Session, c.Binding, risktest.ParisAddr, `"` + code + `"`, "FR76 3000", steptest.AlicePhone, grant.Token,
	} {
		if strings.Contains(j.lines(t), secret) {
			t.Errorf("the journal holds %q", secret)
		}
	}
}

// An operator finds a denied decision by the reference that the customer
// quotes.
func TestJournalHasTheReference(t *testing.T) {
	b, j := journaled(t)
	d := b.Decide(alice("laptop"), "phone.change", nil)
	if d.Outcome != stepup.Deny || !strings.HasPrefix(j.events[0].ID, d.Reference) || len(d.Reference) != 10 {
		t.Errorf("got %v with reference %q of %q", &d, d.Reference, j.events[0].ID)
	}
}

// What cannot be recorded does not happen; only a trivial request that is
// allowed anyway goes on.
func isJournal(g policy.Gap) bool { return g.Name == "journal" }

func TestJournalFailing(t *testing.T) {
	b, j := journaled(t)
	c := alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	disk := errors.New("disk full")
	j.err = disk
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); !errors.Is(err, stepup.ErrUnavailable) || !errors.Is(err, disk) {
		t.Errorf("a proof: got error %v, want %v with its cause", err, stepup.ErrUnavailable)
	}
	for action, want := range map[string]stepup.Outcome{
		"invoice.view": stepup.Allow, "profile.view": stepup.Deny, "address.change": stepup.Deny,
	} {
		d := b.Decide(c, action, nil)
		if d.Outcome != want {
			t.Errorf("%s: got %v, want %v", action, &d, want)
		}
		if degraded := slices.ContainsFunc(d.Degraded, isJournal); degraded != (want == stepup.Deny) {
			t.Errorf("%s: got degraded %v", action, d.Degraded)
		}
	}
}
