// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/proportion-go/proportion/otp"
)

// hidden keeps a value where fmt does not call its methods.
type hidden struct{ value any }

// nested keeps one where it neither calls them nor sees an interface.
type nested struct {
	secret    otp.Secret
	enrolment otp.Enrolment
	code      otp.RecoveryCode
	set       otp.RecoverySet
	key       otp.Key
	ring      otp.Ring
	sealer    otp.Sealer
	mac       otp.MAC
}

// traces are the ways in which material could be seen in a text.
func traces(material []byte) []string {
	var values []string
	for _, b := range material[:4] {
		values = append(values, fmt.Sprint(b))
	}
	return []string{
		string(material[:6]),
		hex.EncodeToString(material[:4]),
		strings.ToUpper(hex.EncodeToString(material[:4])),
		base64.StdEncoding.EncodeToString(material[:6]),
		strings.Join(values, " "),                     // %v of bytes
		strings.Join(values, ","),                     // JSON of an array
		fmt.Sprintf("%#v", material[:4])[7 : 7+4*4+2], // 0x31, 0x32, …
	}
}

// TestNothingSecretIsPrinted: L22.
func TestNothingSecretIsPrinted(t *testing.T) {
	material := []byte("12345678901234567890123456789012")
	secret := secretOf(t, material)
	key, err := otp.NewKey("k1", material)
	if err != nil {
		t.Fatal(err)
	}
	ring, r := ringOf(t, key), recoveryOf(t)
	digests, err := r.set.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	enrolment := otp.Enrolment{Issuer: "Example", Account: "alice@example.com", Secret: secret}
	sealer, mac := ring.Sealer("shop", "seal"), ring.MAC("shop", "code")

	forbidden := append(traces(material), traces(digests[3:])...)
	forbidden = append(forbidden, secret.Base32()[:8], r.codes[0].Reveal()[:5])
	values := map[string]any{
		"secret": secret, "enrolment": enrolment, "recovery code": r.codes[0],
		"recovery set": r.set, "key": key, "ring": ring, "sealer": sealer, "mac": mac,
		"secret behind a pointer": &secret, "key behind a pointer": &key, "ring by value": *ring,
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			for _, v := range []any{value, []any{value}, map[string]any{"k": value}} {
				for how, text := range printed(t, v) {
					wantAbsent(t, how, text, append(forbidden, "alice"))
					if !strings.Contains(text, "[redacted]") {
						t.Errorf("%s: %q does not say that it is redacted", how, text)
					}
				}
			}
			for how, text := range printed(t, hidden{value}) {
				wantAbsent(t, how, text, forbidden)
			}
			for how, text := range odd(value) {
				wantAbsent(t, how, text, forbidden)
			}
		})
	}
	all := nested{secret, enrolment, r.codes[0], r.set, key, *ring, *sealer, *mac}
	for how, text := range printed(t, all) {
		wantAbsent(t, how, text, forbidden)
	}
}

// printed returns v through every verb and encoder that calls methods.
func printed(t *testing.T, v any) map[string]string {
	t.Helper()
	out := map[string]string{"print": fmt.Sprint(v)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%40v"} {
		out[verb] = fmt.Sprintf(verb, v)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out["json"] = string(b)
	var text, object bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("m", "v", v)
	slog.New(slog.NewJSONHandler(&object, nil)).Info("m", "v", v)
	out["slog text"], out["slog json"] = text.String(), object.String()
	out["error"] = fmt.Errorf("failed: %v", v).Error()
	return out
}

// odd returns v through ways that go around the methods.
func odd(v any) map[string]string {
	x, _ := xml.Marshal(v)
	return map[string]string{
		"%p": fmt.Sprintf("%p", v), "%T": fmt.Sprintf("%T", v), "%!": fmt.Sprintf("%z", v), "xml": string(x),
	}
}

func wantAbsent(t *testing.T, how, text string, forbidden []string) {
	t.Helper()
	for _, secret := range forbidden {
		if strings.Contains(text, secret) {
			t.Errorf("%s shows %q: %s", how, secret, text)
		}
	}
}

// TestRedactedIsNotRead: a secret that was lost to JSON is missed on reading,
// and not taken for an empty one.
func TestRedactedIsNotRead(t *testing.T) {
	b, err := json.Marshal(seed(t, otp.SHA1))
	if err != nil {
		t.Fatal(err)
	}
	var back otp.Secret
	//lint:ignore SA9005 that it cannot be read is what is tested
	if err := json.Unmarshal(b, &back); err == nil {
		t.Errorf("%s was read as a secret", b)
	}
}
