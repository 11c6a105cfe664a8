// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"

	"github.com/proportion-go/proportion/internal/redact"
	"github.com/proportion-go/proportion/otp"
	"golang.org/x/crypto/chacha20poly1305"
)

// KeyStore keeps one random key for each subject, by alias. Destroying it is
// what erases a subject from a journal that was sealed: the lines stay, and
// nobody can read their details.
//
// Where the key ring behind the aliases is rotated, a subject has another
// alias and another key from then on; an erasure destroys the keys of all his
// aliases.
//
// A store is safe for concurrent use and may block. It must not keep a key
// where a backup outlives its destruction.
type KeyStore interface {
	// Key returns the alias's key, and an error that is [ErrNoKey] if there is
	// none.
	Key(ctx context.Context, alias Pseudonym) (SubjectKey, error)

	// Add keeps the key for an alias that has none. It returns the alias's key,
	// which is another if one was added meanwhile. When it returns, the key
	// outlives the process.
	Add(ctx context.Context, alias Pseudonym, key SubjectKey) (SubjectKey, error)

	// Destroy forgets the alias's key for ever. That there was none is no
	// error.
	Destroy(ctx context.Context, alias Pseudonym) error
}

// SubjectKey seals the details of one subject's events. Every way of printing
// it gives "[redacted]". The zero value seals and opens nothing.
type SubjectKey struct {
	redact.Value
	id [keyIDSize]byte // random and public: it tells an erased key from a wrong one
	// material is behind a func, where reflection prints only an address.
	material func() *[chacha20poly1305.KeySize]byte
}

const keyIDSize = 8

// GenerateSubjectKey returns a random key.
func GenerateSubjectKey() (SubjectKey, error) {
	var b [keyIDSize + chacha20poly1305.KeySize]byte
	if _, err := rand.Read(b[:]); err != nil {
		return SubjectKey{}, fmt.Errorf("journal: generate a key: %w", err)
	}
	return newSubjectKey(b), nil
}

func newSubjectKey(b [keyIDSize + chacha20poly1305.KeySize]byte) SubjectKey {
	material := [chacha20poly1305.KeySize]byte(b[keyIDSize:])
	return SubjectKey{
		id:       [keyIDSize]byte(b[:keyIDSize]),
		material: func() *[chacha20poly1305.KeySize]byte { return &material },
	}
}

// IsZero reports whether there is no key.
func (k SubjectKey) IsZero() bool { return k.material == nil }

// Seal returns the key as a store may keep it: sealed under the ring of the
// deployment, for this alias only. Derive the sealer with the purpose
// "journal". The error is [ErrKey] for the zero key, or the sealer's.
func (k SubjectKey) Seal(s *otp.Sealer, alias Pseudonym) ([]byte, error) {
	if k.IsZero() {
		return nil, ErrKey
	}
	return s.Seal(append(k.id[:], k.material()[:]...), keyBinding(alias))
}

// OpenSubjectKey returns the key in what [SubjectKey.Seal] returned for the
// same alias. The error is [ErrKey], whatever the reason.
func OpenSubjectKey(s *otp.Sealer, sealed []byte, alias Pseudonym) (SubjectKey, error) {
	b, err := s.Open(sealed, keyBinding(alias))
	if err != nil || len(b) != keyIDSize+chacha20poly1305.KeySize {
		return SubjectKey{}, ErrKey
	}
	return newSubjectKey([keyIDSize + chacha20poly1305.KeySize]byte(b)), nil
}

func keyBinding(alias Pseudonym) []byte { return append([]byte("journal key\x00"), alias[:]...) }

// MemoryKeys keeps keys in the memory of the process: what was sealed cannot
// be opened after it ends. The zero value is ready; it is safe for concurrent
// use.
type MemoryKeys struct {
	redact.Value
	mu   sync.RWMutex
	keys map[Pseudonym]SubjectKey
}

var _ KeyStore = (*MemoryKeys)(nil)

// Key implements [KeyStore].
func (m *MemoryKeys) Key(_ context.Context, alias Pseudonym) (SubjectKey, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if k, ok := m.keys[alias]; ok {
		return k, nil
	}
	return SubjectKey{}, ErrNoKey
}

// Add implements [KeyStore].
func (m *MemoryKeys) Add(_ context.Context, alias Pseudonym, key SubjectKey) (SubjectKey, error) {
	if key.IsZero() {
		return SubjectKey{}, ErrKey
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.keys[alias]; ok {
		return k, nil
	}
	if m.keys == nil {
		m.keys = make(map[Pseudonym]SubjectKey)
	}
	m.keys[alias] = key
	return key, nil
}

// Destroy implements [KeyStore].
func (m *MemoryKeys) Destroy(_ context.Context, alias Pseudonym) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, alias)
	return nil
}
