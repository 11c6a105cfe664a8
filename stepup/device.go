// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/base64"

	"github.com/proportion-go/proportion/risk"
)

// openDevice reads a device token, sealed for one subject so that it is worth
// nothing to another. An empty, forged or foreign one is no device: the client
// is then simply not known.
func (g *Guard) openDevice(text, subject string) (id risk.DeviceID) {
	if text == "" || len(text) > 256 {
		return risk.DeviceID{}
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return risk.DeviceID{}
	}
	plain, err := g.keys.token.Open(sealed, []byte(subject))
	if err != nil || len(plain) != len(id) {
		return risk.DeviceID{}
	}
	return risk.DeviceID(plain)
}

// sealDevice returns the token of the device that a proof made known, or none
// where the client cannot keep one.
func (g *Guard) sealDevice(t *ticket) (string, error) {
	if t.Device == (Key{}) {
		return "", nil
	}
	sealed, err := g.keys.token.Seal(t.Device[:], []byte(t.Subject))
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}
