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

func opensTwice(b *bent) {
	b.open = func(ctx context.Context, o stepup.Opening) error {
		if err := b.Store.Open(ctx, o); b.times(o.ID) > 2 {
			return err
		}
		return nil
	}
}

func revives(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		if !a.Now.Before(b.opening(a.ID).Expires) {
			return stepup.Attempted{}, stepup.ErrRefused // and forgets that it saw that
		}
		return b.Store.Attempt(ctx, a)
	}
}

func asksNoBinding(b *bent) {
	attempting(func(b *bent, a *stepup.Attempt) { a.Binding.Key = b.opening(a.ID).Binding })(b)
}

func countsBeforeBinding(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		presented := a.Binding
		a.Binding = stepup.Ref{Key: b.opening(a.ID).Binding}
		counted, err := b.Store.Attempt(ctx, a)
		if !presented.Is(a.Binding.Key) {
			return stepup.Attempted{}, stepup.ErrRefused
		}
		return counted, err
	}
}

func asksNoMethod(b *bent) {
	attempting(func(b *bent, a *stepup.Attempt) { a.Method = b.opening(a.ID).Method })(b)
}

func asksMobileForBinding(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		if o := b.opening(a.ID); !a.Binding.Is(o.Binding) {
			return stepup.Attempted{}, stepup.ErrRefused
		}
		return b.Store.Attempt(ctx, a)
	}
}

func remembersGuessers(b *bent) {
	guessed := 0
	attempting(func(b *bent, a *stepup.Attempt) {
		if b.opening(a.ID).Method == 0 {
			guessed++
		}
	})(b)
	telling(func(_ stepup.Query, st *stepup.State) { st.Guesses[0].All += guessed })(b)
}

func cancelsNothing(b *bent) {
	b.change = func(_ context.Context, c stepup.Change) (time.Time, error) { return b.opening(c.ID).Expires, nil }
}

func settlesAnything(b *bent) {
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		settled, _ := b.Store.Settle(ctx, s)
		return settled, nil
	}
}

func keepsOldCode(b *bent) {
	b.change = func(ctx context.Context, c stepup.Change) (time.Time, error) {
		if c.Code != [32]byte{} {
			c.Code = b.opening(c.ID).Code
		}
		return b.Store.Change(ctx, c)
	}
}

func prolongs(b *bent) {
	b.change = func(ctx context.Context, c stepup.Change) (time.Time, error) {
		end, err := b.Store.Change(ctx, c)
		return end.Add(time.Minute), err
	}
}

func neverPassed(b *bent) {
	b.look = func(ctx context.Context, l stepup.Look) (stepup.Looked, error) {
		seen, err := b.Store.Look(ctx, l)
		seen.Passed = false
		return seen, err
	}
}

func opensWhenBusy(b *bent) {
	b.open = func(ctx context.Context, o stepup.Opening) error {
		if err := b.Store.Open(ctx, o); !errors.Is(err, stepup.ErrBusy) {
			return err
		}
		return nil
	}
}

func oneMore(caps []stepup.Cap) {
	for i := range caps {
		caps[i].Most = 8
	}
}

func countsRefused(b *bent) {
	b.open = func(ctx context.Context, o stepup.Opening) error {
		err := b.Store.Open(ctx, o)
		if err == nil {
			return nil
		}
		for i, c := range o.Caps {
			decoy := o
			decoy.ID[10], decoy.ID[11] = byte(b.times(o.ID)), byte(i)
			decoy.Subject, decoy.Caps = stepup.Ref{Key: stepup.Key{0xde}}, []stepup.Cap{c}
			_ = b.Store.Open(ctx, decoy)
		}
		return err
	}
}

func changesUncapped(b *bent) {
	b.change = func(ctx context.Context, c stepup.Change) (time.Time, error) {
		c.Caps = nil
		return b.Store.Change(ctx, c)
	}
}

func noPart(_ *bent, a *stepup.Attempt) {
	for i := range a.Limits {
		a.Limits[i].Code4 = a.Limits[i].All
	}
}

func asking(later time.Duration) func(*bent) {
	return func(b *bent) {
		b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
			q.Now = q.Now.Add(later)
			return b.Store.Subject(ctx, q)
		}
	}
}

func forgivesBackwards(b *bent) {
	var latest time.Time
	telling(func(q stepup.Query, st *stepup.State) {
		if q.Now.Before(latest) {
			st.Guesses = [3]stepup.Guesses{}
		}
	})(b)
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		latest = a.Now
		return b.Store.Attempt(ctx, a)
	}
}

func saysNothing(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		counted, err := b.Store.Attempt(ctx, a)
		counted.Shut = false
		return counted, err
	}
}

func doesNotWait(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		counted, err := b.Store.Attempt(ctx, a)
		if errors.Is(err, stepup.ErrRefused) {
			a.Now = a.Now.Add(time.Hour) // past every wait
			return b.Store.Attempt(ctx, a)
		}
		return counted, err
	}
}

func moreFailures(_ stepup.Query, st *stepup.State) {
	for i := range st.Failures {
		st.Failures[i].Count++
	}
}

func forgetsRuns(b *bent) {
	passed := false
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		passed = true
		return b.Store.Settle(ctx, s)
	}
	telling(func(_ stepup.Query, st *stepup.State) {
		if passed {
			st.Failures = nil
		}
	})(b)
}

func opensAgain(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		counted, err := b.Store.Attempt(ctx, a)
		if !errors.Is(err, stepup.ErrRefused) {
			return counted, err
		}
		o := b.opening(a.ID)
		st, _ := b.Store.Subject(ctx, stepup.Query{Subject: o.Subject, Now: a.Now})
		_ = b.Store.Update(ctx, stepup.Update{
			Subject: o.Subject, Profile: st.Profile, Version: st.Version, Now: a.Now, Unlock: []stepup.Lane{o.Lane},
		})
		return b.Store.Attempt(ctx, a)
	}
}

func provesTwice(b *bent) {
	b.settle = func(ctx context.Context, s stepup.Settlement) (stepup.Settled, error) {
		settled, err := b.Store.Settle(ctx, s)
		if b.times(s.ID) == 2 {
			return settled, nil
		}
		return settled, err
	}
}

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
