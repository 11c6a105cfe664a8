// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/proportion-go/proportion/otp"
)

type recovery struct {
	codes []otp.RecoveryCode
	set   otp.RecoverySet
}

// shared is one set for all tests that only read it: making one costs ten
// argon2id.
var shared = sync.OnceValues(func() (recovery, error) {
	codes, set, err := otp.GenerateRecovery()
	return recovery{codes, set}, err
})

func recoveryOf(t testing.TB) recovery {
	t.Helper()
	r, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestGenerateRecovery(t *testing.T) {
	r := recoveryOf(t)
	seen := map[string]bool{}
	for _, code := range r.codes {
		text := code.Reveal()
		symbols := strings.ReplaceAll(text, "-", "")
		// 5 bits a symbol, and never less than 64 bits in all.
		if len(symbols)*5 < 64 || strings.ContainsAny(symbols, "ILOUilou") {
			t.Errorf("code %q is too short or ambiguous", text)
		}
		if groups := strings.Split(text, "-"); len(groups) != 3 {
			t.Errorf("code %q is not in three groups", text)
		}
		seen[text] = true
	}
	if len(seen) != otp.RecoveryCodes {
		t.Errorf("got %d different codes, want %d", len(seen), otp.RecoveryCodes)
	}
	if got := (otp.RecoveryCode{}).Reveal(); got != "" {
		t.Errorf("the zero code reveals %q", got)
	}
}

func TestRecoveryVerify(t *testing.T) {
	r := recoveryOf(t)
	for i, code := range r.codes {
		if got, err := r.set.Verify(code.Reveal()); err != nil || got != i {
			t.Errorf("code %d: %d, %v", i, got, err)
		}
	}
	text := r.codes[7].Reveal()
	misread := strings.NewReplacer("0", "o", "1", "L").Replace(text)
	for name, input := range map[string]string{
		"lower case": strings.ToLower(text),
		"no hyphens": strings.ReplaceAll(text, "-", ""),
		"spaces":     " " + strings.ReplaceAll(text, "-", " ") + " ",
		"misread":    misread,
		"as I":       strings.ReplaceAll(text, "1", "i"),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := r.set.Verify(input); err != nil || got != 7 {
				t.Errorf("got %d, %v; want 7", got, err)
			}
			if got, err := otp.CanonicalRecovery(input); err != nil || got != text {
				t.Errorf("canonical: %q, %v; want %q", got, err, text)
			}
		})
	}
	for name, input := range map[string]string{
		"empty":      "",
		"short":      text[:len(text)-1],
		"long":       text + "0",
		"U":          "U" + text[1:],
		"full width": "０" + text[1:],
		"underscore": strings.ReplaceAll(text, "-", "_"),
		"too long":   text + strings.Repeat(" ", 64),
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := r.set.Verify(input); !errors.Is(err, otp.ErrMalformed) || got != -1 {
				t.Errorf("got %d, %v; want -1, ErrMalformed", got, err)
			}
			if got, err := otp.CanonicalRecovery(input); !errors.Is(err, otp.ErrMalformed) || got != "" {
				t.Errorf("canonical: %q, %v; want ErrMalformed", got, err)
			}
		})
	}
	if got, err := r.set.Verify("00000-00000-00000"); !errors.Is(err, otp.ErrMismatch) || got != -1 {
		t.Errorf("a wrong code: %d, %v; want -1, ErrMismatch", got, err)
	}
}

func TestRecoverySpend(t *testing.T) {
	r := recoveryOf(t)
	spent, err := r.set.Spend(3)
	if err != nil {
		t.Fatal(err)
	}
	if spent.Remaining() != 9 || r.set.Remaining() != 10 {
		t.Errorf("remaining %d and %d, want 9, and the old set unchanged", spent.Remaining(), r.set.Remaining())
	}
	if got, err := spent.Verify(r.codes[3].Reveal()); !errors.Is(err, otp.ErrUsed) || got != -1 {
		t.Errorf("a used code: %d, %v; want -1, ErrUsed", got, err)
	}
	if got, err := spent.Verify(r.codes[4].Reveal()); err != nil || got != 4 {
		t.Errorf("another code: %d, %v", got, err)
	}
	if _, err := spent.Spend(3); !errors.Is(err, otp.ErrUsed) {
		t.Errorf("spending twice: %v, want ErrUsed", err)
	}
	for _, index := range []int{-1, 10, 1 << 20} {
		if _, err := r.set.Spend(index); !errors.Is(err, otp.ErrRecoverySet) {
			t.Errorf("Spend(%d): %v, want ErrRecoverySet", index, err)
		}
	}
}

