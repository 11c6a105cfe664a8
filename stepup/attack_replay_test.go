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
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A ticket begins one challenge, however many processes present it at once,
// and none after its challenge ended, in whatever way (L12).
func TestReplayOfTickets(t *testing.T) {
	ends := map[string]func(*scene, *steptest.Client, stepup.Begun) error{
		"passed": func(s *scene, c *steptest.Client, b stepup.Begun) error {
			_, err := s.Guard.Finish(t.Context(), c.Binding, b.ID, s.mail.code(b.ID))
			return err
		},
		"cancelled": func(s *scene, c *steptest.Client, b stepup.Begun) error {
			return s.Guard.Cancel(t.Context(), c.Binding, b.ID)
		},
		"superseded": func(s *scene, c *steptest.Client, _ stepup.Begun) error {
			d := s.Decide(c, "address.change", nil)
			_, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
			return err
		},
		"expired": func(s *scene, _ *steptest.Client, b stepup.Begun) error {
			s.Clock.Set(b.Expires)
			return nil
		},
		"exhausted": func(s *scene, c *steptest.Client, b stepup.Begun) error {
			for range 5 {
				_, _ = s.Guard.Finish(t.Context(), c.Binding, b.ID, wrong(s.mail.code(b.ID)))
			}
			return nil
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s, c := newScene(t), alice("laptop")
			d := s.Decide(c, "address.change", nil)
			ticket := d.Ticket()
			begun := make(chan stepup.Begun, 100)
			if n := each(100, func() error {
				b, err := s.Guard.Begin(t.Context(), ticket, stepup.Code6)
				if err == nil {
					begun <- b
				}
				return err
			}); n != 1 {
				t.Fatalf("got %d challenges of one ticket, want 1", n)
			}
			if err := end(s, c, <-begun); err != nil {
				t.Fatal(err)
			}
			for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
				if _, err := s.Guard.Begin(t.Context(), ticket, m); !errors.Is(err, stepup.ErrTicket) {
					t.Errorf("the ticket again, by %v: got error %v, want %v", m, err, stepup.ErrTicket)
				}
			}
		})
	}
}

