// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"
)

// Rounds is how often each contestant has its turn.
const Rounds = 5

// turnLength is how long one is measured at a time.
const turnLength = "70ms"

// Setup prepares the testing package. Call it once, before flags are parsed.
func Setup() error {
	testing.Init()
	return flag.Set("test.benchtime", turnLength)
}

// contestant does one thing for input i.
type contestant struct {
	name string
	do   func(i int)
}

// Result is what was measured of one contestant.
type Result struct {
	Name   string
	Rounds []float64 // nanoseconds an operation
	Allocs float64   // allocations an operation
}

// Time is the median, in nanoseconds.
func (r Result) Time() float64 { return median(r.Rounds) }

// Over returns how many times the other's time the result's is: the median
// over the rounds.
func (r Result) Over(other Result) float64 {
	ratios := make([]float64, len(r.Rounds))
	for i := range ratios {
		ratios[i] = r.Rounds[i] / other.Rounds[i]
	}
	return median(ratios)
}

// compete measures all contestants in turn, over inputs that come in order.
func compete(inputs int, all ...contestant) []Result {
	results := make([]Result, len(all))
	for round := range Rounds {
		for i, c := range all {
			t := take(inputs, round*inputs/Rounds, c.do)
			results[i].Name = c.name
			results[i].Rounds = append(results[i].Rounds, t.time)
			if round == 0 || t.allocs < results[i].Allocs {
				results[i].Allocs = t.allocs
			}
		}
	}
	return results
}

// turn is one turn of a contestant: both are for one operation.
type turn struct{ time, allocs float64 }

// take measures one turn, in processor time of the thread.
func take(inputs, first int, do func(i int)) turn {
	var used time.Duration
	b := testing.Benchmark(func(b *testing.B) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		i, began := first, threadTime()
		for b.Loop() {
			do(i)
			if i++; i == inputs {
				i = 0
			}
		}
		used = threadTime() - began
	})
	return turn{float64(used) / float64(b.N), float64(b.MemAllocs) / float64(b.N)}
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// Bar is a limit of the design and what was measured against it.
type Bar struct {
	What, Limit, Got string
	Reached          bool
}

// Table is some of what was measured.
type Table struct {
	Title string
	Notes string
	Head  []string
	Rows  [][]string
}

// Report is what a group of benchmarks found.
type Report struct {
	Tables []Table
	Bars   []Bar
}

// Group is benchmarks that belong together.
type Group struct {
	Name string
	Run  func() (Report, error)
}

// Groups returns every group, in the order of the report.
func Groups() []Group {
	return []Group{
		{"policy", policies},
		{"load", loading},
		{"location", locations},
		{"assessment", assessments},
		{"code", codes},
		{"decision", decisions},
		{"store", store},
	}
}

// Add takes over the findings of another report.
func (r *Report) Add(other Report) {
	r.Tables = append(r.Tables, other.Tables...)
	r.Bars = append(r.Bars, other.Bars...)
}

// duration writes nanoseconds with three digits.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.3g ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
	return fmt.Sprintf("%.3g s", ns/1e9)
}

func times(ratio float64) string { return fmt.Sprintf("%.3g×", ratio) }

func count(n float64) string { return fmt.Sprintf("%.2f", n) }
