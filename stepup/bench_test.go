// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"testing"

	"github.com/proportion-go/proportion/stepup"
)

// BenchmarkDecide measures a decision that allows, for a subject with a
// profile, on a known device.
func BenchmarkDecide(b *testing.B) {
	bench, c := newBench(b), alice("laptop")
	bench.Prove(c, "address.change", nil, stepup.Code4)
	req := c.Request("invoice.view", nil)
	b.ReportAllocs()
	for b.Loop() {
		d, err := bench.Guard.Decide(b.Context(), req)
		if err != nil || d.Outcome != stepup.Allow {
			b.Fatalf("got %v, error %v", &d, err)
		}
	}
}

// BenchmarkFinish measures a wrong answer: one attempt counted, and compared.
func BenchmarkFinish(b *testing.B) {
	bench, c := newBench(b), alice("laptop")
	begun, code := bench.Begin(bench.Decide(c, "address.change", nil), stepup.Code4)
	typed := wrong(code)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := bench.Guard.Finish(b.Context(), c.Binding, begun.ID, typed); err == nil {
			b.Fatal("a wrong code was accepted")
		}
	}
}
