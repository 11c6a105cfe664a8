// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/sha256"
	"crypto/subtle"
)

// macStack is how many bytes of parts are hashed without an allocation.
const macStack = 512

// MAC makes keyed fingerprints with HMAC-SHA-256, under keys that [Ring.MAC]
// derived for one namespace and purpose. They are for what must be found or
// compared again but not read: codes, subjects, devices, addresses. It is
// safe for concurrent use, and never prints its keys. The zero MAC verifies
// nothing, and must not be asked for sums.
type MAC struct {
	redacted
	keys veil[[]macKey]
}

// macKey is a key padded once, for each of the two hashes of HMAC.
type macKey struct {
	inner, outer [sha256.BlockSize]byte
}

// MAC returns the MAC for one deployment (namespace) and one use in it
// (purpose). Make it once: the keys are derived here.
func (r *Ring) MAC(namespace, purpose string) *MAC {
	keys := make([]macKey, len(r.keys))
	for i, k := range r.keys {
		padKey(keys[i].inner[:], keys[i].outer[:], k.derive("mac", namespace, purpose))
	}
	return &MAC{keys: veiled(&keys)}
}

// Sum returns the fingerprint of the parts under the first key of the ring,
// for writing. Each part counts with its length: ("ab", "c") and ("a", "bc")
// differ, and so do no part and an empty one.
func (m *MAC) Sum(parts ...[]byte) [32]byte { return m.all()[0].sum(parts) }

// SumAll returns the fingerprint of the parts under every key, the first key
// first, for looking up what may have been written before a rotation.
func (m *MAC) SumAll(parts ...[]byte) [][32]byte {
	sums := make([][32]byte, len(m.all()))
	for i := range sums {
		sums[i] = m.all()[i].sum(parts)
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

// sum is HMAC (RFC 2104) spelled out, because crypto/hmac allocates and makes
// the parts escape to the heap.
func (k *macKey) sum(parts [][]byte) [sha256.Size]byte {
	var stack [sha256.BlockSize + macStack]byte
	message := append(stack[:0], k.inner[:]...)
	for _, part := range parts {
		message = appendPart(message, part)
	}
	digest := sha256.Sum256(message)

	var outer [sha256.BlockSize + sha256.Size]byte
	copy(outer[:], k.outer[:])
	copy(outer[sha256.BlockSize:], digest[:])
	return sha256.Sum256(outer[:])
}