// A code that proved once proves nothing again: not in its own challenge, nor
// in the next of the same subject, of another action, or of another subject.
func TestReplayOfCodes(t *testing.T) {
	s, c := newScene(t), alice("laptop")
	begin := func(c *steptest.Client, action string) stepup.Begun {
		d := s.Decide(c, action, nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
		if err != nil {
			t.Fatal(err)
		}
		return begun
	}
	first := begin(c, "address.change")
	code := s.mail.code(first.ID)
	if _, err := s.Guard.Finish(t.Context(), c.Binding, first.ID, code); err != nil {
		t.Fatal(err)
	}
	_, err := s.Guard.Finish(t.Context(), c.Binding, first.ID, code)
	refused(t, err)
	for _, next := range []struct {
		client *steptest.Client
		action string
	}{{alice("tablet"), "address.change"}, {c, "login"}, {steptest.NewClient("+33639980043",
		"laptop"), "address.change"}} {
		begun := begin(next.client, next.action)
		if s.mail.code(begun.ID) == code {
			continue // one in a million
		}
		_, err := s.Guard.Finish(t.Context(), next.client.Binding, begun.ID, code)
		refused(t, err)
	}
}

// A TOTP code proves once in all, in however many challenges, sessions and
// lanes it is typed at once.
func TestReplayOfTOTPStepsAtOnce(t *testing.T) {
	s := newScene(t)
	s.Clock.Advance(time.Minute)
	type question struct {
		client *steptest.Client
		begun  stepup.Begun
	}
	questions := make(chan question, 6)
	for i := range cap(questions) {
		c := alice(fmt.Sprint("tab-", i))
		d := s.Decide(c, []string{"address.change", "login"}[i%2], nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.TOTP)
		if err != nil {
			t.Fatal(err)
		}
		questions <- question{c, begun}
	}
	code, err := otp.TOTP{}.Code(s.totp, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if n := each(cap(questions), func() error {
		q := <-questions
		_, err := s.Guard.Finish(t.Context(), q.client.Binding, q.begun.ID, code)
		return err
	}); n != 1 {
		t.Errorf("got %d proofs by one TOTP step, want 1", n)
	}
}

// A grant is worth nothing under whatever else it is presented for, and stays
// good for what it was proven for.
func TestGrantsDoNotTravel(t *testing.T) {
	s, c := newScene(t), alice("laptop")
	facts := map[string]any{"amount": "250", "payee": "Zoë", "payee_trusted": false}
	d := s.Decide(c, "transfer", facts)
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, s.mail.code(begun.ID))
	if err != nil {
		t.Fatal(err)
	}
	thefts := map[string]func(*stepup.Request){
		"another customer who knows the session": func(r *stepup.Request) { r.Subject = "+33639980043" },
		"the victim's session on the thief's browser": func(r *stepup.Request) {
			r.Binding = "fake-binding-of-mallory"
		},
		"the thief's session on the victim's browser": func(r *stepup.Request) {
			r.Session = "fake-session-of-mallory"
		},
		"a weaker action":   func(r *stepup.Request) { r.Action = "invoice.view" },
		"a stronger action": func(r *stepup.Request) { r.Action = "account.close" },
		"an action without facts": func(r *stepup.Request) {
			r.Action, r.Facts = "address.change", nil
		},
		"ten times the amount":           func(r *stepup.Request) { r.Facts["amount"] = "2500" },
		"a cent more":                    func(r *stepup.Request) { r.Facts["amount"] = "250.01" },
		"the payee in other code points": func(r *stepup.Request) { r.Facts["payee"] = "Zoe\u0308" },
		"a payee that looks alike":       func(r *stepup.Request) { r.Facts["payee"] = "Z\u043e\u00eb" },
		"a payee with a space":           func(r *stepup.Request) { r.Facts["payee"] = "Zoë " },
		"amount and payee exchanged": func(r *stepup.Request) {
			r.Facts["amount"], r.Facts["payee"] = "0", "250"
		},
	}
	for name, steal := range thefts {
		req := c.Request("transfer", map[string]any{"amount": "250", "payee": "Zoë", "payee_trusted": false})
		steal(&req)
		if err := s.Guard.Redeem(t.Context(), grant.Token, req); !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("%s: got error %v, want %v", name, err, stepup.ErrRefused)
		}
	}
	if err := s.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", facts)); err != nil {
		t.Errorf("what was proven: got error %v", err)
	}
}

// What is changed after the decision does not reach the message, the code, or
// the grant: they are made of what was decided (L16).
func TestAmountChangedAfterTheDecision(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	facts := transfer("250")
	d := b.Decide(c, "transfer", facts)
	facts["amount"], facts["payee"] = "9999", "FR76 of a thief"
	begun, code := b.Begin(d, stepup.Code4)
	m, _ := b.Sender.Last(steptest.AlicePhone)
	if !strings.Contains(m.Text, "250 EUR") || strings.Contains(m.Text, "9999") ||
		strings.Contains(m.Text, "thief") {
		t.Errorf("got message %q, want the facts that were decided on", m.Text)
	}
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", facts)))
}

