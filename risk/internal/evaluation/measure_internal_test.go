// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package evaluation

import (
	"math"
	"testing"
)

func TestWilson(t *testing.T) {
	for _, tt := range []struct{ p, n, low, high float64 }{
		{0.5, 100, 0.4038, 0.5962}, {0, 10, 0, 0.2775}, {1, 10, 0.7225, 1}, {0.1, 50, 0.0435, 0.2136},
	} {
		low, high := wilson(tt.p, tt.n)
		if math.Abs(low-tt.low) > 1e-4 || math.Abs(high-tt.high) > 1e-4 {
			t.Errorf("%v of %v: got %.4f to %.4f, want %v to %v", tt.p, tt.n, low, high, tt.low, tt.high)
		}
	}
}

// list has scores of one model, 1 to n.
func list(n int) []scores {
	out := make([]scores, n)
	for i := range out {
		out[i].by[ours] = float64(i + 1)
	}
	return out
}

func TestThreshold(t *testing.T) {
	for target, want := range map[float64]float64{1: 1, 0.95: 6, 0.951: 5, 0.01: 100} {
		if got := threshold(list(100), ours, false, target); got != want {
			t.Errorf("%v of 100 attacks: got %v, want %v", target, got, want)
		}
	}
	if got := threshold(list(100), ours, false, 0); !math.IsInf(got, 1) {
		t.Errorf("no attack: got %v", got)
	}
	if got := threshold(list(100), rule, false, 0.5); got != 0 {
		t.Errorf("a rule that stops nothing: got %v, want all challenged", got)
	}
}

func TestTokensComeFirst(t *testing.T) {
	with, without := scores{token: true}, scores{}
	with.by[ours] = 100
	if with.of(ours, true) >= without.of(ours, true) || with.of(ours, false) <= without.of(ours, false) {
		t.Error("a token does not decide before the model does, or does where there are none")
	}
}

func TestMedian(t *testing.T) {
	values := make([]float64, 100)
	for i := range values {
		values[len(values)-1-i] = float64(i)
	}
	if got, want := median(values), (Share{50, 40, 59}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := challenged([][]scores{list(4), list(2)}, ours, false, 3); got[0] != 0.5 || got[1] != 0 {
		t.Errorf("challenged %v, want half and none", got)
	}
}

// TestStanding is "fewer" outside both intervals only.
func TestStanding(t *testing.T) {
	s := func(m float64) Share { return Share{m, m - 0.1, m + 0.1} }
	for want, by := range map[string][models]Share{
		"fewer": {s(0.9), s(0.7), s(0.4)}, "level": {s(0.9), s(0.5), s(0.4)}, "**more**": {s(0.9), s(0.2), s(0.5)},
	} {
		if got := standing(&by); got != want {
			t.Errorf("%v: got %s, want %s", by, got, want)
		}
	}
}
