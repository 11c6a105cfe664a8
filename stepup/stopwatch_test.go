// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"
)

// stopwatch compares how long the cases of one answer take, on a machine that
// does other work too. Samples are taken in blocks, within which all cases are
// mixed at random; a block is judged by medians, which the few samples that were
// interrupted do not move, and the cases by how many blocks agree. It says that
// two differ only if it is sure.
type stopwatch struct {
	tolerance float64 // as a part of what the first case takes
	doubt     float64 // the chance that two are said to differ, and do not
	most      int     // blocks
}

// timed is one sample to take.
type timed struct {
	name   string
	answer func() error
}

// compare takes blocks until every case is known to take as long as the first,
// or one not to, which it returns, and by what part of the first it differs.
func (w stopwatch) compare(t *testing.T, block func() []timed) (name string, by float64) {
	t.Helper()
	differences, names := map[string][]float64{}, []string(nil)
	for n := 1; n <= w.most; n++ {
		samples := block()
		medians := measure(t, samples)
		first := samples[0].name
		sure := true
		for _, s := range samples {
			if s.name == first || len(differences[s.name]) == n {
				continue
			}
			d := append(differences[s.name], medians[s.name]/medians[first]-1)
			differences[s.name], names = d, append(names, s.name)
			low, high := w.between(d)
			if low > w.tolerance || high < -w.tolerance {
				return s.name, median(d)
			}
			sure = sure && -w.tolerance <= low && high <= w.tolerance
		}
		if sure {
			break
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		t.Logf("%s: %+.0f %% in %d blocks", name, 100*median(differences[name]), len(differences[name]))
	}
	return "", 0
}

// between returns between which of its values the median of what was drawn
// lies: by the sign test, so that nothing is assumed of how it is spread.
func (w stopwatch) between(drawn []float64) (low, high float64) {
	sorted := slices.Sorted(slices.Values(drawn))
	n, below, tail := len(sorted), 0, math.Pow(0.5, float64(len(sorted)))
	for term := tail; tail*2 <= w.doubt && below < n/2; below++ {
		term *= float64(n-below) / float64(below+1)
		tail += term
	}
	if below == 0 {
		return math.Inf(-1), math.Inf(1)
	}
	return sorted[below-1], sorted[n-below]
}

// measure answers in random order, and returns the median time of each case in
// nanoseconds.
func measure(t *testing.T, samples []timed) map[string]float64 {
	t.Helper()
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	taken := map[string][]float64{}
	for _, i := range rand.Perm(len(samples)) {
		start := time.Now()
		err := samples[i].answer()
		name := samples[i].name
		taken[name] = append(taken[name], float64(time.Since(start)))
		refused(t, err)
	}
	medians := map[string]float64{}
	for name, all := range taken {
		medians[name] = median(all)
	}
	return medians
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[len(sorted)/2] + sorted[(len(sorted)-1)/2]) / 2
}

// The stopwatch is right of what is drawn at random: two that are alike differ
// as seldom as it says, and two that differ by twice its tolerance are found.
func TestStopwatchBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	w := stopwatch{tolerance: 0.3, doubt: 1e-2}
	outside := 0
	for range 2_000 {
		var drawn []float64
		for range 20 {
			drawn = append(drawn, random.NormFloat64())
		}
		if low, high := w.between(drawn); low > 0 || high < 0 {
			outside++
		}
	}
	if outside == 0 || outside > 40 { // 20 are expected at most
		t.Errorf("the median was outside of its bounds %d times of 2,000, want at most about 20", outside)
	}
	if low, _ := w.between([]float64{1, 2, 3}); !math.IsInf(low, -1) {
		t.Errorf("three values are sure of %v, want of nothing", low)
	}
}
