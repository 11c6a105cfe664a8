// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/proportion-go/proportion/otp"
	"pgregory.net/rapid"
)

const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

// plain is an Enrolment that can be compared and printed.
func plain(e otp.Enrolment) string {
	return fmt.Sprintf("%v %q %q %s %v %d %v %d",
		e.Kind, e.Issuer, e.Account, e.Secret.Base32(), e.Algorithm, e.Digits, e.Period, e.Counter)
}

func TestRevealURI(t *testing.T) {
	secret := seed(t, otp.SHA1)
	for name, tt := range map[string]struct {
		enrolment otp.Enrolment
		want      string
	}{
		"defaults are left out": {
			otp.Enrolment{Issuer: "Example", Account: "alice@example.com", Secret: secret,
				Digits: 6, Period: 30 * time.Second},
			"otpauth://totp/Example:alice%40example.com?secret=" + rfcSecret + "&issuer=Example",
		},
		"spaces are %20": {
			otp.Enrolment{Issuer: "Big & Co+", Account: "Alice B", Secret: secret},
			"otpauth://totp/Big%20%26%20Co%2B:Alice%20B?secret=" + rfcSecret + "&issuer=Big%20%26%20Co%2B",
		},
		"everything": {
			otp.Enrolment{Issuer: "É", Account: "a/b?c#d", Secret: secret,
				Algorithm: otp.SHA256, Digits: 8, Period: time.Minute},
			"otpauth://totp/%C3%89:a%2Fb%3Fc%23d?secret=" + rfcSecret +
				"&issuer=%C3%89&algorithm=SHA256&digits=8&period=60",
		},
		"hotp always has a counter": {
			otp.Enrolment{Kind: otp.KindHOTP, Issuer: "Example", Account: "alice", Secret: secret},
			"otpauth://hotp/Example:alice?secret=" + rfcSecret + "&issuer=Example&counter=0",
		},
		"no issuer": {
			otp.Enrolment{Account: "alice", Secret: secret},
			"otpauth://totp/alice?secret=" + rfcSecret,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := tt.enrolment.RevealURI(); err != nil || got != tt.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestRevealURIRefuses(t *testing.T) {
	good := otp.Enrolment{Issuer: "Example", Account: "alice", Secret: seed(t, otp.SHA1)}
	for name, tt := range map[string]struct {
		change    func(e *otp.Enrolment)
		parameter string
	}{
		"unknown kind":      {func(e *otp.Enrolment) { e.Kind = 2 }, "type"},
		"no account":        {func(e *otp.Enrolment) { e.Account = "" }, "account"},
		"colon in account":  {func(e *otp.Enrolment) { e.Account = "a:b" }, "account"},
		"long account":      {func(e *otp.Enrolment) { e.Account = strings.Repeat("a", 129) }, "account"},
		"colon in issuer":   {func(e *otp.Enrolment) { e.Issuer = "a:b" }, "issuer"},
		"control in issuer": {func(e *otp.Enrolment) { e.Issuer = "a\nb" }, "issuer"},
		"not UTF-8":         {func(e *otp.Enrolment) { e.Issuer = "\xff" }, "issuer"},
		"space at the end":  {func(e *otp.Enrolment) { e.Issuer = "Example " }, "issuer"},
		"no secret":         {func(e *otp.Enrolment) { e.Secret = otp.Secret{} }, "secret"},
		"unknown algorithm": {func(e *otp.Enrolment) { e.Algorithm = 3 }, "algorithm"},
		"5 digits":          {func(e *otp.Enrolment) { e.Digits = 5 }, "digits"},
		"broken period":     {func(e *otp.Enrolment) { e.Period = time.Millisecond }, "period"},
		"counter of totp":   {func(e *otp.Enrolment) { e.Counter = 1 }, "counter"},
		"period of hotp":    {func(e *otp.Enrolment) { e.Kind = otp.KindHOTP; e.Period = time.Minute }, "period"},
	} {
		t.Run(name, func(t *testing.T) {
			e := good
			tt.change(&e)
			uri, err := e.RevealURI()
			wantURIError(t, err, tt.parameter)
			if uri != "" {
				t.Errorf("got %q with an error", uri)
			}
		})
	}
}

func wantURIError(t *testing.T, err error, parameter string) {
	t.Helper()
	var uriErr *otp.URIError
	if !errors.As(err, &uriErr) || uriErr.Parameter != parameter {
		t.Errorf("got %v, want a URIError about %s", err, parameter)
	} else if !strings.HasPrefix(err.Error(), "otp: otpauth "+parameter+": ") {
		t.Errorf("the text does not name the parameter: %v", err)
	}
}

// TestParseURI reads what services in use write.
func TestParseURI(t *testing.T) {
	const defaults = " " + rfcSecret + " SHA1 6 30s 0"
	for name, tt := range map[string]struct{ uri, want string }{
		"label and parameter": {
			"otpauth://totp/Example:alice@google.com?secret=" + rfcSecret + "&issuer=Example",
			`totp "Example" "alice@google.com"` + defaults},
		"encoded colon and space": {
			"otpauth://totp/Big%20Corp%3A%20alice?secret=" + rfcSecret + "&issuer=Big+Corp",
			`totp "Big Corp" "alice"` + defaults},
		"issuer in the label only": {
			"otpauth://totp/Example:alice?secret=" + rfcSecret,
			`totp "Example" "alice"` + defaults},
		"issuer in the parameter only": {
			"otpauth://totp/alice?issuer=Example&secret=" + rfcSecret,
			`totp "Example" "alice"` + defaults},
		"empty issuer parameter": {
			"otpauth://totp/Example:alice?issuer=&secret=" + rfcSecret,
			`totp "Example" "alice"` + defaults},
		"no issuer": {
			"otpauth://totp/alice?secret=" + rfcSecret,
			`totp "" "alice"` + defaults},
		"lower case, image of FreeOTP": {
			"otpauth://TOTP/alice?secret=" + strings.ToLower(rfcSecret) + "&algorithm=sha1&image=https%3A%2F%2Fx%2Fy.png",
			`totp "" "alice"` + defaults},
		"everything": {
			"otpauth://totp/alice?secret=" + rfcSecret + "&algorithm=SHA512&digits=7&period=60&counter=3",
			`totp "" "alice" ` + rfcSecret + " SHA512 7 1m0s 0"},
		"hotp": {
			"otpauth://hotp/alice?secret=" + rfcSecret + "&digits=8&counter=18446744073709551615&period=30",
			`hotp "" "alice" ` + rfcSecret + " SHA1 8 0s 18446744073709551615"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := otp.ParseURI(tt.uri)
			if err != nil || plain(e) != tt.want {
				t.Errorf("got  %s, %v\nwant %s", plain(e), err, tt.want)
			}
		})
	}
}

func TestParseURIRefuses(t *testing.T) {
	const good = "otpauth://totp/Example:alice?secret=" + rfcSecret
	for name, tt := range map[string]struct{ uri, parameter string }{
		"empty":                {"", "uri"},
		"another scheme":       {"https://totp/alice?secret=" + rfcSecret, "uri"},
		"user":                 {"otpauth://me@totp/alice?secret=" + rfcSecret, "uri"},
		"fragment":             {good + "#x", "uri"},
		"broken label":         {"otpauth://totp/al%zzice?secret=" + rfcSecret, "uri"},
		"broken parameter":     {good + "&issuer=%zz", "uri"},
		"too long":             {good + "&x=" + strings.Repeat("x", 2048), "uri"},
		"no type":              {"otpauth:///alice?secret=" + rfcSecret, "type"},
		"yaotp":                {"otpauth://yaotp/alice?secret=" + rfcSecret, "type"},
		"no account":           {"otpauth://totp/?secret=" + rfcSecret, "account"},
		"issuer alone":         {"otpauth://totp/Example:?secret=" + rfcSecret, "account"},
		"two colons":           {"otpauth://totp/a:b:c?secret=" + rfcSecret, "account"},
		"two issuers":          {good + "&issuer=Other", "issuer"},
		"issuer twice":         {good + "&issuer=Example&issuer=Example", "issuer"},
		"no secret":            {"otpauth://totp/alice", "secret"},
		"secret twice":         {good + "&secret=" + rfcSecret, "secret"},
		"short secret":         {"otpauth://totp/alice?secret=GEZDGNBV", "secret"},
		"secret not base32":    {"otpauth://totp/alice?secret=" + rfcSecret[1:] + "1", "secret"},
		"md5":                  {good + "&algorithm=MD5", "algorithm"},
		"long s":               {good + "&algorithm=%C5%BFHA1", "algorithm"},
		"digits in letters":    {good + "&digits=six", "digits"},
		"no digits":            {good + "&digits=0", "digits"},
		"5 digits":             {good + "&digits=5", "digits"},
		"digits past a byte":   {good + "&digits=262", "digits"},
		"period 0":             {good + "&period=0", "period"},
		"negative period":      {good + "&period=-30", "period"},
		"fraction of a second": {good + "&period=0.5", "period"},
		"hotp without counter": {"otpauth://hotp/alice?secret=" + rfcSecret, "counter"},
		"counter too large":    {"otpauth://hotp/alice?counter=18446744073709551616&secret=" + rfcSecret, "counter"},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := otp.ParseURI(tt.uri)
			wantURIError(t, err, tt.parameter)
			if e.Account != "" || !e.Secret.IsZero() {
				t.Error("got a part of an enrolment with an error")
			}
			if err != nil && strings.Contains(err.Error(), rfcSecret[4:12]) {
				t.Errorf("the error repeats the secret: %v", err)
			}
		})
	}
}

