// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// byEmail lets a code by e-mail change a telephone number: as weak as a policy
// may make it.
const byEmail = "contact.change: { sensitivity: sensitive, touches: [sms] }"

// bySMS forgets to say what a change touches.
const bySMS = "contact.change: { sensitivity: sensitive }"

var (
	oldPhone = stepup.Contact{Kind: policy.SMS, Address: steptest.AlicePhone}
	newPhone = stepup.Contact{Kind: policy.SMS, Address: "+33 6 39 98 00 77"}
)

// changePhone has Alice's telephone number changed by a code of six digits, and
// leaves her with no other contact than the new one.
func changePhone(t *testing.T, b *steptest.Bench, c *steptest.Client) {
	t.Helper()
	grant := b.Prove(c, stepup.ActionContact, nil, stepup.Code6)
	req := c.Request(stepup.ActionContact, nil)
	if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, oldPhone); err != nil {
		t.Fatal(err)
	}
	b.Contacts[steptest.Alice] = []stepup.Contact{newPhone}
}

// offers reports whether a decision offers a code.
func offersCode(d *stepup.Decision) bool { return d.Outcome == stepup.Challenge && len(d.Offers) > 0 }

// A contact that a weak proof changed proves nothing sensitive for 72 hours,
// though the host's directory forgets to say when it was, or says that it was
// long ago; then it does, and what is less than sensitive it proves at once
// (L19).
func TestWeaklyChangedContactProvesNothingSensitive(t *testing.T) {
	for name, since := range map[string]time.Time{
		"the directory forgets": {}, "it says long ago": time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			b := builtInPolicy(t, byEmail, "{ id: always, on: [usage.view], score: 20 }")
			c := alice("laptop")
			changePhone(t, b, c)
			b.Contacts[steptest.Alice][0].Since = since
			stranger := alice("phone") // holds no proof
			if d := b.Decide(stranger, "usage.view", nil); !offersCode(&d) {
				t.Errorf("a normal action: got %v, want a code offered", &d)
			}
			for _, at := range []struct {
				after  time.Duration
				proves bool
			}{{0, false}, {72*time.Hour - time.Nanosecond, false}, {time.Nanosecond, true}} {
				b.Clock.Advance(at.after)
				if d := b.Decide(stranger, "address.change", nil); offersCode(&d) != at.proves {
					t.Errorf("%v later: got %v, want a code offered: %t", at.after, &d, at.proves)
				}
			}
		})
	}
}

// What was changed by a strong proof proves at once, and so does what a weak one
// changed before; the directory's word still counts.
func TestStronglyChangedContactProvesAtOnce(t *testing.T) {
	b, c, secret := trusted(t)
	if err := b.Guard.SetPolicy(builtInPolicy(t, byEmail).Guard.Policy()); err != nil {
		t.Fatal(err)
	}
	b.Contacts[steptest.Alice] = append(b.Contacts[steptest.Alice], oldPhone)
	changePhone(t, b, c)
	stranger := alice("phone")
	if d := b.Decide(stranger, "phone.change", nil); offersBy(&d, stepup.Code6) {
		t.Errorf("by the weak proof: got %v offering %v", &d, d.Offers)
	}
	grant := proveTOTP(t, b, c, stepup.ActionContact, secret)
	req := c.Request(stepup.ActionContact, nil)
	if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, newPhone); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(stranger, "address.change", nil); !offersBy(&d, stepup.Code6) {
		t.Errorf("by the strong proof: got %v offering %v", &d, d.Offers)
	}
	b.Contacts[steptest.Alice][0].Since = b.Clock.Now()
	if d := b.Decide(stranger, "address.change", nil); offersBy(&d, stepup.Code6) {
		t.Errorf("that the directory calls new: got %v offering %v", &d, d.Offers)
	}
}

func offersBy(d *stepup.Decision, m stepup.Method) bool {
	for _, o := range d.Offers {
		if o.Method == m {
			return true
		}
	}
	return false
}

// A contact never proves its own change, though the policy forgets to say so,
// by a fresh proof or a held one; another kind may change by it (L19).
func TestContactProvesItsOwnChange(t *testing.T) {
	b, c := builtInPolicy(t, bySMS), alice("laptop")
	grant := b.Prove(c, stepup.ActionContact, nil, stepup.Code6)
	req := c.Request(stepup.ActionContact, nil)
	for what, token := range map[string]string{"a grant": grant.Token, "a held proof": ""} {
		err := b.Guard.ChangeContact(t.Context(), token, req, oldPhone)
		if !errors.Is(err, stepup.ErrWeak) || !errors.Is(err, stepup.ErrRefused) {
			t.Errorf("by %s: got error %v, want %v", what, err, stepup.ErrWeak)
		}
	}
	email := b.Contacts[steptest.Alice][1]
	if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, email); err != nil {
		t.Errorf("of another kind, by the same grant: got error %v", err)
	}
	err := b.Guard.ChangeContact(t.Context(), "", req, stepup.Contact{Address: steptest.AlicePhone})
	if !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("of no kind: got error %v, want a *RequestError", err)
	}
}

