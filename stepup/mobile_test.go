// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// mobile is a customer's telephone with an enrolled key.
type mobile struct {
	*steptest.Client
	key ed25519.PrivateKey
}

// withMobile returns a bench on which Alice has a mobile enrolled, and her
// laptop.
func withMobile(t *testing.T, changes ...func(*stepup.Config)) (*steptest.Bench, *steptest.Client, *mobile) {
	t.Helper()
	b, laptop, secret := trusted(t, changes...)
	app := stepup.Contact{Kind: policy.App, Address: "fake-app"}
	b.Contacts[steptest.Alice] = append(b.Contacts[steptest.Alice], app)
	m := &mobile{alice("mobile"), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))}
	m.Channel = stepup.App
	grant := proveTOTP(t, b, m.Client, stepup.ActionEnrol, secret).Token
	err := b.Guard.EnrolMobile(t.Context(), grant, m.Request(stepup.ActionEnrol, nil),
		m.key.Public().(ed25519.PublicKey), ed25519.Sign(m.key, stepup.EnrolmentMessage(grant)))
	if err != nil {
		t.Fatal(err)
	}
	return b, laptop, m
}

func (m *mobile) answer(id string, approve bool, code string) stepup.Answer {
	a := stepup.Answer{Approve: approve, Code: code}
	a.Signature = ed25519.Sign(m.key, a.Message(id))
	return a
}

// ask begins a challenge by mobile4 on the laptop.
func ask(t *testing.T, b *steptest.Bench, c *steptest.Client) stepup.Begun {
	t.Helper()
	begun, code := b.Begin(b.Decide(c, "transfer", transfer("250")), stepup.Mobile4)
	if len(begun.Show) != 4 || code != "" {
		t.Fatalf("got %d digits to show and %d sent, want 4 and none", len(begun.Show), len(code))
	}
	return begun
}

func TestMobile4(t *testing.T) {
	b, c, m := withMobile(t)
	begun := ask(t, b, c)
	told, _ := b.Sender.Last("fake-app")
	for _, want := range []string{
		"transfer", "250 EUR", "FR76 3000 4000 0312", "Paris, FR, Firefox on Linux", "UTC",
	} {
		if !strings.Contains(told.Text, want) {
			t.Errorf("got question %q, want it to name %q", told.Text, want)
		}
	}
	if strings.Contains(told.Text, begun.Show) || told.ID != begun.ID {
		t.Errorf("the app got the digits, or not the challenge: %q", told.Text)
	}
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, begun.Show)
	refused(t, err) // the screen that shows the digits cannot answer
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, wrong(begun.Show))))
	if err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)); err != nil {
		t.Fatal(err)
	}
	_, err = b.Guard.Await(t.Context(), mallory, begun.ID)
	refused(t, err)
	grant, err := b.Guard.Await(t.Context(), c.Binding, begun.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", transfer("250"))); err != nil {
		t.Error(err)
	}
	again, err := b.Guard.Await(t.Context(), c.Binding, begun.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = b.Guard.Redeem(t.Context(), again.Token, c.Request("transfer", transfer("250")))
	if !errors.Is(err, stepup.ErrRedeemed) {
		t.Errorf("a second grant of one challenge: got error %v, want %v", err, stepup.ErrRedeemed)
	}
}

func TestMobile4Refuses(t *testing.T) {
	b, c, m := withMobile(t)
	thief := &mobile{nil, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{4}, ed25519.SeedSize))}
	begun := ask(t, b, c)
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, stepup.Answer{Approve: true, Code: begun.Show}))
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, thief.answer(begun.ID, true, begun.Show)))
	turned := m.answer(begun.ID, false, begun.Show)
	turned.Approve = true
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, turned)) // a rejection is not an approval
	err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, "12"))
	if !errors.Is(err, stepup.ErrMalformed) {
		t.Errorf("two digits: got error %v, want %v", err, stepup.ErrMalformed)
	}
	// Three attempts are used up.
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)))
}

func TestMobile4Rejected(t *testing.T) {
	b, c, m := withMobile(t)
	begun := ask(t, b, c)
	if err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, false, "")); err != nil {
		t.Fatal(err)
	}
	_, err := b.Guard.Await(t.Context(), c.Binding, begun.ID)
	refused(t, err)
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)))
}

// The mobile is not asked about what it does itself, nor twice at once, nor a
// fourth time after three questions unanswered in a day.
func TestMobile4DoesNotNag(t *testing.T) {
	b, c, m := withMobile(t)
	for _, o := range b.Decide(m.Client, "transfer", transfer("250")).Offers {
		if o.Method == stepup.Mobile4 {
			t.Error("mobile4 is on offer on the mobile that would answer it")
		}
	}
	for range 3 {
		ask(t, b, c)
		b.Clock.Advance(10 * time.Minute)
	}
	d := b.Decide(c, "transfer", transfer("250"))
	if _, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Mobile4); !errors.Is(err, stepup.ErrBusy) {
		t.Errorf("a fourth question: got error %v, want %v", err, stepup.ErrBusy)
	}
	b.Clock.Advance(48 * time.Hour)
	begun := ask(t, b, c)
	other := *c
	other.Binding = "fake-binding-of-another-tab"
	d = b.Decide(&other, "transfer", transfer("9"))
	if _, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Mobile4); !errors.Is(err, stepup.ErrBusy) {
		t.Errorf("two questions at once: got error %v, want %v", err, stepup.ErrBusy)
	}
	if err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)); err != nil {
		t.Error(err)
	}
}

// Await waits for the answer, and ends with its context.
func TestAwait(t *testing.T) {
	b, c, m := withMobile(t)
	begun := ask(t, b, c)
	synctest.Test(t, func(t *testing.T) {
		short, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := b.Guard.Await(short, c.Binding, begun.ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got error %v, want %v", err, context.DeadlineExceeded)
		}
		granted := make(chan error)
		go func() {
			_, err := b.Guard.Await(t.Context(), c.Binding, begun.ID)
			granted <- err
		}()
		synctest.Wait() // it waits for the answer now
		if err := b.Guard.Confirm(t.Context(), begun.ID, m.answer(begun.ID, true, begun.Show)); err != nil {
			t.Error(err)
		}
		if err := <-granted; err != nil {
			t.Error(err)
		}
	})
}

func TestEnrolMobileNeedsItsKey(t *testing.T) {
	b, c, secret := trusted(t)
	grant := proveTOTP(t, b, c, stepup.ActionEnrol, secret).Token
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, ed25519.SeedSize))
	req := c.Request(stepup.ActionEnrol, nil)
	for name, signature := range map[string][]byte{
		"none": nil, "of another grant": ed25519.Sign(key, stepup.EnrolmentMessage("another")),
	} {
		err := b.Guard.EnrolMobile(t.Context(), grant, req, key.Public().(ed25519.PublicKey), signature)
		if !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("signature %s: got error %v, want %v", name, err, stepup.ErrRefused)
		}
	}
	if err := b.Guard.EnrolMobile(t.Context(), grant, req, nil, nil); !errors.Is(err, stepup.ErrRefused) {
		t.Errorf("no key: got error %v, want %v", err, stepup.ErrRefused)
	}
}
