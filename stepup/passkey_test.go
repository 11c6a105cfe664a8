// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// passkeys is a verifier of Ed25519 keys: what WebAuthn is without browsers.
// The credentials are JSON, and a counter shows a copied key.
type passkeys struct {
	err   error
	asked int // for options
}

var _ stepup.Verifier = (*passkeys)(nil)

type credential struct {
	Key     ed25519.PublicKey
	Counter byte
}

func (p *passkeys) Options(
	_ context.Context, _ string, credentials []byte, challenge [32]byte,
) ([]byte, error) {
	if p.asked++; p.err != nil {
		return nil, p.err
	}
	var all []credential
	if err := json.Unmarshal(credentials, &all); err != nil {
		return nil, err
	}
	options := map[string]any{"challenge": challenge[:], "allow": len(all), "userVerification": "required"}
	return json.Marshal(options)
}

func (p *passkeys) Verify(
	_ context.Context, subject string, credentials []byte, challenge [32]byte, response []byte,
) ([]byte, error) {
	var all []credential
	if err := json.Unmarshal(credentials, &all); err != nil {
		return nil, err
	}
	if len(response) != 1+ed25519.SignatureSize {
		return nil, errors.New("no response")
	}
	for i, c := range all {
		signed := append(challenge[:], response[0])
		if ed25519.Verify(c.Key, append(signed, subject...), response[1:]) && response[0] > c.Counter {
			all[i].Counter = response[0]
			return json.Marshal(all)
		}
	}
	return nil, errors.New("none of these")
}

// authenticator is a customer's passkey.
type authenticator struct {
	key     ed25519.PrivateKey
	counter byte
}

func newAuthenticator(seed byte) *authenticator {
	return &authenticator{key: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))}
}

// sign answers options that a challenge began with.
func (a *authenticator) sign(t testing.TB, subject string, options []byte) string {
	t.Helper()
	var o struct{ Challenge []byte }
	if err := json.Unmarshal(options, &o); err != nil || len(o.Challenge) != 32 {
		t.Fatalf("options %s: error %v", options, err)
	}
	a.counter++
	signed := append(o.Challenge, a.counter)
	return string(append([]byte{a.counter}, ed25519.Sign(a.key, append(signed, subject...))...))
}

