// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"crypto/ed25519"
	"errors"
	"net/netip"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
)

// An answer that the store refuses is compared all the same, with nothing: the
// time that it takes would else tell what is unknown, over or used up from what
// is wrong (L14). Only the verifier of passkeys is not asked.

// nothing is what such an answer is compared with: a demand, and authenticators
// of every method, that are nobody's.
type nothing struct {
	demand         []byte
	authenticators []Authenticator
}

// newNothing returns what looks like anybody's.
func (g *Guard) newNothing() (n nothing, err error) {
	seen := risk.Observation{
		Addr: netip.IPv4Unspecified(), Location: risk.Location{Country: "ZZ", ASN: 1, HasPoint: true},
		Device: risk.DeviceID{1}, Client: risk.Client{UserAgent: "nothing"},
	}
	d := demand{
		Subject: "nobody", Action: "nothing", Session: Key{1}, Reasons: []string{"nothing"},
		Evidence: seen.Evidence(),
	}
	sealed := func(text []byte, of []byte) []byte {
		b, failed := g.keys.seal.Seal(text, of)
		err = errors.Join(err, failed)
		return b
	}
	n.demand, err = g.sealDemand(&d)
	secret, failed := otp.NewSecret(make([]byte, 20))
	code, unsealed := otp.SealSecret(g.keys.seal, secret, d.Subject, TOTP.String())
	n.authenticators = []Authenticator{
		{Method: TOTP, Sealed: code},
		{Method: Recovery, Sealed: sealed(make([]byte, 300), recoveryBinding(d.Subject))},
		{Method: Passkey, Sealed: sealed(make([]byte, 100), passkeyBinding(d.Subject))},
		{Method: Mobile4, Device: Key{1}, Sealed: ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)},
	}
	return n, errors.Join(err, failed, unsealed)
}

// refusedAnswer is one on its way to nowhere.
func (g *Guard) refusedAnswer(m Method, now time.Time) *finishing {
	f := &finishing{now: now, nowhere: true, attempted: Attempted{
		Method: m, Demand: g.nothing.demand, Authenticators: g.nothing.authenticators,
	}}
	g.openDemand(ID{}, f.attempted.Demand, &f.demand)
	return f
}

// compared is what an answer is compared as: a decoy has nothing of its own.
func (g *Guard) compared(f *finishing) *finishing {
	if f.demand.Decoy {
		return g.refusedAnswer(f.attempted.Method, f.now)
	}
	return f
}
