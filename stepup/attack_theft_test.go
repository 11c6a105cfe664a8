// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// trustedToo returns another device of the owner's, trusted since yesterday.
func (s *scene) trustedToo(t *testing.T, owner *steptest.Client, name string) *steptest.Client {
	t.Helper()
	c := alice(name).From(risktest.ParisAddr)
	c.UserAgent = owner.UserAgent
	s.Clock.Advance(time.Minute)
	if err := s.prove(t, c, "account.close", stepup.TOTP); err != nil {
		t.Fatal(err)
	}
	s.Clock.Advance(24 * time.Hour)
	return c
}

// stolen is a client with a copy of the token, on the network of the original.
func stolen(c *steptest.Client) *steptest.Client {
	thief := *c
	thief.Session, thief.Binding = c.Session+"-of-a-thief", c.Binding+"-of-a-thief"
	return &thief
}

// guessBy guesses wrong by one method, hour by hour, as long as it is offered.
func (s *scene) guessBy(t *testing.T, c *steptest.Client, m stepup.Method) (n int) {
	t.Helper()
	for ; n < 600; n++ {
		d := s.Decide(c, "address.change", nil)
		if !offers(d, m) {
			return n
		}
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), m)
		if err != nil {
			t.Fatal(err)
		}
		before := len(s.meter.wrong())
		_, err = s.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(s.answer(t, begun)))
		refused(t, err)
		if len(s.meter.wrong()) == before {
			t.Fatalf("guess %d by %v was offered, and not compared", n, m)
		}
		s.Clock.Advance(time.Hour)
	}
	return n
}

// offers reports whether a decision offers the method.
func offers(d stepup.Decision, m stepup.Method) bool {
	for _, o := range d.Offers {
		if o.Method == m {
			return true
		}
	}
	return false
}

// Whatever a thief of a trusted device guesses with, the owner's other trusted
// device can use every method, and what the thief is offered, he can answer
// (L11).
func TestThiefOfOneDeviceShutsNothingOfAnother(t *testing.T) {
	for _, order := range [][]stepup.Method{
		{stepup.Code4, stepup.Code6, stepup.TOTP},
		{stepup.Code6, stepup.Code4, stepup.TOTP},
		{stepup.TOTP, stepup.Code6},
	} {
		s := newScene(t)
		laptop := s.owner(t)
		tablet := s.trustedToo(t, laptop, "tablet")
		guesses := 0
		for _, m := range order {
			guesses += s.guessBy(t, stolen(laptop), m)
		}
		spent := used(s.meter.wrong())[stepup.TrustedLane]
		if !spent.Within(stepup.Guesses{All: 500, Code4: 400}) || guesses < stepup.MostFailures/2 {
			t.Errorf("%v: got %d guesses for %+v ppm, want an attack within half of the lane",
				order, guesses, spent)
		}
		for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
			s.Clock.Advance(time.Hour)
			if err := s.prove(t, tablet, "address.change", m); err != nil {
				t.Errorf("%v: the owner's other device, by %v: got error %v", order, m, err)
			}
		}
	}
}

// A stolen token is trusted on the network, and in a browser, of the device that
// it was stolen from: in any other its bearer is a stranger, who sees and spends
// nothing of the owner's (L11).
func TestStolenTokenInAnotherBrowserIsAStrangers(t *testing.T) {
	s := newScene(t)
	laptop := s.owner(t)
	for name, change := range map[string]func(*steptest.Client){
		"another browser": func(c *steptest.Client) {
			c.UserAgent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 " +
				"(KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
		},
		"another network": func(c *steptest.Client) { c.From(risktest.NewYorkAddr) },
		"no address":      func(c *steptest.Client) { c.IP = netip.Addr{} },
	} {
		thief := stolen(laptop)
		change(thief)
		d := s.Decide(thief, "address.change", nil)
		if d.Signals.Bool(risk.DeviceTrusted) == risk.True || len(d.Offers) == 0 || d.Offers[0].To != "" {
			t.Errorf("%s: got trusted %v, offers %v", name, d.Signals.Bool(risk.DeviceTrusted), d.Offers)
		}
		before := used(s.meter.wrong())
		s.assault(t, thief, "address.change", 2)
		after := used(s.meter.wrong())
		if after[stepup.TrustedLane] != before[stepup.TrustedLane] || after == before {
			t.Errorf("%s: got %+v ppm compared, want none of the trusted lane", name, after)
		}
		s.Clock.Advance(time.Hour)
	}
	if d := s.Decide(stolen(laptop), "address.change", nil); d.Signals.Bool(risk.DeviceTrusted) != risk.True {
		t.Error("a copy in a browser like it is not trusted, so that nothing was tried here")
	}
}

// Thieves of two trusted devices shut the lane, and get no more than its budget;
// the third device of the owner is told of a human then, and an operator opens
// the lane again (L9, L11).
func TestThievesOfTwoDevicesShutTheLane(t *testing.T) {
	s := newScene(t, func(c *stepup.Config) { c.Route = map[string]string{"en": "Call 3900."} })
	laptop := s.owner(t)
	tablet, phone := s.trustedToo(t, laptop, "tablet"), s.trustedToo(t, laptop, "phone")
	for _, c := range []*steptest.Client{laptop, tablet} {
		for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
			s.guessBy(t, stolen(c), m)
		}
	}
	spent := used(s.meter.wrong())[stepup.TrustedLane]
	if !spent.Within(bounds[stepup.TrustedLane]) || spent.Code4 < 700 {
		t.Errorf("got %+v ppm compared, want an attack of at most %+v", spent, bounds[stepup.TrustedLane])
	}
	d := s.Decide(phone, "address.change", nil)
	if d.Outcome != stepup.Deny || d.Route != "Call 3900." || d.Reference == "" {
		t.Errorf("the owner's third device: got %v, route %q, reference %q", &d, d.Route, d.Reference)
	}
	if err := s.Guard.Unlock(t.Context(), steptest.Alice, stepup.TrustedLane); err != nil {
		t.Fatal(err)
	}
	if err := s.prove(t, phone, "address.change", stepup.Code4); err != nil {
		t.Errorf("unlocked: got error %v", err)
	}
}
