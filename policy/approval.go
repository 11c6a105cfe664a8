// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package policy

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// WeakerError is the error of a policy that [Watch] does not adopt, since it
// is weaker than the one in force and nothing approves it.
type WeakerError struct {
	Hash      string   // of the policy that was found, by which it can be approved
	Weaker    []Change // that are not [Stronger], of which there is at least one
	Signature error    // why the signature does not approve it; nil where none is looked for
}

// mostShown is how much of what became weaker an error says.
const mostShown = 5

// Error says what became weaker, up to a length, and what would approve it.
func (e *WeakerError) Error() string {
	text := "policy: hash " + e.Hash + " is not approved, and weaker than the policy in force: "
	for i, c := range e.Weaker {
		if i == mostShown {
			text += fmt.Sprintf("; and %d more", len(e.Weaker)-mostShown)
			break
		}
		if i > 0 {
			text += "; "
		}
		text += c.String()
	}
	if e.Signature != nil {
		text += "; " + e.Signature.Error()
	}
	return text
}

// Unwrap returns what is wrong with the signature: [ErrSignature], or what
// kept its file from being read.
func (e *WeakerError) Unwrap() error { return e.Signature }

// ErrSignature is the error of a signature that is not one of the policy, by
// the key that [WatchConfig] names.
var ErrSignature = errors.New("policy: the signature is not one of this policy by this key")

// maxSignature bounds what is read of a signature's file, in bytes.
const maxSignature = 1024

// Sign returns what the signature file of a policy holds: with it, [Watch]
// adopts the policy even where it is weaker.
//
// It is the base64 of an Ed25519 signature (RFC 8032) over the text
// "proportion policy v1", the policy's hash in hexadecimal, each followed by
// a newline. Any tool can make one. Since it is the hash that is signed, the
// signature is of the whole policy, over all its files, and outlives changes
// of comments and layout.
//
// The error is that the key is not one, or that the policy was not loaded.
func Sign(key ed25519.PrivateKey, p *Policy) ([]byte, error) {
	switch {
	case len(key) != ed25519.PrivateKeySize:
		return nil, fmt.Errorf("policy: sign: want a private key of %d bytes, got %d",
			ed25519.PrivateKeySize, len(key))
	case p.hash == "":
		return nil, errors.New("policy: sign: the policy was not loaded")
	}
	signature := ed25519.Sign(key, p.signed())
	return []byte(base64.StdEncoding.EncodeToString(signature) + "\n"), nil
}

// signed returns what a signature of the policy is over. The first line keeps
// a signature that the key made for another purpose from meaning anything
// here.
func (p *Policy) signed() []byte {
	return []byte("proportion policy v1\n" + p.hash + "\n")
}

// verify returns [ErrSignature] unless the file's content approves the policy.
func verify(key ed25519.PublicKey, p *Policy, content []byte) error {
	signature, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(content)))
	if err != nil || !ed25519.Verify(key, p.signed(), signature) {
		return ErrSignature
	}
	return nil
}

// weaker returns what of a policy may ask for less than the one in force.
func weaker(before, after *Policy) []Change {
	if before == nil || before.hash == "" {
		return []Change{{Where: "policy", Direction: Weaker, Text: "none is in force"}}
	}
	return slices.DeleteFunc(Compare(before, after), func(c Change) bool {
		return c.Direction == Stronger
	})
}
