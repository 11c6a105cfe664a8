// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// exampleBench returns a guard with fakes around it; in a test, pass its own t.
func exampleBench() *steptest.Bench {
	t := new(testing.T)
	return steptest.New(t, testPolicy(t))
}

func ExampleGuard_Decide() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	for _, action := range []string{"invoice.view", "address.change"} {
		d, err := bench.Guard.Decide(context.Background(), browser.Request(action, nil))
		if err != nil {
			fmt.Println(err)
		}
		switch d.Outcome {
		case stepup.Allow, stepup.Notify:
			fmt.Println(action, "goes ahead")
		case stepup.Challenge:
			fmt.Println(action, "asks:", d.Reasons[0], "Methods:", d.Offers[0].Method, d.Offers[1].Method)
		case stepup.Deny:
			fmt.Println(action, "is refused; quote", d.Reference)
		}
	}
	// Output:
	// invoice.view goes ahead
	// address.change asks: We ask for a confirmation to protect your account. Methods: code4 code6
}

func ExampleGuard_Begin() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	d := bench.Decide(browser, "address.change", nil)
	challenge, err := bench.Guard.Begin(context.Background(), d.Ticket(), stepup.Code6)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println("type", challenge.Digits, "digits within", challenge.Expires.Sub(bench.Clock.Now()))
	// Output: type 6 digits within 5m0s
}

func ExampleGuard_Finish() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	challenge, code := bench.Begin(bench.Decide(browser, "address.change", nil), stepup.Code4)
	for _, typed := range []string{"12a4", wrong(code), code} {
		grant, err := bench.Guard.Finish(context.Background(), browser.Binding, challenge.ID, typed)
		switch {
		case errors.Is(err, stepup.ErrMalformed):
			fmt.Println("type", challenge.Digits, "digits")
		case errors.Is(err, stepup.ErrRefused):
			fmt.Println("that was not right") // and never more than this
		case err != nil:
			fmt.Println("try again later")
		default:
			fmt.Println("proven by", grant.Method)
		}
	}
	// Output:
	// type 4 digits
	// that was not right
	// proven by code4
}

// What was proven is the transfer of 250 EUR, so 900 EUR are refused.
func ExampleGuard_Redeem() {
	bench := exampleBench()
	browser := steptest.NewClient(steptest.Alice, "laptop")
	facts := map[string]any{"amount": "250", "payee": "FR76 3000 4000 0312", "payee_trusted": false}
	grant := bench.Prove(browser, "transfer", facts, stepup.Code4)

	facts["amount"] = "900"
	err := bench.Guard.Redeem(context.Background(), grant.Token, browser.Request("transfer", facts))
	fmt.Println(errors.Is(err, stepup.ErrRefused), err)

	facts["amount"] = "250.00"
	fmt.Println(bench.Guard.Redeem(context.Background(), grant.Token, browser.Request("transfer", facts)))
	// Output:
	// true stepup: refused: Facts.amount is not what was proven
	// <nil>
}

func ExampleGuard_Seed() {
	bench := exampleBench()
	err := bench.Guard.Seed(context.Background(), steptest.Alice, stepup.Identity{
		Home: risk.Home{Countries: []string{"FR"}, Timezone: "Europe/Paris"},
	})
	fmt.Println(err)
	// Output: <nil>
}

func ExampleContact_Masked() {
	for _, c := range []stepup.Contact{
		{Kind: policy.SMS, Address: "+33 6 39 98 00 42"},
		{Kind: policy.Email, Address: "alice@example.com"},
		{Kind: policy.App, Address: "device-17"},
	} {
		fmt.Println(c.Masked())
	}
	// Output:
	// +33 6 •• •• •• 42
	// a•••@example.com
	// •••
}

func ExampleWait() {
	for _, failures := range []int{2, 3, 4, 10} {
		fmt.Println(failures, stepup.Wait(failures).Round(time.Second))
	}
	// Output:
	// 2 0s
	// 3 30s
	// 4 1m0s
	// 10 1h0m0s
}
