// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/proportion-go/proportion/policy/cmd/proportion/internal/replace"
	"github.com/proportion-go/proportion/stepup/replay"
)

// job is a run with its checkpoint, its progress and its lines.
type job struct {
	world
	options  *replayOptions
	progress *progress
	replay   *replay.Replay
	lines    *decisionLines // nil: not asked for
	saved    time.Time
}

// keptJob is a checkpoint: what the run knows, and what it belongs to.
type keptJob struct {
	Files, Geo      []string
	From, Decisions string
	Written         int64 // bytes of Decisions that belong to the run
	Run             []byte
}

// keepEvery is how often a checkpoint is kept.
const keepEvery = 10 * time.Second

// run runs to the end, or keeps a checkpoint and says how to go on.
func (j *job) run(ctx context.Context, src replay.Source, c replay.Config) (*replay.Report, error) {
	defer j.progress.end()
	kept, err := j.kept()
	if err != nil {
		return nil, err
	}
	if path := j.options.decisions; path != "" {
		if j.lines, err = openDecisions(path, kept.Written); err != nil {
			return nil, usageError{err}
		}
		defer j.lines.close()
		c.Decided = j.lines.write
	}
	c.Progress = j.step
	if j.replay, err = replay.New(src, c); err != nil {
		return nil, err
	}
	if kept.Run != nil {
		if err := j.replay.UnmarshalBinary(kept.Run); err != nil {
			return nil, usageError{fmt.Errorf("%s: %w", j.path(), err)}
		}
	}
	j.saved = j.now()
	report, err := j.replay.Run(ctx)
	if err == nil && j.lines != nil {
		err = j.lines.flush()
	}
	if err != nil {
		return nil, j.stopped(err)
	}
	return report, nil
}

// stopped says how far the run came, and how to go on.
func (j *job) stopped(err error) error {
	var disk diskError
	if errors.As(err, &disk) {
		// The run is ahead of what was written: an earlier checkpoint counts.
		return internalError{fmt.Errorf("%w; make room, and go on with --resume", err)}
	}
	if errors.Is(err, replay.ErrHeader) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return usageError{err}
	}
	decisions := j.replay.Report().Decisions
	if decisions == 0 {
		return usageError{err}
	}
	if err := j.keep(); err != nil {
		return internalError{err}
	}
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	return internalError{fmt.Errorf("%w after %d decisions; go on with --resume%s", err, decisions, j.flag())}
}

// flag is what follows --resume for the checkpoint to be found.
func (j *job) flag() string {
	if j.path() == resumePath {
		return ""
	}
	return "=" + j.path()
}

func (j *job) path() string {
	if j.options.resume != "" {
		return j.options.resume
	}
	return resumePath
}

// kept reads the checkpoint; without one the run starts from the beginning.
func (j *job) kept() (keptJob, error) {
	var k keptJob
	if j.options.resume == "" {
		return k, nil
	}
	info, err := os.Stat(j.path())
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return k, usageError{fmt.Errorf("%s: a checkpoint is kept in a file", j.path())}
	}
	data, err := os.ReadFile(j.path())
	if err == nil {
		err = gob.NewDecoder(bytes.NewReader(data)).Decode(&k)
	}
	if err != nil {
		return k, usageError{fmt.Errorf("%s: %w", j.path(), err)}
	}
	o := j.options
	if !slices.Equal(k.Files, o.files) || !slices.Equal(k.Geo, o.geo) || k.From != o.from.value || k.Decisions != o.decisions {
		return k, usageError{fmt.Errorf("%s is of another run: give the same files and flags, or remove it", j.path())}
	}
	return k, nil
}

// keep writes the checkpoint, all or nothing. What it says was written is on
// the disk before it is.
func (j *job) keep() error {
	o := j.options
	k := keptJob{Files: o.files, Geo: o.geo, From: o.from.value, Decisions: o.decisions}
	var err error
	if j.lines != nil {
		if k.Written, err = j.lines.sync(); err != nil {
			return err
		}
	}
	if k.Run, err = j.replay.MarshalBinary(); err != nil {
		return err
	}
	return replace.Write(j.path(), func(w io.Writer) error { return gob.NewEncoder(w).Encode(k) })
}

// step is called every few thousand decisions.
func (j *job) step() error {
	now := j.now()
	j.progress.show(now, j.replay)
	if j.options.resume == "" || now.Sub(j.saved) < keepEvery {
		return nil
	}
	j.saved = now
	if err := j.keep(); err != nil {
		return diskError{err}
	}
	return nil
}

// done removes the checkpoint of a run that came to its end.
func (j *job) done() {
	if j.options.resume != "" {
		_ = os.Remove(j.path()) // left behind, it leads to the same end
	}
}

// diskError is a file that could not be written.
type diskError struct{ error }

func (e diskError) Unwrap() error { return e.error }
