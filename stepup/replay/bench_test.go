// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup/replay"
)

func telecom(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := policy.Load("../../examples/policies/telecom/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// rows writes events as raw ones in JSON Lines.
func rows(events []risktest.Event) []byte {
	var b strings.Builder
	for _, e := range events {
		device, label := "", "legit"
		if e.Device != [16]byte{} {
			device = fmt.Sprintf("%x", e.Device[:])
		}
		if e.Attack != 0 {
			label = "attack"
		}
		fmt.Fprintf(&b, `{"time":%q,"subject":"%d","action":"login","ip":%q,"user_agent":%q,"device":%q,"success":true,"label":%q}`+"\n",
			e.Time.Format(time.RFC3339Nano), e.Subject, e.Addr, e.Client.UserAgent, device, label)
	}
	return []byte(b.String())
}

// placed places the addresses of a population.
func placed(events []risktest.Event) *risktest.Locator {
	l := risktest.NewLocator()
	for _, e := range events {
		if p, err := e.Addr.Prefix(48); err == nil {
			l.Place(p, e.Location)
		}
	}
	return l
}

// table places addresses by their /48. It takes about as long as a database
// does, which the risktest.Locator with its search of the longest prefix does
// not.
type table map[netip.Prefix]risk.Location

func (t table) Locate(addr netip.Addr) (risk.Location, error) {
	p, err := addr.Prefix(48)
	return t[p], err
}

// BenchmarkJournal decides recorded decisions again, with labels, costs of rules
// and all. The bar is 150,000 a second.
func BenchmarkJournal(b *testing.B) {
	p := telecom(b)
	events := life(1, 400, 40)
	path := save(b, "e.jsonl", rows(events))
	content := recorded(b, p, replay.EventsConfig{Files: []string{path}, Locator: placed(events)})
	decisions := onlyDecisions(content)
	bench(b, len(decisions), func() replay.Source {
		return replay.NewJournal(replay.JournalConfig{Files: []string{"-"}, Stdin: bytes.NewReader(decisions)})
	}, replay.Config{Policy: p})
}

// BenchmarkEvents computes the signals of raw events and decides them. The bar
// is 60,000 a second.
func BenchmarkEvents(b *testing.B) {
	events := life(1, 400, 40)
	content := rows(events)
	locator := table{}
	for _, e := range events {
		if p, err := e.Addr.Prefix(48); err == nil {
			locator[p] = e.Location
		}
	}
	bench(b, len(content), func() replay.Source {
		return replay.NewEvents(replay.EventsConfig{Files: []string{"-"}, Stdin: bytes.NewReader(content), Locator: locator})
	}, replay.Config{Policy: telecom(b)})
}

func bench(b *testing.B, size int, open func() replay.Source, c replay.Config) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	n := int64(0)
	for b.Loop() {
		n += run(b, open(), c).After.Comparable
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "decisions/s")
}
