// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

// The race detector makes the hashes of the standard library allocate.

package otp_test

import (
	"testing"

	"github.com/proportion-go/proportion/otp"
)

func TestTOTPWrongCodeAllocatesNothing(t *testing.T) {
	for _, a := range []otp.Algorithm{otp.SHA1, otp.SHA256, otp.SHA512} {
		o, secret := otp.TOTP{Algorithm: a}, seed(t, a)
		n := testing.AllocsPerRun(100, func() {
			if _, err := o.Verify(secret, "000000", noon, 0); err == nil {
				t.Error("a wrong code was accepted")
			}
		})
		if n != 0 {
			t.Errorf("%v: %v allocations, want 0", a, n)
		}
	}
}

func TestOpenInAllocatesNothing(t *testing.T) {
	sealer := ringOf(t, keyOf(t, "k1", 1)).Sealer("shop", "token")
	sealed, err := sealer.Seal([]byte("a device"), []byte("alice"))
	if err != nil {
		t.Fatal(err)
	}
	room, associated := make([]byte, len(sealed)+5), []byte("alice")
	n := testing.AllocsPerRun(100, func() {
		if _, err := sealer.OpenIn(room, sealed, associated); err != nil {
			t.Error(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func TestMACAllocatesNothing(t *testing.T) {
	mac := ringOf(t, keyOf(t, "k1", 1)).MAC("shop", "code")
	subject, code := []byte("a subject of ordinary length"), []byte("482100")
	if n := testing.AllocsPerRun(100, func() { _ = mac.Sum(subject, code) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