func TestURIRoundTrip(t *testing.T) {
	name := func(t *rapid.T, label string) string {
		s := rapid.StringN(1, 20, 100).Draw(t, label)
		s = strings.Map(func(r rune) rune {
			if r == ':' || r < ' ' || r >= 0x7f && r < 0xa0 {
				return '_'
			}
			return r
		}, s)
		return "." + s + "." // no space at either end
	}
	rapid.Check(t, func(t *rapid.T) {
		secret, err := otp.NewSecret(rapid.SliceOfN(rapid.Byte(), 16, 128).Draw(t, "secret"))
		if err != nil {
			t.Fatal(err)
		}
		e := otp.Enrolment{
			Issuer: name(t, "issuer"), Account: name(t, "account"), Secret: secret,
			Algorithm: otp.Algorithm(rapid.IntRange(0, 2).Draw(t, "algorithm")),
			Digits:    rapid.IntRange(6, 8).Draw(t, "digits"),
		}
		if rapid.Bool().Draw(t, "hotp") {
			e.Kind, e.Counter = otp.KindHOTP, rapid.Uint64().Draw(t, "counter")
		} else {
			e.Period = time.Duration(rapid.IntRange(1, math.MaxInt32).Draw(t, "period")) * time.Second
		}
		uri, err := e.RevealURI()
		if err != nil {
			t.Fatal(err)
		}
		back, err := otp.ParseURI(uri)
		if err != nil || plain(back) != plain(e) {
			t.Fatalf("%s\ncame back as %s, %v\ninstead of   %s", uri, plain(back), err, plain(e))
		}
	})
}

