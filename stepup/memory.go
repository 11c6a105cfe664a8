// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/proportion-go/proportion/risk"
)

// MemoryConfig bounds a [Memory]. The zero value is a good start.
type MemoryConfig struct {
	// Challenges is how many challenges are kept at most, pending or recently
	// ended, and how many redeemed grants. All but the trusted lane have half
	// of it. Zero: 1,000,000.
	Challenges int

	// Subjects is how many subjects are remembered at most. Challenges outside
	// the trusted lane make no more than half of them. As many addresses,
	// networks and clients where subjects were seen of late are remembered, a
	// third of each. Zero: 1,000,000.
	Subjects int

	// Decoys is of how many names that nobody has is remembered what was guessed
	// at them. They take no room from subjects. Zero: a quarter of Subjects.
	Decoys int

	// Elapsed is a clock that nobody can set: how much time has passed since
	// some moment, by which an hour without calls is told from a leap. Nil: the
	// process's own, where the guard's times come from time.Now and were not
	// converted since; where they did not, no leap ahead is noticed.
	Elapsed func() time.Duration
}

// Memory is a [Store] in the memory of one process: for a service of one
// instance, for tests, and for trying things. A restart forgets every profile,
// proof and budget, unless it is restored from a snapshot; what was issued
// before is then refused (L12).
//
// It is safe for concurrent use. When full it refuses new challenges and new
// subjects rather than forget live ones (L27).
type Memory struct {
	redacted

	config MemoryConfig
	clock  clock

	// An operation that stays within one shard holds its lock; one that does not
	// holds those of all, taken in their order. So the first kind, which is nearly
	// all of them, has no memory to write to that others do. What is counted
	// beyond shards has locks of its own, which are taken last.
	shards [shards]shard
	size   size
	issued issued
	spray  spray
	places places
	over   ending
	wrong  wrongs
	forgot atomic.Int64 // until when it counts that a decoy was forgotten
}

var _ Store = (*Memory)(nil)

// size is how much is kept, in rows.
type size struct {
	subjects, trusted, others, grants atomic.Int64
	swept                             atomic.Int64 // when the whole store was, last
}

const shards = 256

// capsOfChallenge is how many counters of caps there is room for, to each
// challenge that there is.
const capsOfChallenge = 8

// shard is the part of the store whose keys begin with the same byte. Its rows
// of challenges may belong to persons of another shard: a subject keeps its
// shard when keys are rotated.
type shard struct {
	mu         sync.Mutex
	view       view // of the operation that holds mu: one made for each would be an allocation
	names      table[Key, place]
	people     slab[person]
	challenges table[ID, challenge]
	demands    column[[]byte] // of challenges, in the same rows
	grants     table[ID, grant]
	ending     wheel // of challenges
	lapsing    wheel // of grants
	swept      int64 // the minute for which it was, last
	strays     int   // how many belong together with a row of another shard
	decoys     decoys
}

// place is a row in whatever shard; 0 is none.
type place uint32

const placeRows = 1 << 24

func placeOf(shard uint8, row uint32) place { return place(uint32(shard)*placeRows + row) }
func (p place) shard() uint8                { return uint8(p / placeRows) }
func (p place) row() uint32                 { return uint32(p % placeRows) }

// person is a subject that is known, or has challenges.
type person struct {
	name uint32   // the row of its first name, in the same shard
	open place    // the latest of its challenges, pending or not
	mind *subject // nil: nothing but challenges
}

// NewMemory returns an empty store.
func NewMemory(c MemoryConfig) *Memory {
	if c.Challenges <= 0 {
		c.Challenges = 1_000_000
	}
	if c.Subjects <= 0 {
		c.Subjects = 1_000_000
	}
	if c.Decoys <= 0 {
		c.Decoys = c.Subjects / 4
	}
	m := &Memory{
		config: c,
		issued: issued{most: capsOfChallenge * c.Challenges, windows: windows{}, networks: map[quarter]int{}},
		places: places{addresses: crowds{}, networks: crowds{}, clients: crowds{}},
		wrong:  wrongs{addresses: map[quarter]*risk.Window{}},
	}
	m.clock.elapsed = c.Elapsed
	return m
}

// view is the store as one operation sees it: one shard, or all of them.
type view struct {
	*Memory
	now  time.Time
	home uint8
	wide bool
}

