// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/internal/peerbench/measure"
)

// A slow peer in one round does not decide a ratio, nor does a busy machine
// that slows both.
func TestRatioIsOfTheSameRound(t *testing.T) {
	ours := measure.Result{Rounds: []float64{10, 30, 10, 11, 10}}
	theirs := measure.Result{Rounds: []float64{100, 300, 100, 900, 101}}
	if got := theirs.Over(ours); got != 10 {
		t.Errorf("got a ratio of %g, want 10", got)
	}
	if got := ours.Time(); got != 10 {
		t.Errorf("got a time of %g, want 10", got)
	}
}

func TestReportSaysWhatIsNotReached(t *testing.T) {
	r := measure.Report{
		Bars: []measure.Bar{{"speed", "≥ 2×", "3×", true}, {"size", "≤ 1 byte", "2 bytes", false}},
		Tables: []measure.Table{{
			Title: "Sizes", Notes: strings.Repeat("word ", 40), Head: []string{"name", "µ"}, Rows: [][]string{{"a", "22"}},
		}},
	}
	var b bytes.Buffer
	r.Write(&b, time.Date(2026, 11, 4, 23, 0, 0, 0, time.UTC))
	got := b.String()
	for _, want := range []string{
		"2026-11-04, ",
		"| size  | ≤ 1 byte | 2 bytes  | **no**  |\n",
		"1 of 2 are reached.",
		"| name | µ   |\n| ---- | --- |\n| a    | 22  |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the report lacks %q:\n%s", want, got)
		}
	}
	for line := range strings.Lines(got) {
		if len([]rune(line)) > 81 && !strings.HasPrefix(line, "|") {
			t.Errorf("a line is longer than 80 columns: %q", line)
		}
	}
}
