// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// isTrusted returns which of Alice's devices are trusted, by how many there are.
func isTrusted(t *testing.T, b *steptest.Bench) (all, trusted int) {
	t.Helper()
	devices, err := b.Guard.Devices(t.Context(), steptest.Alice)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range devices {
		if d.Trusted {
			trusted++
		}
	}
	return len(devices), trusted
}

// laxTrust is as weak as a policy may make the trust of a device. It is asked
// for all the same, and allowed by a proof that the session holds of a view.
const (
	laxTrust = "device.trust: { sensitivity: normal }"
	asked    = "{ id: asked, on: [device.trust, profile.view], score: 65 }"
)

// No code makes a device trusted, though the policy lets a held one count (L11).
func TestDeviceTrustedByACode(t *testing.T) {
	for _, m := range []stepup.Method{stepup.Code4, stepup.Code6} {
		b, c := builtInPolicy(t, laxTrust, asked), alice("laptop")
		b.Prove(c, "profile.view", nil, m)
		b.Clock.Advance(time.Second)
		if d := b.Decide(c, stepup.ActionTrust, nil); d.Outcome != stepup.Allow {
			t.Fatalf("by the policy: got %v, want allow", &d)
		}
		err := b.Guard.TrustDevice(t.Context(), "", c.Request(stepup.ActionTrust, nil))
		if !errors.Is(err, stepup.ErrWeak) || !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("by %v: got error %v, want %v", m, err, stepup.ErrWeak)
		}
		if all, trusted := isTrusted(t, b); all != 1 || trusted != 0 {
			t.Errorf("by %v: got %d of %d devices trusted, want none of 1", m, trusted, all)
		}
	}
}

// What cannot make a device trusted is not offered for it, however weak the
// policy: who has nothing else is told what to enrol (L11, L19).
func TestTrustOffersWhatIsStrongAlone(t *testing.T) {
	const enrol = "method.enrol: { sensitivity: sensitive }"
	for name, b := range map[string]*steptest.Bench{
		"by default": builtInPolicy(t, enrol),
		"lax":        builtInPolicy(t, enrol+"\n  "+laxTrust, asked),
	} {
		c := alice("laptop")
		offers := func(when string, want, enrol []stepup.Method) {
			t.Helper()
			d := b.Decide(c, stepup.ActionTrust, nil)
			var got []stepup.Method
			for _, o := range d.Offers {
				got = append(got, o.Method)
			}
			if !slices.Equal(got, want) || !slices.Equal(d.Enrol, enrol) ||
				(d.Outcome == stepup.Deny) != (want == nil) {
				t.Errorf("%s, %s: got %v offering %v, to enrol %v; want %v and %v",
					name, when, &d, got, d.Enrol, want, enrol)
			}
		}
		offers("nothing enrolled", nil, []stepup.Method{stepup.TOTP, stepup.Recovery})
		enrolTOTP(t, b, c)
		offers("settling", nil, []stepup.Method{stepup.Recovery})
		b.Clock.Advance(72 * time.Hour)
		offers("settled", []stepup.Method{stepup.TOTP}, nil)
	}
}

// A method that a code replaced while it was asked for trusts nothing (L19).
func TestDeviceTrustedByAMethodReplacedMeanwhile(t *testing.T) {
	b, c := builtInPolicy(t, "method.enrol: { sensitivity: sensitive }"), alice("laptop")
	seedTOTP(t, b, c)
	b.Clock.Advance(time.Minute)
	begun, _ := b.Begin(b.Decide(c, stepup.ActionTrust, nil), stepup.TOTP)
	secret := enrolTOTP(t, b, c)
	b.Clock.Advance(time.Minute)
	grant := finishTOTP(t, b, c, begun.ID, secret)
	for range 2 { // nor is the grant used up
		err := b.Guard.TrustDevice(t.Context(), grant.Token, c.Request(stepup.ActionTrust, nil))
		if !errors.Is(err, stepup.ErrWeak) {
			t.Errorf("got error %v, want %v", err, stepup.ErrWeak)
		}
	}
}

