// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// mostEvidence is how many decisions a calibration is made from: two megabytes
// of them say as much about 101 quantiles as all.
const mostEvidence = 1 << 18

// Calibrate returns the calibration of familiarity by the decisions that a
// source recorded, for Config.Familiarity of a guard: what a score of 90 points
// means is told by what the deployment itself observed. Left out are decisions
// that were labelled an attack, and those of which a part of familiarity is
// unknown, or sealed. Of very many, evenly spread ones are taken.
//
// Fewer than [risk.MinCalibration] that can be used are [risk.ErrCalibration].
// Lines that are no events are passed over; any other error of the source ends
// it.
func Calibrate(ctx context.Context, from Source) (*risk.Calibration, error) {
	var s strangeness
	for c, err := range from.Cases(ctx) {
		var line *journal.LineError
		switch {
		case errors.As(err, &line):
			continue
		case err != nil:
			return nil, fmt.Errorf("replay: calibrate: %w", err)
		}
		if c.Recorded && c.Label != Attack && c.Event.Decision != nil {
			s.add(c.Event.Decision.Signals)
		}
	}
	return risk.NewCalibration(s.evidence)
}

// strangeness keeps every so many-th of what it is given.
type strangeness struct {
	evidence []float64
	every    int
	seen     int
}

func (s *strangeness) add(signals *risk.Signals) {
	if signals == nil {
		return
	}
	network, ok := signals.Number(risk.FamiliarityNetwork)
	agent, known := signals.Number(risk.FamiliarityAgent)
	if !ok || !known {
		return
	}
	if len(s.evidence) == mostEvidence {
		for i := range mostEvidence / 2 {
			s.evidence[i] = s.evidence[2*i]
		}
		s.evidence = s.evidence[:mostEvidence/2]
		s.every *= 2
	}
	if s.every = max(s.every, 1); s.seen%s.every == 0 {
		s.evidence = append(s.evidence, network+agent)
	}
	s.seen++
}
