// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package replay

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/internal/lines"
)

// eventsState is what a checkpoint keeps of raw events.
type eventsState struct {
	Begun  bool
	Files  []fileState // but for those that ended
	Counts Counts

	World       world
	Lives       map[uint64]*life
	Level       uint
	Evidence    []float64
	Crowd       []byte
	View        []byte // of the crowd, as it was last frozen
	Calibration []byte
}

// fileState is what a checkpoint keeps of a file: where to read on, which is
// at the first of the lines that are held, and which these are. They are read
// again, since an address has no place in a checkpoint.
type fileState struct {
	Index  int
	Open   bool
	Begins time.Time
	Header string // if it is CSV
	From   lines.Position
	Last   int64
	Held   []int64
}

func stateOf(f *file) fileState {
	s := fileState{Index: f.index, Begins: f.begins, From: f.lines.Position(), Last: max(f.last, f.past)}
	if f.header != nil {
		s.Header = f.header.line
	}
	for i, r := range f.held.rows[f.held.gone:] {
		if s.Held = append(s.Held, r.line); i == 0 || r.from.Offset < s.From.Offset {
			s.From = r.from
		}
	}
	return s
}

// restore returns the file of a state.
func (s *Events) restore(state *fileState) (*file, error) {
	if state.Index < 0 || state.Index >= len(s.config.Files) {
		return nil, errors.New("other files")
	}
	f := &file{
		index: state.Index, begins: state.Begins, past: state.Last,
		lines: s.open(state.Index, state.From), again: map[int64]bool{},
	}
	for _, line := range state.Held {
		f.again[line] = true
	}
	if state.Header != "" {
		var err error
		if f.header, err = newHeader(s.config.Format, []byte(state.Header)); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// MarshalBinary implements [Source].
func (s *Events) MarshalBinary() ([]byte, error) {
	w := s.world
	w.encodeAll()
	state := eventsState{
		Begun: s.order.begun, Counts: s.Counts(),
		World: *w, Lives: w.Lives, Level: w.Level, Evidence: w.evidence,
	}
	for _, f := range s.order.open {
		open := stateOf(f)
		open.Open = true
		state.Files = append(state.Files, open)
	}
	for _, f := range s.order.waiting {
		state.Files = append(state.Files, stateOf(f))
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
	order := order{begun: state.Begun}
	for i := range state.Files {
		f, bad := s.restore(&state.Files[i])
		switch {
		case bad != nil:
			err = errors.Join(err, bad)
		case state.Files[i].Open:
			order.open = append(order.open, f)
		default:
			order.waiting = append(order.waiting, f)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	s.world, s.order, s.counts, s.read = w, order, state.Counts, state.Counts.Bytes
	return nil
}
