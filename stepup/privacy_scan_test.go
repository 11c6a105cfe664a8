// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/risk/risktest"
	"github.com/proportion-go/proportion/stepup"
	"github.com/proportion-go/proportion/stepup/journal"
	"github.com/proportion-go/proportion/stepup/steptest"
)

// Whatever a guard returns, hands over, asks of its store, writes to the journal
// and logs, in every flow and in every way of printing, no secret, code, full
// address or raw identifier is in it (L22).
func TestScanOfEveryFlow(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })

	path, keys := filepath.Join(t.TempDir(), "journal.jsonl"), new(journal.MemoryKeys)
	file, err := journal.OpenFile(journal.FileConfig{Path: path, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	j, handed := new(book), []any{}
	var stores []*spy
	watched := func(c *stepup.Config) {
		store := spying(c.Store)
		stores = append(stores, store)
		c.Store, c.Journal, c.JournalKeys = store, both{j, file}, keys
		c.Notify = func(_ context.Context, n stepup.Notice) { handed = append(handed, n, &n) }
		handed = append(handed, c.Sends, stepup.MemoryConfig{}, stepup.Likeness{},
			stepup.Identity{TOTP: otpSecret(t)})
	}
	f := everyFlow(t, watched)
	f.byPasskey(watched)
	f.beforeAFirstFactor(watched)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	sealed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{"the log": log.String(), "the journal": j.lines(t), "the sealed journal": string(sealed)}
	saw := slices.Concat(f.saw, handed)
	for _, v := range stores[0].kept {
		if v != nil {
			saw = append(saw, v)
		}
	}
	for i, v := range saw {
		printed[fmt.Sprintf("%d: %T", i, v)] += everything(t, v)
	}
	for i, e := range j.events {
		printed[fmt.Sprintf("event %d", i)] = everything(t, e) + everything(t, *e)
	}
	for i, m := range f.Sender.Sent() {
		printed[fmt.Sprintf("message %d", i)] = everything(t, m) + everything(t, m.To)
	}
	printed["the guard"] = everything(t, f.Guard) + everything(t, f.Store)
	if len(printed) < 300 || len(handed) < 20 || len(sealed) < 10_000 {
		t.Fatalf("got %d texts, %d values handed over and %d bytes sealed to scan, want the whole story",
			len(printed), len(handed), len(sealed))
	}
	f.scan(printed)
	everyTypeIsScanned(t, append(saw, stepup.Message{}, stepup.Contact{}))
}

// scan fails the test for each text with a secret.
func (f *flows) scan(printed map[string]string) {
	f.Helper()
	secrets, codes := f.secrets()
	for where, text := range printed {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				f.Errorf("%s holds %q", where, secret)
			}
		}
		for _, number := range sixDigits.FindAllString(text, -1) {
			if codes[number] {
				f.Errorf("%s holds the code %s", where, number)
			}
		}
	}
}

// both writes to two journals.
type both struct{ first, second journal.Sink }

func (b both) Append(ctx context.Context, events ...*journal.Event) error {
	return errors.Join(b.first.Append(ctx, events...), b.second.Append(ctx, events...))
}

// byPasskey proves by a passkey, with a guard of its own.
func (f *flows) byPasskey(changes ...func(*stepup.Config)) {
	f.Helper()
	b, c, _, a, _ := withPasskeys(f.T, changes...)
	begun, _ := b.Begin(b.Decide(c, "account.close", nil), stepup.Passkey)
	response := a.sign(f.T, c.Subject, begun.Options)
	_, err := b.Guard.Finish(f.Context(), c.Binding, begun.ID, "nonsense")
	f.not(err, stepup.ErrRefused)
	grant, err := b.Guard.Finish(f.Context(), c.Binding, begun.ID, response)
	f.ok(err, begun, grant)
	f.not(b.Guard.Redeem(f.Context(), grant.Token, c.Request("transfer", transfer("1"))), stepup.ErrRefused)
}

// beforeAFirstFactor asks in the names of a customer and of nobody.
func (f *flows) beforeAFirstFactor(changes ...func(*stepup.Config)) {
	f.Helper()
	b := steptest.New(f.T, attackPolicy(f.T), changes...)
	for _, subject := range []string{steptest.Alice, nobody} {
		c := steptest.NewClient(subject, "laptop").From(risktest.ParisAddr)
		d := b.Decide(c, "login", nil)
		ticket := d.Ticket()
		begun, err := b.Guard.Begin(f.Context(), ticket, stepup.Code6)
		f.ok(err, d, begun)
		for err == nil {
			err = b.Guard.Resend(f.Context(), c.Binding, begun.ID, ticket)
		}
		f.not(err, stepup.ErrBusy)
		_, err = b.Guard.Finish(f.Context(), c.Binding, begun.ID, "271828")
		f.not(err, stepup.ErrRefused)
		f.ok(b.Guard.Cancel(f.Context(), c.Binding, begun.ID))
		f.saw = append(f.saw, c.Request("login", nil))
	}
}

// nobody is a name that nobody has.
const nobody = "fake-nobody-at-all"

// everyTypeIsScanned fails the test for an exported struct of the package of
// which no value was scanned: neither itself, nor within one that prints what it
// holds.
func everyTypeIsScanned(t *testing.T, values []any) {
	t.Helper()
	scanned := map[string]bool{"Guard": true, "Memory": true} // printed by themselves
	for _, v := range values {
		if v != nil {
			note(reflect.TypeOf(v), scanned)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range exportedStruct.FindAllStringSubmatch(string(source), -1) {
			if found++; !scanned[m[1]] && m[1] != "Config" { // which is full of the host's own
				t.Errorf("no %s was scanned", m[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("got %d exported structs, want all of them", found)
	}
}

var exportedStruct = regexp.MustCompile(`(?m)^type ([A-Z]\w*) struct`)

// note marks a type as scanned, and those within it unless it is redacted.
func note(typ reflect.Type, scanned map[string]bool) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		note(typ.Elem(), scanned)
	case reflect.Struct:
		name := strings.TrimPrefix(typ.String(), "stepup.")
		if scanned[name] {
			return
		}
		if scanned[name] = true; typ.Implements(reflect.TypeFor[fmt.Formatter]()) {
			return
		}
		for i := range typ.NumField() {
			note(typ.Field(i).Type, scanned)
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
		"FR76 3000", "fake-payee", "fake-app", nobody,
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
	case stepup.Answer:
		return []string{"Code:" + v.Code, `"Code":"` + v.Code + `"`, `Code:"` + v.Code + `"`}
	case stepup.Begun:
		return []string{"Show:" + v.Show + " ", `"Show":"` + v.Show + `"`, `Show:"` + v.Show + `"`}
	}
	return nil
}
