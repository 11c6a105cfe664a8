// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
)

// ErrSnapshot is returned by [RestoreMemory] for what is no snapshot of a
// version that this build reads, or is cut short or altered. Nothing of it is
// used: begin with an empty store, which refuses what it cannot know (L12).
var ErrSnapshot = errors.New("stepup: not an intact snapshot")

// A snapshot is a line that names its version, frames with their lengths before
// them, a frame of no length, and the SHA-256 of all that. The sum finds
// accidents, not attackers: keep a snapshot where only the service can write.
const snapshotHeader = "proportion memory 2\n"

// mostFrame bounds a frame: far above what one subject or cap fills.
const mostFrame = 16 << 20

// The frames of a snapshot.
const (
	storeFrame   uint8 = iota + 1 // first, and once
	windowFrame                   // one for each cap
	subjectFrame                  // one for each subject
	decoyFrame                    // one for each decoy that was guessed at
)

// Snapshot writes what is remembered of subjects, and what was issued, as of
// one moment; the store stands still while it is copied. Pending challenges and
// redeemed grants are left out: whatever was issued before a restored store's
// first call is refused. So are who was seen at which address, on which network
// and with which client, and the wrong answers of an address: they count for an
// hour, or a day, no budget depends on them, and a flood makes many times more
// of them than there are subjects. It holds sealed secrets and personal data
// under pseudonyms: keep it as the store's host is kept. The error is the
// writer's.
func (m *Memory) Snapshot(w io.Writer) error {
	var copied bytes.Buffer
	copied.WriteString(snapshotHeader)
	m.copy(func(c *coder) {
		var size [binary.MaxVarintLen64]byte
		copied.Write(size[:binary.PutUvarint(size[:], uint64(len(c.frame)))])
		copied.Write(c.frame)
	})
	copied.WriteByte(0)
	sum := sha256.Sum256(copied.Bytes())
	copied.Write(sum[:])
	if _, err := w.Write(copied.Bytes()); err != nil {
		return fmt.Errorf("stepup: snapshot: %w", err)
	}
	return nil
}

// copy writes every frame.
func (m *Memory) copy(write func(*coder)) {
	m.lock()
	defer m.unlock()
	m.issued.mu.Lock()
	defer m.issued.mu.Unlock()
	m.spray.mu.Lock()
	defer m.spray.mu.Unlock()
	m.wrong.mu.Lock()
	defer m.wrong.mu.Unlock()
	c := new(coder)
	frame := func(kind uint8, fill func()) {
		c.frame = append(c.frame[:0], kind)
		fill()
		write(c)
	}
	latest, forgot := m.clock.latest.Load(), m.forgot.Load()
	frame(storeFrame, func() { c.store(&latest, &forgot, &m.spray.wrong, &m.wrong.everybody) })
	for w, names := range m.issued.windows.named() {
		frame(windowFrame, func() { c.window(&names, w) })
	}
	v := view{Memory: m, now: moment(latest), wide: true}
	for i := range m.shards {
		names := &m.shards[i].names
		for row := range names.rows() {
			at := *names.at(row)
			p := v.person(at)
			if p.mind == nil || !p.mind.counts(v.now) || !p.isFirst(names.key(row), row) {
				continue
			}
			if _, decoy := v.shards[at.shard()].decoys.rows[at.row()]; !decoy {
				frame(subjectFrame, func() { c.person(p, names) })
			}
		}
		for _, row := range m.shards[i].decoys.guessed {
			p := m.shards[i].people.at(row)
			frame(decoyFrame, func() { c.person(p, names) })
		}
	}
}

// person writes what is remembered of a person, under all names. The first is in
// the person's own shard, if it has one there.
func (c *coder) person(p *person, names *table[Key, place]) {
	s := *p.remember()
	if p.name != 0 {
		s.names = append([]Key{names.key(p.name)}, s.names...)
	}
	c.subject(&s)
}

// isFirst reports whether a name is the one under which a person is written.
func (p *person) isFirst(k Key, row uint32) bool {
	if p.name != 0 {
		return p.name == row && !slices.Contains(p.mind.names, k)
	}
	return p.mind.names[0] == k
}

