// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"fmt"
)

var (
	_ encoding.BinaryMarshaler   = (*Replay)(nil)
	_ encoding.BinaryUnmarshaler = (*Replay)(nil)
)

// checkpoint is all that a run knows. It holds no address and no raw subject,
// but what a source keeps of its subjects: treat it as personal data.
type checkpoint struct {
	Version          int
	Policy, Baseline string
	Report           Report
	Level            uint
	Of               map[uint64]both
	Source           []byte
}

const checkpointVersion = 2

// MarshalBinary returns how far the run came, in a form that only the same
// version of this package reads. Call it between cases: from
// [Config.Progress], or after Run returned.
func (r *Replay) MarshalBinary() ([]byte, error) {
	source, err := r.source.MarshalBinary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = gob.NewEncoder(&b).Encode(checkpoint{
		Version: checkpointVersion, Policy: r.report.Policy, Baseline: r.report.Baseline,
		Report: r.report, Level: r.prompted.Level, Of: r.prompted.Of, Source: source,
	})
	return b.Bytes(), err
}

// UnmarshalBinary goes on from what MarshalBinary returned, in a new run over
// the same files, with the same policies. Call it before Run. The error is
// [ErrCheckpoint], and leaves the run as it was.
func (r *Replay) UnmarshalBinary(data []byte) error {
	c := checkpoint{}
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&c); err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	switch {
	case c.Version != checkpointVersion:
		return fmt.Errorf("%w: want version %d, got %d", ErrCheckpoint, checkpointVersion, c.Version)
	case c.Policy != r.report.Policy:
		return fmt.Errorf("%w: another policy", ErrCheckpoint)
	case c.Baseline != r.report.Baseline:
		return fmt.Errorf("%w: another baseline", ErrCheckpoint)
	}
	if err := r.source.UnmarshalBinary(c.Source); err != nil {
		return err
	}
	r.report = c.Report
	r.report.restore()
	r.prompted.Level = c.Level
	if r.prompted.Of = c.Of; c.Of == nil {
		r.prompted.Of = map[uint64]both{}
	}
	return nil
}

// restore makes the maps that were empty when they were encoded.
func (r *Report) restore() {
	if r.Costs == nil {
		r.Costs = map[string]*Cost{}
	}
	if r.Changes.Moves == nil {
		r.Changes.Moves = map[string]int64{}
	}
	for _, s := range []*Side{&r.After, &r.Before} {
		if s.Lacking == nil {
			s.Lacking = map[string]int64{}
		}
		for _, m := range []*map[string]*Tally{&s.Bands, &s.Actions, &s.Countries, &s.Rules} {
			if *m == nil {
				*m = map[string]*Tally{}
			}
		}
	}
}
