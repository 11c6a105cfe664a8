// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/proportion-go/proportion/stepup"
)

// challenges is how many are live at once.
const challenges = 1_000_000

// store measures what a live challenge costs in the memory store, and how many
// wrong answers it counts a second.
func store() (Report, error) {
	runtime.GOMAXPROCS(2)
	defer runtime.GOMAXPROCS(runtime.NumCPU())
	o, a, err := begun()
	if err != nil {
		return Report{}, err
	}
	bare := o
	bare.Demand = nil
	_, own, err := fill(bare)
	if err != nil {
		return Report{}, err
	}
	m, whole, err := fill(o)
	if err != nil {
		return Report{}, err
	}
	rate, err := attempts(m, a)
	if err != nil {
		return Report{}, err
	}
	got, verifies := fmt.Sprintf("%.0f bytes", whole), fmt.Sprintf("%.3g million", rate/1e6)
	return Report{
		Tables: []Table{{
			Title: "The memory store, a million live challenges of a million subjects",
			Notes: fmt.Sprintf("Each as the guard opens it, without what is counted for caps on issuing, "+
				"and with and without its demand of %d bytes: what has to be proven, sealed. The bytes hold "+
				"the subject too. One wrong answer to each with its demand, on two cores, in time of the wall.",
				len(o.Demand)),
			Head: []string{"bytes a challenge", "without its demand", "verifies a second"},
			Rows: [][]string{{got, fmt.Sprintf("%.0f bytes", own), verifies}},
		}},
		Bars: []Bar{
			{"memory store, a live challenge of a million, with its demand", "≤ 200 bytes", got, whole <= 200},
			{"memory store, verifies a second on 2 cores", "≥ 2 million", verifies, rate >= 2e6},
		},
	}, nil
}

// fill returns a store of live challenges, and the bytes that each takes.
func fill(o stepup.Opening) (*stepup.Memory, float64, error) {
	before := heap()
	// Half of a store is kept for trusted devices.
	m := stepup.NewMemory(stepup.MemoryConfig{Challenges: 2 * challenges, Subjects: 2 * challenges})
	for i := range challenges {
		if err := m.Open(context.Background(), opening(o, i)); err != nil {
			return nil, 0, fmt.Errorf("challenge %d: %w", i, err)
		}
	}
	return m, (heap() - before) / challenges, nil
}

// attempts counts one attempt at each challenge, half of them on each core, and
// returns how many a second.
func attempts(m *stepup.Memory, a stepup.Attempt) (float64, error) {
	runtime.GC()
	var wait sync.WaitGroup
	failed := make([]error, 2)
	began := time.Now()
	for half := range failed {
		wait.Go(func() {
			for i := half; i < challenges; i += len(failed) {
				a := a
				a.ID = challengeID(i)
				if _, err := m.Attempt(context.Background(), a); err != nil {
					failed[half] = err
				}
			}
		})
	}
	wait.Wait()
	return challenges / time.Since(began).Seconds(), errors.Join(failed...)
}

// opening is another subject's challenge like the one that was begun.
func opening(o stepup.Opening, i int) stepup.Opening {
	o.ID = challengeID(i)
	o.Subject.Key = stepup.Key(o.ID[:])
	o.Demand = slices.Clone(o.Demand)
	o.Caps = nil
	o.Network = stepup.Key{1, byte(i), byte(i >> 8)} // 65,536 of them
	return o
}

// challengeID spreads the numbers over all identifiers.
func challengeID(i int) (id stepup.ID) {
	binary.LittleEndian.PutUint64(id[:], uint64(i)*0x9e3779b97f4a7c15)
	binary.LittleEndian.PutUint64(id[8:], uint64(i))
	return id
}

// begun returns what a guard asks of its store to begin a challenge, and to
// count an answer.
func begun() (stepup.Opening, stepup.Attempt, error) {
	w, err := newWorld()
	if err != nil {
		return stepup.Opening{}, stepup.Attempt{}, err
	}
	r := &recorder{Store: stepup.NewMemory(stepup.MemoryConfig{})}
	if w.guard, err = newGuard(w.guard.Policy(), w, nil, r); err != nil {
		return stepup.Opening{}, stepup.Attempt{}, err
	}
	_, err = w.meet(0)
	if len(r.opening.Demand) == 0 || r.attempt.Cost == 0 {
		err = errors.Join(err, errors.New("no challenge was begun"))
	}
	return r.opening, r.attempt, err
}

// recorder notes what is asked of a store.
type recorder struct {
	stepup.Store
	opening stepup.Opening
	attempt stepup.Attempt
}

// Open implements [stepup.Store].
func (r *recorder) Open(ctx context.Context, o stepup.Opening) error {
	r.opening = o
	return r.Store.Open(ctx, o)
}

// Attempt implements [stepup.Store].
func (r *recorder) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	r.attempt = a
	return r.Store.Attempt(ctx, a)
}

var _ stepup.Store = (*recorder)(nil)
