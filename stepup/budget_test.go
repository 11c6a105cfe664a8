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
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

func TestWait(t *testing.T) {
	for failures, want := range map[int]time.Duration{
		-1: 0, 0: 0, 2: 0, 3: 30 * time.Second, 4: time.Minute, 5: 2 * time.Minute,
		9: 32 * time.Minute, 10: time.Hour, 50: time.Hour, 1 << 30: time.Hour,
	} {
		if got := stepup.Wait(failures); got != want {
			t.Errorf("after %d wrong answers: got %v, want %v", failures, got, want)
		}
	}
}

// After the third wrong answer in a row even the right one has to wait, to the
// nanosecond; a right one in time ends the waits (L9, L10).
func TestWaitsAfterWrongAnswers(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code6)
	finish := func(code string) error {
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		return err
	}
	for range 3 {
		refused(t, finish(wrong(code)))
	}
	b.Clock.Advance(30*time.Second - time.Nanosecond)
	refused(t, finish(code))
	d := b.Decide(alice("tablet"), "address.change", nil)
	if want := b.Clock.Now().Add(time.Nanosecond); !d.Offers[0].After.Equal(want) {
		t.Errorf("got an offer from %v, want from %v", d.Offers[0].After, want)
	}
	b.Clock.Advance(time.Nanosecond)
	if err := finish(code); err != nil {
		t.Fatalf("after the wait: %v", err)
	}
	if d := b.Decide(alice("tablet"), "address.change", nil); !d.Offers[0].After.IsZero() {
		t.Errorf("after a success: got an offer from %v, want at once", d.Offers[0].After)
	}
}

// The owner is told once that a method was shut in a lane (L11).
func TestShuttingALaneIsTold(t *testing.T) {
	var notices []stepup.Notice
	b := newBench(t, func(c *stepup.Config) {
		c.Notify = func(_ context.Context, n stepup.Notice) { notices = append(notices, n) }
	})
	for range 100 {
		b.Clock.Advance(2 * time.Hour)
		c := alice("stranger")
		d := b.Decide(c, "address.change", nil)
		if d.Outcome != stepup.Challenge {
			break
		}
		begun, code := b.Begin(d, d.Offers[0].Method)
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
		refused(t, err)
	}
	shut := map[stepup.Method]int{}
	for _, n := range notices {
		if n.Kind == stepup.MethodShut && n.Subject == steptest.Alice && n.Lane == stepup.StrangerLane {
			shut[n.Method]++
		}
	}
	if shut[stepup.Code4] != 1 || shut[stepup.Code6] != 1 || len(notices) != 2 {
		t.Errorf("got %d notices, shut %v, want one for each method", len(notices), shut)
	}
}

// Guesses spread over many subjects shut four-digit codes for strangers, and
// six digits stand in (L29).
func TestSprayingShutsFourDigits(t *testing.T) {
	b := newBench(t)
	sprayed := 0
	for i := range 200 {
		subject := fmt.Sprintf("fake-%d", i)
		address := fmt.Sprintf("+33 6 39 98 1%d %d", i/100, i%100)
		b.Contacts[subject] = []stepup.Contact{{Kind: policy.SMS, Address: address}}
		c := steptest.NewClient(subject, "laptop")
		d := b.Decide(c, "address.change", nil)
		if d.Offers[0].Method != stepup.Code4 {
			continue
		}
		begun, code := b.Begin(d, stepup.Code4)
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
		refused(t, err)
		sprayed++
	}
	if sprayed != 101 {
		t.Errorf("got %d four-digit guesses before they were shut, want 101", sprayed)
	}
	d := b.Decide(alice("laptop"), "address.change", nil)
	if d.Outcome != stepup.Challenge || d.Offers[0].Method != stepup.Code6 {
		t.Errorf("got %v with %v, want six digits", &d, d.Offers)
	}
}

// No more codes are sent than the caps allow, to one subject by one lane; a
// refused send is ErrBusy, and an hour later there is room again.
func TestSendsAreCapped(t *testing.T) {
	b := newBench(t, func(c *stepup.Config) { c.Sends.Subject = 4 })
	begin := func() error {
		d := b.Decide(alice("laptop"), "address.change", nil)
		_, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4)
		return err
	}
	for range 4 {
		if err := begin(); err != nil {
			t.Fatal(err)
		}
	}
	if err := begin(); !errors.Is(err, stepup.ErrBusy) || len(b.Sender.Sent()) != 4 {
		t.Errorf("got error %v and %d messages, want %v and 4", err, len(b.Sender.Sent()), stepup.ErrBusy)
	}
	b.Clock.Advance(2 * time.Hour)
	if err := begin(); err != nil {
		t.Errorf("two hours later: %v", err)
	}
}
