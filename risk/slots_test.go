// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package risk_test

import (
	"testing"

	"github.com/proportion-go/proportion/risk"
)

// TestSlotsHoldWhatGettersReturn sets one signal at a time.
func TestSlotsHoldWhatGettersReturn(t *testing.T) {
	for _, spec := range risk.Catalogue() {
		var s risk.Signals
		want := 1.0
		switch spec.Type {
		case risk.Bool:
			s.SetBool(spec.Signal, risk.True)
		case risk.Number:
			want = 7.5
			s.SetNumber(spec.Signal, want)
		default:
			if slot := spec.Signal.Slot(); slot >= 0 {
				t.Errorf("%s is a %s and has slot %d", spec.Name, spec.Type, slot)
			}
			continue
		}
		values, known := s.Slots()
		slot := spec.Signal.Slot()
		if slot < 0 || slot >= len(values) || values[slot] != want || known != 1<<slot {
			t.Errorf("%s: got slot %d of %v, known %b; want %v", spec.Name, slot, values, known, want)
		}
		if x, ok := s.Slot(spec.Signal); x != want || !ok {
			t.Errorf("%s: Slot is %v, %v; want %v", spec.Name, x, ok, want)
		}
	}
}
