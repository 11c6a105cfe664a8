// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

func TestWrongThenRight(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	if begun.Digits != 4 || len(code) != 4 || !begun.Expires.Equal(b.Clock.Now().Add(5*time.Minute)) {
		t.Fatalf("got %d digits until %v, code of %d", begun.Digits, begun.Expires, len(code))
	}
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
	refused(t, err)
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, " "+code[:2]+"-"+code[2:])
	if err != nil || grant.Token == "" || grant.Device == "" || grant.Method != stepup.Code4 {
		t.Fatalf("got error %v, method %v, want a grant", err, grant.Method)
	}
	_, err = b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	refused(t, err) // accepted once, ever (L12)
}

// 100 wrong answers at once use up the three attempts, no more and no fewer,
// and the right one then comes too late (L8).
func TestParallelWrongAnswers(t *testing.T) {
	store := faulty()
	b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	if n := each(100, func() error {
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
		return err
	}); n != 0 {
		t.Fatalf("got %d grants for wrong codes", n)
	}
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	refused(t, err)
	if store.Done("Attempt") != 3 {
		t.Errorf("got %d attempts counted, want 3", store.Done("Attempt"))
	}
}

// 100 right answers at once give one grant (L8).
func TestParallelRightAnswers(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	if n := each(100, func() error {
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		return err
	}); n != 1 {
		t.Errorf("got %d grants, want 1", n)
	}
}

func TestFinishRefuses(t *testing.T) {
	tests := []struct {
		name string
		act  func(b *steptest.Bench, c *steptest.Client, id, code string) error
	}{
		{"another binding", func(b *steptest.Bench, _ *steptest.Client, id, code string) error {
			_, err := b.Guard.Finish(t.Context(), mallory, id, code)
			return err
		}},
		{"no binding", func(b *steptest.Bench, _ *steptest.Client, id, code string) error {
			_, err := b.Guard.Finish(t.Context(), "", id, code)
			return err
		}},
		{"unknown challenge", func(b *steptest.Bench, c *steptest.Client, id, code string) error {
			_, err := b.Guard.Finish(t.Context(), c.Binding, id[:10]+"AAAA"+id[14:], code)
			return err
		}},
		{"malformed challenge", func(b *steptest.Bench, c *steptest.Client, _, code string) error {
			_, err := b.Guard.Finish(t.Context(), c.Binding, strings.Repeat("A", 1<<20), code)
			return err
		}},
		{"at its expiry", func(b *steptest.Bench, c *steptest.Client, id, code string) error {
			b.Clock.Advance(5 * time.Minute)
			_, err := b.Guard.Finish(t.Context(), c.Binding, id, code)
			return err
		}},
		{"a clock that went back", func(b *steptest.Bench, c *steptest.Client, id, code string) error {
			b.Clock.Advance(5 * time.Minute)
			_, _ = b.Guard.Finish(t.Context(), c.Binding, id, code)
			b.Clock.Advance(-time.Minute)
			_, err := b.Guard.Finish(t.Context(), c.Binding, id, code)
			return err
		}},
		{"superseded", func(b *steptest.Bench, c *steptest.Client, id, code string) error {
			b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
			_, err := b.Guard.Finish(t.Context(), c.Binding, id, code)
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, c := newBench(t), alice("laptop")
			begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
			refused(t, tt.act(b, c, begun.ID, code))
		})
	}
}

func TestFinishJustBeforeExpiry(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	b.Clock.Set(begun.Expires.Add(-time.Nanosecond))
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err != nil {
		t.Errorf("1 ns before the expiry: got %v", err)
	}
}

// What a stranger presents from elsewhere spends none of the owner's attempts
// (L17).
func TestOtherBindingSpendsNoAttempt(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	for range 10 {
		_, err := b.Guard.Finish(t.Context(), mallory, begun.ID, wrong(code))
		refused(t, err)
	}
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err != nil {
		t.Errorf("got %v, want the owner's answer accepted", err)
	}
}

// Malformed input costs no attempt and reads no store (L13).
func TestMalformedInputCostsNothing(t *testing.T) {
	store := faulty()
	b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	for _, input := range []string{"", "123", "12345", "12a4", "١٢٣٤", "1234\n", strings.Repeat(" ", 1<<20)} {
		if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, input); !errors.Is(err, stepup.ErrMalformed) {
			t.Errorf("%.10q: got error %v, want %v", input, err, stepup.ErrMalformed)
		}
	}
	if n := store.Calls("Attempt"); n != 0 {
		t.Errorf("got %d attempts for malformed input, want none", n)
	}
	if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code); err != nil {
		t.Error(err)
	}
}

// Hanging up does not refund a guess (L28).
func TestHangingUpCountsTheGuess(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 3 {
		_, err := b.Guard.Finish(gone, c.Binding, begun.ID, wrong(code))
		refused(t, err)
	}
	_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	refused(t, err)
}

func TestFinishWithoutStore(t *testing.T) {
	for _, operation := range []string{"Attempt", "Settle"} {
		t.Run(operation, func(t *testing.T) {
			store := faulty()
			b, c := newBench(t, func(c *stepup.Config) { c.Store = store }), alice("laptop")
			begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
			store.Fail(operation, errStore)
			grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
			if !errors.Is(err, stepup.ErrUnavailable) || !errors.Is(err, errStore) || grant.Token != "" {
				t.Errorf("got error %v, want %v with its cause, and no grant", err, stepup.ErrUnavailable)
			}
		})
	}
}

