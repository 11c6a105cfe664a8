// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import "testing"

// TestCost: a decision costs what the rules for its action cost, and no more.
func TestCost(t *testing.T) {
	p := withRules(t, `[{id: a, when: geo.tor, unknown: skip, score: 1},
   {id: b, on: [email], when: 'any(tags, # matches "^[a-z]+$")', unknown: skip, score: 1}]`)
	cheap, dear := p.Cost("view"), p.Cost("email")
	if cheap > 10 || dear < 16384 || dear > 1<<20 {
		t.Errorf("costs are %d and %d", cheap, dear)
	}
	if got := p.Cost("unlisted"); got != cheap {
		t.Errorf("an unlisted action costs %d, want %d", got, cheap)
	}
}
