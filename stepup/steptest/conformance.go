// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package steptest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// TestStore checks that a [stepup.Store] does what the interface promises, in
// the order of the interface's own comments. The factory returns an empty store
// that nobody else uses, and whose own clock is the given one's
// [Clock.Elapsed]; it is called once for each check, and may register the
// store's end with Cleanup. All violations are reported, each with a sentence.
//
// It never sleeps, and reads no clock.
func TestStore(t *testing.T, factory func(testing.TB, *Clock) stepup.Store) {
	t.Helper()
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			clock := newProbeClock()
			for _, violation := range c.violations(t, factory(t, clock), clock) {
				t.Error(violation)
			}
		})
	}
}

// check is one promise of a store, or a few that belong together.
type check struct {
	name string
	run  func(*probe)
}

// checks returns all of them.
func checks() []check {
	return slices.Concat(challengeChecks(), issuingChecks(), budgetChecks(), waitChecks(),
		settlingChecks(), onceChecks(), subjectChecks(), erasureChecks(), clockChecks(), repeatChecks(),
		rotationChecks(), aroundChecks(), allChecks())
}

func newProbeClock() *Clock { return NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)) }

// violations runs the check against an empty store with that clock.
func (c check) violations(tb testing.TB, store stepup.Store, clock *Clock) []string {
	p := &probe{
		store: store, clock: clock, ctx: tb.Context(), subject: stepup.Ref{Key: stepup.Key{0xa1, 0x1c, 0xe0}},
		now: clock.Now(),
	}
	c.run(p)
	return p.found
}

// probe is one check under way: a store, a clock of its own, and what was found
// wrong.
type probe struct {
	store   stepup.Store
	clock   *Clock
	ctx     context.Context
	subject stepup.Ref
	now     time.Time
	ids     uint16

	mu    sync.Mutex
	found []string
}

// violated notes a broken promise.
func (p *probe) violated(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found = append(p.found, fmt.Sprintf(format, args...))
}

// want notes a broken promise unless the error is the wanted one; nil wants
// none. It reports whether it was.
func (p *probe) want(want, got error, promise string) bool {
	if want == nil && got == nil || want != nil && errors.Is(got, want) {
		return true
	}
	p.violated("%s: got error %v, want %v", promise, got, want)
	return false
}

// equal notes a broken promise unless the values are the same.
func equal[T comparable](p *probe, want, got T, promise string) {
	if got != want {
		p.violated("%s: got %v, want %v", promise, got, want)
	}
}

// advance lets time pass.
func (p *probe) advance(d time.Duration) { p.until(p.now.Add(d)) }

// until lets time pass until t.
func (p *probe) until(t time.Time) {
	p.clock.Advance(t.Sub(p.clock.Now()))
	p.now = t
}

// try is a name for one call.
func (p *probe) try() (t stepup.Try) {
	p.ids++
	t[0], t[1], t[2] = 1, byte(p.ids>>8), byte(p.ids)
	return t
}

// opening returns a challenge by six digits that nobody opened yet, which lives
// for five minutes.
func (p *probe) opening(changes ...func(*stepup.Opening)) stepup.Opening {
	p.ids++
	o := stepup.Opening{
		Subject: p.subject, Binding: stepup.Ref{Key: stepup.Key{9}}, Device: stepup.Key{7}, Action: stepup.Ref{Key: stepup.Key{5}},
		Method: stepup.Code6, Code: [32]byte{6}, Attempts: 5,
		Now: p.now, Issued: p.now, Expires: p.now.Add(5 * time.Minute), Demand: []byte("fake demand"),
	}
	for _, change := range changes {
		change(&o)
	}
	o.ID[0], o.ID[1] = o.Subject.Key[0], o.Subject.Key[1]
	o.ID[2], o.ID[3] = byte(p.ids>>8), byte(p.ids)
	return o
}

// open opens such a challenge, which has to succeed.
func (p *probe) open(changes ...func(*stepup.Opening)) stepup.Opening {
	o := p.opening(changes...)
	p.want(nil, p.store.Open(p.ctx, o), "a first challenge can be opened")
	return o
}

// The usual changes of an opening.

