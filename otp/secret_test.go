// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/otp"
	"pgregory.net/rapid"
)

func TestGenerateSecret(t *testing.T) {
	a, err := otp.GenerateSecret()
	if err != nil {
		t.Fatal(err)
	}
	b, err := otp.GenerateSecret()
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Bytes()) != 20 || len(a.Base32()) != 32 {
		t.Errorf("got %d bytes, want the 20 of RFC 4226 s4 R6", len(a.Bytes()))
	}
	if a.Equal(b) {
		t.Error("two secrets are equal")
	}
}

func TestSecretIsCopied(t *testing.T) {
	in := []byte("12345678901234567890")
	s := secretOf(t, in)
	in[0] = 'X'
	s.Bytes()[1] = 'X'
	if got := string(s.Bytes()); got != "12345678901234567890" {
		t.Errorf("the secret changed to %q", got)
	}
}

func TestSecretSizes(t *testing.T) {
	for _, n := range []int{0, 1, 15, 129} {
		if s, err := otp.NewSecret(make([]byte, n)); !errors.Is(err, otp.ErrSecret) || !s.IsZero() {
			t.Errorf("%d bytes: %v, want ErrSecret and no secret", n, err)
		}
	}
	for _, n := range []int{16, 20, 128} {
		if s, err := otp.NewSecret(make([]byte, n)); err != nil || s.IsZero() {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestSecretEqual(t *testing.T) {
	one, same := secretOf(t, []byte("12345678901234567890")), secretOf(t, []byte("12345678901234567890"))
	other := secretOf(t, []byte("1234567890123456789x"))
	var zero otp.Secret
	if !one.Equal(same) || one.Equal(other) {
		t.Error("Equal does not compare the bytes")
	}
	if zero.Equal(zero) || zero.Equal(one) || one.Equal(zero) {
		t.Error("the zero secret equals something")
	}
	if !zero.IsZero() || zero.Bytes() != nil || zero.Base32() != "" {
		t.Error("the zero secret is not empty")
	}
}

func TestParseSecret(t *testing.T) {
	const text = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	want := secretOf(t, []byte("12345678901234567890"))
	for name, in := range map[string]string{
		"as written": text,
		"lower case": strings.ToLower(text),
		"grouped":    "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
		"hyphens":    "GEZDGNBV-GY3TQOJQ-GEZDGNBV-GY3TQOJQ",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := otp.ParseSecret(in); err != nil || !got.Equal(want) {
				t.Errorf("got %v bytes, %v", len(got.Bytes()), err)
			}
		})
	}
	for name, in := range map[string]string{
		"empty":        "",
		"80 bits":      "GEZDGNBVGY3TQOJQ",
		"digit 1":      "1" + text[1:],
		"newline":      text[:8] + "\n" + text[8:],
		"half a byte":  text + "A",
		"padding only": "====",
		"unicode":      "ＧＥＺＤ" + text[4:],
		"long s":       "ſ" + text[1:],
		"dotless i":    "ı" + text[1:],
		"tab":          text[:8] + "\t" + text[8:],
		"too long":     strings.Repeat("A", 513),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := otp.ParseSecret(in)
			if !errors.Is(err, otp.ErrSecret) || !s.IsZero() {
				t.Errorf("got %v, want ErrSecret and no secret", err)
			}
			if err != nil && len(in) > 8 && strings.Contains(err.Error(), in[4:8]) {
				t.Errorf("the error repeats the text: %v", err)
			}
		})
	}
}

func TestSecretRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 16, 128).Draw(t, "bytes")
		s, err := otp.NewSecret(b)
		if err != nil {
			t.Fatal(err)
		}
		padding := strings.Repeat("=", (8-len(s.Base32())%8)%8)
		for _, text := range []string{s.Base32(), s.Base32() + padding} {
			back, err := otp.ParseSecret(text)
			if err != nil || !bytes.Equal(back.Bytes(), b) {
				t.Fatalf("%q came back as %d bytes, %v", text, len(back.Bytes()), err)
			}
		}
	})
}
