// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A rotation of the keys begins no cap on sending anew (L30).
func TestRotationKeepsSendCaps(t *testing.T) {
	s := newScene(t)
	before := s.mail.sent
	for i := range 6 {
		for _, c := range strangers(20) {
			d := s.Decide(c, "address.change", nil)
			begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
			if err == nil {
				_ = s.Guard.Cancel(t.Context(), c.Binding, begun.ID)
			}
		}
		if i < 5 {
			rotateKeys(t, s)
		}
	}
	if got := s.mail.sent - before; got != 10 {
		t.Errorf("got %d messages at once over rotations, want the cap's 10", got)
	}
}

// A challenge begun before a rotation is superseded after it, and one left
// alone can be passed after it (L30).
func TestRotationSupersedesAndPasses(t *testing.T) {
	s, c, other := newScene(t), alice("laptop"), alice("tablet")
	begin := func(c *steptest.Client) stepup.Begun {
		d := s.Decide(c, "address.change", nil)
		begun, err := s.Guard.Begin(t.Context(), d.Ticket(), stepup.Code6)
		if err != nil {
			t.Fatal(err)
		}
		return begun
	}
	old, kept := begin(c), begin(other)
	rotateKeys(t, s)
	begin(c)
	_, err := s.Guard.Finish(t.Context(), c.Binding, old.ID, s.mail.code(old.ID))
	refused(t, err)
	if _, err := s.Guard.Finish(t.Context(), other.Binding, kept.ID, s.mail.code(kept.ID)); err != nil {
		t.Errorf("a challenge begun before the rotation: got error %v", err)
	}
}

// Processes of which some have the new key first and others do not know it yet
// count guesses together, and caps (L30).
func TestRotationInOneStepSplitsNoBudget(t *testing.T) {
	s := newScene(t)
	old, err := otp.NewKey("fake", bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := otp.NewKey("fresh", bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	both, err := otp.NewRing(fresh, old)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		for _, ring := range []*otp.Ring{both, steptest.Keys(t)} {
			s.restart(t, ring)
			s.storm(t, strangers(4), []string{"address.change"}, 6)
		}
		s.Clock.Advance(2 * time.Hour)
	}
	sum := 0
	for _, g := range s.meter.wrong() { // whatever pseudonym each was counted under
		if g.lane == stepup.StrangerLane {
			sum += g.cost
		}
	}
	if sum > 500 || sum < 400 {
		t.Errorf("got %d ppm compared by processes of two rings, want an attack of at most 500", sum)
	}
}

// Nor does an erasure by either of them give the guesses of the other back.
func TestErasureInOneStepSplitsNoBudget(t *testing.T) {
	s := newScene(t)
	for range 20 {
		for range 2 {
			s.storm(t, strangers(4), []string{"address.change"}, 6)
			if err := s.Guard.Erase(t.Context(), steptest.Alice); err != nil {
				t.Fatal(err)
			}
			if s.rotated++; s.rotated == 2 {
				s.rotated = 0
			}
			s.restart(t, s.ring(t))
		}
		s.Clock.Advance(2 * time.Hour)
	}
	sum := used(s.meter.wrong())[stepup.StrangerLane]
	if sum.All > 500 || sum.Code4 > 400 || sum.All < 400 {
		t.Errorf("got %+v ppm compared by processes of two rings, want an attack of at most 500", sum)
	}
}
