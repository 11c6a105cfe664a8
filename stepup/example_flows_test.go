// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// An authenticator app is enrolled in this order: a proof of method.enrol, the
// secret, and the app's first code, which is used up by it.
func ExampleGuard_EnrolTOTP() {
	bench := exampleBench()
	ctx, guard := context.Background(), bench.Guard
	browser := steptest.NewClient(steptest.Alice, "laptop")
	known, _ := otp.GenerateSecret() // of an app that she uses with the host already
	_ = guard.Seed(ctx, steptest.Alice, stepup.Identity{TOTP: known})
	bench.Clock.Advance(time.Minute)

	d := bench.Decide(browser, stepup.ActionEnrol, nil)
	challenge, _ := bench.Begin(d, stepup.TOTP)
	code, _ := otp.TOTP{}.Code(known, bench.Clock.Now())
	grant, err := guard.Finish(ctx, browser.Binding, challenge.ID, code)
	fmt.Println("proven:", err)

	enrolment, err := guard.EnrolTOTP(ctx, grant.Token, browser.Request(stepup.ActionEnrol, nil))
	fmt.Println("begun:", err)
	uri, err := otp.Enrolment{Issuer: "Example", Account: "alice", Secret: enrolment.Secret}.RevealURI()
	fmt.Println("as a QR code:", uri[:36], err)

	first, _ := otp.TOTP{}.Code(enrolment.Secret, bench.Clock.Now()) // typed by the customer
	fmt.Println("confirmed:", guard.ConfirmTOTP(ctx, browser.Binding, enrolment.Pending, first))
	fmt.Println("again:", guard.ConfirmTOTP(ctx, browser.Binding, enrolment.Pending, first) != nil)
	// Output:
	// proven: <nil>
	// begun: <nil>
	// as a QR code: otpauth://totp/Example:alice?secret= <nil>
	// confirmed: <nil>
	// again: true
}

// With the site's name, an SMS ends in the line by which browsers fill the code
// in on that site and no other.
func ExampleConfig_domain() {
	t := new(testing.T)
	bench := steptest.New(t, testPolicy(t), func(c *stepup.Config) {
		c.Domain = "shop.example"
		c.Labels = map[string]map[string]string{"address.change": {"en": "a new address"}}
	})
	_, code := bench.Begin(bench.Decide(steptest.NewClient(steptest.Alice, "laptop"), "address.change", nil), stepup.Code6)
	sms, _ := bench.Sender.Last(steptest.AlicePhone)
	text := []rune(sms.Text)
	fmt.Printf("%s…\n", string(text[len(code):len(code)+31]))
	fmt.Println(string(text[len(text)-15-len(code):len(text)-len(code)]) + "(the code)")
	// Output:
	//  is your code for a new address…
	// @shop.example #(the code)
}

// The values that a decision saw are for operators; a question mark is unknown.
func ExampleDecision_signals() {
	bench := exampleBench()
	d := bench.Decide(steptest.NewClient(steptest.Alice, "laptop"), "invoice.view", nil)
	fmt.Println(d.Signals.Bool(risk.DeviceKnown), d.Signals.Known(risk.GeoCountry))
	fmt.Println(d.Signals.String()[:75])
	// Output:
	// false false
	// action.name="invoice.view" action.sensitivity="trivial" client.channel="web
}

// Where the journal is sealed, erasing a subject destroys the key of his events
// too.
func ExampleGuard_Erase() {
	dir, _ := os.MkdirTemp("", "journal")
	defer os.RemoveAll(dir)
	path, keys := filepath.Join(dir, "journal.jsonl"), new(journal.MemoryKeys)
	file, _ := journal.OpenFile(journal.FileConfig{Path: path, Keys: keys})
	t := new(testing.T)
	bench := steptest.New(t, testPolicy(t), func(c *stepup.Config) { c.Journal, c.JournalKeys = file, keys })
	bench.Decide(steptest.NewClient(steptest.Alice, "laptop"), "address.change", nil)

	readable := func() int64 {
		reader := journal.NewReader(journal.ReaderConfig{Files: []string{path}, Keys: keys})
		for _, err := range reader.Events(context.Background()) {
			if err != nil {
				fmt.Println(err)
			}
		}
		return reader.Counts().Sealed - reader.Counts().Unopened
	}
	fmt.Println("details that can be read:", readable())
	fmt.Println("erased:", bench.Guard.Erase(context.Background(), steptest.Alice))
	fmt.Println("details that can be read:", readable())
	fmt.Println("closed:", file.Close())
	// Output:
	// details that can be read: 1
	// erased: <nil>
	// details that can be read: 0
	// closed: <nil>
}
