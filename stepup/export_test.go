// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// A person can read all that is remembered, and no secret of it (L23).
func TestExport(t *testing.T) {
	b, c, secret := trusted(t)
	begun, code := b.Begin(b.Decide(alice("stranger"), "address.change", nil), stepup.Code4)
	_, err := b.Guard.Finish(t.Context(), alice("stranger").Binding, begun.ID, wrong(code))
	refused(t, err)
	e, err := b.Guard.Export(t.Context(), c.Subject)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"methods":[{"method":"totp","last_code":"2026-03-02T09:01:00Z"}]`, `"kind":"Firefox on Linux"`,
		`"trusted":true`, `"stranger":100`, `"FR"`, `"purpose"`,
		`"failures":[{"lane":"stranger","method":"code6","count":1`, `"wrong_24h":1`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("got %s, want it to hold %s", text, want)
		}
	}
	for _, not := range []string{secret.Base32(), c.Session, c.Device, "192.0.2.1\""} {
		if strings.Contains(string(text), not) {
			t.Errorf("the export holds %q", not)
		}
	}
	if e, err := b.Guard.Export(t.Context(), "fake-nobody"); err != nil || len(e.Devices) > 0 || len(e.Methods) > 0 {
		t.Errorf("unknown subject: got %+v, error %v", e, err)
	}
	if err := b.Guard.Erase(t.Context(), steptest.Alice); err != nil {
		t.Fatal(err)
	}
	e, err = b.Guard.Export(t.Context(), steptest.Alice)
	if err != nil || len(e.Methods) > 0 || len(e.Devices) > 0 || e.WrongAnswers["stranger"] != 100 {
		t.Errorf("after erasing: got %+v, error %v, want the wrong answers alone", e, err)
	}
	down := newBench(t, func(c *stepup.Config) { c.Store = faulty("Subject") })
	if _, err := down.Guard.Export(t.Context(), steptest.Alice); !errors.Is(err, stepup.ErrUnavailable) {
		t.Errorf("without a store: got error %v, want %v", err, stepup.ErrUnavailable)
	}
}

// remembersAll returns a bench that remembers of Alice all that can be.
func remembersAll(t *testing.T) (*steptest.Bench, *steptest.Client) {
	t.Helper()
	b := builtInPolicy(t, byEmail)
	c, phone := alice("laptop").From(risktest.ParisAddr), alice("phone").From(risktest.ParisAddr)
	seedTOTP(t, b, c)
	if err := choose(t, b, c, stepup.Given); err != nil {
		t.Fatal(err)
	}
	email := b.Contacts[steptest.Alice][1]
	b.Clock.Advance(time.Second)
	changePhone(t, b, c)
	b.Contacts[steptest.Alice] = append(b.Contacts[steptest.Alice], email)
	b.Prove(phone, "address.change", nil, stepup.Code6)
	b.Prove(c, "transfer", transfer("250"), stepup.Code6)
	b.Decide(phone, "transfer", map[string]any{"amount": "20", "payee": "FR76", "payee_trusted": true})
	r := stepup.Report{Event: eventOf(b, alice("mallory")), Claim: stepup.NotMine}
	if err := b.Guard.Report(t.Context(), phone.Request("", nil), r); err != nil {
		t.Fatal(err)
	}
	b.Begin(b.Decide(c, "transfer", transfer("99")), stepup.Code6)
	misguess(t, b, phone)
	return b, c
}

func eventOf(b *steptest.Bench, c *steptest.Client) string {
	d := b.Decide(c, "invoice.view", nil)
	return d.Event()
}

// An export tells whatever can be remembered, and an erasure leaves nothing of
// it but spent guesses (L23).
func TestWhatExportToldIsGoneAfterErase(t *testing.T) {
	b, c := remembersAll(t)
	e, err := b.Guard.Export(t.Context(), c.Subject)
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.ValueOf(e)
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() || (f.Kind() == reflect.Map || f.Kind() == reflect.Slice) && f.Len() == 0 {
			t.Errorf("%s: nothing is told", v.Type().Field(i).Name)
		}
	}
	sessions := map[string]bool{}
	for _, p := range e.Proofs {
		sessions[p.Session] = true
	}
	if len(sessions) != 2 || len(e.Proofs) != 2 || e.Proofs[0].Method != "code6" ||
		e.Proofs[0].Device == "" {
		t.Errorf("got proofs %+v, want those of two sessions", e.Proofs)
	}
	first := e.Challenges[len(e.Challenges)-1]
	if len(e.Challenges) != 2 || first.Facts["amount"] != "99" || first.Via != "email" ||
		len(first.Teaches.Proofs) != 1 {
		t.Errorf("got challenges %+v, want the two under way", e.Challenges)
	}
	if err := b.Guard.Erase(t.Context(), c.Subject); err != nil {
		t.Fatal(err)
	}
	left, err := b.Guard.Export(t.Context(), c.Subject)
	if err != nil {
		t.Fatal(err)
	}
	var nobody stepup.Export
	if nobody, err = b.Guard.Export(t.Context(), "fake-nobody"); err != nil {
		t.Fatal(err)
	}
	if left.WrongAnswers["stranger"] != 1 || len(left.Failures) != 1 {
		t.Errorf("got guesses %v, failures %v, want them kept", left.WrongAnswers, left.Failures)
	}
	left.WrongAnswers, left.Failures = nobody.WrongAnswers, nobody.Failures
	if !reflect.DeepEqual(left, nobody) {
		t.Errorf("got %+v, want %+v as of nobody", left, nobody)
	}
}

// What is empty is told as an empty list, to whoever reads the JSON: of a
// customer, of one who was erased, and of nobody.
func TestExportHasNoNull(t *testing.T) {
	b, c := newBench(t), alice("laptop")
	unchecked := stepup.Identity{Home: risk.Home{Timezone: "Europe/Paris"}}
	if err := b.Guard.Seed(t.Context(), c.Subject, unchecked); err != nil {
		t.Fatal(err)
	}
	b.Begin(b.Decide(c, "transfer", transfer("99")), stepup.Code6)
	noNull := func(who, subject string) {
		e, err := b.Guard.Export(t.Context(), subject)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(e)
		if err != nil || strings.Contains(string(text), "null") ||
			!strings.Contains(string(text), `"methods":[],"devices":[],"proofs":[]`) {
			t.Errorf("%s: got %s, error %v, want [] for what is empty", who, text, err)
		}
	}
	noNull("a customer", c.Subject)
	noNull("nobody", "fake-nobody")
	if err := b.Guard.Erase(t.Context(), c.Subject); err != nil {
		t.Fatal(err)
	}
	noNull("one who was erased", c.Subject)
}
