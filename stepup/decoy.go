// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/proportion-go/proportion/policy"
)

// Before a first factor, whoever asks must not learn who is a customer. A name
// that nobody can prove is then answered as a customer's: it is challenged, its
// guesses and messages are counted, and no answer is right. What is counted
// belongs to a stand-in, of which there are so many in all, so that made-up
// names create no state of their own (L27).

// standIns is how many stand-ins there are. Names that share one share what is
// counted, so there are enough to make that rare.
const standIns = 1 << 14

// standIn is the stand-in of a name. No host uses its name, which is never seen
// outside.
func (g *Guard) standIn(subject string) string {
	sum := g.keys.subject.Sum([]byte("stand-in"), []byte(subject))
	n := binary.BigEndian.Uint16(sum[:]) % standIns
	return "\x00stand-in\x00" + hex.EncodeToString([]byte{byte(n >> 8), byte(n)})
}

// disguise puts a stand-in in the place of a subject who has no means of
// proving. It does the same work for everybody.
func (g *Guard) disguise(ctx context.Context, s *situation) {
	name := g.standIn(s.req.Subject)
	ref := g.subjectRef(name)
	_, per := s.policy.PromptWindow()
	state, err := g.config.Store.Subject(ctx, Query{Subject: ref, Now: s.now, PromptsSince: s.now.Add(-per)})
	if err != nil {
		s.gap(policy.StoreGap, "subject", "cannot be read")
		s.profile = nil
	}
	contacts, err := g.contacts(ctx, s)
	if s.storeFailed() || err != nil || len(contacts) > 0 || s.state.canProve() {
		return
	}
	state.Around = s.state.Around
	s.decoy, s.subject, s.state, s.id = name, ref, state, newID(ref.Key)
	for kind := policy.SMS; kind <= policy.App; kind++ {
		s.contacts = append(slices.Clip(s.contacts), Contact{Kind: kind, Address: name})
	}
}

// canProve reports whether anything is enrolled. Of an erased subject the store
// may keep the steps of a method that is no longer.
func (st *State) canProve() bool {
	return slices.ContainsFunc(st.Authenticators, func(a Authenticator) bool { return len(a.Sealed) > 0 })
}

// contacts asks the host for the subject's contacts, once.
func (g *Guard) contacts(ctx context.Context, s *situation) ([]Contact, error) {
	if s.asked || g.config.Contacts == nil {
		return s.contacts, nil
	}
	all, err := g.config.Contacts.Contacts(ctx, s.req.Subject)
	if err != nil {
		return nil, err
	}
	s.contacts, s.asked = all, true
	return all, nil
}

// owner is whom a situation's events belong to; a decoy's are nobody's.
func (s *situation) owner() string {
	if s.decoy != "" {
		return ""
	}
	return s.req.Subject
}

// owner is whom a demand's events belong to; a decoy's are nobody's.
func (d *demand) owner() string {
	if d.Decoy {
		return ""
	}
	return d.Subject
}
