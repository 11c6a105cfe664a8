// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/proportion-go/proportion/internal/peerbench/engines"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/geoip"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// decisions measures the whole of a decision.
func decisions() (Report, error) {
	w, err := newWorld()
	if err != nil {
		return Report{}, err
	}
	requests, err := w.requests()
	if err != nil {
		return Report{}, err
	}
	byOutcome := map[stepup.Outcome][]stepup.Request{}
	for _, q := range requests {
		d, err := w.guard.Decide(context.Background(), q)
		if err != nil {
			return Report{}, err
		}
		if len(d.Degraded) > 0 {
			return Report{}, fmt.Errorf("a decision was made without %v", d.Degraded)
		}
		byOutcome[d.Outcome] = append(byOutcome[d.Outcome], q)
	}
	table := Table{
		Title: "Guard.Decide: memory store, City and ASN files, 100 rules, all groups, no journal",
		Notes: "256 subjects with a proven device, who come again from home, from abroad, or on another one.",
		Head:  []string{"requests", "share", "time", "allocations"},
	}
	all := w.decide("all", requests)
	row := func(r Result, n int) {
		share := fmt.Sprintf("%.0f %%", 100*float64(n)/float64(len(requests)))
		table.Rows = append(table.Rows, []string{r.Name, share, duration(r.Time()), count(r.Allocs)})
	}
	row(all, len(requests))
	for _, o := range []stepup.Outcome{stepup.Allow, stepup.Notify, stepup.Challenge, stepup.Deny} {
		if some := byOutcome[o]; len(some) > 0 {
			row(w.decide(o.String(), some), len(some))
		}
	}
	return Report{Tables: []Table{table}, Bars: []Bar{
		{
			"Decide, memory store, City and ASN, 100 rules, all groups", "≤ 4 µs",
			duration(all.Time()), all.Time() <= 4000,
		},
		{"the same", "≤ 8 allocations", count(all.Allocs), all.Allocs <= 8},
	}}, nil
}

// world is a guard and what it knows.
type world struct {
	guard  *stepup.Guard
	clock  *steptest.Clock
	sender *steptest.Sender
	tokens []string // of each person's device
}

func newWorld() (*world, error) {
	text := workload.ShapeNamed("100").Set().Policy(workload.Bare)
	p, err := policy.Parse(policy.Source{Name: "rules.yaml", Data: text})
	if err != nil {
		return nil, err
	}
	locator, err := geoip.Open(testdata("synthetic-city.mmdb"), testdata("synthetic-asn.mmdb"))
	if err != nil {
		return nil, err
	}
	w := &world{clock: steptest.NewClock(start.AddDate(0, 0, -30)), sender: new(steptest.Sender)}
	w.guard, err = newGuard(p, w, locator, stepup.NewMemory(stepup.MemoryConfig{}))
	if err != nil {
		return nil, err
	}
	for person := range people {
		token, err := w.meet(person)
		if err != nil {
			return nil, err
		}
		w.tokens = append(w.tokens, token)
	}
	w.clock.Set(start)
	return w, nil
}

func newGuard(
	p *policy.Policy, w *world, locator risk.Locator, store stepup.Store,
) (*stepup.Guard, error) {
	key, err := otp.GenerateKey("bench")
	if err != nil {
		return nil, err
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		return nil, err
	}
	contacts := steptest.Contacts{}
	for person := range people {
		number := fmt.Sprintf("+33 6 39 98 %04d", person)
		contacts[subject(person)] = []stepup.Contact{{Kind: policy.SMS, Address: number}}
	}
	return stepup.New(p, stepup.Config{
		Keys: ring, Namespace: "bench", Store: store, Locator: locator, Contacts: contacts,
		Senders: map[policy.ContactKind]stepup.Sender{policy.SMS: w.sender}, Now: w.clock.Now,
	})
}

func subject(person int) string { return fmt.Sprintf("fake-subject-%d", person) }

// meet seeds a person and has him prove himself once, so that his device is
// known. It returns the device's token.
func (w *world) meet(person int) (string, error) {
	ctx := context.Background()
	home := risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"}
	if err := w.guard.Seed(ctx, subject(person), stepup.Identity{Home: home}); err != nil {
		return "", err
	}
	w.clock.Advance(time.Minute)
	for i, q := range workload.ShapeNamed("100").Set().Requests {
		req, err := w.request(person, i, &q)
		if err != nil {
			return "", err
		}
		d, err := w.guard.Decide(ctx, req)
		if err != nil {
			return "", err
		}
		if !slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == stepup.Code6 }) {
			continue
		}
		return w.prove(&d, req.Binding)
	}
	return "", fmt.Errorf("%s is never asked for a code", subject(person))
}

func (w *world) prove(d *stepup.Decision, binding string) (token string, err error) {
	ctx := context.Background()
	begun, err := w.guard.Begin(ctx, d.Ticket(), stepup.Code6)
	if err != nil {
		return "", err
	}
	sent := w.sender.Sent()
	grant, err := w.guard.Finish(ctx, binding, begun.ID, sent[len(sent)-1].Code)
	return grant.Device, err
}

// requests returns varied requests of all people: nine in ten on their device.
func (w *world) requests() ([]stepup.Request, error) {
	rng := rand.New(rand.NewPCG(1, 6))
	set := workload.ShapeNamed("100").Set()
	made := make([]stepup.Request, len(set.Requests))
	for i := range made {
		person := rng.IntN(people)
		var err error
		if made[i], err = w.request(person, i, &set.Requests[i]); err != nil {
			return nil, err
		}
		made[i].IP = anywhere(person, rng)
		if rng.IntN(10) > 0 {
			made[i].Device = w.tokens[person]
		}
	}
	return made, nil
}

// request is what the person attempts at home on a new device. The number
// makes the session.
func (w *world) request(person, number int, q *workload.Request) (stepup.Request, error) {
	in, err := engines.Input(q)
	client := risktest.Desktop()
	return stepup.Request{
		Subject: subject(person), Session: fmt.Sprintf("fake-session-%d", number),
		SessionStart: w.clock.Now().Add(-time.Minute), Binding: fmt.Sprintf("fake-binding-of-%d", person),
		Action: q.Action.Name, Channel: stepup.Web, IP: home(person),
		UserAgent: client.UserAgent, Hints: client.Hints, Language: "fr", Facts: in.Facts,
	}, err
}

func (w *world) decide(name string, requests []stepup.Request) Result {
	ctx := context.Background()
	return compete(len(requests), contestant{name, func(i int) { w.guard.Decide(ctx, requests[i]) }})[0]
}
