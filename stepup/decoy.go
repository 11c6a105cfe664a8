// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"slices"
)

// Before a first factor, whoever asks must not learn who is a customer. A name
// that nobody can prove is then answered as a customer's: it is challenged, its
// guesses and messages are counted, and no answer is right. What is counted is
// a decoy's, of which a store keeps only so many, and apart, so that made-up
// names take no room from customers (L27). Once there were more, nothing that
// is counted against a subject shows before a first factor, of anybody: see
// situation.room.

// decoyRef names the decoy of a subject. It is kept with the subject, so that a
// store finds both at once.
func (g *Guard) decoyRef(subject string, of Ref) Ref {
	var room fewSums
	r := refOf(g.keys.subject.AppendSums(room[:0], []byte("decoy"), []byte(subject)))
	beside := func(k *Key, of Key) { copy(k[:2], of[:2]) }
	beside(&r.Key, of.Key)
	for i := range r.Former {
		beside(&r.Former[i], of.Former[i])
	}
	return r
}

// disguise puts the decoy in the place of a subject who has no means of
// proving. It does the same work for everybody.
func (g *Guard) disguise(ctx context.Context, s *situation) {
	contacts, err := g.contacts(ctx, s)
	if s.storeFailed() || err != nil || len(contacts) > 0 || s.state.canProve() {
		return
	}
	st := &s.state
	s.decoy, s.subject = true, s.nobody
	s.state = State{Guessed: st.Decoy, Around: st.Around, Spray: st.Spray, Forgot: st.Forgot}
	s.memo = memo{}
	s.profile.Reset()
	g.wear(s, g.likeness(s.req.Subject))
}

// nowhere is the address of a decoy's contacts. Nothing is sent to it.
const nowhere = "nowhere"

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
	if s.decoy {
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

// counted is under which name a ticket's challenges are counted, and sent to
// which address. A decoy's are those of no subject and no contact.
func (t *ticket) counted(o offer) (subject, address string) {
	if t.Decoy {
		return "\x00" + t.Subject, "\x00" + t.Subject
	}
	return t.Subject, o.Address
}

// ref is whom a ticket's challenge belongs to in the store.
func (g *Guard) ref(t *ticket) Ref {
	r := g.subjectRef(t.Subject)
	if t.Decoy {
		r = g.decoyRef(t.Subject, r)
	}
	return r
}
