// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// again is a store that counts an answer once and then repeats what it said,
// so that a wrong answer can be given any number of times.
type again struct {
	stepup.Store
	said *stepup.Attempted
}

func (a *again) Attempt(ctx context.Context, at stepup.Attempt) (stepup.Attempted, error) {
	if a.said == nil {
		said, err := a.Store.Attempt(ctx, at)
		if err != nil {
			return said, err
		}
		a.said = &said
	}
	return *a.said, nil
}

// refusals are the answers that a customer must not be able to tell apart
// (L14), for one method, by what is wrong with them.
func refusals(t testing.TB, m stepup.Method) map[string]func() error {
	t.Helper()
	begin := func(changes ...func(*stepup.Config)) (*scene, func(id string) error, stepup.Begun) {
		s, c := newScene(t, changes...), alice("laptop")
		d := s.Decide(c, "address.change", nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), m)
		if err != nil {
			t.Fatal(err)
		}
		code := wrong(s.answer(t, begun))
		return s, func(id string) error {
			_, err := s.Guard.Finish(t.Context(), c.Binding, id, code)
			return err
		}, begun
	}
	repeated := &again{Store: stepup.NewMemory(stepup.MemoryConfig{})}
	_, wrongly, first := begin(func(c *stepup.Config) { c.Store = repeated })
	late, lately, second := begin()
	late.Clock.Set(second.Expires)
	_, exhausted, third := begin()
	for range 5 {
		_ = exhausted(third.ID)
	}
	unknown := second.ID[:10] + "AAAA" + second.ID[14:]
	return map[string]func() error{
		"wrong":     func() error { return wrongly(first.ID) },
		"expired":   func() error { return lately(second.ID) },
		"unknown":   func() error { return lately(unknown) },
		"exhausted": func() error { return exhausted(third.ID) },
	}
}

// However an answer fails, it fails alike, to the letter.
func TestRefusalsAreTheSame(t *testing.T) {
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
		for name, answer := range refusals(t, m) {
			if err := answer(); err == nil || err.Error() != stepup.ErrRefused.Error() {
				t.Errorf("%v, %s: got error %v, want %v", m, name, err, stepup.ErrRefused)
			}
		}
	}
}

// A recovery code takes tens of milliseconds to compare, which is the time to
// fill 19 MiB: whatever is refused fills them too (L14).
func TestRefusedRecoveryCodesTakeTheSameWork(t *testing.T) {
	b, c, _ := withRecovery(t)
	begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.Recovery)
	work := func(name, binding, id string) {
		t.Helper()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := b.Guard.Finish(t.Context(), binding, id, "00000-00000-00000")
		runtime.ReadMemStats(&after)
		if refused(t, err); after.TotalAlloc-before.TotalAlloc < 19<<20 {
			t.Errorf("%s: got %d bytes of work, want 19 MiB", name, after.TotalAlloc-before.TotalAlloc)
		}
	}
	work("wrong", c.Binding, begun.ID)
	work("unknown", c.Binding, begun.ID[:10]+"AAAA"+begun.ID[14:])
	work("another's", mallory, begun.ID)
	work("wrong", c.Binding, begun.ID)
	work("wrong", c.Binding, begun.ID)
	work("waiting", c.Binding, begun.ID)
	b.Clock.Set(begun.Expires)
	work("expired", c.Binding, begun.ID)
}

// Whatever is wrong with an answer costs one call of the store and one line of
// the journal, which take most of the time wherever either is on a disk or
// behind a network (L14).
func TestRefusalsCostTheSameIO(t *testing.T) {
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
		j := new(book)
		store := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
		s, c := newScene(t, func(c *stepup.Config) { c.Journal, c.Store = j, store }), alice("laptop")
		begin := func(c *steptest.Client) stepup.Begun {
			d := s.Decide(c, "address.change", nil)
			begun, err := s.Guard.Begin(t.Context(), d.Ticket(), m)
			if err != nil {
				t.Fatal(err)
			}
			return begun
		}
		over, begun := begin(alice("tablet")), begin(c)
		if err := s.Guard.Cancel(t.Context(), alice("tablet").Binding, over.ID); err != nil {
			t.Fatal(err)
		}
		cost := func(name, binding, id string) {
			t.Helper()
			calls, lines := store.Calls("Attempt")+store.Calls("Subject")+store.Calls("Settle"), len(j.events)
			_, err := s.Guard.Finish(t.Context(), binding, id, wrong(s.answer(t, begun)))
			refused(t, err)
			calls = store.Calls("Attempt") + store.Calls("Subject") + store.Calls("Settle") - calls
			if lines = len(j.events) - lines; calls != 1 || lines != 1 {
				t.Errorf("%v, %s: got %d calls and %d lines, want 1 and 1", m, name, calls, lines)
			}
		}
		cost("wrong", c.Binding, begun.ID)
		cost("another's", mallory, begun.ID)
		cost("cancelled", alice("tablet").Binding, over.ID)
		cost("unknown", c.Binding, begun.ID[:10]+"AAAA"+begun.ID[14:])
		s.Clock.Set(begun.Expires)
		cost("expired", c.Binding, begun.ID)
	}
}

// BenchmarkRefusal measures how long each refusal takes, beside each other. A
// difference of microseconds is lost in any network.
func BenchmarkRefusal(b *testing.B) {
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6, stepup.TOTP} {
		answers := refusals(b, m)
		for _, name := range []string{"wrong", "expired", "unknown", "exhausted"} {
			b.Run(m.String()+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if answers[name]() == nil {
						b.Fatal("a wrong answer was accepted")
					}
				}
			})
		}
	}
}
