// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"errors"
	"fmt"
	"net/netip"
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
