// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/otp"
)

// keyOf returns a key whose bytes are all b.
func keyOf(t testing.TB, id string, b byte) otp.Key {
	t.Helper()
	key, err := otp.NewKey(id, bytes.Repeat([]byte{b}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func ringOf(t testing.TB, first otp.Key, others ...otp.Key) *otp.Ring {
	t.Helper()
	ring, err := otp.NewRing(first, others...)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestKeys(t *testing.T) {
	a, err := otp.GenerateKey("a")
	if err != nil {
		t.Fatal(err)
	}
	b, err := otp.GenerateKey("a")
	if err != nil {
		t.Fatal(err)
	}
	if ringOf(t, a).Reveal() == ringOf(t, b).Reveal() {
		t.Error("two generated keys are equal")
	}
	material := bytes.Repeat([]byte{7}, 32)
	for name, tt := range map[string]struct {
		id       string
		material []byte
	}{
		"empty id":      {"", material},
		"long id":       {strings.Repeat("a", 33), material},
		"id with colon": {"a:b", material},
		"id with comma": {"a,b", material},
		"id in Unicode": {"clé", material},
		"no bytes":      {"a", nil},
		"31 bytes":      {"a", material[:31]},
		"33 bytes":      {"a", append(bytes.Clone(material), 7)},
		"zero bytes":    {"a", make([]byte, 32)},
	} {
		t.Run(name, func(t *testing.T) {
			if key, err := otp.NewKey(tt.id, tt.material); !errors.Is(err, otp.ErrKey) || key.ID != "" {
				t.Errorf("got %v, want ErrKey and no key", err)
			}
		})
	}
	key := keyOf(t, "a", 7)
	if _, err := otp.NewKey("b", material); err != nil {
		t.Fatal(err)
	}
	ring := ringOf(t, key)
	before := ring.Reveal()
	material[0], key.ID = 9, "z"
	if ring.Reveal() != before {
		t.Error("the ring changed with what it was made of")
	}
}

func TestNewRingRefuses(t *testing.T) {
	a, b := keyOf(t, "a", 1), keyOf(t, "b", 2)
	many := make([]otp.Key, 16)
	for i := range many {
		many[i] = keyOf(t, fmt.Sprint("k", i), byte(i+1))
	}
	if _, err := otp.NewRing(many[0], many[1:]...); err != nil {
		t.Errorf("16 keys: %v", err)
	}
	renamed := b
	renamed.ID = "b,c"
	for name, keys := range map[string][]otp.Key{
		"zero key":      {{}},
		"id but no key": {{ID: "a"}},
		"zero later":    {a, {}},
		"bad id":        {a, renamed},
		"same id":       {a, b, keyOf(t, "a", 3)},
		"17 keys":       append(many, a),
	} {
		t.Run(name, func(t *testing.T) {
			if ring, err := otp.NewRing(keys[0], keys[1:]...); !errors.Is(err, otp.ErrKey) || ring != nil {
				t.Errorf("got %v, want ErrKey and no ring", err)
			}
		})
	}
}

func TestParseRing(t *testing.T) {
	one := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32))
	two := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{2}, 32))
	want := ringOf(t, keyOf(t, "new", 1), keyOf(t, "old", 2)).Reveal()
	for name, text := range map[string]string{
		"padded":           "new:" + one + ",old:" + two,
		"unpadded":         "new:" + strings.TrimRight(one, "=") + ",old:" + strings.TrimRight(two, "="),
		"spaces, line end": " new:" + one + ", old:" + two + "\n",
		"as revealed":      want,
	} {
		t.Run(name, func(t *testing.T) {
			if ring, err := otp.ParseRing(text); err != nil || ring.Reveal() != want {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, text := range map[string]string{
		"empty":            "",
		"no id":            ":" + one,
		"no colon":         one,
		"id and key swap":  one + ":new",
		"trailing comma":   "new:" + one + ",",
		"same id":          "new:" + one + ",new:" + two,
		"short key":        "new:" + one[:40],
		"not base64":       "new:" + one[:20] + "!" + one[21:],
		"loose last bits":  "new:" + strings.Replace(one, "E=", "F=", 1),
		"url alphabet":     "new:" + strings.Repeat("-_", 21) + "8",
		"too many entries": strings.Repeat("a:"+one+",", 10_000),
	} {
		t.Run(name, func(t *testing.T) {
			ring, err := otp.ParseRing(text)
			if !errors.Is(err, otp.ErrKey) || ring != nil {
				t.Fatalf("got %v, want ErrKey and no ring", err)
			}
			if strings.Contains(err.Error(), one[:8]) || strings.Contains(err.Error(), two[:8]) {
				t.Errorf("the error repeats a key: %v", err)
			}
		})
	}
}

func TestSealer(t *testing.T) {
	sealer := ringOf(t, keyOf(t, "k1", 1)).Sealer("shop", "ticket")
	for _, plaintext := range [][]byte{nil, {}, []byte("a"), bytes.Repeat([]byte("long"), 10_000)} {
		sealed, err := sealer.Seal(plaintext, []byte("for bob"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(sealed, []byte("\x01\x02k1")) {
			t.Errorf("sealed bytes begin with %q, want the version and the id", sealed[:4])
		}
		if got := len(sealed) - len(plaintext); got != 44 {
			t.Errorf("%d bytes of overhead, want 44", got)
		}
		opened, err := sealer.Open(sealed, []byte("for bob"))
		if err != nil || !bytes.Equal(opened, plaintext) {
			t.Errorf("opened %d bytes, %v; want %d", len(opened), err, len(plaintext))
		}
	}
	one, err := sealer.Seal([]byte("same"), nil)
	if err != nil {
		t.Fatal(err)
	}
	two, err := sealer.Seal([]byte("same"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(one, two) {
		t.Error("the same plaintext was sealed to the same bytes")
	}
}

// TestOpenIn: it is Open, whatever the room.
func TestOpenIn(t *testing.T) {
	sealer := ringOf(t, keyOf(t, "k1", 1)).Sealer("shop", "ticket")
	plaintext, associated := []byte("a secret"), []byte("for bob")
	sealed, err := sealer.Seal(plaintext, associated)
	if err != nil {
		t.Fatal(err)
	}
	enough := len(sealed) + len(associated)
	for _, size := range []int{0, 1, len(associated), enough - 1, enough, 10 * enough} {
		room := bytes.Repeat([]byte{0xee}, size)
		for range 2 {
			opened, err := sealer.OpenIn(room[:size/2], sealed, associated)
			if err != nil || !bytes.Equal(opened, plaintext) {
				t.Errorf("room of %d: got %q, %v", size, opened, err)
			}
		}
		if got, err := sealer.OpenIn(room, sealed, []byte("for eve")); err != otp.ErrSealed || got != nil {
			t.Errorf("room of %d, another's: got %q, %v; want exactly ErrSealed", size, got, err)
		}
	}
}

// TestSealedOpensNowhereElse: L30.
func TestSealedOpensNowhereElse(t *testing.T) {
	ring := ringOf(t, keyOf(t, "k1", 1))
	sealer := ring.Sealer("shop", "ticket")
	associated := []byte("for bob")
	sealed, err := sealer.Seal([]byte("secret"), associated)
	if err != nil {
		t.Fatal(err)
	}
	// The concatenation of namespace and purpose is the same in two of these.
	for name, other := range map[string]*otp.Sealer{
		"another purpose":      ring.Sealer("shop", "grant"),
		"another namespace":    ring.Sealer("bank", "ticket"),
		"moved boundary":       ring.Sealer("shoptick", "et"),
		"swapped":              ring.Sealer("ticket", "shop"),
		"another key, same id": ringOf(t, keyOf(t, "k1", 2)).Sealer("shop", "ticket"),
		"same key, another id": ringOf(t, keyOf(t, "k2", 1)).Sealer("shop", "ticket"),
		"zero sealer":          {},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := other.Open(sealed, associated); err != otp.ErrSealed || got != nil {
				t.Errorf("got %q, %v; want exactly ErrSealed", got, err)
			}
		})
	}
	for name, ad := range map[string][]byte{"none": nil, "other": []byte("for eve"), "longer": []byte("for bob ")} {
		if got, err := sealer.Open(sealed, ad); err != otp.ErrSealed || got != nil {
			t.Errorf("associated data %s: %q, %v; want exactly ErrSealed", name, got, err)
		}
	}
	for i := range sealed {
		for _, bit := range []byte{1, 0x80} {
			tampered := bytes.Clone(sealed)
			tampered[i] ^= bit
			if got, err := sealer.Open(tampered, associated); err != otp.ErrSealed || got != nil {
				t.Errorf("byte %d changed: %q, %v; want exactly ErrSealed", i, got, err)
			}
		}
		if got, err := sealer.Open(sealed[:i], associated); err != otp.ErrSealed || got != nil {
			t.Errorf("cut to %d bytes: %q, %v; want exactly ErrSealed", i, got, err)
		}
	}
	if _, err := new(otp.Sealer).Seal([]byte("secret"), nil); !errors.Is(err, otp.ErrKey) {
		t.Errorf("the zero sealer: %v, want ErrKey", err)
	}
}

// TestRotation: what was written before the ring was rotated still reads,
// until the old key leaves it.
func TestRotation(t *testing.T) {
	oldKey, newKey := keyOf(t, "2025", 1), keyOf(t, "2026", 2)
	before, during, after := ringOf(t, oldKey), ringOf(t, newKey, oldKey), ringOf(t, newKey)
	sealer := func(r *otp.Ring) *otp.Sealer { return r.Sealer("shop", "seal") }
	mac := func(r *otp.Ring) *otp.MAC { return r.MAC("shop", "code") }

	sealedOld, err := sealer(before).Seal([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	sealedNew, err := sealer(during).Seal([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	sumOld, sumNew := mac(before).Sum([]byte("x")), mac(during).Sum([]byte("x"))
	for name, tt := range map[string]struct {
		ring   *otp.Ring
		sealed []byte
		sum    [32]byte
		ok     bool
	}{
		"old during": {during, sealedOld, sumOld, true},
		"new during": {during, sealedNew, sumNew, true},
		"new after":  {after, sealedNew, sumNew, true},
		"old after":  {after, sealedOld, sumOld, false},
		"new before": {before, sealedNew, sumNew, false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := sealer(tt.ring).Open(tt.sealed, nil); (err == nil) != tt.ok {
				t.Errorf("Open: %v, want success %v", err, tt.ok)
			}
			if got := mac(tt.ring).Verify(tt.sum, []byte("x")); got != tt.ok {
				t.Errorf("Verify = %v, want %v", got, tt.ok)
			}
		})
	}
	all := mac(during).SumAll([]byte("x"))
	if len(all) != 2 || all[0] != sumNew || all[1] != sumOld {
		t.Error("SumAll is not the new sum, then the old one")
	}
	if all = mac(during).AppendSums(all[:1], []byte("x")); len(all) != 3 || all[0] != sumNew ||
		all[1] != sumNew || all[2] != sumOld {
		t.Error("AppendSums is not what was there, then all sums")
	}
}

func TestSealSecret(t *testing.T) {
	sealer := ringOf(t, keyOf(t, "k1", 1)).Sealer("shop", "seal")
	secret := seed(t, otp.SHA1)
	sealed, err := otp.SealSecret(sealer, secret, "alice", "totp")
	if err != nil {
		t.Fatal(err)
	}
	if back, err := otp.OpenSecret(sealer, sealed, "alice", "totp"); err != nil || !back.Equal(secret) {
		t.Errorf("did not come back: %v", err)
	}
	for name, tt := range map[string]struct{ subject, purpose string }{
		"another subject": {"bob", "totp"},
		"another purpose": {"alice", "hotp"},
		"moved boundary":  {"alicet", "otp"},
		"nothing":         {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			back, err := otp.OpenSecret(sealer, sealed, tt.subject, tt.purpose)
			if err != otp.ErrSealed || !back.IsZero() {
				t.Errorf("got %v, want exactly ErrSealed and no secret", err)
			}
		})
	}
	if _, err := otp.SealSecret(sealer, otp.Secret{}, "alice", "totp"); !errors.Is(err, otp.ErrSecret) {
		t.Errorf("zero secret: %v, want ErrSecret", err)
	}
	other, err := sealer.Seal(secret.Bytes(), []byte("alice"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := otp.OpenSecret(sealer, other, "alice", "totp"); err != otp.ErrSealed {
		t.Errorf("bytes sealed as something else: %v, want exactly ErrSealed", err)
	}
}

// The error of an unset variable says what has to be in it.
func TestParseRingOfNothing(t *testing.T) {
	for _, text := range []string{"", "  \n"} {
		_, err := otp.ParseRing(text)
		if !errors.Is(err, otp.ErrKey) || !strings.Contains(err.Error(), "empty") || !strings.Contains(err.Error(), "32 random bytes") {
			t.Errorf("%q: got error %v, want one that says what is missing", text, err)
		}
	}
}
