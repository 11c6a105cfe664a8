// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// trusted returns a bench on which Alice's laptop in London was proven with
// TOTP more than a day ago.
func trusted(t *testing.T, changes ...func(*stepup.Config)) (*steptest.Bench, *steptest.Client, otp.Secret) {
	t.Helper()
	b, c := newBench(t, changes...), alice("laptop")
	secret, err := otp.NewSecret(bytes.Repeat([]byte{9}, 20))
	if err != nil {
		t.Fatal(err)
	}
	home := risk.Home{Countries: []string{"FR"}}
	if err := b.Guard.Seed(t.Context(), c.Subject, stepup.Identity{TOTP: secret, Home: home}); err != nil {
		t.Fatal(err)
	}
	b.Clock.Advance(time.Minute)
	c.From(risktest.ParisAddr).UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) " +
		"Gecko/20100101 Firefox/141.0"
	begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.TOTP)
	grant := finishTOTP(t, b, c, begun.ID, secret)
	if grant.ACR != "urn:example:loa:2" {
		t.Errorf("got acr %q, want the strong step's", grant.ACR)
	}
	b.Clock.Advance(24 * time.Hour)
	return b, c, secret
}

// A trusted device reads why, and sees where the code goes (L11, L25).
func TestTrustedDeviceSeesMore(t *testing.T) {
	b, c, _ := trusted(t)
	d := b.Decide(c, "address.change", nil)
	if d.Signals.Bool(risk.DeviceTrusted) != risk.True {
		t.Fatal("the device is not trusted a day after a strong proof")
	}
	i := slices.IndexFunc(d.Offers, func(o stepup.Offer) bool { return o.Method == stepup.Code4 })
	if i < 0 || d.Offers[i].To != "+33 6 •• •• •• 42" {
		t.Errorf("got offers %v, want the masked number", d.Offers)
	}
}

// Nor does it a moment before (L11, L25).
func TestDeviceIsTrustedAfterADay(t *testing.T) {
	b, c, _ := trusted(t)
	b.Clock.Advance(-time.Nanosecond)
	d := b.Decide(c, "address.change", nil)
	if d.Signals.Bool(risk.DeviceTrusted) != risk.False || d.Offers[0].To != "" {
		t.Errorf("1 ns before a day is over: got trusted %v, offers %v",
			d.Signals.Bool(risk.DeviceTrusted), d.Offers)
	}
}

// Strangers who spend all of their budget do not touch the owner's (L11).
func TestStrangersDoNotLockTheOwnerOut(t *testing.T) {
	b, c, _ := trusted(t)
	for range 200 {
		b.Clock.Advance(20 * time.Minute)
		stranger := alice("stranger")
		d := b.Decide(stranger, "address.change", nil)
		i := slices.IndexFunc(d.Offers, func(o stepup.Offer) bool { return o.Method != stepup.TOTP })
		if i < 0 {
			break
		}
		begun, code := b.Begin(d, d.Offers[i].Method)
		for range 5 {
			_, _ = b.Guard.Finish(t.Context(), stranger.Binding, begun.ID, wrong(code))
		}
	}
	d := b.Decide(alice("stranger"), "address.change", nil)
	if len(d.Offers) != 1 || d.Offers[0].Method != stepup.TOTP {
		t.Errorf("stranger past the budget: got offers %v, want no code to the contact", d.Offers)
	}
	b.Prove(c, "address.change", nil, stepup.Code4)
}

func TestSeedRefuses(t *testing.T) {
	tests := map[string]struct {
		subject string
		store   stepup.Store
		want    func(error) bool
	}{
		"no subject": {"", nil, isRequestError},
		"a subject that is too long": {
			strings.Repeat("s", 257), nil, isRequestError,
		},
		"store that cannot be read": {
			steptest.Alice, faulty("Subject"), func(err error) bool {
				return errors.Is(err,
					stepup.ErrUnavailable)
			},
		},
		"store that cannot be written": {
			steptest.Alice, faulty("Update"), func(err error) bool {
				return errors.Is(err,
					stepup.ErrUnavailable)
			},
		},
		"full store": {
			"fake-carol", fullStore(t), func(err error) bool { return errors.Is(err, stepup.ErrBusy) },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(c *stepup.Config) { c.Store = tt.store })
			if err := b.Guard.Seed(t.Context(), tt.subject, stepup.Identity{}); !tt.want(err) {
				t.Errorf("got error %v", err)
			}
		})
	}
}

func isRequestError(err error) bool {
	var malformed *stepup.RequestError
	return errors.As(err, &malformed) && malformed.Field == "Subject"
}

