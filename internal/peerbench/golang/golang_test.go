// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package golang_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/proportion-go/proportion/internal/peerbench/golang"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

func TestCommittedRulesAreCurrent(t *testing.T) {
	want, err := golang.Source(workload.Small())
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../handwritten/rules.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("handwritten/rules.go is not what the sets say: run go generate ./handwritten")
	}
}