// errElsewhere says that an operation has to see more than one shard. It is
// returned before anything was changed.
var errElsewhere = errors.New("stepup: not in this shard")

// do runs an operation in the shard where most of them stay, and where it does
// not, again in all.
func (m *Memory) do(ctx context.Context, told time.Time, home uint8, op func(*view) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now, err := m.clock.accept(told)
	if err != nil {
		return err
	}
	if err := m.near(now, home, op); err != errElsewhere { //nolint:errorlint // it is never wrapped
		return err
	}
	return m.far(now, home, op)
}

func (m *Memory) near(now time.Time, home uint8, op func(*view) error) error {
	s := &m.shards[home]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view = view{Memory: m, now: now, home: home}
	return s.view.run(op)
}

func (m *Memory) far(now time.Time, home uint8, op func(*view) error) error {
	m.lock()
	defer m.unlock()
	v := view{Memory: m, now: now, home: home, wide: true}
	return v.run(op)
}

// lock takes the locks of all shards.
func (m *Memory) lock() {
	for i := range m.shards {
		m.shards[i].mu.Lock()
	}
}

func (m *Memory) unlock() {
	for i := range m.shards {
		m.shards[i].mu.Unlock()
	}
}

func (v *view) run(op func(*view) error) error {
	if err := v.sweep(v.home); err != nil {
		return err
	}
	return op(v)
}

// shard returns a shard, if it is in view.
func (v *view) shard(n uint8) (*shard, error) {
	if n != v.home && !v.wide {
		return nil, errElsewhere
	}
	return &v.shards[n], nil
}

// person returns what a place holds. The place is in view.
func (v *view) person(p place) *person { return v.shards[p.shard()].people.at(p.row()) }

// find returns where a subject is, or 0.
func (v *view) find(r Ref) (place, error) {
	if p, err := v.named(r.Key); p != 0 || err != nil {
		return p, err
	}
	for _, names := range [][]Key{r.Former, r.Tombs} {
		for _, k := range names {
			if p, err := v.named(k); p != 0 || err != nil {
				return p, err
			}
		}
	}
	return 0, nil
}

// named returns what is kept under one name.
func (v *view) named(k Key) (place, error) {
	s, err := v.shard(k[0])
	if err != nil {
		return 0, err
	}
	row := s.names.find(k)
	if row == 0 {
		return 0, nil
	}
	p := *s.names.at(row)
	_, err = v.shard(p.shard())
	return p, err
}

// remember returns the subject's place, a new one if it has none, and keeps it
// under all its names from now on. The names are in view once it was looked
// for. Who is new was counted, or is a decoy.
func (v *view) remember(r Ref, p place) place {
	switch {
	case p == 0:
		s := &v.shards[r.Key[0]]
		p = placeOf(r.Key[0], s.people.add())
	case v.shards[r.Key[0]].names.find(r.Key) != 0:
		return p
	default:
		v.unname(p, r.Tombs)
	}
	v.name(p, r.Key)
	for _, k := range r.Former {
		v.name(p, k)
	}
	return p
}

// name keeps a subject under one more name. Names beyond the first are few, and
// in other shards: the subject knows them.
func (v *view) name(p place, k Key) {
	names := &v.shards[k[0]].names
	if k == (Key{}) || names.find(k) != 0 {
		return
	}
	row := names.add(k)
	*names.at(row) = p
	if owner := v.person(p); owner.name == 0 && k[0] == p.shard() {
		owner.name = row
	} else {
		s := owner.remember()
		s.names = append(s.names, k)
	}
}

// unname takes names away from a subject.
func (v *view) unname(p place, keys []Key) {
	owner := v.person(p)
	for _, k := range keys {
		names := &v.shards[k[0]].names
		row := names.find(k)
		if row == 0 || *names.at(row) != p {
			continue
		}
		if names.remove(row); owner.name == row && k[0] == p.shard() {
			owner.name = 0
		}
		if s := owner.mind; s != nil {
			s.names = slices.DeleteFunc(s.names, func(n Key) bool { return n == k })
		}
	}
}

// remember returns what is remembered of a person, to add to it.
func (p *person) remember() *subject {
	if p.mind == nil {
		p.mind = new(subject)
	}
	return p.mind
}