func TestBeginRefuses(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	d := b.Decide(c, "address.change", nil)
	ticket := d.Ticket()
	begin := func(ticket string, m stepup.Method) error {
		_, err := b.Guard.Begin(t.Context(), ticket, m)
		return err
	}
	for name, forged := range map[string]string{
		"empty": "", "forged": "AAAA" + ticket[4:], "huge": strings.Repeat("A", 1<<20), "not base64": "%%%",
	} {
		if err := begin(forged, stepup.Code4); !errors.Is(err, stepup.ErrTicket) {
			t.Errorf("%s ticket: got error %v, want %v", name, err, stepup.ErrTicket)
		}
	}
	if err := begin(ticket, stepup.TOTP); !errors.Is(err, stepup.ErrMethod) {
		t.Errorf("method not on offer: got error %v, want %v", err, stepup.ErrMethod)
	}
	if err := begin(ticket, stepup.Code4); err != nil {
		t.Fatal(err)
	}
	if err := begin(ticket, stepup.Code4); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("used ticket: got error %v, want %v", err, stepup.ErrTicket)
	}
	d = b.Decide(c, "address.change", nil)
	b.Clock.Advance(10 * time.Minute)
	if err := begin(d.Ticket(), stepup.Code4); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("expired ticket: got error %v, want %v", err, stepup.ErrTicket)
	}
	other := newBench(t, func(c *stepup.Config) { c.Namespace = "another" })
	d = other.Decide(c, "address.change", nil)
	if err := begin(d.Ticket(), stepup.Code4); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("another deployment's ticket: got error %v, want %v", err, stepup.ErrTicket)
	}
}

// Five challenges may wait at once; a sixth would be a flood (L27).
func TestBeginRefusesFloods(t *testing.T) {
	b := newBench(t)
	for i := range 6 {
		c := alice(string(rune('a' + i)))
		d := b.Decide(c, "address.change", nil)
		_, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
		if want := i == 5; errors.Is(err, stepup.ErrBusy) != want {
			t.Errorf("challenge %d: got error %v, want busy: %t", i+1, err, want)
		}
	}
}

// A store that lost its memory refuses tickets from before (L12).
func TestRestartRefusesOldTickets(t *testing.T) {
	before, c := newBench(t), alice("laptop")
	d := before.Decide(c, "address.change", nil)
	after := newBench(t)
	after.Clock.Advance(time.Second)
	after.Decide(c, "invoice.view", nil)
	if _, err := after.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4); !errors.Is(err, stepup.ErrTicket) {
		t.Errorf("got error %v, want %v", err, stepup.ErrTicket)
	}
}

func TestDeliveryFailureIsTold(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	gateway := errors.New("gateway down")
	b.Sender.Fail(gateway)
	d := b.Decide(c, "address.change", nil)
	_, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
	if !errors.Is(err, stepup.ErrDelivery) || !errors.Is(err, gateway) {
		t.Errorf("got error %v, want %v with its cause", err, stepup.ErrDelivery)
	}
	b.Sender.Fail(nil)
	b.Prove(c, "address.change", nil, stepup.Code4)
}

// The message names the action and every bound fact (L16).
func TestMessageNamesTheAct(t *testing.T) {
	b, c := newBench(t, func(c *stepup.Config) {
		c.Labels = map[string]map[string]string{"transfer": {"fr": "un virement"}, "amount": {"fr": "montant"}}
	}), alice("laptop")
	c.Language = "fr"
	_, code := b.Begin(b.Decide(c, "transfer", transfer("250.00")), stepup.Code4)
	m, _ := b.Sender.Last(steptest.AlicePhone)
	for _, want := range []string{code, "un virement", "montant 250 EUR", "FR76 3000 4000 0312", "5 minutes"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("got message %q, want it to name %q", m.Text, want)
		}
	}
}

func TestTOTP(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Seed(t.Context(), c.Subject, stepup.Identity{TOTP: secret}); err != nil {
		t.Fatal(err)
	}
	answer := func() error {
		begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.TOTP)
		code, err := otp.TOTP{}.Code(secret, b.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		return err
	}
	refused(t, answer()) // the step of the seeding may have been used before (L12)
	b.Clock.Advance(30 * time.Second)
	if err := answer(); err != nil {
		t.Errorf("next step: got %v", err)
	}
	refused(t, answer()) // replayed in a new challenge
	b.Clock.Advance(30 * time.Second)
	if err := answer(); err != nil {
		t.Errorf("the step after: got %v", err)
	}
}

// Only a proof teaches: after one from London, London is no longer new, and
// ten thousand unproven requests from New York move nothing (L21).
func TestLearningFromProofOnly(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	c.From(risktest.LondonAddr)
	b.Prove(c, "address.change", nil, stepup.Code4)
	b.Clock.Advance(24 * time.Hour)
	d := b.Decide(c, "invoice.view", nil)
	if d.Signals.Bool(risk.DeviceKnown) != risk.True || d.Signals.Bool(risk.GeoNewCountry) != risk.False {
		t.Errorf("after a proof: got device known %v, new country %v",
			d.Signals.Bool(risk.DeviceKnown), d.Signals.Bool(risk.GeoNewCountry))
	}
	stranger := alice("stranger").From(risktest.NewYorkAddr)
	for range 10_000 {
		b.Decide(stranger, "invoice.view", nil)
	}
	d = b.Decide(stranger, "invoice.view", nil)
	if d.Signals.Bool(risk.DeviceKnown) != risk.False || d.Signals.Bool(risk.GeoNewCountry) != risk.True {
		t.Errorf("after unproven requests: got device known %v, new country %v",
			d.Signals.Bool(risk.DeviceKnown), d.Signals.Bool(risk.GeoNewCountry))
	}
}
