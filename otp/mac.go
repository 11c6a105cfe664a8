// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
)

// MAC makes keyed fingerprints with HMAC-SHA-256, under keys that [Ring.MAC]
// derived for one namespace and purpose. They are for what must be found or
// compared again but not read: codes, subjects, devices, addresses. It is
// safe for concurrent use, and never prints its keys. The zero MAC verifies
// nothing, and must not be asked for sums.
type MAC struct {
	redacted
	keys veil[[]macKey]
}

// macKey is the states of SHA-256 after the two padded keys of HMAC, see
// generator.
type macKey struct {
	inner, outer []byte
}

// MAC returns the MAC for one deployment (namespace) and one use in it
// (purpose). Make it once: the keys are derived here.
func (r *Ring) MAC(namespace, purpose string) *MAC {
	keys := make([]macKey, len(r.keys))
	for i, k := range r.keys {
		var inner, outer [sha256.BlockSize]byte
		padKey(inner[:], outer[:], k.derive("mac", namespace, purpose))
		keys[i] = macKey{SHA256.state(nil, inner[:]), SHA256.state(nil, outer[:])}
	}
	return &MAC{keys: veiled(&keys)}
}

// Sum returns the fingerprint of the parts under the first key of the ring,
// for writing. Each part counts with its length: ("ab", "c") and ("a", "bc")
// differ, and so do no part and an empty one.
func (m *MAC) Sum(parts ...[]byte) [32]byte { return m.all()[0].sum(parts) }

// SumAll returns the fingerprint of the parts under every key, the first key
// first, for looking up what may have been written before a rotation.
func (m *MAC) SumAll(parts ...[]byte) [][32]byte { return m.AppendSums(nil, parts...) }

// AppendSums is [MAC.SumAll] that appends to a slice, for callers with room
// for the sums of a few keys.
func (m *MAC) AppendSums(sums [][32]byte, parts ...[]byte) [][32]byte {
	keys := m.all()
	for i := range keys {
		sums = append(sums, keys[i].sum(parts))
	}
	return sums
}

// Verify reports whether sum is the fingerprint of the parts under any key of
// the ring. It takes the same time whichever it is, if any.
func (m *MAC) Verify(sum [32]byte, parts ...[]byte) bool {
	found := 0
	keys := m.all()
	for i := range keys {
		want := keys[i].sum(parts)
		found |= subtle.ConstantTimeCompare(sum[:], want[:])
	}
	return found == 1
}

func (m *MAC) all() []macKey {
	if keys := m.keys.lift(); keys != nil {
		return *keys
	}
	return nil
}

// sum is HMAC (RFC 2104) over each part with its length in front, as appendPart
// writes it.
func (k *macKey) sum(parts [][]byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	restore(h, k.inner)
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	h.Sum(sum[:0])
	restore(h, k.outer)
	h.Write(sum[:])
	h.Sum(sum[:0])
	return sum
}
