// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"bytes"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"strings"
)

const (
	// RFC 4226 s4 R6: at least 128 bits, 160 recommended.
	minSecret     = 16
	defaultSecret = 20

	// maxSecret is the longest key that HMAC-SHA-512 uses as it is.
	maxSecret = 128

	// maxSecretText is maxSecret bytes in base32 with each character spaced.
	maxSecretText = 512
)

// Secret is what an authenticator and the service share: whoever has it can
// make every code to come. It is copied in and out, and compared in constant
// time. Every way of printing, logging or encoding it gives a fixed text, in
// JSON too: to store one, seal it with [SealSecret].
//
// The zero Secret is absent: it verifies nothing and equals nothing. Secrets
// are immutable, and safe for concurrent use. Use [Secret.Equal]; == does not
// compile.
type Secret struct {
	redacted
	material veil[secretMaterial]
}

type secretMaterial struct {
	bytes []byte
	sha1  generator // made once, for the one algorithm that all apps know
}

// keep returns the secret that owns b.
func keep(b []byte) Secret {
	return Secret{material: veiled(&secretMaterial{bytes: b, sha1: newGenerator(SHA1, b)})}
}

// GenerateSecret returns a new secret of 20 bytes from crypto/rand, the 160
// bits that RFC 4226 s4 R6 recommends. It suits every [Algorithm]: RFC 6238
// s5.1 suggests keys as long as the hash, but more than 160 bits adds nothing
// that a guesser could feel, and 20 bytes are what all apps are tested with.
//
// The error is that of the system's random source.
func GenerateSecret() (Secret, error) {
	b := make([]byte, defaultSecret)
	if _, err := rand.Read(b); err != nil {
		return Secret{}, fmt.Errorf("otp: generate a secret: %w", err)
	}
	return keep(b), nil
}

// NewSecret returns the secret made of a copy of b, which has 16 to 128 bytes
// (RFC 4226 s4 R6 requires 128 bits). The error is [ErrSecret].
func NewSecret(b []byte) (Secret, error) {
	if len(b) < minSecret || len(b) > maxSecret {
		return Secret{}, fmt.Errorf("%w: want %d to %d bytes, got %d",
			ErrSecret, minSecret, maxSecret, len(b))
	}
	return keep(bytes.Clone(b)), nil
}

// ParseSecret reads a secret in base32 (RFC 4648 s6), as authenticator apps
// show it: in either case, with or without padding, ASCII spaces and hyphens
// ignored. The error is [ErrSecret], and never repeats the text.
func ParseSecret(text string) (Secret, error) {
	if len(text) > maxSecretText {
		return Secret{}, fmt.Errorf("%w: more than %d characters", ErrSecret, maxSecretText)
	}
	// base32 skips line ends, and ToUpper finds an S and an I in Unicode.
	printable := func(r rune) bool { return ' ' <= r && r <= '~' }
	if strings.ContainsFunc(text, func(r rune) bool { return !printable(r) }) {
		return Secret{}, fmt.Errorf("%w: not base32", ErrSecret)
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, " ", ""), "-", "")
	text = strings.ToUpper(strings.TrimRight(text, "="))
	b, err := secretEncoding().DecodeString(text)
	// base32 drops a last symbol that completes no byte: it lost a neighbour.
	if err != nil || len(text) != secretEncoding().EncodedLen(len(b)) {
		return Secret{}, fmt.Errorf("%w: not base32", ErrSecret)
	}
	return NewSecret(b)
}

// Bytes returns a copy of the secret; nil for the zero Secret. It is for
// provisioning hardware and for migrations. What holds it is no longer
// protected from being printed.
func (s Secret) Bytes() []byte { return bytes.Clone(s.bytes()) }

// Base32 returns the secret in upper case base32 without padding, for a
// customer who types it instead of scanning a code; "" for the zero Secret.
// What holds it is no longer protected from being printed.
func (s Secret) Base32() string { return secretEncoding().EncodeToString(s.bytes()) }

// Equal reports, in constant time, whether both are the same secret. A zero
// Secret equals nothing, not even another one: absence proves nothing.
func (s Secret) Equal(other Secret) bool {
	same := subtle.ConstantTimeCompare(s.bytes(), other.bytes()) == 1
	return same && !s.IsZero()
}

// IsZero reports whether the secret is absent.
func (s Secret) IsZero() bool { return s.material == nil }

// bytes returns the secret itself. Do not let it leave the package.
func (s Secret) bytes() []byte {
	if m := s.material.lift(); m != nil {
		return m.bytes
	}
	return nil
}

// generator returns what makes the codes of a secret that is not zero.
func (s Secret) generator(a Algorithm) generator {
	if m := s.material.lift(); a == SHA1 {
		return m.sha1
	}
	return newGenerator(a, s.bytes())
}

func secretEncoding() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }
