// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// machine drives a guard by random operations beside a model of what may come
// of them: no challenge succeeds twice, none after its end, and no guess is
// forgotten before its time.
type machine struct {
	*scene
	tb      testing.TB
	clients []*steptest.Client
	asked   []*question
}

// question is a challenge as the model knows it.
type question struct {
	client *steptest.Client
	action string
	begun  stepup.Begun
	ticket string
	grant  stepup.Grant
	passed bool
	ended  bool // cancelled, superseded or erased: may never pass
}

func newMachine(t *testing.T) *machine {
	m := &machine{scene: newScene(t), tb: t}
	for _, name := range []string{"a", "b", "c"} {
		m.clients = append(m.clients, alice(name).From(risktest.ParisAddr))
	}
	return m
}

// pick returns a challenge that was begun, of which the later ones are the
// likelier to be interesting.
func (m *machine) pick(t *rapid.T) *question {
	if len(m.asked) == 0 {
		t.Skip("nothing was asked yet")
	}
	last := rapid.IntRange(1, min(len(m.asked), 6)).Draw(t, "the last but")
	return m.asked[len(m.asked)-last]
}

func (m *machine) begin(t *rapid.T) {
	c := rapid.SampledFrom(m.clients).Draw(t, "client")
	action := rapid.SampledFrom([]string{"address.change", "login", "account.close"}).Draw(t, "action")
	d, err := m.Guard.Decide(context.Background(), c.Request(action, nil))
	if err != nil {
		t.Fatal(err)
	}
	if d.Outcome != stepup.Challenge {
		return
	}
	o := rapid.SampledFrom(d.Offers).Draw(t, "method")
	begun, err := m.Guard.Begin(context.Background(), d.Ticket(), o.Method)
	if err != nil {
		return
	}
	for _, q := range m.asked {
		if q.client == c && q.action == action && !q.passed {
			q.ended = true // superseded
		}
	}
	m.asked = append(m.asked, &question{
		client: c, action: action, begun: begun, ticket: d.Ticket(),
	})
}

func (m *machine) answer(t *rapid.T, typed func(string) string, binding string) {
	q := m.pick(t)
	if binding == "" {
		binding = q.client.Binding
	}
	right := m.scene.answer(m.tb, q.begun)
	code := typed(right)
	grant, err := m.Guard.Finish(context.Background(), binding, q.begun.ID, code)
	if err != nil {
		return
	}
	now := m.Clock.Now()
	switch {
	case q.passed:
		t.Fatal("a challenge succeeded twice")
	case q.ended:
		t.Fatal("a challenge succeeded after its end")
	case !now.Before(q.begun.Expires):
		t.Fatalf("a challenge succeeded at %v, which expired at %v", now, q.begun.Expires)
	case code != right:
		t.Fatal("a wrong answer succeeded")
	case binding != q.client.Binding:
		t.Fatal("another binding succeeded")
	}
	q.passed, q.grant = true, grant
	q.client.Keep(grant)
}

func (m *machine) cancel(t *rapid.T) {
	if q := m.pick(t); m.Guard.Cancel(context.Background(), q.client.Binding, q.begun.ID) == nil {
		if q.passed || q.ended {
			t.Fatal("a challenge was cancelled after its end")
		}
		q.ended = true
	}
}

func (m *machine) resend(t *rapid.T) {
	q := m.pick(t)
	if m.Guard.Resend(context.Background(), q.client.Binding, q.begun.ID, q.ticket) == nil {
		if q.passed || q.ended || !m.Clock.Now().Before(q.begun.Expires) {
			t.Fatal("a code was sent again for a challenge that is over")
		}
	}
}

func (m *machine) replay(t *rapid.T) {
	q := m.pick(t)
	if _, err := m.Guard.Begin(context.Background(), q.ticket, q.begun.Method); err == nil {
		t.Fatal("a ticket began a second challenge")
	}
}

