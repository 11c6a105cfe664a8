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
facts: { street: string }
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
  address.change: { sensitivity: sensitive, bind: [street] }
`

func Example() {
	ctx, sms := context.Background(), new(steptest.Sender) // yours: an SMS gateway
	guard := must(stepup.New(
		must(policy.Parse(policy.Source{Name: "policy.yaml", Data: []byte(rules)})),
		stepup.Config{
			Keys: must(otp.NewRing(must(otp.GenerateKey("2026-11")))), Namespace: "shop",
			Contacts: steptest.Contacts{"alice": {{Kind: policy.SMS, Address: "+33 6 39 98 00 42"}}},
			Senders:  map[policy.ContactKind]stepup.Sender{policy.SMS: sms},
		}))
	req := stepup.Request{
		Subject: "alice", Session: "s1", Binding: "value-of-a-__Host-cookie", Channel: stepup.Web,
		Action: "address.change", Facts: map[string]any{"street": "1 rue de la Paix"},
	}
	dec := must(guard.Decide(ctx, req))
	fmt.Println(dec.Outcome, dec.Reasons)
	challenge := must(guard.Begin(ctx, dec.Ticket(), stepup.Code4))
	message, _ := sms.Last("+33 6 39 98 00 42") // what the customer reads, and types:
	grant := must(guard.Finish(ctx, req.Binding, challenge.ID, message.Code))
	fmt.Println("redeemed:", guard.Redeem(ctx, grant.Token, req) == nil)
	// Output:
	// challenge [We ask for a confirmation to protect your account.]
	// redeemed: true
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}
