// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/proportion-go/proportion/risk"
)

func TestCommittedPageIsTheGeneratedOne(t *testing.T) {
	got, err := os.ReadFile("../../SIGNALS.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, render()) {
		t.Error("SIGNALS.md is not what the catalogue says: run go generate ./risk")
	}
}

func TestEverySignalIsOnThePageOnce(t *testing.T) {
	page := render()
	for _, s := range risk.Catalogue() {
		if n := bytes.Count(page, []byte("| `"+s.Name+"` |")); n != 1 {
			t.Errorf("%s stands %d times", s.Name, n)
		}
	}
}
