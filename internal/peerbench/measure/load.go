// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"fmt"
	"runtime"

	"github.com/proportion-go/proportion/internal/peerbench/workload"
	"github.com/proportion-go/proportion/policy"
)

// loads is how often the large policy is loaded.
const loads = 5

// loading measures how long 10,000 rules take to load, and what they hold on
// to afterwards, when their text is gone.
func loading() (Report, error) {
	table := Table{
		Title: "Loading 10,000 rules",
		Notes: "policy.Parse, the median of 5; the heap before and after, with everything else collected.",
		Head:  []string{"rules", "text", "time", "with the collector's", "retained a rule"},
	}
	var bars []Bar
	for _, style := range []workload.Style{workload.Bare, workload.WithText} {
		l, err := load(style)
		if err != nil {
			return Report{}, err
		}
		name := "without a text for customers"
		if style == workload.WithText {
			name = "each with a text for customers"
		} else {
			bars = []Bar{
				{"load 10,000 rules", "≤ 1 s", duration(l.time), l.time <= 1e9},
				{"retained a rule", "≤ 600 bytes", fmt.Sprintf("%.0f bytes", l.retained), l.retained <= 600},
			}
		}
		table.Rows = append(table.Rows, []string{
			name, fmt.Sprintf("%.1f MB", float64(l.text)/1e6), duration(l.time), duration(l.all),
			fmt.Sprintf("%.0f bytes", l.retained),
		})
	}
	return Report{Tables: []Table{table}, Bars: bars}, nil
}

type loaded struct {
	text      int
	time, all float64 // of the thread, and of the collector's threads too
	retained  float64
}

func load(style workload.Style) (loaded, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	shape := workload.ShapeNamed("10,000")
	var l loaded
	var took, all []float64
	before := heap()
	var p *policy.Policy
	for range loads {
		text := shape.Set().Policy(style)
		l.text = len(text)
		p = nil
		runtime.GC()
		began, everybody := threadTime(), processTime()
		var err error
		if p, err = policy.Parse(policy.Source{Name: "rules.yaml", Data: text}); err != nil {
			return loaded{}, err
		}
		took = append(took, float64(threadTime()-began))
		all = append(all, float64(processTime()-everybody))
	}
	l.time, l.all = median(took), median(all)
	l.retained = (heap() - before) / float64(shape.Rules)
	runtime.KeepAlive(p)
	return l, nil
}

// heap returns the bytes in use.
func heap() float64 {
	for range 3 { // what has a finalizer goes in the second or third
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
