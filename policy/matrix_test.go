// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"fmt"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

func ExamplePolicy_Cells() {
	p, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range p.Cells()[4:8] {
		fmt.Println(c.Sensitivity, c.Band, "from", c.From, "asks for", c.Step.Name)
	}
	// Output:
	// normal low from 0 asks for none
	// normal medium from 30 asks for notice
	// normal high from 60 asks for confirm
	// normal extreme from 85 asks for strong
}

func TestCells(t *testing.T) {
	if got := new(policy.Policy).Cells(); got != nil {
		t.Errorf("the zero policy has cells: %v", got)
	}
	p, err := policy.Load("testdata/good/telecom.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cells := p.Cells()
	if len(cells) != 16 {
		t.Fatalf("got %d cells, want 16", len(cells))
	}
	for i, c := range cells {
		if want := policy.Trivial - policy.Sensitivity(i/4); c.Sensitivity != want {
			t.Errorf("cell %d is of %v, want %v", i, c.Sensitivity, want)
		}
		if want := policy.Low + policy.Band(i%4); c.Band != want {
			t.Errorf("cell %d is of band %v, want %v", i, c.Band, want)
		}
	}
}
