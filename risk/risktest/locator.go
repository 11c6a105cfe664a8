// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risktest

import (
	"net/netip"
	"sync"

	"github.com/proportion-go/proportion/risk"
)

// Locator is a [risk.Locator] that knows what it was told. The zero value
// places nothing. It is safe for concurrent use.
type Locator struct {
	mu     sync.Mutex
	places map[netip.Prefix]risk.Location
	err    error
}

var _ risk.Locator = (*Locator)(nil)

// NewLocator returns a locator that places the addresses of this package.
func NewLocator() *Locator {
	l := new(Locator)
	for addr, place := range fixtures() {
		l.Place(block(addr), place)
	}
	return l
}

// Place puts a prefix at a location, in place of what it had. The longest
// prefix that holds an address decides.
func (l *Locator) Place(p netip.Prefix, at risk.Location) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.places == nil {
		l.places = make(map[netip.Prefix]risk.Location)
	}
	l.places[p.Masked()] = at
}

// Fail lets every later Locate return err and the zero Location, until
// Fail(nil).
func (l *Locator) Fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
}

// Locate returns the location of the longest prefix that holds the address,
// and the zero Location where there is none. Unlike a real locator it places
// documentation addresses, if told to.
func (l *Locator) Locate(addr netip.Addr) (risk.Location, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return risk.Location{}, l.err
	}
	addr = addr.Unmap().WithZone("")
	for bits := addr.BitLen(); bits >= 0; bits-- {
		p, err := addr.Prefix(bits)
		if err != nil {
			break
		}
		if at, ok := l.places[p]; ok {
			return at, nil
		}
	}
	return risk.Location{}, nil
}
