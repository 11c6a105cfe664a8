// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// fakeRing returns a ring of one new key.
func fakeRing(t *testing.T) *otp.Ring {
	t.Helper()
	key, err := otp.GenerateKey("fake")
	if err != nil {
		t.Fatal(err)
	}
	ring, err := otp.NewRing(key)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Bound facts that differ in anything have different hashes: in their name,
// type, presence or value, and wherever one part ends and the next begins (L16).
func TestFactsAreHashedWhole(t *testing.T) {
	ring := fakeRing(t)
	mac := ring.MAC("fake", "fact")
	facts := []policy.BoundFact{
		{Name: "amount", Type: policy.DecimalFact, Present: true, Value: "250"},
		{Name: "amount", Type: policy.StringFact, Present: true, Value: "250"},
		{Name: "amount", Type: policy.DecimalFact, Present: true, Value: "25"},
		{Name: "amoun", Type: policy.DecimalFact, Present: true, Value: "t250"},
		{Name: "amount2", Type: policy.DecimalFact, Present: true, Value: "50"},
		{Name: "amount", Type: policy.DecimalFact, Present: true},
		{Name: "amount", Type: policy.DecimalFact},
		{Name: "payee", Type: policy.DecimalFact, Present: true, Value: "250"},
	}
	seen := map[string]policy.BoundFact{}
	for _, f := range facts {
		sums := map[string]string{
			"fact": fmt.Sprint(mac.Sum(factParts(f)...)),
			"code": fmt.Sprint(mac.Sum((&demand{Facts: []policy.BoundFact{f}}).codeParts(Code6, "271828")...)),
		}
		for of, sum := range sums {
			if other, ok := seen[of+sum]; ok {
				t.Errorf("%s: %+v and %+v have one hash", of, f, other)
			}
			seen[of+sum] = f
		}
	}
}

// A code is hashed for one challenge, subject and method (L15).
func TestCodesAreHashedForOneChallenge(t *testing.T) {
	ring := fakeRing(t)
	mac := ring.MAC("fake", "code")
	d := demand{ID: ID{1}, Subject: "fake-alice"}
	sum := mac.Sum(d.codeParts(Code6, "271828")...)
	if !mac.Verify(sum, d.codeParts(Code6, "271828")...) {
		t.Error("its own code does not match")
	}
	other, bob := d, d
	other.ID[17], bob.Subject = 1, "fake-bob"
	for name, parts := range map[string][][]byte{
		"another challenge": other.codeParts(Code6, "271828"),
		"another subject":   bob.codeParts(Code6, "271828"),
		"another method":    d.codeParts(TOTP, "271828"),
		"another code":      d.codeParts(Code6, "271829"),
	} {
		if mac.Verify(sum, parts...) {
			t.Errorf("%s: matches", name)
		}
	}
}

// A device token is sealed for one subject: to any other it is none (L30).
func TestDeviceTokensAreSealedForTheirSubject(t *testing.T) {
	ring := fakeRing(t)
	seen := risk.Observation{Device: risk.DeviceID{1, 2}}
	g := &Guard{keys: keys{token: ring.Sealer("fake", "token")}}
	text, err := g.sealDevice(&demand{Subject: "fake-alice", Evidence: seen.Evidence()}, 7)
	if err != nil {
		t.Fatal(err)
	}
	if got := g.openDevice(text, "fake-alice", new(tokenRoom)); got != (deviceToken{Key{1, 2}, 7}) {
		t.Errorf("to its subject: got %v", got)
	}
	for _, other := range []string{"fake-bob", "fake-alic", "fake-alicee", ""} {
		if got := g.openDevice(text, other, new(tokenRoom)); got != (deviceToken{}) {
			t.Errorf("to %q: got %v, want none", other, got)
		}
	}
}

// What is sealed of a subject's methods opens for that subject and method alone
// (L30).
func TestSealedMethodsAreBoundToTheirSubject(t *testing.T) {
	ring := fakeRing(t)
	sealer := ring.Sealer("fake", "seal")
	for name, binding := range map[string]func(string) []byte{"recovery": recoveryBinding, "passkey": passkeyBinding} {
		sealed, err := sealer.Seal([]byte("fake secret"), binding("fake-alice"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sealer.Open(sealed, binding("fake-alice")); err != nil {
			t.Errorf("%s, for its subject: got error %v", name, err)
		}
		for _, other := range [][]byte{
			binding("fake-bob"), binding(""), recoveryBinding("fake-alice\x00"), passkeyBinding("fake-alice\x00"), nil,
		} {
			if _, err := sealer.Open(sealed, other); err == nil {
				t.Errorf("%s: opened for %q", name, other)
			}
		}
	}
	if bytes.Equal(recoveryBinding("fake-alice"), passkeyBinding("fake-alice")) {
		t.Error("one method is sealed as the other")
	}
}
