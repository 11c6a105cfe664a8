// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"testing"

	"github.com/proportion-go/proportion/otp"
	"pgregory.net/rapid"
)

// TestMACIsHMAC compares with crypto/hmac over HKDF and length prefixes,
// written out once more: stored fingerprints must stay readable.
func TestMACIsHMAC(t *testing.T) {
	prefixed := func(parts ...[]byte) []byte {
		var b []byte
		for _, part := range parts {
			b = binary.BigEndian.AppendUint64(b, uint64(len(part)))
			b = append(b, part...)
		}
		return b
	}
	info := prefixed([]byte("proportion v1"), []byte("mac"), []byte("shop"), []byte("code"))
	key, err := hkdf.Key(sha256.New, bytes.Repeat([]byte{1}, 32), nil, string(info), 32)
	if err != nil {
		t.Fatal(err)
	}
	mac := ringOf(t, keyOf(t, "k1", 1)).MAC("shop", "code")
	rapid.Check(t, func(t *rapid.T) {
		// Parts of up to 600 bytes: on both sides of what the stack holds.
		part := rapid.SliceOfN(rapid.Byte(), 0, 600)
		parts := rapid.SliceOfN(part, 0, 4).Draw(t, "parts")
		h := hmac.New(sha256.New, key)
		h.Write(prefixed(parts...))
		if got := mac.Sum(parts...); !hmac.Equal(got[:], h.Sum(nil)) {
			t.Fatalf("Sum = %x, want %x", got, h.Sum(nil))
		}
	})
}

func TestMACSeparates(t *testing.T) {
	one, ring := []byte("k"), ringOf(t, keyOf(t, "k1", 1))
	mac := ring.MAC("shop", "code")
	part := func(s string) []byte { return []byte(s) }
	sums := map[[32]byte]string{}
	for name, sum := range map[string][32]byte{
		"ab, c":                 mac.Sum(part("ab"), part("c")),
		"a, bc":                 mac.Sum(part("a"), part("bc")),
		"abc":                   mac.Sum(part("abc")),
		"abc, empty":            mac.Sum(part("abc"), nil),
		"empty, abc":            mac.Sum(nil, part("abc")),
		"no part":               mac.Sum(),
		"empty":                 mac.Sum(nil),
		"k":                     mac.Sum(one),
		"k, another purpose":    ring.MAC("shop", "subject").Sum(one),
		"k, another namespace":  ring.MAC("bank", "code").Sum(one),
		"k, moved boundary":     ring.MAC("shopco", "de").Sum(one),
		"k, another key":        ringOf(t, keyOf(t, "k1", 2)).MAC("shop", "code").Sum(one),
		"length prefix as text": mac.Sum(part("ab\x00\x00\x00\x00\x00\x00\x00\x01c")),
	} {
		if other, ok := sums[sum]; ok {
			t.Errorf("%q and %q have the same sum", name, other)
		}
		sums[sum] = name
	}
}

func TestMACVerify(t *testing.T) {
	mac := ringOf(t, keyOf(t, "k1", 1), keyOf(t, "k2", 2)).MAC("shop", "code")
	sum := mac.Sum([]byte("4821"), []byte("alice"))
	if !mac.Verify(sum, []byte("4821"), []byte("alice")) {
		t.Error("a right sum does not verify")
	}
	if mac.Verify(sum, []byte("4822"), []byte("alice")) || mac.Verify(sum, []byte("4821alice")) {
		t.Error("other parts verify")
	}
	for i := range sum {
		tampered := sum
		tampered[i] ^= 1
		if mac.Verify(tampered, []byte("4821"), []byte("alice")) {
			t.Errorf("byte %d changed, and it verifies", i)
		}
	}
	if new(otp.MAC).Verify([32]byte{}) {
		t.Error("the zero MAC verifies something")
	}
}

// TestSharedByGoroutines is for the race detector.
func TestSharedByGoroutines(t *testing.T) {
	ring := ringOf(t, keyOf(t, "k1", 1), keyOf(t, "k2", 2))
	mac, sealer := ring.MAC("shop", "code"), ring.Sealer("shop", "seal")
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			part := bytes.Repeat([]byte{byte(i)}, 100*i)
			for range 50 {
				sealed, err := sealer.Seal(part, part)
				if err != nil {
					t.Error(err)
				}
				if got, err := sealer.Open(sealed, part); err != nil || !bytes.Equal(got, part) {
					t.Errorf("goroutine %d: %v", i, err)
				}
				if !mac.Verify(mac.Sum(part), part) {
					t.Errorf("goroutine %d: sum does not verify", i)
				}
			}
		})
	}
	group.Wait()
}
