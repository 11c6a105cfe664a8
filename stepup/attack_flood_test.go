// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// small is a scene with a store that strangers can fill.
func small(t *testing.T, size stepup.MemoryConfig) *scene {
	t.Helper()
	s := newScene(t)
	s.meter.Store = stepup.NewMemory(size)
	s.seed(t)
	return s
}

// flood begins challenges of many customers from one network, and returns how
// many were begun.
func (s *scene) flood(t *testing.T, from string, n int) (begun int) {
	t.Helper()
	for i := range n {
		c := steptest.NewClient(fmt.Sprint("+336", from, i), "stranger").From(from)
		d := s.Decide(c, "address.change", nil)
		_, err := s.Guard.Begin(t.Context(), d.Ticket(), d.Offers[0].Method)
		switch {
		case err == nil:
			begun++
		case !errors.Is(err, stepup.ErrBusy):
			t.Fatal(err)
		}
	}
	return begun
}

// Strangers who fill a store have half of it; on a trusted device its owner
// goes on, and so does what was begun (L27).
func TestFullStoreHasRoomForTrustedDevices(t *testing.T) {
	s := small(t, stepup.MemoryConfig{Challenges: 100})
	owner := s.owner(t)
	live := alice("tablet")
	d := s.Decide(live, "address.change", nil)
	begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
	if err != nil {
		t.Fatal(err)
	}
	held := 0
	for network := range 100 {
		held += s.flood(t, netip.AddrFrom4([4]byte{203, byte(network), 113, 7}).String(), 3)
	}
	if held < 40 || held > 50 {
		t.Errorf("got %d challenges of strangers in a store of 100, want about half", held)
	}
	if err := s.prove(t, alice("phone"), "address.change", stepup.Code6); !errors.Is(err, stepup.ErrFull) {
		t.Errorf("one more stranger: got error %v, want %v", err, stepup.ErrFull)
	}
	if err := s.prove(t, owner, "address.change", stepup.Code6); err != nil {
		t.Errorf("a trusted device among strangers: got error %v", err)
	}
	if _, err := s.Guard.Finish(t.Context(), live.Binding, begun.ID, s.mail.code(begun.ID)); err != nil {
		t.Errorf("the challenge that was live: got error %v", err)
	}
}

// One network that floods a store is refused before any other is (L27).
func TestFloodOfOneNetworkIsRefusedFirst(t *testing.T) {
	s := small(t, stepup.MemoryConfig{Challenges: 4 * 64})
	if got := s.flood(t, "203.0.113.7", 90); got != 64 {
		t.Errorf("got %d challenges begun by one network, want half of the strangers' room, 64", got)
	}
	if got := s.flood(t, risktest.ParisAddr, 1); got != 1 {
		t.Error("another network was refused with it")
	}
}

// Names that are charged to a limit leave nothing behind unless they are known,
// so that made-up ones fill no store (L27).
func TestChargesToMadeUpNamesFillNoStore(t *testing.T) {
	s := small(t, stepup.MemoryConfig{Subjects: 4})
	for i := range 100 {
		c := steptest.NewClient(fmt.Sprint("made-up-", i), "stranger")
		facts := map[string]any{"amount": "1", "payee": "FR76", "payee_trusted": true}
		if d := s.Decide(c, "transfer", facts); d.Outcome == stepup.Allow || d.Outcome == stepup.Notify {
			t.Fatalf("a made-up name: got %v", &d)
		}
		for _, write := range []error{
			s.Guard.Rebind(t.Context(), c.Subject, "old", "new"), s.Guard.Revoke(t.Context(), c.Subject),
			s.Guard.Unlock(t.Context(), c.Subject, stepup.StrangerLane),
		} {
			if write != nil {
				t.Fatal(write)
			}
		}
	}
	for i := range 3 {
		if err := s.Guard.Seed(t.Context(), fmt.Sprint("fake-customer-", i), stepup.Identity{}); err != nil {
			t.Errorf("customer %d after a hundred made-up names: got error %v", i, err)
		}
	}
}

