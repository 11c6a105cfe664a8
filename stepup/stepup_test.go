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

// loaded is the policy of testdata/policy.yaml, read once: nothing changes one.
var loaded = sync.OnceValues(func() (*policy.Policy, error) { return policy.Load("testdata/policy.yaml") })

// testPolicy returns it.
func testPolicy(t testing.TB) *policy.Policy {
	t.Helper()
	p, err := loaded()
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

// known makes Alice a customer of whom something is remembered.
func known(b *steptest.Bench, _ *steptest.Client) {
	if err := b.Guard.Seed(context.Background(), steptest.Alice, stepup.Identity{}); err != nil {
		panic(err)
	}
}

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

// mallory is a binding that is not the subject's.
const mallory = "fake-binding-of-mallory"

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

var errStore = errors.New("connection refused")

// faulty returns a store in memory of which some operations fail.
func faulty(failing ...string) *steptest.Faulty {
	f := steptest.NewFaulty(stepup.NewMemory(stepup.MemoryConfig{}))
	for _, operation := range failing {
		f.Fail(operation, errStore)
	}
	return f
}
