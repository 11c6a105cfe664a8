// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"slices"
	"time"
)

// decoys are the persons of a shard who are nobody. They have a room of their
// own, so that made-up names take none from customers (L27).
type decoys struct {
	rows    map[uint32]touch
	guessed []uint32 // the rows of those guessed at, longest ago first, roughly
}

// touch says whether a decoy was guessed at, and whether again since it was last
// looked at.
type touch uint8

const (
	untouched touch = iota
	once
	again
)

func (d *decoys) add(row uint32) {
	if d.rows == nil {
		d.rows = map[uint32]touch{}
	}
	d.rows[row] = untouched
}

// remove reports whether the row was a decoy's.
func (d *decoys) remove(row uint32) bool {
	touched, ok := d.rows[row]
	if touched != untouched {
		d.guessed = slices.DeleteFunc(d.guessed, func(r uint32) bool { return r == row })
	}
	delete(d.rows, row)
	return ok
}

// disguise makes a newcomer a decoy.
func (v *view) disguise(p place) { v.shards[p.shard()].decoys.add(p.row()) }

// restoreDecoy makes somebody of a snapshot a decoy again.
func (v *view) restoreDecoy(p place) error {
	v.disguise(p)
	v.now = moment(v.clock.latest.Load())
	return v.guessedAt(p)
}

// guessedAt makes room for what is guessed at a person. Only for a decoy is
// anything forgotten, and only of another.
func (v *view) guessedAt(p place) error {
	d := &v.shards[p.shard()].decoys
	switch touched, ok := d.rows[p.row()]; {
	case !ok:
		return nil
	case touched != untouched:
		d.rows[p.row()] = again
		return nil
	}
	for len(d.guessed) >= max(v.config.Decoys/shards, 1) {
		if err := v.forgetDecoy(d, p.shard()); err != nil {
			return err
		}
	}
	d.rows[p.row()], d.guessed = once, append(d.guessed, p.row())
	return nil
}

// forgetDecoy forgets what was guessed at the first decoy, and notes it where
// that still counts. One that was guessed at again has a second chance.
func (v *view) forgetDecoy(d *decoys, shard uint8) error {
	row := d.guessed[0]
	p := placeOf(shard, row)
	owner := v.person(p)
	s := owner.remember()
	if len(s.names) > 0 && !v.wide {
		return errElsewhere
	}
	if d.guessed = d.guessed[1:]; d.rows[row] == again {
		d.rows[row], d.guessed = once, append(d.guessed, row)
		return nil
	}
	if slices.ContainsFunc(s.guesses, func(e entry) bool { return e.counts(v.now) }) {
		v.forgot.Store(v.now.Add((budgetDays + 1) * 24 * time.Hour).UnixNano())
	}
	d.rows[row], owner.mind = untouched, &subject{names: s.names}
	v.leave(p)
	return nil
}
