// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package crosscheck_test

import (
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"

	"github.com/proportion-go/proportion/otp"
)

// The URI of an enrolment survives a QR code: what a reader sees in the picture
// is what was written, and it is the same enrolment again.
func TestURIReadFromAQRCode(t *testing.T) {
	zbarimg := tool(t, "zbarimg", "zbar-tools")
	r := random(18004)
	for name, e := range map[string]otp.Enrolment{
		"as every app knows it": {Issuer: "Example", Account: "alice@example.com"},
		"beyond ASCII":          {Issuer: "Société d’Électricité", Account: "zoë+été@example.com"},
		"with what a URI escapes": {
			Issuer: "A & B / C?", Account: "100% #1 = x;y",
		},
		"of another kind": {
			Issuer: "Example", Account: "alice", Algorithm: otp.SHA512, Digits: 8, Period: time.Minute,
		},
		"by counter": {Kind: otp.KindHOTP, Issuer: "Example", Account: "alice", Counter: 1 << 40},
	} {
		t.Run(name, func(t *testing.T) {
			e.Secret, _ = secret(t, r)
			uri, err := e.RevealURI()
			if err != nil {
				t.Fatal(err)
			}
			read := run(t, "", zbarimg, "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture(t, uri))
			if read != uri {
				t.Fatalf("got %q from the picture, want %q", read, uri)
			}
			again, err := otp.ParseURI(read)
			if err != nil {
				t.Fatal(err)
			}
			if !again.Secret.Equal(e.Secret) || again.Issuer != e.Issuer || again.Account != e.Account ||
				again.Kind != e.Kind || again.Algorithm != e.Algorithm || again.Counter != e.Counter ||
				again.Digits != max(e.Digits, 6) || e.Period != 0 && again.Period != e.Period {
				t.Errorf("got another enrolment from the picture: issuer %q, account %q", again.Issuer, again.Account)
			}
		})
	}
}

// picture draws the text as a QR code, and returns the file.
func picture(t *testing.T, text string) string {
	t.Helper()
	code, err := qr.Encode(text, qr.M, qr.Unicode)
	if err != nil {
		t.Fatal(err)
	}
	large, err := barcode.Scale(code, 480, 480)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "uri.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, large); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
