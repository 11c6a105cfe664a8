// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"errors"
	"time"

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
	attempting(func(b *bent, a *stepup.Attempt) { a.Binding = b.opening(a.ID).Binding })(b)
}

func countsBeforeBinding(b *bent) {
	b.attempt = func(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
		presented := a.Binding
		a.Binding = b.opening(a.ID).Binding
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
		if o := b.opening(a.ID); !a.Binding.Is(o.Binding.Key) {
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
			st.Guesses = [stepup.Lanes]stepup.Guesses{}
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
