// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policytest_test

import (
	"testing"
)

// TestExpectations: of each expectation, what is right passes and what is
// wrong fails, where it stands and with what came instead.
func TestExpectations(t *testing.T) {
	for _, lines := range blocks(t, "testdata/expectations.txt", 5, 30) {
		name, request, right, wrong, failure := lines[0], lines[1], lines[2], lines[3], lines[4]
		t.Run(name, func(t *testing.T) {
			test := func(expect string) string {
				return "  - { name: a, " + request + ", expect: { " + expect + " } }\n"
			}
			if got := failures(t, parse(t, test(right)).Run()); got != "" {
				t.Errorf("%s fails:\n%s", right, got)
			}
			at := column(test(wrong), "expect: { ") + len("expect: { ")
			want := place(9, at) + failure
			if got := failures(t, parse(t, test(wrong)).Run()); got != want {
				t.Errorf("%s:\ngot  %s\nwant %s", wrong, got, want)
			}
		})
	}
}

// TestForgottenFact: a decision that lacks something fails a test that does
// not expect it, though all that it expects comes true.
func TestForgottenFact(t *testing.T) {
	test := "  - { name: a, facts: { payee: unknown }, expect: { fired: [always] } }\n"
	got := failures(t, parse(t, test).Run())
	want := place(9, 5) + `degraded: want none, got "fact payee"`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
