// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"sync"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

// TestConcurrentUse: one policy serves many goroutines. It is for the race
// detector as much as for its own comparison.
func TestConcurrentUse(t *testing.T) {
	p, err := policy.Parse(policy.Source{Name: "p", Data: []byte(generated(200, 40))})
	if err != nil {
		t.Fatal(err)
	}
	inputs := requests(256, 10)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var v policy.Verdict
			for i := range inputs {
				p.EvaluateInto(&v, &inputs[i])
				if want := p.EvaluateByWalk(inputs[i]); facts(v) != facts(want) {
					t.Errorf("input %d: %s, want %s", i, facts(v), facts(want))
				}
				_ = v.Explain()
			}
		})
	}
	group.Wait()
}
