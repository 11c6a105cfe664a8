// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding"
	"encoding/binary"
	"fmt"
	"math/bits"

	"golang.org/x/crypto/argon2"
)

const (
	// RecoveryCodes is how many codes a set has.
	RecoveryCodes = 10

	// recoveryLength is the symbols of a code. 15 of 5 bits are 75 bits: more
	// than the 64 under which NIST SP 800-63B-4 s3.1.2.2 wants throttling, less
	// than the 112 under which it wants a salted password hash.
	recoveryLength = 15
	recoveryGroup  = 5

	// recoveryAlphabet is Crockford's base32: no I, L, O or U. A letter that
	// was misread as one of the first three is read as the digit it looks like.
	recoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// The work of one guess: argon2id (RFC 9106) with the minimum that the OWASP
// Password Storage Cheat Sheet asks for passwords: 19 MiB, 2 passes, 1 lane.
// The codes have far more entropy than passwords, so more memory would only
// serve those who flood the verifier. The numbers belong to recoveryVersion;
// change them only with it.
const (
	recoveryMemory = 19 * 1024 // KiB
	recoveryPasses = 2
	recoveryLanes  = 1

	recoverySalt   = 16 // bytes, RFC 9106 s3.1
	recoveryDigest = 16 // bytes, as many as a 128-bit key

	recoveryVersion = 1

	// recoverySize is the encoded set: version, used mask, salt, digests.
	recoverySize = 1 + 2 + recoverySalt + RecoveryCodes*recoveryDigest
)

// RecoveryCode is one code to show its owner once. It prints as a fixed text,
// except through [RecoveryCode.Reveal].
type RecoveryCode struct {
	redacted
	text veil[string]
}

// Reveal returns the code in groups, such as "7K2QM-4F9TZ-XW3HP", for the
// page on which the owner writes it down; "" for the zero value.
func (c RecoveryCode) Reveal() string {
	if text := c.text.lift(); text != nil {
		return *text
	}
	return ""
}

// RecoverySet is what the service keeps of ten recovery codes: a salt, ten
// digests, and which are used. The codes cannot be read back from it. It is
// immutable and safe for concurrent use; store it with
// [RecoverySet.MarshalBinary], preferably sealed.
//
// The zero set matches nothing, at the same cost as any other: verify against
// it where a subject has no codes, and the time tells nobody.
type RecoverySet struct {
	redacted
	state veil[recoveryState]
}

type recoveryState struct {
	used    uint16 // bit i is set when code i is used
	salt    [recoverySalt]byte
	digests [RecoveryCodes][recoveryDigest]byte
}

var (
	_ encoding.BinaryMarshaler   = RecoverySet{}
	_ encoding.BinaryUnmarshaler = (*RecoverySet)(nil)
)

// GenerateRecovery returns ten single-use codes of 75 random bits from
// crypto/rand, to be shown once, and the set to store. It costs as much as
// ten guesses, see [RecoverySet.Verify]. The error is that of the system's
// random source.
func GenerateRecovery() ([]RecoveryCode, RecoverySet, error) {
	var state recoveryState
	if _, err := rand.Read(state.salt[:]); err != nil {
		return nil, RecoverySet{}, fmt.Errorf("otp: generate recovery codes: %w", err)
	}
	codes := make([]RecoveryCode, RecoveryCodes)
	for i := range codes {
		var symbols [recoveryLength]byte
		if _, err := rand.Read(symbols[:]); err != nil {
			return nil, RecoverySet{}, fmt.Errorf("otp: generate recovery codes: %w", err)
		}
		for j, b := range symbols {
			symbols[j] = recoveryAlphabet[b%32] // 32 divides 256: no bias
		}
		state.digests[i] = state.digest(symbols)
		text := group(symbols)
		codes[i] = RecoveryCode{text: veiled(&text)}
	}
	return codes, RecoverySet{state: veiled(&state)}, nil
}

// CanonicalRecovery returns the recovery code in what a customer typed, grouped
// and in upper case as [RecoveryCode.Reveal] writes it. Case, ASCII spaces and
// hyphens do not matter; O is read as 0, I and L as 1. Anything else, and more
// than 64 bytes in all, is [ErrMalformed]. Use it before anything is counted or
// read from a store; [RecoverySet.Verify] reads its input the same way.
func CanonicalRecovery(input string) (string, error) {
	symbols, err := scanRecovery(input)
	if err != nil {
		return "", err
	}
	return group(symbols), nil
}

// Verify returns the index of the code in what a customer typed, to be given
// to [RecoverySet.Spend] before anything is allowed.
//
// Every guess costs one argon2id of 19 MiB, some tens of milliseconds of one core, and is
// compared in constant time with all ten digests, whether or not one matches
// and whichever it is. Bound how many run at once, or guesses exhaust the
// memory.
//
// Errors: [ErrMalformed], at no cost; [ErrMismatch]; [ErrUsed] when the code
// is right but was spent. Tell the customer the same for all. The index is -1
// with any error.
func (s RecoverySet) Verify(input string) (index int, err error) {
	symbols, err := scanRecovery(input)
	if err != nil {
		return -1, err
	}
	state := s.state.lift()
	if state == nil {
		state = new(recoveryState) // the same work, for nothing
	}
	digest := state.digest(symbols)
	matched := -1
	for i := range state.digests {
		same := subtle.ConstantTimeCompare(digest[:], state.digests[i][:])
		matched = subtle.ConstantTimeSelect(same, i, matched)
	}
	switch {
	case matched < 0 || s.state == nil:
		return -1, ErrMismatch
	case state.isUsed(matched):
		return -1, ErrUsed
	}
	return matched, nil
}

// Spend returns the set with one code used. Store it with a compare-and-set
// from the set that was verified, or two parallel requests spend one code
// twice. Errors: [ErrUsed] when it was used already; [ErrRecoverySet] for an
// index that is not in the set, and for the zero set.
func (s RecoverySet) Spend(index int) (RecoverySet, error) {
	state := s.state.lift()
	if state == nil || index < 0 || index >= RecoveryCodes {
		return RecoverySet{}, fmt.Errorf("%w: no code %d", ErrRecoverySet, index)
	}
	if state.isUsed(index) {
		return RecoverySet{}, ErrUsed
	}
	next := *state
	next.used |= 1 << index
	return RecoverySet{state: veiled(&next)}, nil
}

// Remaining returns how many codes are not used yet; 0 for the zero set.
func (s RecoverySet) Remaining() int {
	if state := s.state.lift(); state != nil {
		return RecoveryCodes - bits.OnesCount16(state.used)
	}
	return 0
}

// MarshalBinary returns the set for storage, in 179 bytes that begin with a
// version. The error is [ErrRecoverySet] for the zero set.
func (s RecoverySet) MarshalBinary() ([]byte, error) {
	state := s.state.lift()
	if state == nil {
		return nil, fmt.Errorf("%w: it is the zero set", ErrRecoverySet)
	}
	b := make([]byte, 0, recoverySize)
	b = append(b, recoveryVersion)
	b = binary.BigEndian.AppendUint16(b, state.used)
	b = append(b, state.salt[:]...)
	for _, digest := range state.digests {
		b = append(b, digest[:]...)
	}
	return b, nil
}

// UnmarshalBinary reads what [RecoverySet.MarshalBinary] returned. The error
// is [ErrRecoverySet], and leaves the set as it was. It does not detect
// changes by whoever can write the store: seal the bytes if they can.
func (s *RecoverySet) UnmarshalBinary(b []byte) error {
	if len(b) != recoverySize {
		return fmt.Errorf("%w: want %d bytes, got %d", ErrRecoverySet, recoverySize, len(b))
	}
	if b[0] != recoveryVersion {
		return fmt.Errorf("%w: want version %d, got %d", ErrRecoverySet, recoveryVersion, b[0])
	}
	state := recoveryState{used: binary.BigEndian.Uint16(b[1:])}
	if state.used>>RecoveryCodes != 0 {
		return fmt.Errorf("%w: used codes that are not in the set", ErrRecoverySet)
	}
	rest := bytes.NewReader(b[3:])
	_, _ = rest.Read(state.salt[:])
	for i := range state.digests {
		_, _ = rest.Read(state.digests[i][:])
	}
	s.state = veiled(&state)
	return nil
}

func (s *recoveryState) isUsed(index int) bool { return s.used>>index&1 == 1 }

func (s *recoveryState) digest(symbols [recoveryLength]byte) [recoveryDigest]byte {
	return [recoveryDigest]byte(argon2.IDKey(symbols[:], s.salt[:],
		recoveryPasses, recoveryMemory, recoveryLanes, recoveryDigest))
}

func group(symbols [recoveryLength]byte) string {
	var b []byte
	for i, symbol := range symbols {
		if i > 0 && i%recoveryGroup == 0 {
			b = append(b, '-')
		}
		b = append(b, symbol)
	}
	return string(b)
}

// scanRecovery is scan for recovery codes.
func scanRecovery(input string) (symbols [recoveryLength]byte, err error) {
	if len(input) > maxInput {
		return symbols, ErrMalformed
	}
	n := 0
	for i := range len(input) {
		if input[i] == ' ' || input[i] == '-' {
			continue
		}
		symbol := readSymbol(input[i])
		if symbol == 0 || n == recoveryLength {
			return symbols, ErrMalformed
		}
		symbols[n] = symbol
		n++
	}
	if n != recoveryLength {
		return symbols, ErrMalformed
	}
	return symbols, nil
}

// readSymbol returns the symbol of the alphabet that c stands for, or 0.
func readSymbol(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	switch {
	case c == 'O':
		return '0'
	case c == 'I', c == 'L':
		return '1'
	case c == 'U':
		return 0
	case '0' <= c && c <= '9', 'A' <= c && c <= 'Z':
		return c
	}
	return 0
}