// enrolPasskey enrols a passkey of Alice's by TOTP.
func enrolPasskey(t testing.TB, b *steptest.Bench, c *steptest.Client, secret otp.Secret, a *authenticator) {
	t.Helper()
	b.Clock.Advance(time.Minute)
	begun, _ := b.Begin(b.Decide(c, stepup.ActionEnrol, nil), stepup.TOTP)
	code, err := otp.TOTP{}.Code(secret, b.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	if err != nil {
		t.Fatal(err)
	}
	c.Keep(grant)
	req := c.Request(stepup.ActionEnrol, nil)
	err = b.Guard.EnrolPasskey(t.Context(), grant.Token, withDevice(req, ""), func(had []byte) ([]byte, error) {
		var all []credential
		if had != nil {
			if err := json.Unmarshal(had, &all); err != nil {
				return nil, err
			}
		}
		return json.Marshal(append(all, credential{Key: a.key.Public().(ed25519.PublicKey)}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func withDevice(req stepup.Request, device string) stepup.Request {
	req.Device = device
	return req
}

// withPasskeys returns a bench whose policy takes passkeys, and Alice's.
func withPasskeys(
	t testing.TB, changes ...func(*stepup.Config),
) (*steptest.Bench, *steptest.Client, *passkeys, *authenticator, otp.Secret) {
	t.Helper()
	text := strings.NewReplacer(
		"methods: [code4, code6, mobile4, totp, recovery]", "methods: [code4, code6, totp, passkey]",
		"methods: [totp, recovery]", "methods: [totp, passkey]",
	).Replace(string(readPolicy(t)))
	p, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	verifier := new(passkeys)
	changes = append(changes, func(c *stepup.Config) { c.Passkeys = verifier })
	b, c := steptest.New(t, p, changes...), alice("laptop")
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Guard.Seed(t.Context(), c.Subject, stepup.Identity{TOTP: secret}); err != nil {
		t.Fatal(err)
	}
	a := newAuthenticator(1)
	enrolPasskey(t, b, c, secret, a)
	return b, c, verifier, a, secret
}

// A passkey proves what its challenge was made of, once, for who began it.
func TestPasskey(t *testing.T) {
	b, c, _, a, _ := withPasskeys(t)
	begin := func(amount string) stepup.Begun {
		begun, sent := b.Begin(b.Decide(c, "transfer", transfer(amount)), stepup.Passkey)
		if sent != "" || begun.Digits != 0 || len(begun.Options) == 0 {
			t.Fatalf("got code %q, %d digits, options %s", sent, begun.Digits, begun.Options)
		}
		return begun
	}
	first := begin("250")
	response := a.sign(t, c.Subject, first.Options)
	_, err := b.Guard.Finish(t.Context(), mallory, first.ID, response)
	refused(t, err)
	grant, err := b.Guard.Finish(t.Context(), c.Binding, first.ID, response)
	if err != nil {
		t.Fatal(err)
	}
	c.Keep(grant)
	_, err = b.Guard.Finish(t.Context(), c.Binding, first.ID, response)
	refused(t, err)
	refused(t, b.Guard.Redeem(t.Context(), grant.Token, c.Request("transfer", transfer("900"))))

	second := begin("900")
	third, _ := b.Begin(b.Decide(alice("tablet"), "transfer", transfer("900")), stepup.Passkey)
	if bytes.Equal(first.Options, second.Options) || bytes.Equal(third.Options, second.Options) {
		t.Error("two challenges are alike")
	}
	_, err = b.Guard.Finish(t.Context(), c.Binding, second.ID, response) // for another amount
	refused(t, err)
	_, err = b.Guard.Finish(t.Context(), c.Binding, second.ID, a.sign(t, c.Subject, second.Options))
	if err != nil {
		t.Errorf("its own response: got error %v", err)
	}
}

// What a copied passkey signed behind the counter of the original is refused:
// the credentials are kept as each proof leaves them.
func TestPasskeyThatWasCopied(t *testing.T) {
	b, c, _, a, _ := withPasskeys(t)
	copied := *a
	answer := func(a *authenticator) error {
		begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.Passkey)
		_, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, a.sign(t, c.Subject, begun.Options))
		return err
	}
	for range 3 {
		if err := answer(a); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, answer(&copied))
	if err := answer(a); err != nil {
		t.Errorf("the original: got error %v", err)
	}
}

// A second passkey stands beside the first, and both prove.
func TestSecondPasskey(t *testing.T) {
	b, c, _, a, secret := withPasskeys(t)
	other := newAuthenticator(2)
	enrolPasskey(t, b, c, secret, other)
	for _, a := range []*authenticator{a, other} {
		begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.Passkey)
		grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, a.sign(t, c.Subject, begun.Options))
		if err != nil || grant.ACR != "urn:example:loa:2" {
			t.Errorf("got acr %q, error %v", grant.ACR, err)
		}
		c.Keep(grant)
	}
}

// A passkey is offered where it is enrolled and can be verified, and to enrol
// where it can.
func TestPasskeyOffers(t *testing.T) {
	b, c, verifier, a, _ := withPasskeys(t)
	offers := func(d stepup.Decision) bool {
		return slices.ContainsFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == stepup.Passkey })
	}
	d := b.Decide(c, "account.close", nil)
	if !offers(d) {
		t.Errorf("got %v with %v, want a passkey on offer", &d, d.Offers)
	}
	verifier.err = errors.New("fake outage")
	_, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Passkey)
	if !errors.Is(err, stepup.ErrUnavailable) || !errors.Is(err, verifier.err) {
		t.Errorf("a verifier that fails: got error %v, want %v with its cause", err, stepup.ErrUnavailable)
	}
	verifier.err = nil
	d = b.Decide(c, "account.close", nil)
	begun, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Passkey)
	if err != nil {
		t.Fatalf("afterwards: got error %v", err)
	}
	for input, want := range map[string]error{
		"": stepup.ErrMalformed, strings.Repeat("x", 64<<10+1): stepup.ErrMalformed, "x": stepup.ErrRefused,
	} {
		if _, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, input); !errors.Is(err, want) {
			t.Errorf("%.3q: got error %v, want %v", input, err, want)
		}
	}
	_, err = b.Guard.Finish(t.Context(), c.Binding, begun.ID, a.sign(t, c.Subject, begun.Options))
	if err != nil {
		t.Errorf("after one wrong answer: got error %v", err)
	}
	b.Contacts["fake-bob"] = b.Contacts[steptest.Alice]
	bob := b.Decide(steptest.NewClient("fake-bob", "laptop"), "account.close", nil)
	if offers(bob) || !slices.Contains(bob.Enrol, stepup.Passkey) {
		t.Errorf("without one: got offers %v, enrol %v", bob.Offers, bob.Enrol)
	}
	without := steptest.New(t, b.Guard.Policy(), func(c *stepup.Config) {
		c.Store, c.Now = b.Store, b.Clock.Now
	})
	if d := without.Decide(c, "account.close", nil); offers(d) || slices.Contains(d.Enrol, stepup.Passkey) {
		t.Errorf("without a verifier: got offers %v, enrol %v", d.Offers, d.Enrol)
	}
	_, err = without.Guard.Begin(t.Context(), d.Ticket(), stepup.Passkey)
	if !errors.Is(err, stepup.ErrMethod) {
		t.Errorf("begun without a verifier: got error %v, want %v", err, stepup.ErrMethod)
	}
}

// Enrolling takes a grant of its action, and keeps nothing that failed.
func TestEnrolPasskeyRefuses(t *testing.T) {
	b, c, _, _, _ := withPasskeys(t)
	never := func([]byte) ([]byte, error) {
		t.Error("a credential was asked for without a grant")
		return nil, nil
	}
	refused(t, b.Guard.EnrolPasskey(t.Context(), "", c.Request(stepup.ActionEnrol, nil), never))
	refused(t, b.Guard.EnrolPasskey(t.Context(), "nonsense", c.Request(stepup.ActionEnrol, nil), never))
	err := b.Guard.EnrolPasskey(t.Context(), "", c.Request("transfer", nil), never)
	if !errors.As(err, new(*stepup.RequestError)) {
		t.Errorf("another action: got error %v", err)
	}
}

// Nobody drives a verifier without limit: not with one ticket, which is good for
// one challenge, nor with many, which are counted first, be the verifier down
// or not. What it makes no options for keeps no challenge pending.
func TestPasskeyVerifierIsNotDriven(t *testing.T) {
	for name, down := range map[string]error{"up": nil, "down": errStore} {
		t.Run(name, func(t *testing.T) {
			b, c, verifier, _, _ := withPasskeys(t)
			verifier.err, verifier.asked = down, 0
			d := b.Decide(c, "account.close", nil)
			for range 50 {
				_, _ = b.Guard.Begin(t.Context(), d.Ticket(), stepup.Passkey)
			}
			if verifier.asked != 1 {
				t.Errorf("got the verifier asked %d times for one ticket, want once", verifier.asked)
			}
			busy := 0
			for i := range 100 {
				c := alice(fmt.Sprint("laptop-", i))
				d := b.Decide(c, "account.close", nil)
				begun, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Passkey)
				switch {
				case err == nil:
					err = b.Guard.Cancel(t.Context(), c.Binding, begun.ID)
				case errors.Is(err, stepup.ErrBusy):
					busy, err = busy+1, nil
				case errors.Is(err, down):
					err = nil
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if verifier.asked > 60 || verifier.asked+busy != 101 {
				t.Errorf("got the verifier asked %d times in an hour and %d refused, want 60 and 41",
					verifier.asked, busy)
			}
		})
	}
}
