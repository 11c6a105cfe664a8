// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"testing"
	"time"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Whoever can write the store, and not read the keys, cannot give one subject
// the secrets of another: sealed for Alice, they prove nothing of Bob, nor does
// a secret of hers under another method (L30).
func TestSealedSecretsDoNotTravel(t *testing.T) {
	s := newScene(t)
	hers := s.state(t).Authenticators
	bob := steptest.NewClient("+33639980043", "laptop")
	if err := s.Guard.Seed(t.Context(), bob.Subject, stepup.Identity{}); err != nil {
		t.Fatal(err)
	}
	his := s.state(t)
	stolen := hers[0]
	stolen.Method = stepup.Recovery // whose codes are sealed for another purpose
	err := s.meter.Update(t.Context(), stepup.Update{
		Subject: s.meter.latest(), Profile: his.Profile, Version: his.Version, Now: s.Clock.Now(),
		Add: []stepup.Authenticator{hers[0], stolen},
	})
	if err != nil {
		t.Fatal(err)
	}
	for m, code := range map[stepup.Method]string{stepup.TOTP: "", stepup.Recovery: "00000-00000-00000"} {
		s.Clock.Advance(time.Minute)
		d := s.Decide(bob, "account.close", nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), m)
		if err != nil {
			t.Fatal(err)
		}
		if code == "" {
			code = s.answer(t, begun) // Alice's
		}
		_, err = s.Guard.Finish(t.Context(), bob.Binding, begun.ID, code)
		refused(t, err)
	}
	if err := s.prove(t, alice("laptop"), "account.close", stepup.TOTP); err != nil {
		t.Errorf("Alice by her own: got error %v", err)
	}
}