// RestoreMemory returns the store that a snapshot was taken of. A snapshot may
// be of any age, and what happened since is not known to it: tickets, challenges
// and grants from before the first call are refused, and so are the TOTP codes
// of its time step and of those before (L12). Guesses, caps, devices and proofs
// are those of the snapshot. Take one often, and the last when the service
// stops. The error is [ErrSnapshot], or the reader's.
func RestoreMemory(r io.Reader, config MemoryConfig) (*Memory, error) {
	m := NewMemory(config)
	in := &snapshotReader{r: bufio.NewReader(r), sum: sha256.New()}
	header := make([]byte, len(snapshotHeader))
	if err := in.full(header); err != nil {
		return nil, err
	}
	if string(header) != snapshotHeader {
		return nil, fmt.Errorf("%w: want %q before it", ErrSnapshot, snapshotHeader)
	}
	for {
		frame, err := in.frame()
		if err != nil {
			return nil, err
		}
		if frame == nil {
			break
		}
		if err := m.restore(frame); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrSnapshot, err)
		}
	}
	want := in.sum.Sum(nil)
	got := make([]byte, len(want))
	if err := in.full(got); err != nil {
		return nil, err
	}
	if _, err := in.r.ReadByte(); !bytes.Equal(got, want) || err != io.EOF {
		return nil, fmt.Errorf("%w: its sum is another's", ErrSnapshot)
	}
	return m, nil
}

// snapshotReader reads and sums a snapshot.
type snapshotReader struct {
	r   *bufio.Reader
	sum hash.Hash
}

// full reads all of p.
func (in *snapshotReader) full(p []byte) error {
	_, err := io.ReadFull(in.r, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: cut short", ErrSnapshot)
	}
	if err != nil {
		return fmt.Errorf("stepup: snapshot: %w", err)
	}
	in.sum.Write(p)
	return nil
}

// frame returns the next frame, or nil after the last.
func (in *snapshotReader) frame() ([]byte, error) {
	n, err := in.size()
	if err != nil {
		return nil, err
	}
	if n > mostFrame {
		return nil, fmt.Errorf("%w: a frame of %d bytes, want at most %d", ErrSnapshot, n, mostFrame)
	}
	if n == 0 {
		return nil, nil
	}
	// Memory follows what is there, not what is claimed.
	var frame bytes.Buffer
	if _, err := io.CopyN(io.MultiWriter(&frame, in.sum), in.r, int64(n)); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: cut short", ErrSnapshot)
		}
		return nil, fmt.Errorf("stepup: snapshot: %w", err)
	}
	return frame.Bytes(), nil
}

// size reads the length of a frame, as [binary.Uvarint] writes it.
func (in *snapshotReader) size() (n uint64, err error) {
	var b [1]byte
	for shift := 0; shift < 32; shift += 7 {
		if err := in.full(b[:]); err != nil {
			return 0, err
		}
		if n |= uint64(b[0]&0x7f) << shift; b[0] < 0x80 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%w: a frame of too many bytes", ErrSnapshot)
}

// restore reads one frame into the store.
func (m *Memory) restore(frame []byte) error {
	c := &coder{frame: frame[1:], reading: true}
	switch frame[0] {
	case storeFrame:
		var latest, forgot int64
		c.store(&latest, &forgot, &m.spray.wrong, &m.wrong.everybody)
		m.clock.latest.Store(latest)
		m.forgot.Store(forgot)
	case windowFrame:
		var names []Key
		w := new(window)
		c.window(&names, w)
		for _, k := range names {
			m.issued.windows[k] = w
		}
	case subjectFrame, decoyFrame:
		s := new(subject)
		if c.subject(s); c.err == nil {
			return m.restoreSubject(s, c, frame[0] == decoyFrame)
		}
	default:
		return errFrame
	}
	if c.err == nil && len(c.frame) > 0 {
		c.fail()
	}
	return c.err
}

func (m *Memory) restoreSubject(s *subject, c *coder, decoy bool) error {
	if len(c.frame) > 0 || len(s.names) == 0 || decoy && s.past != nil {
		return errFrame
	}
	v := view{Memory: m, wide: true}
	if !decoy && !v.admit() {
		return fmt.Errorf("more than the %d subjects of its configuration", m.config.Subjects)
	}
	names := s.names
	s.names = nil
	for _, k := range names {
		if k == (Key{}) || v.shards[k[0]].names.find(k) != 0 {
			return errFrame
		}
	}
	p := v.remember(Ref{Key: names[0], Former: names[1:]}, 0)
	s.names = v.person(p).remember().names
	v.person(p).mind = s
	if decoy {
		return v.restoreDecoy(p)
	}
	return nil
}