// TestEnrolmentOptions: what an app that scans the URI shows, the options of
// the enrolment verify.
func TestEnrolmentOptions(t *testing.T) {
	e, err := otp.ParseURI("otpauth://totp/alice?algorithm=SHA256&digits=8&period=60&secret=" + rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	want := otp.TOTP{Algorithm: otp.SHA256, Digits: 8, Period: time.Minute}
	if e.TOTP() != want {
		t.Errorf("TOTP() = %+v, want %+v", e.TOTP(), want)
	}
	e, err = otp.ParseURI("otpauth://hotp/alice?algorithm=SHA512&digits=7&counter=1&secret=" + rfcSecret)
	if err != nil {
		t.Fatal(err)
	}
	if want := (otp.HOTP{Algorithm: otp.SHA512, Digits: 7}); e.HOTP() != want {
		t.Errorf("HOTP() = %+v, want %+v", e.HOTP(), want)
	}
	if got := fmt.Sprint(otp.KindTOTP, otp.KindHOTP, otp.Kind(9)); got != "totp hotp Kind(9)" {
		t.Error(got)
	}
}

// The four apps that the format is for write it each in a way of their own: the
// same enrolment, written as each of them exports or documents it, is read the
// same, and what is written for them is in the form that all of them read.
func TestURIsOfApps(t *testing.T) {
	e := otp.Enrolment{Issuer: "Big Corp", Account: "alice@example.com", Secret: seed(t, otp.SHA1)}
	written, err := e.RevealURI()
	if err != nil {
		t.Fatal(err)
	}
	const want = `totp "Big Corp" "alice@example.com" ` + rfcSecret + " SHA1 6 30s 0"
	for app, uri := range map[string]string{
		"ours": written,
		"Google Authenticator": "otpauth://totp/Big%20Corp:alice@example.com?secret=" + rfcSecret +
			"&issuer=Big%20Corp&algorithm=SHA1&digits=6&period=30",
		"Aegis": "otpauth://totp/Big%20Corp%3Aalice%40example.com?period=30&digits=6&algorithm=SHA1&secret=" +
			rfcSecret + "&issuer=Big%20Corp",
		"1Password": "otpauth://totp/Big%20Corp:alice@example.com?secret=" + strings.ToLower(rfcSecret) +
			"&issuer=Big+Corp",
		"FreeOTP": "otpauth://totp/Big%20Corp:alice%40example.com?secret=" + rfcSecret +
			"&algorithm=sha1&digits=6&period=30&issuer=Big%20Corp&lock=false&color=ff8000" +
			"&image=https%3A%2F%2Fexample.com%2Fi.png",
		"with padding": "otpauth://totp/Big%20Corp:%20alice@example.com?secret=" + rfcSecret +
			"%3D%3D%3D%3D&issuer=Big%20Corp",
	} {
		if got, err := otp.ParseURI(uri); err != nil || plain(got) != want {
			t.Errorf("%s: got %s, error %v, want %s", app, plain(got), err, want)
		}
	}
	// What some of them do not read is in none: a plus for a space, a padded
	// secret, or an issuer in one place alone.
	if strings.Contains(written, "+") || strings.Count(written, "=") != 2 ||
		strings.Count(written, "Big%20Corp") != 2 {
		t.Errorf("got %s, want %%20, no padding, and the issuer in both places", written)
	}
	for _, counter := range []uint64{0, 7} {
		e.Kind, e.Counter = otp.KindHOTP, counter
		uri, err := e.RevealURI()
		if err != nil || !strings.Contains(uri, fmt.Sprintf("&counter=%d", counter)) {
			t.Errorf("got %s, error %v, want the counter that all of them ask for", uri, err)
		}
	}
}
