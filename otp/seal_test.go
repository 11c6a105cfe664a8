// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/proportion-go/proportion/otp"
)

// part writes a part with its length, as in everything that is derived or bound.
func part(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(text))), text...)
}

// What is sealed is XChaCha20-Poly1305 under a key by HKDF-SHA-256 (RFC 5869),
// with the key's id, the subject and the purpose authenticated: whoever has only
// the description of the format and the key opens it, and can seal what opens.
func TestSealedFormat(t *testing.T) {
	material := bytes.Repeat([]byte{3}, 32)
	sealer := ringOf(t, keyOf(t, "k2026", 3)).Sealer("shop", "seal")
	info := part(part(part(part(nil, "proportion v1"), "seal"), "shop"), "seal")
	key, err := hkdf.Key(sha256.New, material, nil, string(info), chacha20poly1305.KeySize)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		t.Fatal(err)
	}
	header := []byte("\x01\x05k2026")
	bound := append(bytes.Clone(header), part(part(part(nil, "shared secret"), "alice"), "totp")...)

	secret := seed(t, otp.SHA1)
	sealed, err := otp.SealSecret(sealer, secret, "alice", "totp")
	if err != nil {
		t.Fatal(err)
	}
	rest, found := bytes.CutPrefix(sealed, header)
	if !found || len(rest) < chacha20poly1305.NonceSizeX {
		t.Fatalf("got %x, want it to begin with version and id", sealed)
	}
	nonce, ciphertext := rest[:chacha20poly1305.NonceSizeX], rest[chacha20poly1305.NonceSizeX:]
	plain, err := aead.Open(nil, nonce, ciphertext, bound)
	if err != nil || !bytes.Equal(plain, secret.Bytes()) {
		t.Errorf("opened by the description: got %d bytes, error %v", len(plain), err)
	}
	own := append(append(bytes.Clone(header), nonce...), aead.Seal(nil, nonce, secret.Bytes(), bound)...)
	if back, err := otp.OpenSecret(sealer, own, "alice", "totp"); err != nil || !back.Equal(secret) {
		t.Errorf("sealed by the description: got error %v", err)
	}
}