// A victim who is brought to answer the attacker's challenge, in his own
// browser, passes nothing for the attacker and spends nothing (L17).
func TestChallengeFixation(t *testing.T) {
	s := newScene(t)
	attacker, victim := alice("attacker"), alice("victim")
	d := s.Decide(attacker, "address.change", nil)
	fixed, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Guard.Finish(t.Context(), victim.Binding, fixed.ID, s.mail.code(fixed.ID))
	refused(t, err)
	if got := used(s.meter.wrong())[stepup.StrangerLane].All; got != 0 || len(s.meter.proofs()) != 0 {
		t.Errorf("got %d ppm counted and %d proofs, want none", got, len(s.meter.proofs()))
	}
	// The victim's own answer proves for his own browser alone.
	own := s.Decide(victim, "address.change", nil)
	begun, err := s.Guard.Begin(t.Context(), own.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	grant, err := s.Guard.Finish(t.Context(), victim.Binding, begun.ID, s.mail.code(begun.ID))
	if err != nil {
		t.Fatal(err)
	}
	refused(t, s.Guard.Redeem(t.Context(), grant.Token, attacker.Request("address.change", nil)))
	if d := s.Decide(attacker, "address.change", nil); d.Outcome != stepup.Challenge {
		t.Errorf("the attacker, after the victim's proof: got %v, want a challenge", &d)
	}
}

// Whatever looks like a digit to a person but is none costs no attempt, and
// what people type around digits costs none of theirs (L13).
func TestUnicodeDigitsAndWhitespace(t *testing.T) {
	s, c := newScene(t), alice("laptop")
	d := s.Decide(c, "address.change", nil)
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	code := s.mail.code(begun.ID)
	for name, zero := range map[string]rune{
		"Arabic-Indic": '\u0660', "Devanagari": '\u0966', "full-width": '\uff10',
		"mathematical bold": '\U0001d7ce', "circled": '\u245f',
	} {
		alike := strings.Map(func(r rune) rune { return zero + r - '0' }, code)
		if _, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, alike); !errors.Is(err,
			stepup.ErrMalformed) {
			t.Errorf("%s digits: got error %v, want %v", name, err, stepup.ErrMalformed)
		}
	}
	for _, around := range []string{"\u200b", "\u202e", "\x00", "\ufeff", "\n", "+", "e", "0x"} {
		if _, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID, around+code); !errors.Is(err,
			stepup.ErrMalformed) {
			t.Errorf("with %q: got error %v, want %v", around, err, stepup.ErrMalformed)
		}
	}
	if n := len(s.meter.wrong()); n != 0 {
		t.Errorf("got %d attempts counted, want none", n)
	}
	if _, err := s.Guard.Finish(t.Context(), c.Binding, begun.ID,
		" "+code[:3]+" - "+code[3:]+" "); err != nil {
		t.Errorf("the code among spaces and hyphens: got error %v", err)
	}
}

// An enrolment that was under way when the subject was erased ends with it, and
// a grant proven before enrols nothing after, though the subject came back.
func TestErasureEndsEnrolmentsUnderWay(t *testing.T) {
	b, c, secret := trusted(t)
	req := c.Request(stepup.ActionEnrol, nil)
	grant := proveTOTP(t, b, c, stepup.ActionEnrol, secret)
	e, err := b.Guard.EnrolTOTP(t.Context(), grant.Token, req)
	if err != nil {
		t.Fatal(err)
	}
	unused := proveTOTP(t, b, c, stepup.ActionEnrol, secret)
	code, err := otp.TOTP{}.Code(e.Secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Erase(t.Context(), c.Subject); err != nil {
		t.Fatal(err)
	}
	refused(t, b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, code))
	b.Clock.Advance(time.Nanosecond)
	known(b, nil)
	refused(t, b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, code))
	_, err = b.Guard.EnrolRecovery(t.Context(), unused.Token, req)
	refused(t, err)
	if export, err := b.Guard.Export(t.Context(), c.Subject); err != nil || len(export.Methods) > 0 {
		t.Errorf("after erasing: got methods %v, error %v, want none", export.Methods, err)
	}
}

// Four digits of the customer's app are worth nothing from the screen that
// shows them, from another customer's app, or for another challenge.
func TestMobile4IsAnsweredByItsMobileAlone(t *testing.T) {
	b, c, m := withMobile(t)
	begun := ask(t, b, c)
	for name, a := range map[string]stepup.Answer{
		"the screen, unsigned":         {Approve: true, Code: begun.Show},
		"signed for another challenge": m.answer(begun.ID+"A", true, begun.Show),
		"an approval of no digits":     {Approve: true},
	} {
		if err := b.Guard.Confirm(t.Context(), begun.ID, a); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	b.Clock.Advance(2 * time.Minute)
	replayed := m.answer(begun.ID, true, begun.Show)
	if err := b.Guard.Confirm(t.Context(), begun.ID, replayed); err != nil {
		t.Fatal(err)
	}
	refused(t, b.Guard.Confirm(t.Context(), begun.ID, replayed))
	next := ask(t, b, c)
	replayed.Code = next.Show
	refused(t, b.Guard.Confirm(t.Context(), next.ID, replayed))
	_, err := b.Guard.Finish(t.Context(), c.Binding, next.ID, next.Show)
	refused(t, err)
}
