// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/proportion-go/proportion/policy"
)

// Likeness is what a name that nobody has seems to have to prove with, before a
// first factor. The zero Likeness is refused.
type Likeness struct {
	// Contacts are the kinds of contacts, each once.
	Contacts []policy.ContactKind

	// Methods are those that seem enrolled: [TOTP], [Recovery] and [Mobile4].
	Methods []Method

	// Share is how many have it, of the sum of all shares. At least 1.
	Share int
}

// mostShares bounds the shares, each and in all.
const mostShares = 1_000_000

// checkLikenesses returns an error for what nobody can seem to have.
func checkLikenesses(all []Likeness) error {
	sum := 0
	for _, l := range all {
		switch {
		case l.Share < 1 || l.Share > mostShares || sum+l.Share > mostShares:
			return errors.New("stepup: config.Decoys: shares are 1 at least, and 1,000,000 in all at most")
		case len(l.Contacts)+len(l.Methods) == 0:
			return errors.New("stepup: config.Decoys: one has nothing to prove with")
		case slices.ContainsFunc(l.Contacts, func(k policy.ContactKind) bool { return k < policy.SMS || k > policy.App }):
			return errors.New("stepup: config.Decoys: no such kind of contact")
		case slices.ContainsFunc(l.Methods, func(m Method) bool { return m != TOTP && m != Recovery && m != Mobile4 }):
			return errors.New("stepup: config.Decoys: the methods are totp, recovery and mobile4")
		}
		sum += l.Share
	}
	return nil
}

// likeness is what a name always seems to have: it is drawn from a keyed hash
// of the name, by the last key of the ring, which the next rotation keeps.
func (g *Guard) likeness(subject string) Likeness {
	sum, all := 0, g.config.Decoys
	for _, l := range all {
		sum += l.Share
	}
	if sum == 0 {
		return Likeness{Contacts: []policy.ContactKind{policy.SMS, policy.Email, policy.App}}
	}
	var room fewSums
	sums := g.keys.subject.AppendSums(room[:0], []byte("likeness"), []byte(subject))
	last := sums[len(sums)-1]
	n := int(binary.BigEndian.Uint64(last[:]) % uint64(sum))
	i := 0
	for ; n >= all[i].Share; i++ {
		n -= all[i].Share
	}
	return all[i]
}

// wear gives a situation what a likeness says. The authenticators are nobody's, and
// prove nothing.
func (g *Guard) wear(s *situation, l Likeness) {
	s.contacts = nil // the host may keep its own
	for _, kind := range l.Contacts {
		s.contacts = append(s.contacts, Contact{Kind: kind, Address: nowhere})
	}
	for _, a := range g.nothing.authenticators {
		if slices.Contains(l.Methods, a.Method) {
			s.state.Authenticators = append(s.state.Authenticators, a)
		}
	}
}
