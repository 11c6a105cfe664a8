// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/base64"
	"fmt"
)

// What is random is written as text where it is sealed: JSON would make a list
// of numbers of it, three times as long and slow to read.

// digest is a keyed hash in full.
type digest [32]byte

// MarshalText returns the bytes in base64.
func (d digest) MarshalText() ([]byte, error) { return armour(d[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *digest) UnmarshalText(text []byte) error { return disarm(d[:], text) }

// MarshalText returns the bytes in base64.
func (k Key) MarshalText() ([]byte, error) { return armour(k[:]), nil }

// UnmarshalText reads what [Key.MarshalText] wrote.
func (k *Key) UnmarshalText(text []byte) error { return disarm(k[:], text) }

// MarshalText returns the bytes in base64.
func (id ID) MarshalText() ([]byte, error) { return armour(id[:]), nil }

// UnmarshalText reads what [ID.MarshalText] wrote.
func (id *ID) UnmarshalText(text []byte) error { return disarm(id[:], text) }

func armour(b []byte) []byte { return base64.RawURLEncoding.AppendEncode(nil, b) }

// disarm fills b with what armour wrote.
func disarm(b, text []byte) error {
	if base64.RawURLEncoding.DecodedLen(len(text)) != len(b) {
		return fmt.Errorf("stepup: got %d characters, want %d bytes in base64", len(text), len(b))
	}
	_, err := base64.RawURLEncoding.Decode(b, text)
	return err
}
