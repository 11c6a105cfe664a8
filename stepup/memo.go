// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// recollection is what a store keeps of a subject as its profile: what proofs
// taught, and what the guard was told. The zero value is a newcomer's.
type recollection struct {
	risk.Profile
	memo memo
}

// memo is what the guard was told about a subject. The zero value is nothing.
type memo struct {
	consent time.Time // when it was given; zero: it was not, or was withdrawn

	// From since until until the guard is cautious, because something was done
	// that the subject says was not him.
	since, until time.Time

	// Such reports that came without a proof, from devices that are trusted and
	// from others: whoever has a session of the subject uses up none of the
	// owner's own (L11).
	trusted, others reports

	// settles is until when the contacts of each kind prove nothing sensitive,
	// SMS first, since one was changed by a proof that was not strong.
	settles [policy.App - policy.SMS + 1]time.Time

	// changed is when one of each kind was changed, for as long as a challenge
	// to it from before may be answered.
	changed [policy.App - policy.SMS + 1]time.Time
}

// reports are counted within a day of the first.
type reports struct {
	n     int
	since time.Time
}

// expire forgets what is a day old.
func (r *reports) expire(now time.Time) {
	if now.Sub(r.since) >= reportWindow {
		*r = reports{}
	}
}

// add counts one more.
func (r *reports) add(now time.Time) {
	if r.n == 0 {
		r.since = now
	}
	r.n++
}

// memoMark begins an encoding that has a memo; no profile's begins with it. It
// is followed by the memo's length, the memo, and the profile.
const memoMark = 0xC1

// MarshalBinary returns the encoding, which for most subjects is that of the
// profile alone.
func (r *recollection) MarshalBinary() ([]byte, error) {
	if r.memo == (memo{}) {
		return r.Profile.MarshalBinary()
	}
	var m []byte
	for _, n := range r.memo.numbers() {
		m = binary.AppendVarint(m, n)
	}
	return r.Profile.AppendBinary(append([]byte{memoMark, byte(len(m))}, m...))
}

// UnmarshalBinary reads what MarshalBinary wrote. Anything else is an error,
// so that what is damaged is unknown, never empty.
func (r *recollection) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || data[0] != memoMark {
		r.memo = memo{}
		return r.Profile.UnmarshalBinary(data)
	}
	if len(data) < 2 || len(data) <= 2+int(data[1]) {
		return fmt.Errorf("stepup: memo: %w", risk.ErrEncoding)
	}
	m, rest := data[2:2+int(data[1])], data[2+int(data[1]):]
	var n memoNumbers
	for i := range n {
		v, size := binary.Varint(m)
		if size <= 0 {
			return fmt.Errorf("stepup: memo: %w", risk.ErrEncoding)
		}
		n[i], m = v, m[size:]
	}
	r.memo = n.memo()
	return r.Profile.UnmarshalBinary(rest)
}

// memoNumbers are what a memo is encoded as.
type memoNumbers [7 + len(memo{}.settles) + len(memo{}.changed)]int64

func (m *memo) numbers() (n memoNumbers) {
	n[0], n[1], n[2] = nanos(m.consent), nanos(m.since), nanos(m.until)
	n[3], n[4] = int64(m.others.n), nanos(m.others.since)
	n[5], n[6] = int64(m.trusted.n), nanos(m.trusted.since)
	for i, t := range m.settles {
		n[7+i] = nanos(t)
	}
	for i, t := range m.changed {
		n[7+len(m.settles)+i] = nanos(t)
	}
	return n
}

func (n *memoNumbers) memo() memo {
	m := memo{
		consent: moment(n[0]), since: moment(n[1]), until: moment(n[2]),
		others: reports{int(n[3]), moment(n[4])}, trusted: reports{int(n[5]), moment(n[6])},
	}
	for i := range m.settles {
		m.settles[i] = moment(n[7+i])
	}
	for i := range m.changed {
		m.changed[i] = moment(n[7+len(m.settles)+i])
	}
	return m
}

// Expire forgets what is too old to count.
func (r *recollection) Expire(now time.Time) {
	r.Profile.Expire(now)
	if !now.Before(r.memo.until) {
		r.memo.since, r.memo.until = time.Time{}, time.Time{}
	}
	r.memo.trusted.expire(now)
	r.memo.others.expire(now)
	for i, until := range r.memo.settles {
		if !now.Before(until) {
			r.memo.settles[i] = time.Time{}
		}
	}
	for i, at := range r.memo.changed {
		if now.Sub(at) >= TicketLife+longestCodeLife {
			r.memo.changed[i] = time.Time{}
		}
	}
}

// cautious reports whether the guard was told of something that was not the
// subject, of late.
func (m *memo) cautious() bool { return !m.until.IsZero() }

// settling reports whether a contact was changed so lately that it proves
// nothing sensitive.
func (m *memo) settling() bool { return m.settles != memo{}.settles }

// outdated reports whether the challenge was asked for before the contact that
// its code went to was changed. A ticket tells the second of it.
func (m *memo) outdated(d *demand) bool {
	if d.Via < policy.SMS || d.Via > policy.App {
		return false
	}
	at := m.changed[d.Via-policy.SMS]
	return !at.IsZero() && d.Evidence.Time.Before(at.Truncate(time.Second))
}

// nanos are a time's; the zero time has none.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func moment(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
