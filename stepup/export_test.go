// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

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
		`"methods":[{"method":"totp","last_code":"2026-03-02T09:01:00Z"}]`, `"kind":"Firefox on Linux"`, `"trusted":true`, `"stranger":100`, `"FR"`, `"purpose"`,
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
