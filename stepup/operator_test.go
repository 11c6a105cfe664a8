// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// What the host does on its own is in the journal under the operator's keyed
// pseudonym, and apart from any decision; what a customer does names nobody
// (L9, L22).
func TestOperatorIsRecorded(t *testing.T) {
	j := new(book)
	b := newBench(t, func(c *stepup.Config) { c.Journal = j })
	c := alice("laptop")
	secret, err := otp.GenerateSecret()
	if err != nil {
		t.Fatal(err)
	}
	acts := func(ctx context.Context) (events []*journal.Event) {
		t.Helper()
		b.Prove(alice("laptop"), "address.change", nil, stepup.Code6)
		done := len(j.events)
		_, exported := b.Guard.Export(ctx, c.Subject)
		for _, err := range []error{
			exported,
			b.Guard.Seed(ctx, c.Subject, stepup.Identity{TOTP: secret}),
			b.Guard.Unlock(ctx, c.Subject, stepup.StrangerLane),
			b.Guard.Revoke(ctx, c.Subject),
			b.Guard.Label(ctx, "FAKEDECISION", stepup.Legit),
			b.Guard.Erase(ctx, c.Subject),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		return j.events[done:]
	}
	named := acts(stepup.WithOperator(t.Context(), "desk-7"))
	again := acts(stepup.WithOperator(t.Context(), "desk-7"))
	other, nobody := acts(stepup.WithOperator(t.Context(), "desk-8")), acts(t.Context())
	var story []string
	for i, e := range named {
		story = append(story, string(e.Kind)+" "+e.Outcome)
		by, none := e.Detail.By, nobody[i].Detail.By
		same, another := again[i].Detail.By, other[i].Detail.By
		if by.IsZero() || same != by || another == by || !none.IsZero() {
			t.Errorf("%v: got by %v, %v, %v and %v", e, by, same, another, none)
		}
	}
	want := []string{
		"notice sent", "enrol added", "unlock unlocked", "device revoked", "notice sent", "label legit",
		"erase erased",
	}
	if !slices.Equal(story, want) {
		t.Errorf("got %q, want %q", story, want)
	}
	j.lines(t)
}

// The host revokes the devices that it names, or all where it names none, and
// changes nothing for a name that is none.
func TestRevokeByHost(t *testing.T) {
	var told []stepup.Notice
	b := newBench(t, func(c *stepup.Config) {
		c.Notify = func(_ context.Context, n stepup.Notice) { told = append(told, n) }
	})
	for _, name := range []string{"laptop", "tablet", "phone"} {
		b.Prove(alice(name), "address.change", nil, stepup.Code6)
	}
	devices, err := b.Guard.Devices(t.Context(), steptest.Alice)
	if err != nil || len(devices) != 3 {
		t.Fatalf("got %d devices, error %v", len(devices), err)
	}
	unknown := "00112233445566778899aabbccddeeff"
	for _, step := range []struct {
		ids  []string
		left int
		bad  bool
	}{
		{[]string{devices[0].ID, "nonsense"}, 3, true}, {[]string{unknown}, 3, false},
		{[]string{devices[0].ID, unknown}, 2, false}, {nil, 0, false},
	} {
		err := b.Guard.Revoke(t.Context(), steptest.Alice, step.ids...)
		if errors.As(err, new(*stepup.RequestError)) != step.bad || !step.bad && err != nil {
			t.Errorf("%q: got error %v", step.ids, err)
		}
		if all, _ := isTrusted(t, b); all != step.left {
			t.Errorf("%q: got %d devices left, want %d", step.ids, all, step.left)
		}
	}
	if len(told) != 2 || told[0].Kind != stepup.DevicesRevoked || told[0].Event != "" {
		t.Errorf("got notices %v, want two of revoked devices", told)
	}
}

func ExampleGuard_ExportProfile() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")

	grant := bench.Prove(browser, stepup.ActionExport, nil, stepup.Code6)
	req := browser.Request(stepup.ActionExport, nil)
	told, err := bench.Guard.ExportProfile(context.Background(), grant.Token, req)
	fmt.Println(len(told.Devices), "device, held proof of", told.Proofs[0].Action, err)

	_, err = bench.Guard.ExportProfile(context.Background(), grant.Token, req)
	fmt.Println(err)
	// Output:
	// 1 device, held proof of profile.export <nil>
	// stepup: refused: grant already redeemed
}

