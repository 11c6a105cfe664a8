// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// challenge is kept small, and without pointers: there may be millions. Of
// pseudonyms that only have to differ it keeps half, or a quarter.
type challenge struct {
	binding  Key
	code     [32]byte
	device   half
	try      half  // of the last call
	at       int64 // when it expires, or passed
	action   quarter
	network  quarter
	address  quarter
	until    uint32 // Unix time, until when its ID is known at least
	person   place  // 0: erased
	next     place  // of the person's challenges
	later    uint32
	counter  uint32 // of the device, once passed
	attempts uint16
	used     uint16
	method   Method
	lane     Lane
	state    state
	said     said
}

// half is the first half of random bits, and quarter the first quarter.
type (
	half    uint64
	quarter uint32
)

func (k Key) half() half       { return half(binary.LittleEndian.Uint64(k[:])) }
func (k Key) quarter() quarter { return quarter(binary.LittleEndian.Uint32(k[:])) }
func (t Try) half() half       { return half(binary.LittleEndian.Uint64(t[:])) }

// repeats reports whether a call is a repetition of the last one.
func (c *challenge) repeats(t Try) bool { return t != Try{} && t.half() == c.try }

// state is where a challenge is in its life.
type state uint8

const (
	pending state = iota
	passed
	cancelled
	superseded
)

// said is what the last attempt was told.
type said uint8

const (
	saidLast said = 1 << iota
	saidShut
	attempted
)

// mostPending is how many challenges of a subject may be pending in one lane.
const mostPending = 5

// challenge returns what a place holds. The place is in view.
func (v *view) challenge(at place) *challenge {
	return v.shards[at.shard()].challenges.at(at.row())
}

// demand returns where the sealed demand of a challenge is.
func (v *view) demand(at place) *[]byte { return v.shards[at.shard()].demands.at(at.row()) }

// open reports whether a challenge may still be passed.
func (v *view) open(c *challenge) bool { return c.state == pending && v.now.UnixNano() < c.at }

// lookup returns a challenge, its person in view, or nil.
func (v *view) lookup(id ID) (*challenge, place, error) {
	row := v.shards[id[0]].challenges.find(id)
	if row == 0 {
		return nil, 0, nil
	}
	at := placeOf(id[0], row)
	c := v.challenge(at)
	_, err := v.shard(c.person.shard())
	return c, at, err
}

// end ends a challenge. What only a pending one needs is forgotten at once.
func (v *view) end(at place, s state) {
	c := v.challenge(at)
	c.state, c.code = s, [32]byte{}
	if s != passed || c.method != Mobile4 {
		*v.demand(at) = nil
	}
}

// Open implements [Store].
func (m *Memory) Open(ctx context.Context, o Opening) error {
	return m.do(ctx, o.Now, o.ID[0], func(v *view) error { return v.opened(&o) })
}

func (v *view) opened(o *Opening) error {
	if v.full(o.Lane, !o.Decoy) { // before anybody is looked for, who may then be forgotten
		if err := v.clear(); err != nil {
			return err
		}
	}
	if c, _, err := v.lookup(o.ID); c != nil || err != nil {
		if err == nil && !(c.repeats(o.Try) && c.state == pending && c.said&attempted == 0) {
			return ErrRefused
		}
		return err
	}
	known := o.Issued.Add(TicketLife)
	if o.Issued.Before(v.clock.epoch()) || !known.After(v.now) {
		return ErrRefused
	}
	p, err := v.find(o.Subject)
	if err != nil {
		return err
	}
	replaced, err := v.rivals(p, o)
	if err != nil {
		return err
	}
	if err := v.room(p, o); err != nil {
		return err
	}
	for _, at := range replaced {
		v.ended(at, true)
		v.end(at, superseded)
	}
	if o.Expires.After(known) {
		known = o.Expires
	}
	owner := v.remember(o.Subject, p)
	if p == 0 && o.Decoy {
		v.disguise(owner)
	}
	v.add(owner, o, uint32(min(known.Unix()+1, math.MaxUint32)))
	return nil
}

// rivals returns the pending challenges that a new one supersedes, or a
// [*BusyError] where there are too many others.
func (v *view) rivals(p place, o *Opening) (replaced []place, err error) {
	if p == 0 {
		return nil, nil
	}
	others, first := 0, int64(math.MaxInt64)
	for at := v.person(p).open; at != 0; {
		if _, err := v.shard(at.shard()); err != nil {
			return nil, err
		}
		switch c := v.challenge(at); {
		case !v.open(c):
		case o.Binding.Is(c.binding) && o.Action.isQuarter(c.action):
			replaced = append(replaced, at)
		case o.Lane != c.lane:
		case o.Method == Mobile4 && c.method == Mobile4:
			// One question at a time in the customer's hand.
			return nil, &BusyError{RetryAfter: time.Duration(c.at - v.now.UnixNano())}
		default:
			others++
			first = min(first, c.at)
		}
		at = v.challenge(at).next
	}
	if others >= mostPending {
		return nil, &BusyError{RetryAfter: time.Duration(first - v.now.UnixNano())}
	}
	return replaced, nil
}