// The proof of a change is for the new address that was shown, and no other
// (L16).
func TestContactChangedAfterProof(t *testing.T) {
	b := builtInPolicy(t,
		"contact.change: { sensitivity: sensitive, touches: [email], bind: [new_email] }")
	c := alice("laptop")
	owner := map[string]any{"new_email": "alice@example.org"}
	grant := b.Prove(c, stepup.ActionContact, owner, stepup.Code6)
	former := b.Contacts[steptest.Alice][1]
	thief := c.Request(stepup.ActionContact, map[string]any{"new_email": "mallory@example.org"})
	err := b.Guard.ChangeContact(t.Context(), grant.Token, thief, former)
	var mismatch *stepup.MismatchError
	if !errors.As(err, &mismatch) || mismatch.Field != "Facts.new_email" {
		t.Errorf("another address: got error %v, want a mismatch", err)
	}
	refused(t, b.Guard.ChangeContact(t.Context(), "", thief, former))
	req := c.Request(stepup.ActionContact, owner)
	if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, former); err != nil {
		t.Errorf("the address that was proven: got error %v", err)
	}
}

// A notice that concerns no method and no contact names none.
func TestNoticeOfNoMethodAndNoContact(t *testing.T) {
	var told []stepup.Notice
	b := newBench(t, func(c *stepup.Config) {
		c.Notify = func(_ context.Context, n stepup.Notice) { told = append(told, n) }
	})
	if err := b.Guard.Erase(t.Context(), steptest.Alice); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 || told[0].Method.String() != "" || told[0].Former.Masked() != "" {
		t.Errorf("got %d notices, want one that names nothing", len(told))
	}
}

// Who changes a contact leaves no device known, and its owner is told where he
// was reached before (L19).
func TestContactChangeTellsTheFormerOne(t *testing.T) {
	j, told := new(book), []stepup.Notice(nil)
	b, c, secret := trusted(t, func(c *stepup.Config) {
		c.Journal = j
		c.Notify = func(_ context.Context, n stepup.Notice) { told = append(told, n) }
	})
	b.Prove(alice("tablet"), "address.change", nil, stepup.Code6)
	grant := proveTOTP(t, b, c, stepup.ActionContact, secret)
	req := c.Request(stepup.ActionContact, nil)
	if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, oldPhone); err != nil {
		t.Fatal(err)
	}
	if devices, err := b.Guard.Devices(t.Context(), steptest.Alice); err != nil || len(devices) > 0 {
		t.Errorf("got %d devices, error %v, want none", len(devices), err)
	}
	if len(told) != 1 || told[0].Kind != stepup.ContactChanged || told[0].Former != oldPhone {
		t.Errorf("got notices %v, want one that names the former contact", told)
	}
	var story []string
	for _, e := range j.events[len(j.events)-5:] {
		story = append(story, string(e.Kind)+" "+e.Outcome+" "+e.Detail.Via)
	}
	want := []string{
		"redeem accepted ", "enrol changed sms", "device revoked ", "device revoked ", "notice sent sms",
	}
	for i := range want {
		if story[i] != want[i] {
			t.Errorf("got event %q, want %q", story[i], want[i])
		}
	}
	if changed := find(j, journal.KindEnrol); changed.ID != find(j, journal.KindRedeem).ID {
		t.Errorf("got event %q, want it under the decision", changed.ID)
	}
	r := stepup.Report{Event: told[0].Event, Claim: stepup.NotMine}
	if err := b.Guard.Report(t.Context(), c.Request("", nil), r); err != nil {
		t.Errorf("the notice cannot be reported: %v", err)
	}
}

// An action of the policy's own changes the contacts that it touches, and no
// others; one that touches none changes none.
func TestOwnActionsChangeWhatTheyTouch(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	facts := map[string]any{"new_email": "alice@example.org"}
	grant := b.Prove(c, "email.change", facts, stepup.Code6)
	email := b.Contacts[steptest.Alice][1]
	change := func(grant stepup.Grant, req stepup.Request, former stepup.Contact) error {
		return b.Guard.ChangeContact(t.Context(), grant.Token, req, former)
	}
	err := change(grant, c.Request("email.change", facts), oldPhone)
	if !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("a number, by what touches e-mail: got error %v, want a *RequestError", err)
	}
	if err := change(grant, c.Request("email.change", facts), email); err != nil {
		t.Errorf("an address, by what touches e-mail: got error %v", err)
	}
	refused(t, change(grant, c.Request("email.change", facts), email))
	grant = b.Prove(c, "address.change", nil, stepup.Code6)
	err = change(grant, c.Request("address.change", nil), email)
	if !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("by what touches nothing: got error %v, want a *RequestError", err)
	}
}

