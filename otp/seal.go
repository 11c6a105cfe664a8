// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/cipher"
	"crypto/rand"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"
)

// sealVersion is the first byte of everything sealed:
//
//	version 1 | length of id 1 | id | nonce 24 | ciphertext | tag 16
//
// The version, length and id are authenticated with the associated data.
const sealVersion = 1

// Sealer encrypts and authenticates with XChaCha20-Poly1305, under keys that
// [Ring.Sealer] derived for one namespace and purpose. It is safe for
// concurrent use, and never prints its keys. The zero Sealer opens nothing
// and seals nothing.
type Sealer struct {
	redacted
	first string // the id of the key that writes
	aeads veil[map[string]cipher.AEAD]
}

// Sealer returns the sealer for one deployment (namespace) and one use in it
// (purpose). Make it once: the keys are derived here.
func (r *Ring) Sealer(namespace, purpose string) *Sealer {
	aeads := make(map[string]cipher.AEAD, len(r.keys))
	for _, k := range r.keys {
		aead, err := chacha20poly1305.NewX(k.derive("seal", namespace, purpose))
		if err != nil {
			// Only a key that is not 32 bytes long can fail.
			panic("otp: chacha20poly1305 refused 32 bytes: " + err.Error())
		}
		aeads[k.ID] = aead
	}
	return &Sealer{first: r.keys[0].ID, aeads: veiled(&aeads)}
}

// Seal returns plaintext, encrypted under the first key of the ring. The
// associated bytes are not stored, and the same must be given to
// [Sealer.Open]: put there whatever the plaintext belongs to, so that it
// cannot be moved to another place. The result begins with a version and the
// id of the key, and is 43 to 74 bytes longer than plaintext. The nonce is
// random; 192 bits make that safe for any number of messages.
//
// The error is [ErrKey] for the zero Sealer, or that of the system's random
// source.
func (s *Sealer) Seal(plaintext, associated []byte) ([]byte, error) {
	aead := s.aead(s.first)
	if aead == nil {
		return nil, fmt.Errorf("%w: the sealer has none", ErrKey)
	}
	header := append([]byte{sealVersion, byte(len(s.first))}, s.first...)
	nonceEnd := len(header) + aead.NonceSize()
	sealed := make([]byte, nonceEnd, nonceEnd+len(plaintext)+aead.Overhead())
	copy(sealed, header)
	nonce := sealed[len(header):]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("otp: seal: %w", err)
	}
	return aead.Seal(sealed, nonce, plaintext, bind(header, associated)), nil
}

// Open returns the plaintext of what Seal returned, under whichever key of
// the ring it was sealed. The error is [ErrSealed], whatever the reason.
func (s *Sealer) Open(sealed, associated []byte) ([]byte, error) {
	return s.OpenIn(make([]byte, 0, len(sealed)+len(associated)), sealed, associated)
}

// OpenIn is [Sealer.Open] in room of the caller's, which must not overlap the
// other two. Nothing is allocated where the room has capacity for as many bytes
// as both of them; the plaintext then lies in it.
func (s *Sealer) OpenIn(room, sealed, associated []byte) ([]byte, error) {
	header, rest, ok := cutHeader(sealed)
	if !ok {
		return nil, ErrSealed
	}
	aead := s.aead(string(header[2:]))
	if aead == nil || len(rest) < aead.NonceSize() {
		return nil, ErrSealed
	}
	nonce, ciphertext := rest[:aead.NonceSize()], rest[aead.NonceSize():]
	bound := append(append(room[:0], header...), associated...)
	plaintext, err := aead.Open(bound[len(bound):], nonce, ciphertext, bound)
	if err != nil {
		return nil, ErrSealed
	}
	return plaintext, nil
}

// aead returns the cipher under one key; nil if there is none.
func (s *Sealer) aead(id string) cipher.AEAD {
	if aeads := s.aeads.lift(); aeads != nil {
		return (*aeads)[id]
	}
	return nil
}

// cutHeader splits sealed bytes after the id of the key.
func cutHeader(sealed []byte) (header, rest []byte, ok bool) {
	if len(sealed) < 2 || sealed[0] != sealVersion {
		return nil, nil, false
	}
	end := 2 + int(sealed[1])
	if len(sealed) < end {
		return nil, nil, false
	}
	return sealed[:end], sealed[end:], true
}

// bind joins header and associated data. The header says its own length, so
// the boundary is unambiguous.
func bind(header, associated []byte) []byte {
	return append(append(make([]byte, 0, len(header)+len(associated)), header...), associated...)
}

// SealSecret seals a shared secret for storage, bound to the subject it was
// issued to and to its purpose, such as "totp": copied to another subject's
// row, it does not open. The error is [ErrSecret] for the zero Secret, or
// that of [Sealer.Seal].
func SealSecret(s *Sealer, secret Secret, subject, purpose string) ([]byte, error) {
	if secret.IsZero() {
		return nil, ErrSecret
	}
	return s.Seal(secret.bytes(), secretBinding(subject, purpose))
}

// OpenSecret returns the secret in what SealSecret returned for the same
// subject and purpose. The error is [ErrSealed], whatever the reason.
func OpenSecret(s *Sealer, sealed []byte, subject, purpose string) (Secret, error) {
	b, err := s.Open(sealed, secretBinding(subject, purpose))
	if err != nil {
		return Secret{}, err
	}
	secret, err := NewSecret(b)
	if err != nil {
		return Secret{}, ErrSealed
	}
	return secret, nil
}

func secretBinding(subject, purpose string) []byte {
	b := appendPart(nil, "shared secret")
	b = appendPart(b, subject)
	return appendPart(b, purpose)
}
