// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package evaluation_test

import (
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk/internal/evaluation"
)

// TestEvaluation holds EVALUATION.md to what the code prints: the prose and the
// section of the reduced run always, all of it with PROPORTION_EVALUATION=full.
func TestEvaluation(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors fuse operations, which moves logins that are on a threshold")
	}
	page, err := os.ReadFile("../../EVALUATION.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	reduced := evaluation.Run(evaluation.Reduced())
	if !strings.HasPrefix(text, evaluation.Preface()) {
		t.Error("the method is not what the code prints: run go generate ./risk")
	}
	if want := evaluation.Repeated(reduced); !strings.HasSuffix(text, want) {
		t.Errorf("the small run is not what the code prints, run go generate ./risk; now:\n%s", want)
	}
	if won, of := evaluation.Won(reduced.Rows); of != 45 || won < 40 {
		t.Errorf("fewer logins challenged than by the others in %d of %d cases, want 40 of 45", won, of)
	}
	if os.Getenv("PROPORTION_EVALUATION") != "full" {
		return
	}
	full := evaluation.Run(evaluation.Full())
	if text != string(evaluation.Page(full, reduced)) {
		t.Error("the page is not what the code prints: run go generate ./risk")
	}
	if won, of := evaluation.Won(full.Rows); of != 45 || won < 44 {
		t.Errorf("fewer logins challenged than by the others in %d of %d cases, want 44 of 45", won, of)
	}
}
