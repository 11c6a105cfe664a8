// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"errors"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

func brokenClocks() []broken {
	return []broken{
		{"believes any time ahead", "a leap of the clock changes nothing", memoryWith(nil)},
		{"forgets by a clock that leaped", "a leap of the clock changes nothing", forgetsByLeap},
		{"takes any time back", "a leap of the clock changes nothing", takesTimesBack},
		{"refuses whoever is a little ahead", "a leap is one of more than five minutes", asking(time.Nanosecond)},
		{"refuses whoever is a little behind", "a leap is one of more than five minutes",
			asking(-time.Nanosecond)},
		{"takes an idle hour for a leap", "time that passes is no leap",
			memoryWith(func() time.Duration { return 0 })},
		{"never believes that it slept", "a time ahead that all agree on is believed", neverBelieves},
		{"believes a leap at once", "a time ahead that all agree on is believed", memoryWith(nil)},
		{"believes a leap that is disputed", "one clock that disagrees keeps a leap from being believed",
			believesDisputed},
	}
}

// memoryWith is a store with another clock of its own.
func memoryWith(elapsed func() time.Duration) func(*bent) {
	return func(b *bent) { b.wrap(stepup.NewMemory(stepup.MemoryConfig{Elapsed: elapsed})) }
}

// forgetsByLeap forgets what was redeemed when it refuses a time ahead.
func forgetsByLeap(b *bent) {
	leaped := false
	b.redeem = func(ctx context.Context, r stepup.Redemption) error {
		err := b.Store.Redeem(ctx, r)
		leaped = leaped || errors.Is(err, stepup.ErrClock)
		if leaped && errors.Is(err, stepup.ErrRedeemed) {
			return nil
		}
		return err
	}
}

func takesTimesBack(b *bent) {
	var latest time.Time
	b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
		st, err := b.Store.Subject(ctx, q)
		if errors.Is(err, stepup.ErrClock) && q.Now.Before(latest) {
			q.Now = latest
			return b.Store.Subject(ctx, q)
		}
		if err == nil {
			latest = q.Now
		}
		return st, err
	}
}

func neverBelieves(b *bent) {
	b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
		if q.Now.Sub(newProbeClock().Now()) > b.clock.Elapsed()+stepup.MostLeap {
			return stepup.State{}, stepup.ErrClock
		}
		return b.Store.Subject(ctx, q)
	}
}

// believesDisputed does not tell the store of the calls that dispute.
func believesDisputed(b *bent) {
	b.subject = func(ctx context.Context, q stepup.Query) (stepup.State, error) {
		if b.clock.Elapsed() > 0 && q.Now.Before(b.clock.Now()) {
			return stepup.State{}, nil
		}
		return b.Store.Subject(ctx, q)
	}
}

func brokenRepetitions() []broken {
	return []broken{
		{"opens once, and refuses the repetition", "a repeated opening opens once",
			opening(func(o *stepup.Opening) { o.Try = stepup.Try{} })},
		{"counts a repeated attempt", "a repeated attempt counts once",
			attempting(func(_ *bent, a *stepup.Attempt) { a.Try = stepup.Try{} })},
		{"repeats for another binding", "a repeated attempt counts once", repeatsForAnybody},
		{"refuses a repeated proof", "a repeated settlement proves once",
			settling(func(s *stepup.Settlement) { s.Try = stepup.Try{} })},
		{"sends a repeated change again", "a repeated change changes once",
			changing(func(c *stepup.Change) { c.Try = stepup.Try{} })},
		{"takes every call for a repetition", "a repeated change changes once",
			changing(func(c *stepup.Change) { c.Try = stepup.Try{1} })},
		{"refuses a repeated redemption", "a repeated redemption redeems once",
			redeeming(func(r *stepup.Redemption) { r.Try = stepup.Try{} })},
		{"takes every redemption for a repetition", "a repeated redemption redeems once",
			redeeming(func(r *stepup.Redemption) { r.Try = stepup.Try{1} })},
		{"counts repeated charges", "repeated charges count once",
			spending(func(s *stepup.Spending) { s.Try = stepup.Try{} })},
		{"takes what it ever heard for a repetition", "the name of a call is good for that call alone", repeatsEver},
	}
}

func repeatsEver(b *bent) {
	said := map[stepup.Try]stepup.Attempted{}
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		if before, ok := said[a.Try]; ok && a.Try != (stepup.Try{}) {
			return before, nil
		}
		counted, err := b.Store.Attempt(ctx, a)
		said[a.Try] = counted
		return counted, err
	}
}

func changing(change func(*stepup.Change)) func(*bent) {
	return func(b *bent) {
		b.change = func(ctx context.Context, c stepup.Change) (time.Time, error) {
			change(&c)
			return b.Store.Change(ctx, c)
		}
	}
}

func redeeming(change func(*stepup.Redemption)) func(*bent) {
	return func(b *bent) {
		b.redeem = func(ctx context.Context, r stepup.Redemption) error {
			change(&r)
			return b.Store.Redeem(ctx, r)
		}
	}
}

func spending(change func(*stepup.Spending)) func(*bent) {
	return func(b *bent) {
		b.spend = func(ctx context.Context, s stepup.Spending) error {
			change(&s)
			return b.Store.Spend(ctx, s)
		}
	}
}

func repeatsForAnybody(b *bent) {
	answered := map[stepup.Try]bool{}
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		b.mu.Lock()
		repeated := answered[a.Try]
		answered[a.Try] = a.Try != stepup.Try{}
		b.mu.Unlock()
		if repeated {
			a.Binding = b.opening(a.ID).Binding
		}
		return b.Store.Attempt(ctx, a)
	}
}

func brokenRotations() []broken {
	return []broken{
		{"is known under one key at a time", "keys that rotate at once count together",
			opening(func(o *stepup.Opening) { o.Subject.Former = nil })},
		{"leaves a tomb under another key", "keys that rotate at once count together", erasesOneName},
		{"begins caps anew with a key", "a rotation begins no cap anew",
			opening(func(o *stepup.Opening) { forgetFormer(o.Caps) })},
		{"answers under the first key alone", "a rotation begins no cap anew",
			settling(func(s *stepup.Settlement) { s.Answered = nil })},
		{"supersedes under one key", "a rotation supersedes all the same",
			opening(func(o *stepup.Opening) { o.Binding.Former = nil })},
		{"takes actions of two keys for two", "a rotation supersedes all the same",
			opening(func(o *stepup.Opening) { o.Action.Former = nil })},
		{"forgets whom it knew under another key", "a subject of another key's shard ends as any",
			opening(func(o *stepup.Opening) { o.Subject.Former = nil })},
		{"leaves a tomb for one ring", "erasing by one ring buys no guesses of another", buriesUnderOneKey},
	}
}

func buriesUnderOneKey(b *bent) {
	b.erase = func(ctx context.Context, e stepup.Erasure) error {
		e.Subject.Tombs = nil
		return b.Store.Erase(ctx, e)
	}
}

func forgetFormer(caps []stepup.Cap) {
	for i := range caps {
		caps[i].Of.Former = nil
	}
}

func erasesOneName(b *bent) {
	b.erase = func(ctx context.Context, e stepup.Erasure) error {
		e.Subject = stepup.Ref{Key: e.Subject.Key}
		e.Tombstone = stepup.Key{0xa1, 0x1c, 1} // the other name
		return b.Store.Erase(ctx, e)
	}
}
