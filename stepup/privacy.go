// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"

	"github.com/proportion-go/proportion/stepup/journal"
)

// Erase forgets a subject: profile, methods, devices, proofs and challenges.
// What was guessed wrong, and the last TOTP steps, are kept under an unlinkable
// name until they no longer count, so that erasing buys no new guesses (L23).
// Backups of the store are the host's to erase.
//
// So are the keys of the subject's sealed events destroyed, where
// [Config.JournalKeys] has them, those of aliases from before a rotation too.
//
// The host answers for it, as at the end of a contract. A customer who asks for
// it proves that he may: [Guard.EraseProfile]. The owner is told. Errors: a
// [*RequestError], [ErrUnavailable].
func (g *Guard) Erase(ctx context.Context, subject string) error {
	return g.erase(ctx, subject, newID(Key{}), g.by(ctx))
}

// EraseProfile is [Guard.Erase] for the customer who asks for it. The grant is
// of the action [ActionErase]. While a contact is too new to prove anything
// sensitive (L19), that takes a strong proof, or else who changed it could have
// the change forgotten. Errors: [ErrWeak] for any other proof then; those of
// [Guard.Redeem]. An [ErrUnavailable] may leave a subject half erased, and its
// grant used up: have him ask again, or call Erase for him until it succeeds.
func (g *Guard) EraseProfile(ctx context.Context, grant string, req Request) error {
	w, err := g.redeemFor(ctx, ActionErase, grant, req)
	if err != nil {
		return err
	}
	r, st, err := g.look(ctx, req.Subject)
	switch {
	case err != nil:
		return err
	case !w.stands(r, st):
		return ErrRefused
	case r.memo.settling() && !w.Settles.IsZero():
		return ErrWeak
	}
	return g.erase(ctx, req.Subject, w.ID, journal.Pseudonym{})
}

// erase erases, and records it under an id.
func (g *Guard) erase(ctx context.Context, subject string, id ID, by journal.Pseudonym) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	err := g.config.Store.Erase(ctx, Erasure{
		Subject: g.subjectRef(subject), Tombstone: tombstone(g.keys.subject.Sum([]byte(subject))),
		Now: g.config.Now(),
	})
	if err != nil {
		return unavailable("erase", err)
	}
	destroyed, err := g.shred(ctx, subject)
	if err != nil {
		return unavailable("journal keys", err)
	}
	// The event of it stands for the notice too: another would need a new key.
	g.config.Notify(ctx, Notice{Subject: subject, Kind: ProfileErased})
	return g.follow(ctx, &demand{Subject: subject}, &journal.Event{
		Kind: journal.KindErase, ID: id.reference(), Outcome: "erased",
		Detail: journal.Detail{Keys: destroyed, By: by},
	})
}

// shred destroys the keys of a subject's sealed events, and returns how many
// there were.
func (g *Guard) shred(ctx context.Context, subject string) (destroyed int64, err error) {
	keys := g.config.JournalKeys
	if keys == nil {
		return 0, nil
	}
	r := pseudonym(g.keys.journal, subject)
	for _, alias := range append(r.Former, r.Key) {
		alias := journal.Pseudonym(alias)
		if _, err := keys.Key(ctx, alias); errors.Is(err, journal.ErrNoKey) {
			continue
		}
		if err := keys.Destroy(ctx, alias); err != nil {
			return destroyed, err
		}
		destroyed++
	}
	return destroyed, nil
}
