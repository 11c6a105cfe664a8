// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// testPolicy returns the policy of testdata/policy.yaml.
func testPolicy(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := policy.Load("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newBench returns a bench with the test policy.
func newBench(t testing.TB, changes ...func(*stepup.Config)) *steptest.Bench {
	t.Helper()
	return steptest.New(t, testPolicy(t), changes...)
}

func alice(name string) *steptest.Client { return steptest.NewClient(steptest.Alice, name) }

func transfer(amount string) map[string]any {
	return map[string]any{"amount": amount, "payee": "FR76 3000 4000 0312", "payee_trusted": false}
}

// wrong returns a code of the same length that is not the given one.
func wrong(code string) string {
	last := byte('0')
	if code[len(code)-1] == '0' {
		last = '1'
	}
	return code[:len(code)-1] + string(last)
}

// refused fails the test unless err is the generic refusal.
func refused(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, stepup.ErrRefused) {
		t.Fatalf("got error %v, want %v", err, stepup.ErrRefused)
	}
}

// each runs f n times at once and returns how many calls gave no error.
func each(n int, f func() error) (succeeded int) {
	var wg sync.WaitGroup
	results := make(chan error, n)
	start := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-start
			results <- f()
		})
	}
	close(start)
	wg.Wait()
	close(results)
	for err := range results {
		if err == nil {
			succeeded++
		}
	}
	return succeeded
}

// brokenStore is a store that counts its operations, and whose operations fail
// when told to.
type brokenStore struct {
	stepup.Store
	mu      sync.Mutex
	fail    map[string]bool
	calls   map[string]int
	counted int // attempts that were not refused
}

var errStore = errors.New("connection refused")

func newBrokenStore(failing ...string) *brokenStore {
	b := &brokenStore{
		Store: stepup.NewMemory(stepup.MemoryConfig{}), fail: map[string]bool{}, calls: map[string]int{},
	}
	for _, name := range failing {
		b.fail[name] = true
	}
	return b
}

func (b *brokenStore) called(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[name]++
	if b.fail[name] {
		return errStore
	}
	return nil
}

func (b *brokenStore) Subject(ctx context.Context, q stepup.Query) (stepup.State, error) {
	if err := b.called("subject"); err != nil {
		return stepup.State{}, err
	}
	return b.Store.Subject(ctx, q)
}

func (b *brokenStore) Open(ctx context.Context, o stepup.Opening) error {
	if err := b.called("open"); err != nil {
		return err
	}
	return b.Store.Open(ctx, o)
}

func (b *brokenStore) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	if err := b.called("attempt"); err != nil {
		return stepup.Attempted{}, err
	}
	attempted, err := b.Store.Attempt(ctx, a)
	if err == nil {
		b.mu.Lock()
		b.counted++
		b.mu.Unlock()
	}
	return attempted, err
}

func (b *brokenStore) Settle(ctx context.Context, s stepup.Settlement) error {
	if err := b.called("settle"); err != nil {
		return err
	}
	return b.Store.Settle(ctx, s)
}

func (b *brokenStore) Redeem(ctx context.Context, r stepup.Redemption) error {
	if err := b.called("redeem"); err != nil {
		return err
	}
	return b.Store.Redeem(ctx, r)
}

func (b *brokenStore) Spend(ctx context.Context, s stepup.Spending) error {
	if err := b.called("spend"); err != nil {
		return err
	}
	return b.Store.Spend(ctx, s)
}

func (b *brokenStore) Update(ctx context.Context, u stepup.Update) error {
	if err := b.called("update"); err != nil {
		return err
	}
	return b.Store.Update(ctx, u)
}
