// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
)

// version returns the profile's, as it stands.
func (b *bent) version(ctx context.Context, subject stepup.Ref, now time.Time) uint64 {
	st, _ := b.Store.Subject(ctx, stepup.Query{Subject: subject, Now: now})
	return st.Version
}

func settlesAnyVersion(b *bent) {
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		s.Version = b.version(ctx, b.opening(s.ID).Subject, s.Now)
		return b.Store.Settle(ctx, s)
	}
}

func keepsPart(b *bent) {
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		settled, err := b.Store.Settle(ctx, s)
		if errors.Is(err, stepup.ErrRefused) {
			_ = b.Store.Update(ctx, stepup.Update{
				Subject: b.opening(s.ID).Subject, Profile: s.Profile, Version: s.Version, Now: s.Now,
			})
		}
		return settled, err
	}
}

func acceptsChanged(b *bent) {
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		st, _ := b.Store.Subject(ctx, stepup.Query{Subject: b.opening(s.ID).Subject, Now: s.Now})
		for _, a := range st.Authenticators {
			s.Was = bytes.Clone(a.Sealed)
		}
		return b.Store.Settle(ctx, s)
	}
}

func holdsForAll(_ stepup.Query, st *stepup.State) {
	if len(st.Devices) > 0 && len(st.Proofs) == 0 {
		st.Proofs = append(st.Proofs, stepup.Held{})
	}
}

func holdsAll(b *bent) {
	var held []stepup.Held
	settling(func(s *stepup.Settlement) { held = append(held, s.Held) })(b)
	telling(func(_ stepup.Query, st *stepup.State) { st.Proofs = held })(b)
}

func leavesCounter(b *bent) {
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		_, err := b.Store.Settle(ctx, s)
		return stepup.Settled{Counter: 1}, err
	}
}

func knowsAll(b *bent) {
	var known []stepup.Device
	settling(func(s *stepup.Settlement) { known = append(known, stepup.Device{ID: s.Held.Device}) })(b)
	telling(func(_ stepup.Query, st *stepup.State) { st.Devices = known })(b)
}

func redeemsTwice(b *bent) {
	b.redeem = func(ctx context.Context, r stepup.Redemption) error {
		if err := b.Store.Redeem(ctx, r); b.times(r.ID) != 2 {
			return err
		}
		return nil
	}
}

func forgetsRedeemed(b *bent) {
	b.redeem = func(ctx context.Context, r stepup.Redemption) error {
		if r.Now.Sub(r.Issued) > time.Minute {
			return nil
		}
		return b.Store.Redeem(ctx, r)
	}
}

func hasNoEpoch(b *bent) {
	b.redeem = func(ctx context.Context, r stepup.Redemption) error {
		r.Issued = r.Now
		return b.Store.Redeem(ctx, r)
	}
}

func chargesOneByOne(b *bent) {
	b.spend = func(ctx context.Context, s stepup.Spending) error {
		for _, c := range s.Charges {
			one := s
			one.Charges = []policy.Charge{c}
			if err := b.Store.Spend(ctx, one); err != nil {
				return err
			}
		}
		return nil
	}
}

func chargesLess(b *bent) {
	b.spend = func(ctx context.Context, s stepup.Spending) error {
		s.Charges = slices.Clone(s.Charges)
		for i := range s.Charges {
			s.Charges[i].Sum, _ = policy.ParseDecimal("1")
		}
		return b.Store.Spend(ctx, s)
	}
}

func remembersAsked(b *bent) {
	b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
		_ = b.Store.Update(ctx, stepup.Update{Subject: q.Subject, Now: q.Now})
		return b.Store.Subject(ctx, q)
	}
}

func updatesAnyVersion(b *bent) {
	b.update = func(ctx context.Context, u stepup.Update) error {
		for {
			u.Version = b.version(ctx, u.Subject, u.Now)
			if err := b.Store.Update(ctx, u); !errors.Is(err, stepup.ErrConflict) {
				return err
			}
		}
	}
}

func unlocksAll(u *stepup.Update) {
	if len(u.Unlock) > 0 {
		u.Unlock = []stepup.Lane{stepup.StrangerLane, stepup.TrustedLane, stepup.FirstFactorLane}
	}
}

func knowsNoFormer(b *bent) {
	b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
		q.Subject.Former = nil
		return b.Store.Subject(ctx, q)
	}
	updating(func(u *stepup.Update) { u.Subject.Former = nil })(b)
}

func staysFormer(u *stepup.Update) {
	if n := len(u.Subject.Former); n > 0 {
		u.Subject = stepup.Ref{Key: u.Subject.Former[n-1]}
	}
}

func sharesMemory(b *bent) {
	var told *stepup.State
	b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
		st, err := b.Store.Subject(ctx, q)
		if told == nil && len(st.Proofs) > 0 {
			told = &st
		}
		if told != nil {
			return *told, err
		}
		return st, err
	}
}

func ignoresContext(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		return b.Store.Attempt(context.WithoutCancel(ctx), a)
	}
}

func erasesNothing(b *bent) {
	b.erase = func(context.Context, stepup.Erasure) error { return nil }
}

func forgetsGuesses(b *bent) {
	b.erase = func(ctx context.Context, e stepup.Erasure) error {
		e.Tombstone = stepup.Key{}
		return b.Store.Erase(ctx, e)
	}
}

func keepsEmptyTomb(b *bent) {
	b.erase = func(ctx context.Context, e stepup.Erasure) error {
		return b.Store.Update(ctx, stepup.Update{
			Subject: stepup.Ref{Key: e.Tombstone}, Now: e.Now, Add: []stepup.Authenticator{{Method: stepup.TOTP}},
		})
	}
}

// tellsEnded tells of every challenge that was ever opened.
func tellsEnded(b *bent) {
	var opened []stepup.Pending
	opening(func(o *stepup.Opening) {
		opened = append(opened, stepup.Pending{ID: o.ID, Method: o.Method, Expires: o.Expires, Demand: o.Demand})
	})(b)
	telling(func(q stepup.Query, st *stepup.State) {
		if q.All {
			st.Pending = opened
		}
	})(b)
}
