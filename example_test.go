// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package proportion_test

import (
	"context"
	"fmt"
	"log"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

const rules = `
version: 1
facts: { new_email: string }
ladder:
  - { step: none, do: allow }
  - { step: confirm, do: challenge, methods: [code4, code6], fresh: 15m }
  - { step: refuse, do: deny }
bands: { medium: 30, high: 60, extreme: 85 }
matrix:
  trivial:   [none, none, none, confirm]
  normal:    [none, none, confirm, confirm]
  sensitive: [confirm, confirm, confirm, refuse]
  critical:  [confirm, confirm, refuse, refuse]
on_failure: { trivial: allow, normal: challenge, sensitive: challenge, critical: deny }
actions:
  invoice.view: { sensitivity: trivial }
  email.change: { sensitivity: sensitive, bind: [new_email], touches: [email] }
`

// The whole flow: decide, begin, finish, redeem. The sender and the contacts
// are fakes; a service has its SMS gateway and its customer directory there.
func Example() {
	ctx := context.Background()
	pol, err := policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(rules)})
	check(err)
	key, err := otp.GenerateKey("2026-11") // keep it with your other secrets
	check(err)
	ring, err := otp.NewRing(key)
	check(err)
	sms := new(steptest.Sender)
	guard, err := stepup.New(pol, stepup.Config{
		Keys: ring, Namespace: "shop",
		Contacts: steptest.Contacts{"alice": {{Kind: policy.SMS, Address: "+33 6 39 98 00 42"}}},
		Senders:  map[policy.ContactKind]stepup.Sender{policy.SMS: sms},
	})
	check(err)
	req := stepup.Request{
		Subject: "alice", Session: "s1", Binding: "value-of-a-__Host-cookie", Channel: stepup.Web,
		Action: "email.change", Facts: map[string]any{"new_email": "alice@example.com"},
	}
	dec, err := guard.Decide(ctx, req)
	check(err)
	fmt.Println(dec.Outcome, dec.Reasons)
	challenge, err := guard.Begin(ctx, dec.Ticket(), stepup.Code4)
	check(err)
	typed, _ := sms.Last("+33 6 39 98 00 42") // what the customer reads on the phone
	grant, err := guard.Finish(ctx, req.Binding, challenge.ID, typed.Code)
	check(err)
	fmt.Println("redeemed:", guard.Redeem(ctx, grant.Token, req) == nil)
	fmt.Println("again:", guard.Redeem(ctx, grant.Token, req))
	// Output:
	// challenge [We ask for a confirmation to protect your account.]
	// redeemed: true
	// again: stepup: refused: grant already redeemed
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
