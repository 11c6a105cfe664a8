// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"fmt"
)

// Verifier makes and checks what a client signs with a passkey (WebAuthn). It
// keeps nothing itself: the guard gives it a subject's credentials, in whatever
// form the verifier gave them, sealed in the store meanwhile. The challenge to
// sign is the guard's: 32 bytes that nobody can foresee, bound to the
// challenge's name, the subject and every bound fact. It must be safe for
// concurrent use, and may block.
type Verifier interface {
	// Options returns what the client needs in order to sign the challenge, as
	// JSON for navigator.credentials.get. It must ask for user verification. An
	// error means that it cannot be made now.
	Options(ctx context.Context, subject string, credentials []byte, challenge [32]byte) ([]byte, error)

	// Verify returns the credentials as the response leaves them, for example
	// with a counter moved on, if one of them signed the challenge in it, with
	// user verification, for the right site. Any error means that it did not.
	Verify(
		ctx context.Context, subject string, credentials []byte, challenge [32]byte, response []byte,
	) ([]byte, error)
}

// longestResponse bounds what a client may answer with.
const longestResponse = 64 << 10

// passkeyBinding ties sealed credentials to their subject.
func passkeyBinding(subject string) []byte { return []byte("passkey\x00" + subject) }

// EnrolPasskey adds a passkey to those of the subject. The grant is of the
// action [ActionEnrol] and is redeemed here. Add is given the subject's
// credentials as the verifier keeps them, nil for none, and returns them with
// the new one, which it has verified; it is called again where another change
// came first. Errors: those of [Guard.Redeem], Add's, and [ErrBusy].
func (g *Guard) EnrolPasskey(
	ctx context.Context, grant string, req Request, add func(credentials []byte) ([]byte, error),
) error {
	w, err := g.redeemFor(ctx, ActionEnrol, grant, req)
	if err != nil {
		return err
	}
	err = g.act(ctx, req.Subject, &w, func(_ *recollection, st *State, u *Update) error {
		var had []byte
		if a := enrolled(st.Authenticators, Passkey); a != nil {
			if had, err = g.keys.seal.Open(a.Sealed, passkeyBinding(req.Subject)); err != nil {
				return unavailable("credentials", err)
			}
		}
		all, err := add(had)
		if err != nil {
			return err
		}
		sealed, err := g.keys.seal.Seal(all, passkeyBinding(req.Subject))
		if err != nil {
			return fmt.Errorf("stepup: seal credentials: %w", err)
		}
		u.Add = []Authenticator{{Method: Passkey, Sealed: sealed, Settles: w.Settles}}
		return nil
	})
	if err != nil {
		return err
	}
	return g.added(ctx, req.Subject, Passkey, &w)
}

// options returns what the client signs the opening's challenge with.
func (g *Guard) options(ctx context.Context, t *ticket, c *Opening) ([]byte, error) {
	st, err := g.config.Store.Subject(ctx, Query{Subject: c.Subject, Now: c.Now})
	if err != nil {
		return nil, unavailable("subject", err)
	}
	a := enrolled(st.Authenticators, Passkey)
	if a == nil {
		return nil, ErrMethod
	}
	credentials, err := g.keys.seal.Open(a.Sealed, passkeyBinding(t.Subject))
	if err != nil {
		return nil, unavailable("credentials", err)
	}
	options, err := g.config.Passkeys.Options(ctx, t.Subject, credentials, c.Code)
	if err != nil {
		return nil, errors.Join(ErrUnavailable, fmt.Errorf("stepup: passkey: %w", err))
	}
	return options, nil
}

// verifyPasskey has the verifier check a response to the challenge that was
// begun, and keeps the credentials as it leaves them.
func (g *Guard) verifyPasskey(ctx context.Context, f *finishing, response string) bool {
	a := enrolled(f.attempted.Authenticators, Passkey)
	if a == nil || g.config.Passkeys == nil {
		return false
	}
	ours := g.keys.code.Verify(f.attempted.Code, f.demand.codeParts(Passkey, "")...)
	credentials, err := g.keys.seal.Open(a.Sealed, passkeyBinding(f.demand.Subject))
	if err != nil || !ours {
		return false
	}
	used, err := g.config.Passkeys.Verify(ctx, f.demand.Subject, credentials, f.attempted.Code, []byte(response))
	if err != nil {
		return false
	}
	sealed, err := g.keys.seal.Seal(used, passkeyBinding(f.demand.Subject))
	if err != nil {
		return false
	}
	f.used, f.was = *a, a.Sealed
	f.used.Sealed = sealed
	return true
}