func by(m stepup.Method) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Method = m }
}

func in(l stepup.Lane) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Lane = l }
}

func on(device byte) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Device = stepup.Key{device} }
}

// from tells bindings apart, so that no challenge supersedes another.
func from(binding byte) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Binding.Key = stepup.Key{binding} }
}

func of(r stepup.Ref) func(*stepup.Opening) {
	return func(o *stepup.Opening) { o.Subject = r }
}

// long makes a challenge that outlives every wait, with as many attempts.
func long(o *stepup.Opening) {
	o.Expires, o.Attempts = o.Now.Add(10_000*time.Hour), 1000
}

// wide are limits that nothing reaches.
func wide() (l [stepup.Lanes]stepup.Guesses) {
	for i := range l {
		l[i] = stepup.Guesses{All: 1 << 30, Code4: 1 << 30}
	}
	return l
}

// cost is what an attempt of a probe costs: enough to tell that it was counted.
const cost = 10

// attempt answers a challenge as its own browser would.
func (p *probe) attempt(o stepup.Opening, changes ...func(*stepup.Attempt)) (stepup.Attempted, error) {
	a := stepup.Attempt{
		ID: o.ID, Method: o.Method, Binding: o.Binding, Now: p.now, Cost: cost, Limits: wide(),
	}
	for _, change := range changes {
		change(&a)
	}
	return p.store.Attempt(p.ctx, a)
}

// attempted answers a challenge, which has to be counted.
func (p *probe) attempted(o stepup.Opening, changes ...func(*stepup.Attempt)) stepup.Attempted {
	counted, err := p.attempt(o, changes...)
	p.want(nil, err, "a pending challenge can be attempted")
	return counted
}

// settlement is the plainest proof of a challenge that was attempted.
func (p *probe) settlement(o stepup.Opening, a stepup.Attempted) stepup.Settlement {
	return stepup.Settlement{ID: o.ID, Now: p.now, Refund: cost, Profile: a.Profile, Version: a.Version, Reset: -1}
}

// pass takes a challenge all the way, with what the change adds to its proof.
func (p *probe) pass(o stepup.Opening, changes ...func(*stepup.Settlement)) stepup.Settled {
	s := p.settlement(o, p.attempted(o))
	for _, change := range changes {
		change(&s)
	}
	settled, err := p.store.Settle(p.ctx, s)
	p.want(nil, err, "a right answer can be settled")
	return settled
}

// state returns what is remembered of the probe's subject.
func (p *probe) state(changes ...func(*stepup.Query)) stepup.State {
	q := stepup.Query{Subject: p.subject, Now: p.now, PromptsSince: p.now.Add(-24 * time.Hour)}
	for _, change := range changes {
		change(&q)
	}
	st, err := p.store.Subject(p.ctx, q)
	p.want(nil, err, "a subject can be asked for")
	return st
}

// update changes the subject as it stands.
func (p *probe) update(change func(*stepup.Update)) {
	st := p.state()
	u := stepup.Update{Subject: p.subject, Profile: st.Profile, Version: st.Version, Now: p.now}
	change(&u)
	p.want(nil, p.store.Update(p.ctx, u), "a subject can be updated from its own version")
}

// newcomer notes a broken promise unless nothing is remembered of the subject.
func (p *probe) newcomer(st stepup.State, promise string) {
	if st.Profile != nil || len(st.Authenticators)+len(st.Devices)+len(st.Proofs)+len(st.Pending)+len(st.Spent)+len(st.Failures) > 0 ||
		st.Prompts+st.Prompts24h > 0 || st.Guesses != [stepup.Lanes]stepup.Guesses{} {
		p.violated("%s: got %d authenticators, %d devices, %d proofs, guesses %v, failures %v",
			promise, len(st.Authenticators), len(st.Devices), len(st.Proofs), st.Guesses, st.Failures)
	}
}

// atOnce runs f n times at the same moment and counts the calls without an
// error.
func atOnce(n int, f func() error) (succeeded int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	start := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-start
			if f() == nil {
				mu.Lock()
				defer mu.Unlock()
				succeeded++
			}
		})
	}
	close(start)
	wg.Wait()
	return succeeded
}