func ExampleGuard_EraseProfile() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")

	grant := bench.Prove(browser, stepup.ActionErase, nil, stepup.Code6)
	req := browser.Request(stepup.ActionErase, nil)
	fmt.Println(bench.Guard.EraseProfile(context.Background(), grant.Token, req))

	told, _ := bench.Guard.Export(context.Background(), steptest.Alice)
	fmt.Println(len(told.Devices), "devices")
	// Output:
	// <nil>
	// 0 devices
}

func ExampleWithOperator() {
	bench := exampleBench()
	bench.Prove(steptest.NewClient(steptest.Alice, "laptop"), "address.change", nil, stepup.Code6)

	// Alice has called: her laptop is lost. The desk knows her voice.
	ctx := stepup.WithOperator(context.Background(), "desk-7")
	devices, _ := bench.Guard.Devices(ctx, steptest.Alice)
	fmt.Println(bench.Guard.Revoke(ctx, steptest.Alice, devices[0].ID))

	devices, _ = bench.Guard.Devices(ctx, steptest.Alice)
	fmt.Println(len(devices), "devices")
	// Output:
	// <nil>
	// 0 devices
}

func ExampleGuard_RevokeOtherDevices() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	bench.Prove(steptest.NewClient(steptest.Alice, "tablet"), "address.change", nil, stepup.Code6)

	grant := bench.Prove(browser, stepup.ActionRevoke, nil, stepup.Code6)
	req := browser.Request(stepup.ActionRevoke, nil)
	fmt.Println(bench.Guard.RevokeOtherDevices(context.Background(), grant.Token, req))

	devices, _ := bench.Guard.Devices(context.Background(), steptest.Alice)
	fmt.Println(len(devices), "device left")
	// Output:
	// <nil>
	// 1 device left
}

func ExampleGuard_RevokeDevice() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	bench.Prove(steptest.NewClient(steptest.Alice, "tablet"), "address.change", nil, stepup.Code6)
	devices, _ := bench.Guard.Devices(context.Background(), steptest.Alice)

	grant := bench.Prove(browser, stepup.ActionRevoke, nil, stepup.Code6)
	req := browser.Request(stepup.ActionRevoke, nil)
	fmt.Println(bench.Guard.RevokeDevice(context.Background(), grant.Token, req, devices[0].ID))
	// Output:
	// <nil>
}

func ExampleGuard_TrustDevice() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")

	// A code tells that it is Alice, but trusts no device: that takes an
	// authenticator, recovery codes or a passkey.
	d := bench.Decide(browser, stepup.ActionTrust, nil)
	fmt.Println(d.Outcome, d.Enrol)
	secret, _ := otp.GenerateSecret()
	_ = bench.Guard.Seed(context.Background(), steptest.Alice, stepup.Identity{TOTP: secret})
	bench.Clock.Advance(time.Minute)

	begun, _ := bench.Begin(bench.Decide(browser, stepup.ActionTrust, nil), stepup.TOTP)
	code, _ := otp.TOTP{}.Code(secret, bench.Clock.Now())
	grant, _ := bench.Guard.Finish(context.Background(), browser.Binding, begun.ID, code)
	browser.Keep(grant)
	req := browser.Request(stepup.ActionTrust, nil)
	fmt.Println(bench.Guard.TrustDevice(context.Background(), grant.Token, req))
	// Output:
	// deny [totp recovery]
	// <nil>
}

func ExampleGuard_ChangeContact() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	secret, _ := otp.GenerateSecret()
	_ = bench.Guard.Seed(context.Background(), steptest.Alice, stepup.Identity{TOTP: secret})
	bench.Clock.Advance(time.Minute)

	// The policy asks for a strong proof: the code of her authenticator.
	d := bench.Decide(browser, stepup.ActionContact, nil)
	begun, _ := bench.Begin(d, stepup.TOTP)
	code, _ := otp.TOTP{}.Code(secret, bench.Clock.Now())
	grant, _ := bench.Guard.Finish(context.Background(), browser.Binding, begun.ID, code)

	former := stepup.Contact{Kind: policy.SMS, Address: steptest.AlicePhone}
	req := browser.Request(stepup.ActionContact, nil)
	fmt.Println(bench.Guard.ChangeContact(context.Background(), grant.Token, req, former))
	// Now the host writes the new number into its directory.

	// Output:
	// <nil>
}