// enrolTOTP enrols an authenticator by a code.
func enrolTOTP(t *testing.T, b *steptest.Bench, c *steptest.Client) otp.Secret {
	t.Helper()
	grant := b.Prove(c, stepup.ActionEnrol, nil, stepup.Code6)
	e, err := b.Guard.EnrolTOTP(t.Context(), grant.Token, c.Request(stepup.ActionEnrol, nil))
	if err != nil {
		t.Fatal(err)
	}
	code, err := otp.TOTP{}.Code(e.Secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.ConfirmTOTP(t.Context(), c.Binding, e.Pending, code); err != nil {
		t.Fatal(err)
	}
	return e.Secret
}

// A strong proof trusts the device that it was given on, and no other, though
// another's token is presented with it (L11).
func TestDeviceTrustedByAProofElsewhere(t *testing.T) {
	b, c, secret := trusted(t)
	tablet := alice("tablet")
	b.Prove(tablet, "address.change", nil, stepup.Code6)
	grant := proveTOTP(t, b, c, stepup.ActionTrust, secret)
	req := c.Request(stepup.ActionTrust, nil)
	req.Device = tablet.Device
	if err := b.Guard.TrustDevice(t.Context(), grant.Token, req); !errors.Is(err, stepup.ErrWeak) {
		t.Errorf("the tablet, by a proof on the laptop: got error %v, want %v", err, stepup.ErrWeak)
	}
	req.Device = ""
	err := b.Guard.TrustDevice(t.Context(), grant.Token, req)
	if !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("no device: got error %v, want a *RequestError", err)
	}
	if err := b.Guard.TrustDevice(t.Context(), grant.Token, c.Request(stepup.ActionTrust, nil)); err != nil {
		t.Errorf("the laptop: got error %v", err)
	}
	if all, trusted := isTrusted(t, b); all != 2 || trusted != 1 {
		t.Errorf("got %d of %d devices trusted, want 1 of 2", trusted, all)
	}
}

// A method that a code enrolled trusts nothing until it is 72 hours old: else a
// code would, by a detour (L11, L19).
func TestDeviceTrustedByAMethodOfLate(t *testing.T) {
	b, c := builtInPolicy(t, "method.enrol: { sensitivity: sensitive }"), alice("laptop")
	secret := enrolTOTP(t, b, c)
	if d := b.Decide(c, stepup.ActionTrust, nil); offersBy(&d, stepup.TOTP) {
		t.Errorf("a minute old: got %v offering %v", &d, d.Offers)
	}
	b.Clock.Advance(72 * time.Hour)
	trust := proveTOTP(t, b, c, stepup.ActionTrust, secret)
	if err := b.Guard.TrustDevice(t.Context(), trust.Token, c.Request(stepup.ActionTrust, nil)); err != nil {
		t.Errorf("72 hours old: got error %v", err)
	}
}

// A customer revokes one device or all others, each by a proof, and its own
// stays; proofs held on those that go are void.
func TestRevokeByProof(t *testing.T) {
	var told []stepup.Notice
	b, c, secret := trusted(t, func(c *stepup.Config) {
		c.Notify = func(_ context.Context, n stepup.Notice) { told = append(told, n) }
	})
	tablet, phone := alice("tablet"), alice("phone")
	for _, other := range []*steptest.Client{tablet, phone} {
		b.Prove(other, "address.change", nil, stepup.Code6)
	}
	devices, err := b.Guard.Devices(t.Context(), steptest.Alice)
	if err != nil || len(devices) != 3 {
		t.Fatalf("got %d devices, error %v, want 3", len(devices), err)
	}
	req := func() stepup.Request { return c.Request(stepup.ActionRevoke, nil) }
	grant := proveTOTP(t, b, c, stepup.ActionRevoke, secret)
	err = b.Guard.RevokeDevice(t.Context(), grant.Token, req(), "nonsense")
	if !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("no identifier: got error %v, want a *RequestError", err)
	}
	if err := b.Guard.RevokeDevice(t.Context(), grant.Token, req(), devices[1].ID); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(tablet, "address.change", nil); d.Verdict.HeldOK {
		t.Errorf("on the revoked tablet: got %v by its held proof", &d)
	}
	if d := b.Decide(phone, "address.change", nil); !d.Verdict.HeldOK {
		t.Errorf("on the phone: got %v, want its held proof to count", &d)
	}
	b.Clock.Advance(16 * time.Minute) // or the proof of before would do
	grant = proveTOTP(t, b, c, stepup.ActionRevoke, secret)
	if err := b.Guard.RevokeOtherDevices(t.Context(), grant.Token, req()); err != nil {
		t.Fatal(err)
	}
	left, err := b.Guard.Devices(t.Context(), steptest.Alice)
	if err != nil || len(left) != 1 || left[0].ID != devices[0].ID || !left[0].Trusted {
		t.Errorf("got %v, error %v, want the laptop that asked", left, err)
	}
	if len(told) != 2 || told[0].Kind != stepup.DevicesRevoked || told[1].Event == "" {
		t.Errorf("got %d notices, want two of revoked devices that can be reported", len(told))
	}
}

