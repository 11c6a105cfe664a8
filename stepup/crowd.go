// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// places are the crowds of a store. Each kind has a room of its own: a flood of
// addresses has no network and no client forgotten.
type places struct {
	mu                           sync.Mutex
	addresses, networks, clients crowds
}

// see notes where a subject was seen and with which client, and how many were
// of late. There are at most so many places of a kind.
func (p *places) see(q *Query, to *Around, now time.Time, most int) {
	if q.Address == (Key{}) && q.Network == (Key{}) && q.Client == (Key{}) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	subject := binary.LittleEndian.Uint64(q.Subject.Key[:])
	to.AddressSubjects = p.addresses.see(q.Address, subject, time.Hour, now, most)
	to.NetworkSubjects = p.networks.see(q.Network, subject, time.Hour, now, most)
	to.ClientSubjects = p.clients.see(q.Client, subject, 24*time.Hour, now, most)
}

// crowds count how many subjects came from one address or network, or with one
// client. Of each subject it knows a part of a digest.
type crowds map[Key]*risk.Distinct

// see notes that a subject was seen at a place, and returns how many were
// within the period, itself included. A place beyond the most takes that of any
// other.
func (cs crowds) see(place Key, subject uint64, per time.Duration, now time.Time, most int) int {
	if place == (Key{}) {
		return 0
	}
	c := cs[place]
	if c == nil {
		sweep(cs, now)
		makeRoom(cs, most)
		fresh := risk.NewDistinct(per)
		c = &fresh
		cs[place] = c
	}
	c.Add(subject, now)
	return c.Count(now)
}

// makeRoom drops any entries until there is room for one more.
func makeRoom[K comparable, V any](m map[K]V, most int) {
	for k := range m {
		if len(m) < most {
			return
		}
		delete(m, k)
	}
}

// sweep looks at two entries, found by the map's own random order, and drops
// those that no longer count anything.
func sweep[K comparable, V interface{ Idle(time.Time) bool }](m map[K]V, now time.Time) {
	looked := 0
	for k, v := range m {
		if v.Idle(now) {
			delete(m, k)
		}
		if looked++; looked == 2 {
			return
		}
	}
}

// wrongs count wrong answers by the address that asked for the challenge, and
// those of everybody.
type wrongs struct {
	mu        sync.Mutex
	everybody risk.Baseline
	addresses map[quarter]*risk.Window
}

// add counts an answer as wrong, or takes back that it was.
func (w *wrongs) add(address quarter, now time.Time, n, most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.everybody.Add(now, n)
	if address == 0 {
		return
	}
	at := w.addresses[address]
	if at == nil {
		if n < 0 {
			return
		}
		sweep(w.addresses, now)
		makeRoom(w.addresses, most)
		fresh := risk.NewWindow(time.Hour)
		at = &fresh
		w.addresses[address] = at
	}
	at.Add(now, n)
}

// asOf tells how many wrong answers there were of late.
func (w *wrongs) asOf(to *Around, address quarter, now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	to.Everybody = w.everybody.Times(now)
	if at := w.addresses[address]; at != nil {
		to.AddressWrong = at.Count(now)
	}
}
