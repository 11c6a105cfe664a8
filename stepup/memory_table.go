// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/binary"
	"iter"
)

// column keeps values in rows that are numbered from 1. Values without pointers
// cost the garbage collector nothing.
type column[V any] struct {
	chunks []*[chunkRows]V
}

func (c *column[V]) at(row uint32) *V { return &c.chunks[(row-1)/chunkRows][(row-1)%chunkRows] }

// reach is at, of a row at most one beyond all before it.
func (c *column[V]) reach(row uint32) *V {
	if int(row-1)/chunkRows == len(c.chunks) {
		c.chunks = append(c.chunks, new([chunkRows]V))
	}
	return c.at(row)
}

// slab is a column whose rows are used again.
type slab[V any] struct {
	column[V]
	free []uint32
	used uint32 // rows ever in use
}

const chunkRows = 60 // of challenges: a chunk that wastes little of its size class

// add returns a zero row.
func (s *slab[V]) add() uint32 {
	if n := len(s.free); n > 0 {
		row := s.free[n-1]
		s.free = s.free[:n-1]
		return row
	}
	s.used++
	s.reach(s.used)
	return s.used
}

func (s *slab[V]) remove(row uint32) {
	var zero V
	*s.at(row) = zero
	s.free = append(s.free, row)
}

// table is a slab whose rows are found by keys. The keys are random, so that
// four of their bytes are a hash that nobody can choose.
type table[K key, V any] struct {
	slab  slab[entryOf[K, V]]
	heads []uint32 // the first row of each chain; a power of two
	n     int
}

type entryOf[K key, V any] struct {
	key   K
	next  uint32 // in the chain
	value V
}

// key is what rows are found by.
type key interface {
	Key | ID
	hash() uint32
}

// The first bytes choose the shard, and are the same for all of a subject.

func (k Key) hash() uint32 { return binary.LittleEndian.Uint32(k[2:]) }
func (id ID) hash() uint32 { return binary.LittleEndian.Uint32(id[2:]) }

// find returns the key's row, or 0.
func (t *table[K, V]) find(k K) uint32 {
	if t.n == 0 {
		return 0
	}
	for row := *t.head(k); row != 0; {
		e := t.slab.at(row)
		if e.key == k {
			return row
		}
		row = e.next
	}
	return 0
}

func (t *table[K, V]) head(k K) *uint32 { return &t.heads[k.hash()&uint32(len(t.heads)-1)] }

func (t *table[K, V]) at(row uint32) *V { return &t.slab.at(row).value }

func (t *table[K, V]) key(row uint32) K { return t.slab.at(row).key }

// add returns a new row of a key that has none.
func (t *table[K, V]) add(k K) uint32 {
	if t.n >= len(t.heads) {
		t.grow()
	}
	row, head := t.slab.add(), t.head(k)
	e := t.slab.at(row)
	e.key, e.next, *head = k, *head, row
	t.n++
	return row
}

// grow doubles the chains.
func (t *table[K, V]) grow() {
	old := t.heads
	t.heads = make([]uint32, max(2*len(old), 16))
	for _, row := range old {
		for row != 0 {
			e := t.slab.at(row)
			next, head := e.next, t.head(e.key)
			e.next, *head, row = *head, row, next
		}
	}
}

func (t *table[K, V]) remove(row uint32) {
	link := t.head(t.key(row))
	for *link != row {
		link = &t.slab.at(*link).next
	}
	*link = t.slab.at(row).next
	t.slab.remove(row)
	t.n--
}

// rows returns the rows in use. None may be added or removed meanwhile.
func (t *table[K, V]) rows() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, row := range t.heads {
			for ; row != 0; row = t.slab.at(row).next {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// wheel says which rows of a shard may be over, minute by minute. Rows are
// linked by a field of their own.
type wheel struct {
	slots [32]uint32
	at    int64 // the minute up to which it was turned
}

// minute is coarse time, of Unix time: enough to forget by.
func minute(unix int64) int64 { return unix / 60 }

// put has a row come up once the minute of its end is over, or earlier.
func (w *wheel) put(row uint32, link *uint32, end int64) {
	slot := &w.slots[min(max(minute(end), w.at+1), w.at+int64(len(w.slots))-1)%int64(len(w.slots))]
	*link, *slot = *slot, row
}

// turn takes the rows of one minute that is over, and reports whether there is
// such a minute left.
func (w *wheel) turn(now int64) (rows uint32, ok bool) {
	if w.at = max(w.at, minute(now)-int64(len(w.slots))); w.at+1 >= minute(now) {
		return 0, false
	}
	w.at++
	slot := &w.slots[w.at%int64(len(w.slots))]
	rows, *slot = *slot, 0
	return rows, true
}