// fullStore returns a store that has room for one subject, and has one.
func fullStore(t *testing.T) stepup.Store {
	t.Helper()
	store := stepup.NewMemory(stepup.MemoryConfig{Subjects: 1})
	b := newBench(t, func(c *stepup.Config) { c.Store = store })
	if err := b.Guard.Seed(t.Context(), "fake-bob", stepup.Identity{}); err != nil {
		t.Fatal(err)
	}
	return store
}

// A full store refuses new challenges and new subjects, and keeps what it has
// (L27).
func TestFullStoreKeepsWhatItHas(t *testing.T) {
	store := stepup.NewMemory(stepup.MemoryConfig{Subjects: 1})
	b := newBench(t, func(c *stepup.Config) { c.Store = store })
	b.Contacts["fake-bob"] = b.Contacts[steptest.Alice]
	begun, code := b.Begin(b.Decide(alice("laptop"), "address.change", nil), stepup.Code4)
	d := b.Decide(steptest.NewClient("fake-bob", "laptop"), "address.change", nil)
	if _, err := b.Guard.Begin(t.Context(), d.Ticket(), stepup.Code4); !errors.Is(err, stepup.ErrBusy) {
		t.Errorf("second subject: got error %v, want %v", err, stepup.ErrBusy)
	}
	if _, err := b.Guard.Finish(t.Context(), alice("laptop").Binding, begun.ID, code); err != nil {
		t.Errorf("the live challenge: got %v", err)
	}
}

// A store that is asked with what another already changed says so.
func TestStoreConflict(t *testing.T) {
	store := stepup.NewMemory(stepup.MemoryConfig{})
	u := stepup.Update{Subject: stepup.Ref{Key: stepup.Key{1}}, Now: time.Unix(1, 0)}
	if err := store.Update(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if err := store.Update(t.Context(), u); !errors.Is(err, stepup.ErrConflict) {
		t.Errorf("got error %v, want %v", err, stepup.ErrConflict)
	}
}

// Two proofs at the same moment both teach the profile.
func TestParallelProofsLoseNothing(t *testing.T) {
	b := newBench(t)
	clients := []*steptest.Client{alice("laptop").From(risktest.ParisAddr),
		alice("tablet").From(risktest.LondonAddr)}
	answers := make(chan func() error, len(clients))
	for _, c := range clients {
		begun, code := b.Begin(b.Decide(c, "address.change", nil), stepup.Code4)
		answers <- func() error {
			grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
			c.Keep(grant)
			return err
		}
	}
	if n := each(len(clients), func() error { return (<-answers)() }); n != len(clients) {
		t.Fatalf("got %d proofs, want %d", n, len(clients))
	}
	for _, c := range clients {
		d := b.Decide(c, "invoice.view", nil)
		if d.Signals.Bool(risk.DeviceKnown) != risk.True || d.Signals.Bool(risk.GeoNewCountry) != risk.False {
			t.Errorf("%s: got device known %v, new country %v", c.Binding,
				d.Signals.Bool(risk.DeviceKnown), d.Signals.Bool(risk.GeoNewCountry))
		}
	}
}

// TestSetPolicyUnderLoad: no request sees half of a policy while it is swapped
// for one that differs in its score, its matrix and its ladder.
func TestSetPolicyUnderLoad(t *testing.T) {
	b := newBench(t)
	first := testPolicy(t)
	text, err := os.ReadFile("testdata/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	second, err := policy.Parse(policy.Source{Name: "second", Data: []byte(strings.NewReplacer(
		"score: 10", "score: 11", "sensitive: [confirm, confirm,", "sensitive: [strong,  strong, ",
		"urn:example:loa:2", "urn:example:loa:3").Replace(string(text)))})
	if err != nil {
		t.Fatal(err)
	}
	decide := func() (string, error) {
		d, err := b.Guard.Decide(t.Context(), alice("laptop").Request("address.change", nil))
		return fmt.Sprint(d.Verdict.Step.Name, d.Verdict.Score, d.Verdict.Step.ACR), err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 500 {
			_ = b.Guard.SetPolicy(second)
			_ = b.Guard.SetPolicy(first)
		}
	}()
	if n := each(200, func() error {
		got, err := decide()
		if err == nil && got != "confirm10" && got != "strong11urn:example:loa:3" {
			t.Errorf("got %s, want what one of the policies says", got)
		}
		return err
	}); n != 200 {
		t.Errorf("got %d decisions, want 200", n)
	}
	<-done
	for want, p := range map[string]*policy.Policy{
		"confirm10": first, "strong11urn:example:loa:3": second,
	} {
		if err := b.Guard.SetPolicy(p); err != nil {
			t.Fatal(err)
		}
		if got, err := decide(); got != want || err != nil {
			t.Errorf("got %s, want %s (%v)", got, want, err)
		}
	}
}
