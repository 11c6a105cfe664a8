// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package engines_test

import (
	"testing"

	"github.com/proportion-go/proportion/internal/peerbench/engines"
	"github.com/proportion-go/proportion/internal/peerbench/workload"
)

// BenchmarkEngines is for profiles. To compare, use the command ratios, in
// which the engines take turns.
func BenchmarkEngines(b *testing.B) {
	for _, shape := range workload.Small() {
		set := shape.Set()
		for _, m := range engines.All() {
			b.Run(shape.Name+"/"+m.Name, func(b *testing.B) {
				engine, err := m.Make(set)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					engine.Decide(i % workload.Requests)
				}
			})
		}
	}
}
