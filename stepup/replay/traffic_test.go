// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
	"github.com/proportion-go/proportion/stepup/steptest"
)

var (
	trafficFile = flag.String("traffic", "", "write the journal of BenchmarkTraffic to this `file`")
	trafficSize = flag.Int("decisions", 20_000, "about how many decisions BenchmarkTraffic has")
)

// BenchmarkTraffic decides again what a guard decided, no two decisions being
// alike. The bar is 150,000 a second.
func BenchmarkTraffic(b *testing.B) {
	var content bytes.Buffer
	writeTraffic(b, *trafficSize, &content)
	if *trafficFile != "" {
		if err := os.WriteFile(*trafficFile, content.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	decisions := onlyDecisions(content.Bytes())
	bench(b, len(decisions), func() replay.Source {
		return replay.NewJournal(replay.JournalConfig{Files: []string{"-"}, Stdin: bytes.NewReader(decisions)})
	}, replay.Config{Policy: telecom(b)})
	b.ReportMetric(float64(len(decisions))/float64(bytes.Count(decisions, []byte("\n"))), "bytes/line")
}

// onlyDecisions returns the lines of a journal that are decisions.
func onlyDecisions(content []byte) (decisions []byte) {
	for line := range bytes.Lines(content) {
		if bytes.Contains(line, []byte(`"kind":"decision"`)) {
			decisions = append(decisions, line...)
		}
	}
	return decisions
}

// traffic is the customers of a telephone operator at a guard, which writes its
// journal: simulated lives that log in, look at invoices, change what they
// have, prove who they are now and then, and attackers among them. No two
// decisions are alike.
type traffic struct {
	tb      testing.TB
	bench   *steptest.Bench
	dice    *rand.Rand
	clients map[string]*steptest.Client // by subject and device
	code    string                      // that was sent last
}

// writeTraffic writes the journal of about so many decisions.
func writeTraffic(tb testing.TB, decisions int, to io.Writer) {
	tb.Helper()
	const logins, acts = 40, 4 // of a subject, and at a login
	events := life(5, max(decisions/logins/acts, 1), logins)
	for i := range events {
		events[i].Location.Timezone = "Europe/Paris"
	}
	t := &traffic{tb: tb, dice: rand.New(rand.NewPCG(1, 2)), clients: map[string]*steptest.Client{}}
	sink := &pen{to: bufio.NewWriterSize(to, 1<<20)}
	t.bench = steptest.New(tb, telecom(tb), func(c *stepup.Config) {
		c.Journal, c.Locator, c.Contacts = sink, placed(events), t
		c.Senders = map[policy.ContactKind]stepup.Sender{policy.SMS: t}
		c.Crowd, c.Familiarity.Calibration = risk.NewCrowd(0), calibration(tb)
		c.Sends = stepup.Sends{Network: 1e6, Prefix: 1e6, Deployment: 1e6}
	})
	for i := range events {
		t.visit(&events[i])
	}
	if err := sink.to.Flush(); err != nil {
		tb.Fatal(err)
	}
}

// calibration is one of evidence as a population has it: no round numbers.
func calibration(tb testing.TB) *risk.Calibration {
	tb.Helper()
	values := make([]float64, risk.MinCalibration)
	for i := range values {
		values[i] = float64(i)/73 - 9.5
	}
	c, err := risk.NewCalibration(values)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// pen is a journal on paper.
type pen struct {
	to   *bufio.Writer
	line []byte
}

// Append implements [journal.Sink].
func (p *pen) Append(_ context.Context, events ...*journal.Event) (err error) {
	for _, e := range events {
		if p.line, err = journal.AppendLine(p.line[:0], e); err != nil {
			return err
		}
		if _, err = p.to.Write(p.line); err != nil {
			return err
		}
	}
	return nil
}

// Contacts implements [stepup.Contacts]: everybody has a telephone.
func (t *traffic) Contacts(_ context.Context, subject string) ([]stepup.Contact, error) {
	return []stepup.Contact{{Kind: policy.SMS, Address: "+33 6 39 98 " + subject}}, nil
}

// Send implements [stepup.Sender].
func (t *traffic) Send(_ context.Context, m stepup.Message) error {
	t.code = m.Code
	return nil
}

// visit logs in, and does some of what can be done then.
func (t *traffic) visit(e *risktest.Event) {
	if now := t.bench.Clock.Now(); e.Time.After(now) {
		t.bench.Clock.Set(e.Time)
	}
	c := t.client(e)
	if !t.act(c, "login", nil, e.Attack != 0) {
		return
	}
	for range t.dice.IntN(7) {
		t.bench.Clock.Advance(time.Duration(t.dice.Int64N(int64(90 * time.Second))))
		action, facts := t.wish()
		t.act(c, action, facts, e.Attack != 0)
	}
}

// client returns the subject's browser on that device, with a new session.
func (t *traffic) client(e *risktest.Event) *steptest.Client {
	subject := fmt.Sprintf("%06d", e.Subject)
	name := fmt.Sprintf("%x-%v", e.Device, e.Attack)
	c := t.clients[subject+name]
	if c == nil {
		c = steptest.NewClient(subject, name)
		if t.dice.IntN(3) == 0 {
			c.Channel = stepup.App
		}
		t.clients[subject+name] = c
	}
	c.Session = fmt.Sprintf("fake-session-%s-%x", subject, t.dice.Uint64())
	c.IP, c.UserAgent, c.Language = e.Addr, e.Client.UserAgent, "fr-"+e.Location.Country
	c.Hints = e.Client.Hints
	c.Hints.Timezone = e.Location.Timezone
	return c
}

// wish returns one thing that a customer wants.
func (t *traffic) wish() (action string, facts map[string]any) {
	number := fmt.Sprintf("+33 6 39 98 %04d", t.dice.IntN(10_000))
	swapped := 24 + t.dice.Float64()*9000
	switch n := t.dice.IntN(100); {
	case n < 45:
		return "invoice.view", nil
	case n < 75:
		return "usage.view", nil
	case n < 83:
		return "plan.change", nil
	case n < 93:
		return "credit.transfer", map[string]any{
			"credit": fmt.Sprintf("%d.50", 1+t.dice.IntN(40)), "receiver": number,
			"receiver_known": n%2 == 0, "sim_changed_hours": swapped,
		}
	case n < 96:
		return "email.change", map[string]any{
			"new_email": number + "@example.com", "sim_changed_hours": swapped,
		}
	case n < 98:
		return "call.forward", map[string]any{
			"forward_to": number, "premium_number": false, "sim_changed_hours": swapped,
		}
	}
	return "sim.swap", map[string]any{"iccid": number, "sim_changed_hours": swapped}
}

// act asks for one thing, and reports whether it could be done: a customer
// types his code, now and then a wrong one; an attacker has none.
func (t *traffic) act(c *steptest.Client, action string, facts map[string]any, attack bool) bool {
	now, ctx := t.bench.Clock.Now(), t.tb.Context()
	r := c.Request(action, facts)
	r.SessionMethods = []string{"password"}
	r.SessionStart = now.Add(-time.Duration(t.dice.Int64N(int64(time.Hour))))
	r.SessionLastUsed = now.Add(-now.Sub(r.SessionStart) / 3)
	d, err := t.bench.Guard.Decide(ctx, r)
	if err != nil {
		t.tb.Fatal(err)
	}
	offers := func(m stepup.Method) bool {
		return slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == m })
	}
	method := stepup.Code6
	if offers(stepup.Code4) {
		method = stepup.Code4
	}
	if d.Outcome != stepup.Challenge || attack || !offers(method) {
		return d.Outcome == stepup.Allow || d.Outcome == stepup.Notify
	}
	begun, err := t.bench.Guard.Begin(ctx, d.Ticket(), method)
	if err != nil {
		return false
	}
	t.bench.Clock.Advance(time.Duration(8+t.dice.IntN(20)) * time.Second)
	if t.dice.IntN(12) == 0 {
		_, _ = t.bench.Guard.Finish(ctx, c.Binding, begun.ID, t.code[1:]+"0")
	}
	grant, err := t.bench.Guard.Finish(ctx, c.Binding, begun.ID, t.code)
	if err != nil {
		return false
	}
	c.Keep(grant)
	return true
}
