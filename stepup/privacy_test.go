// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// everything prints a value in all the ways a log could.
func everything(t *testing.T, v any) string {
	t.Helper()
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+"\n", v)
	}
	if encoded, err := json.Marshal(v); err == nil {
		out.Write(encoded)
	}
	timeless := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	slog.New(slog.NewTextHandler(&out, timeless)).Info("event", "value", v)
	slog.New(slog.NewJSONHandler(&out, timeless)).Info("event", "value", v)
	return out.String()
}

// Every flow is driven with recognisable secrets, and nothing that it returns
// prints one of them, in whatever way (L22).
func TestNothingPrintsSecrets(t *testing.T) {
	b := newBench(t)
	c := steptest.NewClient("subject-secret", "laptop").From("21.33.10.77")
	c.Session, c.Binding = "session-secret", "binding-secret-16"
	b.Contacts["subject-secret"] = []stepup.Contact{{Kind: b.Contacts[steptest.Alice][0].Kind, Address: "+33639980077"}}
	facts := map[string]any{"amount": "250", "payee": "payee-secret", "payee_trusted": false}
	req := c.Request("transfer", facts)

	d := b.Decide(c, "transfer", facts)
	begun, code := b.Begin(d, stepup.Code4)
	_, wrongErr := b.Guard.Finish(t.Context(), c.Binding, begun.ID, wrong(code))
	grant, err := b.Guard.Finish(t.Context(), c.Binding, begun.ID, code)
	if err != nil {
		t.Fatal(err)
	}
	changed := c.Request("transfer", transfer("9"))
	mismatch := b.Guard.Redeem(t.Context(), grant.Token, changed)
	_, malformed := b.Guard.Decide(t.Context(), stepup.Request{Subject: "subject-secret\xff"})

	secrets := []string{
		"subject-secret", "session-secret", "binding-secret", "payee-secret", "33639980077", "21.33.10.77",
		d.Ticket(), grant.Token, grant.Device,
	}
	message, _ := b.Sender.Last("+33639980077")
	for name, v := range map[string]any{
		"request": req, "request pointer": &req, "decision": d, "decision pointer": &d, "begun": begun,
		"grant": grant, "message": message, "contact": b.Contacts["subject-secret"][0],
		"wrong code": wrongErr, "mismatch": mismatch, "malformed": malformed, "guard": b.Guard,
		"nested": struct{ Inner []any }{[]any{req, d, grant, message}},
	} {
		text := everything(t, v)
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s prints %.20q", name, secret)
			}
		}
		if sent := name == "message" || name == "grant" || name == "wrong code"; sent && strings.Contains(text, code) {
			t.Errorf("%s prints the code", name)
		}
	}
}
