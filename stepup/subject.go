// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Identity is what the host established about a subject by an identity check
// of its own: in a shop, by post, or when it migrates existing customers.
type Identity struct {
	// Home is where the subject lives, in place of what was known of it. Empty:
	// what was known stays.
	Home risk.Home

	// TOTP is the secret of an authenticator that the subject already uses
	// with the host. Zero: none. Its codes count from the next time step on,
	// since those before may have been used elsewhere (L12).
	TOTP otp.Secret
}

// Seed records what the host established. Nothing but a proof or a Seed ever
// adds to a profile (L21), so it must never follow from an unproven request. An
// authenticator that it adds is recorded; the owner is not told.
//
// Errors: a [*RequestError] for a missing subject, [ErrBusy], [ErrUnavailable].
func (g *Guard) Seed(ctx context.Context, subject string, id Identity) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	now := g.config.Now()
	var add []Authenticator
	if !id.TOTP.IsZero() {
		a, err := g.sealTOTP(id.TOTP, subject, now)
		if err != nil {
			return err
		}
		add = append(add, a)
	}
	by := risk.Proof{ID: rand.Text(), Time: now, Strong: true}
	err := g.update(ctx, subject, now, func(r *recollection, _ *State, u *Update) error {
		if !empty(id.Home) || empty(r.Home()) {
			r.Seed(id.Home, by)
		}
		u.Add = add
		return nil
	})
	if err != nil || len(add) == 0 {
		return err
	}
	d := journal.Detail{Method: TOTP.String(), By: g.by(ctx)}
	return g.outside(ctx, subject, journal.KindEnrol, "added", d)
}

func empty(h risk.Home) bool { return len(h.Countries) == 0 && h.Timezone == "" }

// sealTOTP returns the authenticator of a secret, whose codes up to now do not
// count.
func (g *Guard) sealTOTP(secret otp.Secret, subject string, now time.Time) (Authenticator, error) {
	sealed, err := otp.SealSecret(g.keys.seal, secret, subject, TOTP.String())
	if err != nil {
		return Authenticator{}, fmt.Errorf("stepup: seal secret: %w", err)
	}
	step, err := totp.Step(now)
	if err != nil {
		return Authenticator{}, fmt.Errorf("stepup: %w", err)
	}
	return Authenticator{Method: TOTP, Sealed: sealed, LastStep: step}, nil
}

// update changes what is remembered of a subject. Where another change came
// first, it reads again and repeats the change on that.
func (g *Guard) update(
	ctx context.Context, subject string, now time.Time, change func(*recollection, *State, *Update) error,
) error {
	for range conflicts {
		u := Update{Subject: g.subjectRef(subject), Now: now}
		state, err := g.config.Store.Subject(ctx, Query{Subject: u.Subject, Now: now})
		if err != nil {
			return unavailable("subject", err)
		}
		var r recollection
		if err := r.UnmarshalBinary(state.Profile); err != nil {
			return unavailable("profile", err)
		}
		r.Expire(now)
		if err := change(&r, &state, &u); err != nil {
			return err
		}
		if u.Profile, err = r.MarshalBinary(); err != nil {
			return unavailable("profile", err)
		}
		if u.Version = state.Version; state.unknown() && u.teachesNothing() {
			return nil
		}
		err = g.config.Store.Update(ctx, u)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, ErrBusy):
			return busy(err)
		case !errors.Is(err, ErrConflict):
			return unavailable("update", err)
		}
	}
	return unavailable("update", ErrConflict)
}

// look returns all that is remembered of a subject, as of now.
func (g *Guard) look(ctx context.Context, subject string) (*recollection, *State, error) {
	now := g.config.Now()
	st, err := g.config.Store.Subject(ctx, Query{
		Subject: g.subjectRef(subject), Now: now, PromptsSince: now.Add(-longestPrompts), All: true,
	})
	if err != nil {
		return nil, nil, unavailable("subject", err)
	}
	r := new(recollection)
	if err := r.UnmarshalBinary(st.Profile); err != nil {
		return nil, nil, unavailable("profile", err)
	}
	r.Expire(now)
	return r, &st, nil
}

// unknown reports whether nothing is remembered of the subject, not even what
// it guessed wrong.
func (st *State) unknown() bool {
	return st.Version == 0 && st.Guesses == [Lanes]Guesses{} && len(st.Failures) == 0
}

// teachesNothing reports whether an unknown subject would be as unknown after
// the update: it then needs none (L27).
func (u *Update) teachesNothing() bool {
	var nothing recollection
	empty, err := nothing.MarshalBinary()
	return err == nil && len(u.Add) == 0 && bytes.Equal(u.Profile, empty)
}

// checkSubject returns a *RequestError for what cannot be a subject.
func checkSubject(subject string) error { return checkField("Subject", subject, 1, longestSubject) }

// Rebind gives the proofs that one session holds to another, when the host
// rotates its session after a login. Errors: a [*RequestError], [ErrBusy],
// [ErrUnavailable].
func (g *Guard) Rebind(ctx context.Context, subject, oldSession, newSession string) error {
	if err := checkSubject(subject); err != nil {
		return err
	}
	if oldSession == "" || newSession == "" {
		return &RequestError{"Session", "is empty"}
	}
	from := pseudonym(g.keys.session, oldSession)
	to := pseudonym(g.keys.session, newSession).Key
	return g.update(ctx, subject, g.config.Now(), func(_ *recollection, _ *State, u *Update) error {
		u.Rebind = Rebinding{from, to}
		return nil
	})
}

// subjectRef returns the pseudonyms that a subject may be kept under: today's,
// those under former keys, and those of the tombstone of an erased one.
func (g *Guard) subjectRef(subject string) Ref { return g.subjectRefIn(nil, subject) }

// subjectRefIn is subjectRef with room for the names of the tombstone.
func (g *Guard) subjectRefIn(tombs []Key, subject string) Ref {
	var room fewSums
	sums := g.keys.subject.AppendSums(room[:0], []byte(subject))
	r := refOf(sums)
	for _, sum := range sums {
		tombs = append(tombs, tombstone(sum))
	}
	r.Tombs = tombs
	return r
}

// tombstone is the other half of the keyed hash whose first half names the
// subject: without the key, neither tells the other.
func tombstone(sum [32]byte) Key { return Key(sum[len(Key{}):]) }
