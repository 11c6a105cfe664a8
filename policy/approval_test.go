// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/policy"
)

func sign(t *testing.T, k ed25519.PrivateKey, text string) []byte {
	t.Helper()
	signature, err := policy.Sign(k, parseText(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func encode(signature []byte) string { return base64.StdEncoding.EncodeToString(signature) }

// TestSignFormat keeps the format that other tools sign in.
func TestSignFormat(t *testing.T) {
	content := sign(t, keys, policyA)
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(string(content), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	message := "proportion policy v1\n" + hash(t, policyA) + "\n"
	if !ed25519.Verify(publicKey(keys), []byte(message), signature) {
		t.Errorf("%s is not a signature over %q", content, message)
	}
}

func TestSignOutlivesComments(t *testing.T) {
	if !bytes.Equal(sign(t, keys, policyA), sign(t, keys, "# a comment\n"+policyA)) {
		t.Error("a comment changed what is signed")
	}
	if bytes.Equal(sign(t, keys, policyA), sign(t, keys, policyB)) {
		t.Error("two policies have one signature")
	}
}

func TestSignRefuses(t *testing.T) {
	if _, err := policy.Sign(keys[:10], parseText(t, policyA)); err == nil {
		t.Error("no error for a short key")
	}
	if _, err := policy.Sign(keys, &policy.Policy{}); err == nil {
		t.Error("no error for a policy that was not loaded")
	}
}

func TestWeakerErrorIsShort(t *testing.T) {
	e := &policy.WeakerError{Hash: "h", Weaker: make([]policy.Change, 1000)}
	got := e.Error()
	if len(got) > 200 || !strings.Contains(got, "and 995 more") {
		t.Errorf("got %q", got)
	}
}

func ExampleSign() {
	p, err := policy.Load("testdata/base.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	// The key is the approver's. The service that watches has only its public
	// half, in WatchConfig.
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	signature, err := policy.Sign(key, p)
	fmt.Println(len(signature), err)
	// Output: 89 <nil>
}
