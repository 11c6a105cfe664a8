// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding"
	"encoding/binary"
	"fmt"
	"hash"
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

// generator makes the codes of one secret: HMAC (RFC 2104) that keeps the
// states of the hash after its two padded keys, as s4 there suggests. A window
// of two steps then costs six rounds of the hash and not eight, and four where
// the secret already knows the states. It is spelled out because crypto/hmac
// allocates, and gives nothing to keep.
type generator struct {
	algorithm          Algorithm
	innerBuf, outerBuf [maxState]byte
	inner, outer       int // how much of each buffer is the state
}

// maxState is enough for the saved state of any of the hashes: 204 bytes for
// SHA-512.
const maxState = 256

func newGenerator(a Algorithm, key []byte) generator {
	var inner, outer [sha512.BlockSize]byte
	if len(key) > a.block() {
		var digest [sha512.Size]byte
		key = a.sum(digest[:0], nil, key)
	}
	padKey(inner[:a.block()], outer[:a.block()], key)
	g := generator{algorithm: a}
	g.inner = len(a.state(g.innerBuf[:0], inner[:a.block()]))
	g.outer = len(a.state(g.outerBuf[:0], outer[:a.block()]))
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
	var message [8]byte
	var buf [sha512.Size]byte
	binary.BigEndian.PutUint64(message[:], counter)
	sum := g.algorithm.sum(buf[:0], g.innerBuf[:g.inner], message[:])
	sum = g.algorithm.sum(buf[:0], g.outerBuf[:g.outer], sum)

	// Dynamic truncation, RFC 4226 s5.3; for longer hashes, RFC 6238 s1.2.
	offset := sum[len(sum)-1] & 0x0f
	truncated := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	return truncated % pow10(digits)
}

// state appends the state of the hash after data. The hashes of the standard
// library document that they can be saved and restored, and fail only on a
// state that is not their own. The cases of state and of sum look alike, and
// must stay apart: where the compiler sees which hash it is, the hash stays on
// the stack.
func (a Algorithm) state(dst, data []byte) []byte {
	switch a {
	case SHA256:
		h := sha256.New()
		h.Write(data)
		dst, _ = h.(encoding.BinaryAppender).AppendBinary(dst)
	case SHA512:
		h := sha512.New()
		h.Write(data)
		dst, _ = h.(encoding.BinaryAppender).AppendBinary(dst)
	default:
		h := sha1.New()
		h.Write(data)
		dst, _ = h.(encoding.BinaryAppender).AppendBinary(dst)
	}
	return dst
}

// sum appends the digest of data, hashed after what state had seen; nil for
// nothing.
func (a Algorithm) sum(dst, state, data []byte) []byte {
	switch a {
	case SHA256:
		h := sha256.New()
		restore(h, state)
		h.Write(data)
		return h.Sum(dst)
	case SHA512:
		h := sha512.New()
		restore(h, state)
		h.Write(data)
		return h.Sum(dst)
	default:
		h := sha1.New()
		restore(h, state)
		h.Write(data)
		return h.Sum(dst)
	}
}

func restore(h hash.Hash, state []byte) {
	if state != nil {
		_ = h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state)
	}
}
