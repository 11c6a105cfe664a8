// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Whatever a guard returns, hands over, writes to the journal and logs, in every
// flow and in every way of printing, no secret, code, full address or raw
// identifier is in it (L22).
func TestScanOfEveryFlow(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })

	j, notices := new(book), []any{}
	f := everyFlow(t, func(c *stepup.Config) {
		c.Journal = j
		c.Notify = func(_ context.Context, n stepup.Notice) { notices = append(notices, n, &n) }
	})
	printed := map[string]string{"the log": log.String(), "the journal": j.lines(t)}
	for i, v := range append(f.saw, notices...) {
		printed[fmt.Sprintf("%d: %T", i, v)] += everything(t, v)
	}
	for i, e := range j.events {
		printed[fmt.Sprintf("event %d", i)] = everything(t, e) + everything(t, *e)
	}
	for i, m := range f.Sender.Sent() {
		printed[fmt.Sprintf("message %d", i)] = everything(t, m)
	}
	printed["the guard"] = everything(t, f.Guard) + everything(t, f.Store)
	if len(printed) < 200 || len(notices) == 0 {
		t.Fatalf("got %d texts and %d notices to scan, want the whole story", len(printed), len(notices))
	}
	secrets, codes := f.secrets()
	for where, text := range printed {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
		for _, number := range sixDigits.FindAllString(text, -1) {
			if codes[number] {
				t.Errorf("%s holds the code %s", where, number)
			}
		}
	}
}

// Four digits stand in many a number; six that stand alone are a code.
var sixDigits = regexp.MustCompile(`\b[0-9]{6}\b`)

// secrets returns all that must not be printed, and the codes.
func (f *flows) secrets() (texts []string, codes map[string]bool) {
	codes = map[string]bool{}
	texts = []string{
		steptest.Alice, steptest.AlicePhone, strings.ReplaceAll(steptest.AlicePhone, " ", ""), steptest.AliceEmail,
		f.laptop.Session, f.laptop.Binding, f.stranger.Session, f.stranger.Binding, f.phone.Session,
		risktest.ParisAddr, risktest.LondonAddr, f.totp.Base32(), hex.EncodeToString(f.totp.Bytes()),
		"FR76 3000", "fake-payee", "fake-app",
	}
	for _, code := range f.codes {
		texts = append(texts, code.Reveal(), strings.ReplaceAll(code.Reveal(), "-", ""))
	}
	for _, v := range f.saw {
		texts = append(texts, tokens(v)...)
	}
	for _, m := range f.Sender.Sent() {
		codes[m.Code] = true
	}
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" }), codes
}

// tokens are what a value holds that opens something.
func tokens(v any) []string {
	switch v := v.(type) {
	case stepup.Grant:
		return []string{v.Token, v.Device}
	case stepup.Enrolment:
		return []string{v.Pending, v.Secret.Base32()}
	case stepup.Report:
		return []string{v.Event}
	case stepup.Begun:
		return []string{"Show:" + v.Show + " ", `"Show":"` + v.Show + `"`, `Show:"` + v.Show + `"`}
	}
	return nil
}