func (m *machine) redeem(t *rapid.T) {
	q := m.pick(t)
	if q.grant.Token == "" {
		return
	}
	req := q.client.Request(q.action, nil)
	if m.Guard.Redeem(context.Background(), q.grant.Token, req) == nil {
		if !m.Clock.Now().Before(q.grant.Expires) {
			t.Fatal("a grant was accepted past its end")
		}
		if m.Guard.Redeem(context.Background(), q.grant.Token, req) == nil {
			t.Fatal("a grant was accepted twice")
		}
		q.grant.Token = ""
	}
}

func (m *machine) erase(t *rapid.T) {
	if err := m.Guard.Erase(context.Background(), steptest.Alice); err != nil {
		t.Fatal(err)
	}
	for _, q := range m.asked {
		q.ended = q.ended || !q.passed
	}
	m.seed(m.tb)
}

// restore goes on with a store made from a snapshot of this very moment: what was
// begun and not passed is over, and what was passed stays so.
func (m *machine) restore(*rapid.T) {
	m.reopen(m.tb, snapshot(m.tb, m.meter.Store))
	for _, q := range m.asked {
		q.ended = q.ended || !q.passed
	}
}

// check is what holds after whatever happened: what the store counts is no less
// than what was compared within 30 days, and no more than the bounds.
func (m *machine) check(t *rapid.T) {
	var recent []guess
	for _, g := range m.meter.wrong() {
		if m.Clock.Now().Sub(g.at) < 30*24*time.Hour {
			recent = append(recent, g)
		}
	}
	compared := used(recent)
	req := stepup.Query{Subject: m.meter.latest(), Now: m.Clock.Now()}
	st, err := m.meter.Subject(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	for lane := range compared {
		if got := st.Guesses[lane]; got.All < compared[lane].All || got.Code4 < compared[lane].Code4 {
			t.Fatalf("%v lane: got %+v counted, want no less than the %+v compared",
				stepup.Lane(lane), got, compared[lane])
		}
		if !compared[lane].Within(bounds[lane]) {
			t.Fatalf("%v lane: got %+v compared, want at most %+v",
				stepup.Lane(lane), compared[lane], bounds[lane])
		}
	}
}

func same(code string) string { return code }

// No sequence of operations gives a second success, a lowered count, or a live
// challenge past its end.
func TestNoSequenceOfOperationsBreaksAChallenge(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newMachine(t)
		wait := func(name string, spans ...time.Duration) (string, func(*rapid.T)) {
			return name, func(t *rapid.T) { m.Clock.Advance(rapid.SampledFrom(spans).Draw(t, name)) }
		}
		actions := map[string]func(*rapid.T){
			"":                m.check,
			"begin":           m.begin,
			"begin another":   m.begin,
			"right":           func(t *rapid.T) { m.answer(t, same, "") },
			"wrong":           func(t *rapid.T) { m.answer(t, wrong, "") },
			"wrong again":     func(t *rapid.T) { m.answer(t, wrong, "") },
			"from elsewhere":  func(t *rapid.T) { m.answer(t, same, "fake-binding-of-mallory") },
			"cancel":          m.cancel,
			"resend":          m.resend,
			"replay a ticket": m.replay,
			"redeem":          m.redeem,
			"erase":           m.erase,
			"restore":         m.restore,
			"rotate":          func(*rapid.T) { rotateKeys(t, m.scene) },
		}
		for name, spans := range map[string][]time.Duration{
			"a moment": {
				time.Nanosecond, time.Second, 30 * time.Second, 5*time.Minute - time.Nanosecond, 5 * time.Minute,
			},
			"a while": {time.Hour, 24 * time.Hour, 29 * 24 * time.Hour, 32 * 24 * time.Hour},
		} {
			name, action := wait(fmt.Sprint("wait ", name), spans...)
			actions[name] = action
		}
		rt.Repeat(actions)
	})
}
