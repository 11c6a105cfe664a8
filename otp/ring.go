// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

const (
	// keySize is the size in bytes of ring keys and of all derived keys.
	keySize = 32

	maxKeyID = 32

	// maxRing bounds the keys of a ring: every read may try each of them.
	maxRing = 16
)

// Key is one key of a [Ring]: a public id and 32 secret bytes. Every way of
// printing, logging or encoding it gives a fixed text. A Key that was not
// made by [GenerateKey] or [NewKey] is refused by [NewRing].
type Key struct {
	redacted

	// ID names the key in what is sealed under it, in clear: 1 to 32 ASCII
	// letters, digits, dots, underscores and hyphens.
	ID string

	material veil[[keySize]byte]
}

// GenerateKey returns a key of 32 bytes from crypto/rand. The error is
// [ErrKey] for an unusable id, or that of the system's random source.
func GenerateKey(id string) (Key, error) {
	var material [keySize]byte
	if _, err := rand.Read(material[:]); err != nil {
		return Key{}, fmt.Errorf("otp: generate a key: %w", err)
	}
	return NewKey(id, material[:])
}

// NewKey returns the key made of an id and a copy of exactly 32 bytes, which
// must come from a random source: a passphrase is not a key. The error is
// [ErrKey]; it repeats neither the id nor the bytes.
func NewKey(id string, material []byte) (Key, error) {
	if err := validateKeyID(id); err != nil {
		return Key{}, err
	}
	if len(material) != keySize {
		return Key{}, fmt.Errorf("%w: want %d bytes, got %d", ErrKey, keySize, len(material))
	}
	if [keySize]byte(material) == [keySize]byte{} {
		return Key{}, fmt.Errorf("%w: all bytes are zero", ErrKey)
	}
	clone := [keySize]byte(material)
	return Key{ID: id, material: veiled(&clone)}, nil
}

// validateKeyID never repeats the id: where someone swapped id and key, it is
// the key.
func validateKeyID(id string) error {
	if id == "" || len(id) > maxKeyID {
		return fmt.Errorf("%w: id: want 1 to %d characters, got %d", ErrKey, maxKeyID, len(id))
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '_', c == '-':
		default:
			return fmt.Errorf("%w: id: want letters, digits, '.', '_' and '-'", ErrKey)
		}
	}
	return nil
}

// Ring is the keys of a deployment. The first one writes, all of them read,
// so a key is rotated without an outage: put the new key first and keep the
// old one for as long as anything written under it may live.
//
// No key of the ring touches data. [Ring.Sealer] and [Ring.MAC] derive one
// per namespace and purpose, and nothing made for one opens under another.
//
// A Ring is immutable, safe for concurrent use, and never prints its keys.
type Ring struct {
	redacted
	keys []Key
}

// NewRing returns the ring that writes with first and reads with all. Unusable
// keys, keys that share an id, and more than 16 keys are [ErrKey].
func NewRing(first Key, others ...Key) (*Ring, error) {
	keys := append([]Key{first}, others...)
	if len(keys) > maxRing {
		return nil, fmt.Errorf("%w: want at most %d keys, got %d", ErrKey, maxRing, len(keys))
	}
	for i, k := range keys {
		if err := validateKeyID(k.ID); err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if k.material == nil {
			return nil, fmt.Errorf("%w: key %d has no bytes", ErrKey, i+1)
		}
		same := func(other Key) bool { return other.ID == k.ID }
		if j := slices.IndexFunc(keys, same); j < i {
			return nil, fmt.Errorf("%w: keys %d and %d have the same id", ErrKey, j+1, i+1)
		}
	}
	return &Ring{keys: keys}, nil
}

// ParseRing reads a ring from one environment variable or secret file:
// "id:base64,id:base64", the key that writes first. Each key is 32 bytes in
// standard base64, as `openssl rand -base64 32` prints it; padding is optional
// and spaces around an entry are ignored. The error is [ErrKey]; it gives the
// number of the entry, and never any part of the text.
func ParseRing(text string) (*Ring, error) {
	if strings.TrimSpace(text) == "" {
		return nil, fmt.Errorf("%w: the ring is empty, want id:base64 of 32 random bytes", ErrKey)
	}
	var keys []Key
	for i, entry := range strings.SplitN(text, ",", maxRing+1) {
		key, err := parseKey(strings.TrimSpace(entry))
		if err != nil {
			return nil, fmt.Errorf("ring entry %d: %w", i+1, err)
		}
		keys = append(keys, key)
	}
	return NewRing(keys[0], keys[1:]...)
}

func parseKey(entry string) (Key, error) {
	id, encoded, found := strings.Cut(entry, ":")
	if !found {
		return Key{}, fmt.Errorf("%w: want id:base64", ErrKey)
	}
	material, err := keyEncoding().DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return Key{}, fmt.Errorf("%w: not base64", ErrKey)
	}
	return NewKey(id, material)
}

// Reveal returns the keys as [ParseRing] reads them. It exists to provision a
// deployment; whoever sees the text can read and forge everything.
func (r *Ring) Reveal() string {
	entries := make([]string, len(r.keys))
	for i, k := range r.keys {
		entries[i] = k.ID + ":" + keyEncoding().EncodeToString(k.material()[:])
	}
	return strings.Join(entries, ",")
}

func keyEncoding() *base64.Encoding { return base64.RawStdEncoding.Strict() }

// derive returns the key for one use, namespace and purpose with HKDF-SHA-256
// (RFC 5869). The ring key is uniformly random, so no salt is needed (s3.1).
func (k Key) derive(use, namespace, purpose string) []byte {
	info := appendPart(nil, "proportion v1")
	info = appendPart(info, use)
	info = appendPart(info, namespace)
	info = appendPart(info, purpose)
	key, err := hkdf.Key(sha256.New, k.material()[:], nil, string(info), keySize)
	if err != nil {
		// Only asking for more than 255 hashes of output, or a short key in
		// FIPS 140-only mode, can fail; both sizes are constants.
		panic("otp: hkdf refused 32 bytes: " + err.Error())
	}
	return key
}

// appendPart appends a part with its length in front, so that no two lists of
// parts give the same bytes.
func appendPart[T string | []byte](b []byte, part T) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
	return append(b, part...)
}