// A flood of addresses has no network and no client forgotten, nor one of
// clients a network: each kind of place has a room of its own (L27).
func TestFloodOfPlacesForgetsNoOtherKind(t *testing.T) {
	m := stepup.NewMemory(stepup.MemoryConfig{Subjects: 30})
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	seen := func(subject, address, client int) stepup.Around {
		key := func(n int) stepup.Key { return stepup.Key{byte(n), byte(n >> 8), 1} }
		st, err := m.Subject(t.Context(), stepup.Query{
			Subject: stepup.Ref{Key: key(subject)}, Address: key(address), Client: key(client),
			Network: stepup.Key{7}, Now: now,
		})
		if err != nil {
			t.Fatal(err)
		}
		return st.Around
	}
	for i := range 20 {
		seen(i, 1, 1)
	}
	for i := range 500 {
		seen(0, i, 1)
	}
	if got := seen(0, 1, 1); got.NetworkSubjects != 20 || got.ClientSubjects != 20 {
		t.Errorf("after a flood of addresses: got %+v, want 20 subjects of the network and the client", got)
	}
	for i := range 500 {
		seen(0, 1, i)
	}
	if got := seen(0, 1, 1); got.NetworkSubjects != 20 {
		t.Errorf("after a flood of clients: got %+v, want 20 subjects of the network", got)
	}
}

// Room that is made in a full store is not that of whom it is made for: who was
// erased, and comes back when no guess of his counts any more, is not mixed up
// with the next newcomer.
func TestRoomMadeForOneWhoComesBack(t *testing.T) {
	m := stepup.NewMemory(stepup.MemoryConfig{Challenges: 4})
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	serial := byte(0)
	back, newcomer, tomb := stepup.Key{5, 0, 1}, stepup.Key{5, 0, 2}, stepup.Key{5, 9}
	open := func(subject stepup.Key) stepup.ID {
		t.Helper()
		serial++
		id, who := stepup.ID{subject[0], subject[1], serial}, stepup.Ref{Key: subject}
		if subject == back {
			who.Tombs = []stepup.Key{tomb}
		}
		if err := m.Open(t.Context(), stepup.Opening{
			ID: id, Subject: who, Binding: stepup.Ref{Key: stepup.Key{serial}},
			Method: stepup.Code6, Attempts: 5, Now: now, Issued: now, Expires: now.Add(5 * time.Minute),
		}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	guess := func(id stepup.ID) {
		t.Helper()
		if _, err := m.Attempt(t.Context(), stepup.Attempt{
			ID: id, Method: stepup.Code6, Binding: stepup.Ref{Key: stepup.Key{serial}}, Now: now, Cost: 1,
			Limits: [stepup.Lanes]stepup.Guesses{{All: 500}},
		}); err != nil {
			t.Fatal(err)
		}
	}
	guessed := func(subject stepup.Key) int {
		t.Helper()
		st, err := m.Subject(t.Context(), stepup.Query{Subject: stepup.Ref{Key: subject}, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return st.Guesses[stepup.StrangerLane].All
	}
	id := open(back)
	guess(id)
	guess(id)
	if _, err := m.Settle(t.Context(), stepup.Settlement{ID: id, Refund: 1, Now: now}); err != nil {
		t.Fatal(err)
	}
	erasure := stepup.Erasure{Subject: stepup.Ref{Key: back}, Tombstone: tomb, Now: now}
	if err := m.Erase(t.Context(), erasure); err != nil {
		t.Fatal(err)
	}
	now = now.Add(40 * 24 * time.Hour)
	guessed(newcomer) // sweeps what is over beside
	open(stepup.Key{6})
	open(stepup.Key{7})
	now = now.Add(20 * time.Minute)
	guess(open(back))
	open(newcomer)
	if n, m := guessed(back), guessed(newcomer); n != 1 || m != 0 {
		t.Errorf("got %d guesses at who came back and %d at the newcomer, want 1 and 0", n, m)
	}
}

// However many newcomers come at once, a store remembers no more than it has
// room for, and so can be restored.
func TestNewcomersAtOnce(t *testing.T) {
	const room = 4
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for range 20 {
		m := stepup.NewMemory(stepup.MemoryConfig{Subjects: room})
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				u := stepup.Update{Subject: stepup.Ref{Key: stepup.Key{byte(i), 1}}, Now: now}
				if err := m.Update(t.Context(), u); err != nil && !errors.Is(err, stepup.ErrFull) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		_, err := stepup.RestoreMemory(bytes.NewReader(snapshot(t, m)), stepup.MemoryConfig{Subjects: room})
		if err != nil {
			t.Fatal(err)
		}
	}
}
