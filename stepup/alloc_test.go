// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// The race detector has pools drop what they are given, at random.

package stepup_test

import (
	"testing"

	"github.com/proportion-go/proportion/stepup"
)

// TestDecideAllocatesLittle: a decision allocates what it returns, and hardly
// more.
func TestDecideAllocatesLittle(t *testing.T) {
	bench, c := newBench(t), alice("laptop")
	bench.Prove(c, "address.change", nil, stepup.Code4)
	req := c.Request("invoice.view", nil)
	n := testing.AllocsPerRun(200, func() {
		if d, err := bench.Guard.Decide(t.Context(), req); err != nil || d.Outcome != stepup.Allow {
			t.Errorf("got %v, error %v", &d, err)
		}
	})
	if n > 8 {
		t.Errorf("%v allocations, want 8 at most", n)
	}
}