// pending returns the challenges of a person that may still be passed, the
// latest first.
func (v *view) pending(p place) (all []Pending, err error) {
	for at := v.person(p).open; at != 0; at = v.challenge(at).next {
		if _, err := v.shard(at.shard()); err != nil {
			return nil, err
		}
		if c := v.challenge(at); v.open(c) {
			id := v.shards[at.shard()].challenges.key(at.row())
			demand := slices.Clone(*v.demand(at))
			all = append(all, Pending{ID: id, Method: c.method, Expires: moment(c.at), Demand: demand})
		}
	}
	return all, nil
}

func (r Ref) isQuarter(q quarter) bool {
	return r.Key.quarter() == q || slices.ContainsFunc(r.Former, func(k Key) bool { return k.quarter() == q })
}

// room counts what is issued, or returns ErrBusy where something is full. The
// store was cleared before it is found full.
func (v *view) room(p place, o *Opening) error {
	newcomer := p == 0 && !o.Decoy
	if v.full(o.Lane, newcomer) {
		return ErrFull
	}
	most := v.config.Challenges
	if o.Lane != TrustedLane {
		most /= 2
	}
	crowded := o.Lane != TrustedLane && v.size.others.Load() >= int64(most/2)
	if err := v.issued.take(o, v.now, crowded, max(most/mostOfNetwork, 1)); err != nil {
		return err
	}
	if v.lanes(o.Lane).Add(1); newcomer {
		v.size.subjects.Add(1)
	}
	return nil
}

// mostOfNetwork is the part of a store's room that one network may hold once
// half of the room is taken: a 64th.
const mostOfNetwork = 64

// full reports whether there is no room for a challenge, and a subject if need
// be. What was kept of the trusted lane is not lent.
func (v *view) full(l Lane, newcomer bool) bool {
	challenges, subjects := int64(v.config.Challenges), int64(v.config.Subjects)
	if l != TrustedLane {
		if v.size.others.Load() >= (challenges+1)/2 {
			return true
		}
		subjects = (subjects + 1) / 2
	}
	return v.size.trusted.Load()+v.size.others.Load() >= challenges ||
		newcomer && v.size.subjects.Load() >= subjects
}

// add keeps a challenge, which the person's are known to leave room for.
func (v *view) add(p place, o *Opening, until uint32) {
	s := &v.shards[o.ID[0]]
	row := s.challenges.add(o.ID)
	c := s.challenges.at(row)
	*c = challenge{
		binding: o.Binding.Key, code: o.Code, action: o.Action.Key.quarter(), device: o.Device.half(),
		network: o.Network.quarter(), address: o.Address.quarter(), try: o.Try.half(), at: o.Expires.UnixNano(), until: until,
		attempts: uint16(min(max(o.Attempts, 0), math.MaxUint16)), method: o.Method, lane: o.Lane,
	}
	*s.demands.reach(row) = o.Demand
	s.ending.put(row, &c.later, int64(until))
	v.link(p, placeOf(o.ID[0], row))
}

// Look implements [Store].
func (m *Memory) Look(ctx context.Context, l Look) (seen Looked, err error) {
	err = m.do(ctx, l.Now, l.ID[0], func(v *view) error {
		c, at, err := v.lookup(l.ID)
		if err != nil {
			return err
		}
		if c == nil || !l.Binding.Is(c.binding) {
			return ErrRefused
		}
		seen = Looked{
			Method: c.method, Pending: v.open(c), Passed: c.state == passed, Counter: c.counter,
			Demand: *v.demand(at),
		}
		if seen.Passed {
			seen.At = moment(c.at)
		}
		return nil
	})
	return seen, err
}

// Change implements [Store].
func (m *Memory) Change(ctx context.Context, ch Change) (expires time.Time, err error) {
	err = m.do(ctx, ch.Now, ch.ID[0], func(v *view) error {
		c, at, err := v.lookup(ch.ID)
		if err != nil {
			return err
		}
		if c == nil || c.person == 0 || !ch.Binding.Is(c.binding) {
			return ErrRefused
		}
		expires = moment(c.at)
		if c.state != passed && c.repeats(ch.Try) && c.said&attempted == 0 {
			return nil
		}
		return v.changed(c, at, &ch)
	})
	if err != nil {
		return time.Time{}, err
	}
	return expires, nil
}

func (v *view) changed(c *challenge, at place, ch *Change) error {
	switch {
	case !v.open(c):
		return ErrRefused
	case ch.Code != [32]byte{}:
		if err := v.issued.count(ch.Caps, v.now); err != nil {
			return err
		}
		c.code = ch.Code
	default:
		v.end(at, cancelled)
		if s := v.person(c.person).mind; ch.Refund > 0 && s != nil {
			s.guesses.count(v.now, c.lane, c.device, c.method, -ch.Refund)
			s.runs.takeBack(c.lane, c.method, c.device)
			s.right()
			v.wrong.add(c.address, v.now, -1, 0)
		}
		v.issued.uncount(ch.Answered)
	}
	c.try, c.said = ch.Try.half(), 0
	return nil
}
