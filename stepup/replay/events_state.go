// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/internal/lines"
)

// eventsState is what a checkpoint keeps of raw events.
type eventsState struct {
	At     lines.Position
	Header string // of the file, if it is CSV
	Counts Counts

	World       world
	Lives       map[uint64]*life
	Level       uint
	Evidence    []float64
	Crowd       []byte
	View        []byte // of the crowd, as it was last frozen
	Calibration []byte
}

// MarshalBinary implements [Source].
func (s *Events) MarshalBinary() ([]byte, error) {
	w := s.world
	w.encodeAll()
	state := eventsState{
		At: s.from, Counts: s.Counts(), World: *w, Lives: w.Lives, Level: w.Level, Evidence: w.evidence,
	}
	if s.lines != nil {
		state.At = s.lines.Position()
	}
	if s.header != nil && s.header.file == state.At.File {
		state.Header = s.header.line
	}
	var crowd, view, calibration error
	state.Crowd, crowd = w.crowd.MarshalBinary()
	if w.familiarity.Crowd != nil {
		state.View, view = w.familiarity.Crowd.MarshalBinary()
	}
	if w.familiarity.Calibration != nil {
		state.Calibration, calibration = w.familiarity.Calibration.MarshalJSON()
	}
	var b bytes.Buffer
	err := errors.Join(crowd, view, calibration, gob.NewEncoder(&b).Encode(&state))
	return b.Bytes(), err
}

// UnmarshalBinary implements [Source]. The error is [ErrCheckpoint].
func (s *Events) UnmarshalBinary(data []byte) error {
	var state eventsState
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(&state); err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	next := newWorld(s.config.Subjects)
	w := &state.World
	w.lives = next.lives
	w.Level = state.Level
	w.crowd, w.evidence = next.crowd, state.Evidence
	if state.Lives != nil {
		w.Lives = state.Lives
	}
	w.Addresses.repair()
	w.Networks.repair()
	err := w.crowd.UnmarshalBinary(state.Crowd)
	if state.View != nil {
		w.familiarity.Crowd = new(risk.CrowdView)
		err = errors.Join(err, w.familiarity.Crowd.UnmarshalBinary(state.View))
	}
	if state.Calibration != nil {
		w.familiarity.Calibration = new(risk.Calibration)
		err = errors.Join(err, w.familiarity.Calibration.UnmarshalJSON(state.Calibration))
	}
	var h *header
	if state.Header != "" {
		var bad error
		h, bad = newHeader(s.config.Format, state.At.File, []byte(state.Header))
		err = errors.Join(err, bad)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	s.world, s.header, s.from, s.counts = w, h, state.At, state.Counts
	s.read = state.Counts.Bytes
	return nil
}
