// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/crypto/chacha20poly1305"
)

// A sealed detail is
//
//	version 1 | key id 8 | nonce 24 | ciphertext | tag 16
//
// by XChaCha20-Poly1305. Its associated data are a purpose, the version and
// key id, and the clear beginning of its line, written anew from the values:
// so it cannot be moved to another line, no clear member can be changed, and a
// tool may still change the spaces of a line or the order of its members.
const (
	sealVersion = 1
	sealHeader  = 1 + keyIDSize
	sealPurpose = "proportion journal detail\x00"
)

// Encoder writes lines, and seals their details if it has a key store. The
// zero value writes all in clear. It is safe for concurrent use.
type Encoder struct {
	// Keys seal the details of events that have an alias. Nil: nothing is
	// sealed.
	Keys KeyStore
}

// AppendLine appends the event's line, as the function of that name does. It
// makes a key for a subject that has none, but for [KindErase], which tells
// nothing of him and stays in clear: he is to have no key any more. Its errors
// are also those of the key store: an event is never written in clear because
// it could not be sealed.
func (c Encoder) AppendLine(ctx context.Context, dst []byte, e *Event) ([]byte, error) {
	if c.Keys == nil || e.Alias.IsZero() || len(e.Sealed) > 0 || e.Kind == KindErase {
		return AppendLine(dst, e)
	}
	if err := e.writable(); err != nil {
		return dst, err
	}
	detail := appendDetail(make([]byte, 0, 1024), e)
	key, err := subjectKey(ctx, c.Keys, e.Alias)
	if err != nil {
		return dst, err
	}
	sealed := *e
	sealed.Detail, sealed.Decision = Detail{}, nil
	if sealed.Sealed, err = key.sealDetail(detail, e); err != nil {
		return dst, err
	}
	return AppendLine(dst, &sealed)
}

func subjectKey(ctx context.Context, keys KeyStore, alias Pseudonym) (SubjectKey, error) {
	key, err := keys.Key(ctx, alias)
	if errors.Is(err, ErrNoKey) {
		if key, err = GenerateSubjectKey(); err == nil {
			key, err = keys.Add(ctx, alias, key)
		}
	}
	if err != nil {
		return SubjectKey{}, fmt.Errorf("journal: key of a subject: %w", err)
	}
	return key, nil
}

// associated is what a sealed detail belongs to.
func associated(header []byte, e *Event) []byte {
	b := append(make([]byte, 0, 512), sealPurpose...)
	return appendClear(append(b, header...), e)
}

// cipher returns the cipher of the key; an error for the zero key, which a
// faulty store might return.
func (k SubjectKey) cipher() (cipher.AEAD, error) {
	if k.IsZero() {
		return nil, ErrKey
	}
	aead, err := chacha20poly1305.NewX(k.material()[:])
	if err != nil {
		return nil, ErrKey
	}
	return aead, nil
}

func (k SubjectKey) sealDetail(detail []byte, e *Event) ([]byte, error) {
	aead, err := k.cipher()
	if err != nil {
		return nil, err
	}
	box := make([]byte, sealHeader+aead.NonceSize(), sealHeader+aead.NonceSize()+len(detail)+aead.Overhead())
	box[0] = sealVersion
	copy(box[1:], k.id[:])
	nonce := box[sealHeader:]
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("journal: seal: %w", err)
	}
	return aead.Seal(box, nonce, detail, associated(box[:sealHeader], e)), nil
}

// Open opens the detail of an event that was read sealed. An event that is not
// sealed stays as it is, and so does one that does not open:
//
//   - [ErrNoKey]: the key was destroyed, or is in another store;
//   - [ErrTampered]: the detail, or a clear member, was changed;
//   - [ErrSyntax]: what was sealed is no detail;
//   - or the store's own error.
//
// What the event then points to is valid until the next call of a method.
func (d *Decoder) Open(ctx context.Context, e *Event, keys KeyStore) error {
	if len(e.Sealed) == 0 {
		return nil
	}
	key, err := keys.Key(ctx, e.Alias)
	if err != nil {
		return fmt.Errorf("journal: key of a subject: %w", err)
	}
	if d.plain, err = key.openDetail(d.plain[:0], e); err != nil {
		return err
	}
	opened := *e
	opened.Sealed, opened.Detail, opened.Decision = nil, Detail{}, nil
	d.reset(d.plain)
	if !utf8.Valid(d.plain) {
		d.fail("want UTF-8")
	}
	d.detail(&opened)
	d.end()
	if d.err != nil {
		return d.err
	}
	*e = opened
	return nil
}

func (k SubjectKey) openDetail(dst []byte, e *Event) ([]byte, error) {
	aead, err := k.cipher()
	if err != nil {
		return dst, err
	}
	box := e.Sealed
	if len(box) < sealHeader+aead.NonceSize() || box[0] != sealVersion {
		return dst, ErrTampered
	}
	header, nonce := box[:sealHeader], box[sealHeader:sealHeader+aead.NonceSize()]
	if [keyIDSize]byte(header[1:]) != k.id {
		return dst, fmt.Errorf("journal: sealed before an erasure: %w", ErrNoKey)
	}
	plain, err := aead.Open(dst, nonce, box[sealHeader+aead.NonceSize():], associated(header, e))
	if err != nil {
		return dst, ErrTampered
	}
	return plain, nil
}
