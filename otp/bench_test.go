// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
)

func BenchmarkTOTPVerifyWrong(b *testing.B) {
	for _, a := range []otp.Algorithm{otp.SHA1, otp.SHA256, otp.SHA512} {
		b.Run(a.String(), func(b *testing.B) {
			o, secret := otp.TOTP{Algorithm: a}, seed(b, a)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				at := noon.Add(time.Duration(i) * time.Second)
				if _, err := o.Verify(secret, "000000", at, 1<<40); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

func BenchmarkMACSum(b *testing.B) {
	mac := ringOf(b, keyOf(b, "k1", 1)).MAC("shop", "code")
	subject, code := []byte("a subject of ordinary length"), []byte("482100")
	b.ReportAllocs()
	for b.Loop() {
		_ = mac.Sum(subject, code)
	}
}

func BenchmarkSealOpen(b *testing.B) {
	sealer := ringOf(b, keyOf(b, "k1", 1)).Sealer("shop", "ticket")
	plaintext, associated := make([]byte, 256), []byte("a binding of ordinary length")
	b.ReportAllocs()
	for b.Loop() {
		sealed, err := sealer.Seal(plaintext, associated)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := sealer.Open(sealed, associated); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecoveryVerify(b *testing.B) {
	set := recoveryOf(b).set
	b.ReportAllocs()
	for b.Loop() {
		_, _ = set.Verify("00000-00000-00000")
	}
}
