// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/geoip"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// spy is a store that writes down all that it is given, and keeps the first of
// that by kind, with what it answers.
type spy struct {
	stepup.Store
	mu    sync.Mutex
	heard strings.Builder
	kept  []any
	calls map[string]int
}

var _ stepup.Store = (*spy)(nil)

func spying(store stepup.Store) *spy { return &spy{Store: store, calls: map[string]int{}} }

func (s *spy) hear(given any, answers ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fmt.Fprintf(&s.heard, "%q\n", given) // bytes too, as the text that they are
	if s.calls[fmt.Sprintf("%T", given)]++; s.calls[fmt.Sprintf("%T", given)] <= 6 {
		s.kept = append(append(s.kept, given), answers...)
	}
}

func (s *spy) Ended(ctx context.Context, now time.Time) ([]stepup.Ended, error) {
	all, err := s.Store.(stepup.Ender).Ended(ctx, now)
	s.hear(all, err)
	return all, err
}

func (s *spy) Subject(ctx context.Context, q stepup.Query) (stepup.State, error) {
	st, err := s.Store.Subject(ctx, q)
	s.hear(q, st, err)
	return st, err
}

func (s *spy) Open(ctx context.Context, o stepup.Opening) error {
	err := s.Store.Open(ctx, o)
	s.hear(o, err)
	return err
}

func (s *spy) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	counted, err := s.Store.Attempt(ctx, a)
	s.hear(a, counted, err)
	return counted, err
}

func (s *spy) Settle(ctx context.Context, st stepup.Settlement) (stepup.Settled, error) {
	settled, err := s.Store.Settle(ctx, st)
	s.hear(st, settled, err)
	return settled, err
}

func (s *spy) Change(ctx context.Context, c stepup.Change) (time.Time, error) {
	expires, err := s.Store.Change(ctx, c)
	s.hear(c, err)
	return expires, err
}

func (s *spy) Look(ctx context.Context, l stepup.Look) (stepup.Looked, error) {
	seen, err := s.Store.Look(ctx, l)
	s.hear(l, seen, err)
	return seen, err
}

func (s *spy) Redeem(ctx context.Context, r stepup.Redemption) error {
	err := s.Store.Redeem(ctx, r)
	s.hear(r, err)
	return err
}

func (s *spy) Spend(ctx context.Context, sp stepup.Spending) error {
	err := s.Store.Spend(ctx, sp)
	s.hear(sp, err)
	return err
}

func (s *spy) Update(ctx context.Context, u stepup.Update) error {
	err := s.Store.Update(ctx, u)
	s.hear(u, err)
	return err
}

func (s *spy) Erase(ctx context.Context, e stepup.Erasure) error {
	err := s.Store.Erase(ctx, e)
	s.hear(e, err)
	return err
}

// A store is given pseudonyms, sealed tickets and profiles of truncated
// networks: no subject, session, binding, contact, code, fact or full address
// (L23). What it counts places and devices by is keyed too.
func TestStoreIsGivenPseudonyms(t *testing.T) {
	store := spying(stepup.NewMemory(stepup.MemoryConfig{}))
	b := newBench(t, func(c *stepup.Config) { c.Store, c.Crowd = store, new(risk.Crowd) })
	c := steptest.NewClient("subject-in-clear", "laptop").From("21.33.10.77")
	c.Session, c.Binding = "session-in-clear", "binding-in-clear"
	c.UserAgent, c.Hints = risktest.Desktop().UserAgent, risktest.Desktop().Hints
	b.Contacts[c.Subject] = []stepup.Contact{{Kind: b.Contacts[steptest.Alice][0].Kind, Address: "+33639980077"}}
	facts := map[string]any{"amount": "250", "payee": "payee-in-clear", "payee_trusted": false}
	var codes []string
	for _, addr := range []string{"21.33.10.77", "2d00:33:10:1::77"} {
		c.From(addr)
		begun, code := b.Begin(b.Decide(c, "transfer", facts), stepup.Code6)
		grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
		if err != nil {
			t.Fatal(err)
		}
		c.Keep(grant)
		if err := b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", facts)); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
		b.Clock.Advance(25 * time.Hour)
		b.Decide(c, "invoice.view", nil)
	}
	secrets := append(codes, "in-clear", "33639980077", "21.33.10.77", "2d00:33:10:1::77", "Mozilla")
	for _, addr := range []string{"21.33.10.77", "2d00:33:10:1::77"} {
		raw := fmt.Sprintf("%q", netip.MustParseAddr(addr).AsSlice())
		secrets = append(secrets, strings.Trim(raw, `"`))
	}
	heard := store.heard.String()
	for _, secret := range secrets {
		if strings.Contains(heard, secret) {
			t.Errorf("the store was given %q", secret)
		}
	}
	if len(store.calls) < 6 || !strings.Contains(heard, "transfer") { // a proof's action is in clear
		t.Errorf("%v were heard, without what is known to be said", store.calls)
	}
}

// An address that no database can place is never abroad, new or a journey,
// with real databases and whoever asks.
func TestAddressesWithoutAPlace(t *testing.T) {
	db, err := geoip.Open("../risk/geoip/testdata/synthetic-city.mmdb",
		"../risk/geoip/testdata/synthetic-asn.mmdb", "../risk/geoip/testdata/synthetic-anonymous-ip.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(c *stepup.Config) { c.Locator = db })
	c := alice("laptop").From("21.33.10.77")
	home := stepup.Identity{Home: risk.Home{Countries: []string{"FR"}}}
	if err := b.Guard.Seed(t.Context(), c.Subject, home); err != nil {
		t.Fatal(err)
	}
	b.Prove(c, "transfer", transfer("1"), stepup.Code6)
	b.Clock.Advance(time.Hour)
	unplaced := []risk.Signal{
		risk.GeoCountry, risk.GeoForeign, risk.GeoHome, risk.GeoNewCountry, risk.GeoNewASN,
		risk.TravelKM, risk.TravelHours, risk.TravelSpeed,
	}
	for _, addr := range []string{
		"10.1.2.3", "172.16.9.9", "192.168.1.1", "127.0.0.1", "169.254.3.4", "100.64.1.1", "192.0.2.9",
		"198.51.100.9", "203.0.113.9", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1", "2001:db8::1",
		"::ffff:10.1.2.3", "64:ff9b::a01:203", "22.1.2.3", "2d00:99::1",
	} {
		d := b.Decide(c.From(addr), "invoice.view", nil)
		for _, id := range unplaced {
			if d.Signals.Known(id) {
				t.Errorf("%s: %v is known", addr, id)
			}
		}
		if len(d.Degraded) > 0 {
			t.Errorf("%s: got degraded %v: to know no place is no failure", addr, d.Degraded)
		}
	}
	d := b.Decide(c.From("21.55.10.7"), "invoice.view", nil)
	if d.Signals.Bool(risk.GeoForeign) != risk.True || !d.Signals.Known(risk.TravelSpeed) {
		t.Error("from São Paulo: neither abroad nor a journey")
	}
}