// What the policy allows without a proof is done without one; but it proves
// nothing, so a report by it revokes no other device (L20, L21).
func TestBuiltInActionsThatAreAllowed(t *testing.T) {
	b, c := builtInPolicy(t, "device.revoke: { sensitivity: normal }"), alice("laptop")
	b.Prove(c, "address.change", nil, stepup.Code6)
	tablet := alice("tablet")
	b.Prove(tablet, "address.change", nil, stepup.Code6)
	b.Clock.Advance(16 * time.Minute)
	if d := b.Decide(c, stepup.ActionRevoke, nil); d.Outcome != stepup.Allow {
		t.Fatalf("got %v, want it allowed", &d)
	}
	seen := b.Decide(c, "invoice.view", nil)
	r := stepup.Report{Event: seen.Event(), Claim: stepup.NotMine}
	if err := b.Guard.Report(t.Context(), c.Request("", nil), r); err != nil {
		t.Fatal(err)
	}
	if all, _ := isTrusted(t, b); all != 1 {
		t.Errorf("after an unproven report: got %d devices, want the tablet", all)
	}
	b.Clock.Advance(72 * time.Hour)
	req := tablet.Request(stepup.ActionRevoke, nil)
	if err := b.Guard.RevokeOtherDevices(t.Context(), "", req); err != nil {
		t.Errorf("allowed: got error %v", err)
	}
}

// Who revokes all other devices ends what was proven by telephone in any other
// session, also where he presents no device himself.
func TestRevokingOthersEndsProofsOnNoDevice(t *testing.T) {
	b := builtInPolicy(t, "device.revoke: { sensitivity: sensitive }")
	thief, owner := alice("mallory"), alice("call")
	thief.Channel, owner.Channel = stepup.Phone, stepup.Phone
	b.Prove(thief, "address.change", nil, stepup.Code6)
	if d := b.Decide(thief, "address.change", nil); !d.Verdict.HeldOK {
		t.Fatalf("got %v, want the held proof to count", &d)
	}
	grant := b.Prove(owner, stepup.ActionRevoke, nil, stepup.Code6)
	req := owner.Request(stepup.ActionRevoke, nil)
	if err := b.Guard.RevokeOtherDevices(t.Context(), grant.Token, req); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(thief, "address.change", nil); d.Verdict.HeldOK {
		t.Errorf("after the revocation: got %v by the held proof", &d)
	}
}

// Who replaces a method may have lost it, and a device with it: only the device
// that asks stays known, while a first method takes none away.
func TestReplacedMethodEndsTheOtherDevices(t *testing.T) {
	b, c, secret := trusted(t)
	lost := alice("tablet")
	known := func(after string, want int) {
		t.Helper()
		b.Prove(lost, "address.change", nil, stepup.Code6)
		grant := proveTOTP(t, b, c, stepup.ActionEnrol, secret)
		if _, err := b.Guard.EnrolRecovery(t.Context(), grant.Token, c.Request(stepup.ActionEnrol, nil)); err != nil {
			t.Fatal(err)
		}
		devices, err := b.Guard.Devices(t.Context(), c.Subject)
		if err != nil || len(devices) != want || !devices[0].Trusted {
			t.Errorf("after %s: got %v, error %v, want %d devices", after, devices, err, want)
		}
		if d := b.Decide(lost, "address.change", nil); d.Verdict.HeldOK != (want == 2) {
			t.Errorf("after %s, on the lost device: got %v", after, &d)
		}
		b.Clock.Advance(16 * time.Minute) // or the proof of before would do
	}
	known("a first set of recovery codes", 2)
	known("another", 1)
}