// Erasure makes no contact older: while one is new by a weak proof, a customer
// erases with a strong one, or waits; the host may, on its own authority.
func TestEraseForgetsNoNewContact(t *testing.T) {
	b, c, secret := trusted(t)
	if err := b.Guard.SetPolicy(builtInPolicy(t, byEmail).Guard.Policy()); err != nil {
		t.Fatal(err)
	}
	email := b.Contacts[steptest.Alice][1]
	changePhone(t, b, c)
	b.Contacts[steptest.Alice] = append(b.Contacts[steptest.Alice], email)
	erase := func(grant stepup.Grant) error {
		return b.Guard.EraseProfile(t.Context(), grant.Token, c.Request(stepup.ActionErase, nil))
	}
	grant := b.Prove(c, stepup.ActionErase, nil, stepup.Code6)
	if err := erase(grant); !errors.Is(err, stepup.ErrWeak) {
		t.Errorf("by a code: got error %v, want %v", err, stepup.ErrWeak)
	}
	b.Clock.Advance(16 * time.Minute)
	if err := erase(proveTOTP(t, b, c, stepup.ActionErase, secret)); err != nil {
		t.Errorf("by an authenticator: got error %v", err)
	}
	b.Prove(c, "address.change", nil, stepup.Code6)
	if err := erase(b.Prove(c, stepup.ActionErase, nil, stepup.Code6)); err != nil {
		t.Errorf("by a code, with no new contact: got error %v", err)
	}
}

// A change of contact ends what was proven before in every session, also where
// the client keeps no device token (L18).
func TestContactChangeEndsHeldProofs(t *testing.T) {
	b, c, secret := trusted(t)
	call := alice("call")
	call.Channel = stepup.Phone
	b.Prove(call, "address.change", nil, stepup.Code6)
	if d := b.Decide(call, "address.change", nil); !d.Verdict.HeldOK {
		t.Fatalf("got %v, want the held proof to count", &d)
	}
	grant := proveTOTP(t, b, c, stepup.ActionContact, secret)
	req := c.Request(stepup.ActionContact, nil)
	if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, oldPhone); err != nil {
		t.Fatal(err)
	}
	if d := b.Decide(call, "address.change", nil); d.Verdict.HeldOK {
		t.Errorf("after the change: got %v by the held proof", &d)
	}
}

// A code that went to the contact before, to whoever holds it, proves nothing
// once the contact was changed, also by a strong proof, and also where that
// happened while it was compared; a code to the new contact does (L19).
func TestCodeToAFormerContactProvesNothing(t *testing.T) {
	for _, during := range []bool{false, true} {
		store := new(interrupted)
		b, c, secret := trusted(t, func(c *stepup.Config) {
			store.Store = c.Store
			c.Store = store
		})
		thief := alice("mallory")
		pending, code := b.Begin(b.Decide(thief, "address.change", nil), stepup.Code6)
		b.Clock.Advance(time.Second)
		grant := proveTOTP(t, b, c, stepup.ActionContact, secret)
		change := func() {
			req := c.Request(stepup.ActionContact, nil)
			if err := b.Guard.ChangeContact(t.Context(), grant.Token, req, oldPhone); err != nil {
				t.Fatal(err)
			}
			b.Contacts[steptest.Alice] = []stepup.Contact{newPhone}
		}
		if b.Clock.Advance(time.Second); during {
			store.attempted = change
		} else {
			change()
		}
		_, err := b.Guard.Finish(t.Context(), thief.Binding, pending.ID, code)
		refused(t, err)
		if d := b.Decide(thief, "address.change", nil); d.Verdict.HeldOK {
			t.Errorf("by a code to the former contact: got %v", &d)
		}
		b.Prove(c, "address.change", nil, stepup.Code6)
	}
}

// interrupted is a store that something comes between after an attempt.
type interrupted struct {
	stepup.Store
	attempted func()
}

func (i *interrupted) Attempt(ctx context.Context, a stepup.Attempt) (stepup.Attempted, error) {
	counted, err := i.Store.Attempt(ctx, a)
	if i.attempted != nil {
		i.attempted()
		i.attempted = nil
	}
	return counted, err
}