func TestZeroRecoverySetMatchesNothing(t *testing.T) {
	var zero otp.RecoverySet
	if got, err := zero.Verify(recoveryOf(t).codes[0].Reveal()); !errors.Is(err, otp.ErrMismatch) || got != -1 {
		t.Errorf("Verify = %d, %v; want -1, ErrMismatch", got, err)
	}
	if _, err := zero.Spend(0); !errors.Is(err, otp.ErrRecoverySet) {
		t.Errorf("Spend: %v, want ErrRecoverySet", err)
	}
	if _, err := zero.MarshalBinary(); !errors.Is(err, otp.ErrRecoverySet) {
		t.Errorf("MarshalBinary: %v, want ErrRecoverySet", err)
	}
	if zero.Remaining() != 0 {
		t.Errorf("%d codes remain", zero.Remaining())
	}
}

// TestRecoverySameWork: a guess costs one argon2id, told by its 19 MiB of
// memory, whether it matches, was used, matches nothing, or there is no set.
func TestRecoverySameWork(t *testing.T) {
	r := recoveryOf(t)
	used, err := r.set.Spend(2)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		set   otp.RecoverySet
		input string
	}{
		"first":  {r.set, r.codes[0].Reveal()},
		"last":   {r.set, r.codes[9].Reveal()},
		"used":   {used, r.codes[2].Reveal()},
		"wrong":  {r.set, "00000-00000-00000"},
		"no set": {otp.RecoverySet{}, r.codes[0].Reveal()},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = tt.set.Verify(tt.input)
			runtime.ReadMemStats(&after)
			const mib = 1 << 20
			if got := after.TotalAlloc - before.TotalAlloc; got < 19*mib || got > 20*mib {
				t.Errorf("one guess takes %d bytes, want 19 MiB", got)
			}
		})
	}
}

func TestRecoverySetBinary(t *testing.T) {
	r := recoveryOf(t)
	spent, err := r.set.Spend(9)
	if err != nil {
		t.Fatal(err)
	}
	good, err := spent.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back otp.RecoverySet
	if err := back.UnmarshalBinary(good); err != nil {
		t.Fatal(err)
	}
	if got, err := back.Verify(r.codes[0].Reveal()); err != nil || got != 0 || back.Remaining() != 9 {
		t.Errorf("read back: %d, %v, %d remain", got, err, back.Remaining())
	}
	for _, code := range r.codes {
		if bytes.Contains(good, []byte(strings.ReplaceAll(code.Reveal(), "-", ""))) {
			t.Error("the encoded set contains a code")
		}
	}
	broken := func(change func(b []byte) []byte) []byte { return change(slices.Clone(good)) }
	for name, b := range map[string][]byte{
		"empty":         {},
		"short":         good[:len(good)-1],
		"long":          append(slices.Clone(good), 0),
		"version 0":     broken(func(b []byte) []byte { b[0] = 0; return b }),
		"version 2":     broken(func(b []byte) []byte { b[0] = 2; return b }),
		"eleventh used": broken(func(b []byte) []byte { b[1] |= 4; return b }),
	} {
		t.Run(name, func(t *testing.T) {
			if err := back.UnmarshalBinary(b); !errors.Is(err, otp.ErrRecoverySet) {
				t.Errorf("got %v, want ErrRecoverySet", err)
			}
			if again, err := back.MarshalBinary(); err != nil || !bytes.Equal(again, good) {
				t.Error("a refused encoding changed the set")
			}
		})
	}
}
