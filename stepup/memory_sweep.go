// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"slices"
	"sync/atomic"
	"time"
)

// sweep forgets the challenges and grants of a shard whose time is over.
func (v *view) sweep(n uint8) error {
	s, now := &v.shards[n], v.now.Unix()
	if minute(now) == s.swept {
		return nil // nothing comes up within a minute
	}
	if s.strays > 0 && !v.wide && s.ending.at+1 < minute(now) {
		return errElsewhere
	}
	for {
		row, ok := s.ending.turn(now)
		if !ok {
			break
		}
		for row != 0 {
			c := s.challenges.at(row)
			next := c.later
			if int64(c.until) > now {
				s.ending.put(row, &c.later, int64(c.until))
			} else {
				v.drop(s, placeOf(n, row))
			}
			row = next
		}
	}
	for {
		row, ok := s.lapsing.turn(now)
		if !ok {
			s.swept = minute(now)
			return nil
		}
		for row != 0 {
			g := s.grants.at(row)
			next := g.later
			if g.until > now {
				s.lapsing.put(row, &g.later, g.until)
			} else {
				s.grants.remove(row)
				v.size.grants.Add(-1)
			}
			row = next
		}
	}
}

// drop forgets a challenge, and its person if nothing else is known of him.
func (v *view) drop(s *shard, at place) {
	row := at.row()
	v.ended(at, false)
	c := s.challenges.at(row)
	v.lanes(c.lane).Add(-1)
	v.issued.left(c.network)
	if p := c.person; p != 0 {
		v.unlink(at)
		v.leave(p)
	}
	*s.demands.at(row) = nil
	s.challenges.remove(row)
}

// link gives a challenge to its person.
func (v *view) link(p place, at place) {
	v.across(p, at, 1)
	c, owner := v.challenge(at), v.person(p)
	c.person, c.next, owner.open = p, owner.open, at
}

// unlink takes a challenge from its person.
func (v *view) unlink(at place) {
	c := v.challenge(at)
	v.across(c.person, at, -1)
	owner := v.person(c.person)
	link := &owner.open
	for *link != at {
		link = &v.challenge(*link).next
	}
	*link, c.person = c.next, 0
}

// across counts rows that belong together over the border of a shard: neither
// shard can then be swept without the other.
func (v *view) across(a, b place, n int) {
	if a.shard() != b.shard() {
		v.shards[a.shard()].strays += n
		v.shards[b.shard()].strays += n
	}
}

// leave forgets a person of whom nothing is left to know. One that has names in
// other shards stays until all of them are swept.
func (v *view) leave(p place) {
	owner := v.person(p)
	if owner.open != 0 {
		return
	}
	if s := owner.mind; s != nil && (s.counts(v.now) || len(s.names) > 0 && !v.wide) {
		return
	}
	v.forget(p)
}

// forget takes a person without challenges out of the store, under all names.
func (v *view) forget(p place) {
	owner := v.person(p)
	if owner.mind != nil {
		for _, k := range owner.mind.names {
			names := &v.shards[k[0]].names
			names.remove(names.find(k))
		}
	}
	s := &v.shards[p.shard()]
	if owner.name != 0 {
		s.names.remove(owner.name)
	}
	if s.people.remove(p.row()); !s.decoys.remove(p.row()) {
		v.size.subjects.Add(-1)
	}
}

// lanes returns the count of challenges that share the room of a lane.
func (v *view) lanes(l Lane) *atomic.Int64 {
	if l == TrustedLane {
		return &v.size.trusted
	}
	return &v.size.others
}

// clear sweeps the whole store, at most once a minute, to make room.
func (v *view) clear() error {
	last, now := v.size.swept.Load(), v.now.UnixNano()
	if time.Duration(now-last) < time.Minute {
		return nil
	}
	if !v.wide {
		return errElsewhere
	}
	v.size.swept.Store(now)
	var idle []place
	for i := range v.shards {
		if err := v.sweep(uint8(i)); err != nil {
			return err
		}
		names := &v.shards[i].names
		for row := range names.rows() {
			idle = append(idle, *names.at(row))
		}
	}
	slices.Sort(idle)
	for _, p := range slices.Compact(idle) {
		v.leave(p)
	}
	return nil
}
