// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
)

// Algorithm is the hash under the HMAC of a [HOTP] or [TOTP] code. The zero
// value is SHA1, the one that RFC 4226 defines and that every authenticator
// app assumes; HMAC does not depend on the collision resistance that SHA-1
// has lost. A value that is not one of the constants is refused wherever it
// is used.
type Algorithm uint8

// The algorithms of RFC 6238 s1.2. Several apps ignore the algorithm they are
// told, and compute SHA1: try the apps of your customers before choosing
// another.
const (
	SHA1 Algorithm = iota
	SHA256
	SHA512
)

var _ fmt.Stringer = SHA1

// String returns the name used in otpauth URIs: "SHA1", "SHA256", "SHA512".
func (a Algorithm) String() string {
	switch a {
	case SHA1:
		return "SHA1"
	case SHA256:
		return "SHA256"
	case SHA512:
		return "SHA512"
	}
	return fmt.Sprintf("Algorithm(%d)", uint8(a))
}

func (a Algorithm) validate() error {
	if a > SHA512 {
		return fmt.Errorf("%w: unknown algorithm %d", ErrOptions, uint8(a))
	}
	return nil
}

// block is the block size of the hash in bytes.
func (a Algorithm) block() int {
	if a == SHA512 {
		return sha512.BlockSize
	}
	return sha256.BlockSize // and of SHA-1
}

// hash writes the digest of data into sum and returns its size.
func (a Algorithm) hash(sum *[sha512.Size]byte, data []byte) int {
	switch a {
	case SHA256:
		d := sha256.Sum256(data)
		return copy(sum[:], d[:])
	case SHA512:
		d := sha512.Sum512(data)
		return copy(sum[:], d[:])
	default:
		d := sha1.Sum(data)
		return copy(sum[:], d[:])
	}
}

// generator makes the codes of one secret. It is HMAC (RFC 2104) spelled out,
// because crypto/hmac allocates: each buffer holds the padded key, then what
// is hashed after it. A generator lives on the stack of one call.
type generator struct {
	algorithm    Algorithm
	inner, outer [sha512.BlockSize + sha512.Size]byte
}

func newGenerator(a Algorithm, secret Secret) generator {
	g := generator{algorithm: a}
	key := secret.bytes()
	if len(key) > a.block() {
		var digest [sha512.Size]byte
		key = digest[:a.hash(&digest, key)]
	}
	padKey(g.inner[:a.block()], g.outer[:a.block()], key)
	return g
}

// padKey fills inner and outer, of one block each, with the two keys that
// HMAC derives from key (RFC 2104 s2).
func padKey(inner, outer, key []byte) {
	copy(inner, key)
	copy(outer, key)
	for i := range inner {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
}

// code returns the code of one counter as a number of at most digits digits.
func (g *generator) code(counter uint64, digits int) uint32 {
	block := g.algorithm.block()
	var sum [sha512.Size]byte
	binary.BigEndian.PutUint64(g.inner[block:], counter)
	n := g.algorithm.hash(&sum, g.inner[:block+8])
	copy(g.outer[block:], sum[:n])
	n = g.algorithm.hash(&sum, g.outer[:block+n])

	// Dynamic truncation, RFC 4226 s5.3; for longer hashes, RFC 6238 s1.2.
	offset := sum[n-1] & 0x0f
	truncated := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return truncated % pow10(digits)
}
