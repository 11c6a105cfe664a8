// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/replay"
)

// ofEvidence is a source of decisions with some evidence each, from memory.
type ofEvidence struct {
	replay.Source
	n     int
	label func(i int) replay.Label
	err   error // in place of the third case
}

func (r ofEvidence) Cases(context.Context) iter.Seq2[*replay.Case, error] {
	return func(yield func(*replay.Case, error) bool) {
		for i := range r.n {
			s := new(risk.Signals)
			s.SetNumber(risk.FamiliarityNetwork, float64(i))
			if i%10 > 0 { // of one in ten, a part is unknown
				s.SetNumber(risk.FamiliarityAgent, 1)
			}
			c := &replay.Case{
				Recorded: true, Label: r.label(i),
				Event: &journal.Event{ID: fmt.Sprint(i), Time: time.Unix(int64(i), 0), Decision: &journal.Decision{Signals: s}},
			}
			if i == 2 && r.err != nil {
				c = nil
			}
			if !yield(c, map[bool]error{true: r.err}[c == nil]) {
				return
			}
		}
	}
}

func legit(int) replay.Label { return replay.Legit }

func TestCalibrate(t *testing.T) {
	half := func(i int) replay.Label { // the upper half are attacks
		if i >= 10_000 {
			return replay.Attack
		}
		return replay.Unlabelled
	}
	for name, tt := range map[string]struct {
		from   ofEvidence
		middle float64
	}{
		"all":                        {ofEvidence{n: 20_000, label: legit}, 10_000},
		"attacks are left out":       {ofEvidence{n: 20_000, label: half}, 5_000},
		"lines that are none":        {ofEvidence{n: 20_000, label: legit, err: &journal.LineError{}}, 10_000},
		"more than are remembered":   {ofEvidence{n: 700_000, label: legit}, 350_000},
		"twice as many and one more": {ofEvidence{n: 1<<19 + 1, label: legit}, 1 << 18},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := replay.Calibrate(t.Context(), tt.from)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Score(tt.middle); math.Abs(got-50) > 1 {
				t.Errorf("the middle scores %v, want 50", got)
			}
			if got := c.Score(tt.middle * 2.1); got != 100 {
				t.Errorf("the strangest scores %v, want 100", got)
			}
		})
	}
}

func TestCalibrateRefuses(t *testing.T) {
	_, err := replay.Calibrate(t.Context(), ofEvidence{n: 900, label: legit})
	if !errors.Is(err, risk.ErrCalibration) {
		t.Errorf("too few: got %v", err)
	}
	broken := errors.New("disk")
	_, err = replay.Calibrate(t.Context(), ofEvidence{n: 9000, label: legit, err: broken})
	if !errors.Is(err, broken) {
		t.Errorf("a source that breaks: got %v", err)
	}
}
