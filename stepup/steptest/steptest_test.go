// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

func newBench(t testing.TB, changes ...func(*stepup.Config)) *steptest.Bench {
	t.Helper()
	p, err := policy.Load("../testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return steptest.New(t, p, changes...)
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	c := steptest.NewClock(start)
	c.Advance(time.Hour)
	c.Advance(-time.Minute)
	if got, want := c.Now(), start.Add(59*time.Minute); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if c.Set(start); !c.Now().Equal(start) {
		t.Errorf("got %v, want %v", c.Now(), start)
	}
}

func TestSender(t *testing.T) {
	s := new(steptest.Sender)
	if _, ok := s.Last("nobody"); ok {
		t.Error("got a message before any was sent")
	}
	for _, code := range []string{"1111", "2222"} {
		m := stepup.Message{To: stepup.Contact{Address: "somebody"}, Code: code}
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if m, ok := s.Last("somebody"); !ok || m.Code != "2222" || len(s.Sent()) != 2 {
		t.Errorf("got code %q of %d messages, want the latest of 2", m.Code, len(s.Sent()))
	}
	down := errors.New("down")
	s.Fail(down)
	if err := s.Send(t.Context(), stepup.Message{}); !errors.Is(err, down) || len(s.Sent()) != 2 {
		t.Errorf("got error %v and %d messages, want %v and 2", err, len(s.Sent()), down)
	}
	s.Fail(nil)
	if err := s.Send(t.Context(), stepup.Message{}); err != nil {
		t.Errorf("after Fail(nil): got %v", err)
	}
}

func TestContacts(t *testing.T) {
	contacts := steptest.Contacts{"somebody": {{Kind: policy.SMS, Address: "+33 6 39 98 00 01"}}}
	got, err := contacts.Contacts(t.Context(), "somebody")
	if err != nil || len(got) != 1 || got[0].Masked() != "+33 6 •• •• •• 01" {
		t.Errorf("got %d contacts, error %v", len(got), err)
	}
	if got, err := contacts.Contacts(t.Context(), "nobody"); err != nil || len(got) != 0 {
		t.Errorf("unknown subject: got %d contacts, error %v, want none", len(got), err)
	}
}

// Two clients of one subject share nothing but the subject, and a client keeps
// its device token over requests.
func TestClient(t *testing.T) {
	b := newBench(t)
	laptop := steptest.NewClient(steptest.Alice, "laptop").From(risktest.ParisAddr)
	tablet := steptest.NewClient(steptest.Alice, "tablet")
	if laptop.Session == tablet.Session || laptop.Binding == tablet.Binding {
		t.Error("two clients share a session or a binding")
	}
	b.Prove(laptop, "address.change", nil, stepup.Code4)
	if laptop.Device == "" || laptop.Request("invoice.view", nil).Device != laptop.Device {
		t.Error("the client lost its device token")
	}
	kept := laptop.Device
	if laptop.Keep(stepup.Grant{}); laptop.Device != kept {
		t.Error("a grant without a device token took the client's away")
	}
}

func Example() {
	t := new(testing.T) // in a test, its own
	rules, err := policy.Load("../testdata/policy.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	bench := steptest.New(t, rules)
	browser := steptest.NewClient(steptest.Alice, "laptop").From(risktest.ParisAddr)

	first := bench.Decide(browser, "address.change", nil)
	fmt.Println(&first)
	bench.Prove(browser, "address.change", nil, stepup.Code4)
	again := bench.Decide(browser, "address.change", nil)
	fmt.Println(&again)
	bench.Clock.Advance(20 * time.Minute)
	later := bench.Decide(browser, "address.change", nil)
	fmt.Println(&later)
	// Output:
	// challenge(confirm) address.change
	// allow(confirm) address.change
	// challenge(confirm) address.change
}

// Every n-th call fails, before or after it happened, whatever its operation.
func TestFaultyRhythm(t *testing.T) {
	f := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
	down := errors.New("down")
	subject, now := stepup.Ref{Key: stepup.Key{1}}, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	if err := f.Update(t.Context(), stepup.Update{Subject: subject, Now: now}); err != nil {
		t.Fatal(err)
	}
	spend := func() error {
		err := f.Spend(t.Context(), stepup.Spending{Subject: subject, Now: now})
		if _, lookErr := f.Look(t.Context(), stepup.Look{Now: now}); err == nil && errors.Is(lookErr, down) {
			return lookErr
		}
		return err
	}
	for _, tt := range []struct {
		name   string
		set    func(int, error)
		n      int
		failed int
		done   int
	}{
		{"fail every call", f.FailEvery, 1, 4, 0},
		{"fail every third", f.FailEvery, 3, 2, 3},
		{"lose every call", f.LoseEvery, 1, 4, 4},
		{"fail none", f.FailEvery, 0, 0, 4},
	} {
		before, failed := f.Done("Spend"), 0
		tt.set(tt.n, down)
		for range 4 {
			if errors.Is(spend(), down) {
				failed++
			}
		}
		if done := f.Done("Spend") - before; failed != tt.failed || done != tt.done {
			t.Errorf("%s: got %d failed and %d done, want %d and %d", tt.name, failed, done, tt.failed, tt.done)
		}
	}
}
