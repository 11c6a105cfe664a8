// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxURI is a little under what the largest QR code holds.
	maxURI = 2048

	maxLabel = 128 // bytes of an issuer or account
)

// Kind is the kind of authenticator that an [Enrolment] sets up. The zero
// value is KindTOTP.
type Kind uint8

// The kinds of the otpauth scheme.
const (
	KindTOTP Kind = iota
	KindHOTP
)

var _ fmt.Stringer = KindTOTP

// String returns the name used in otpauth URIs: "totp" or "hotp".
func (k Kind) String() string {
	switch k {
	case KindTOTP:
		return "totp"
	case KindHOTP:
		return "hotp"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Enrolment is what an otpauth:// URI tells an authenticator app, usually as
// a QR code: the shared secret, whose it is, and how to make codes with it. It
// prints as a fixed text, since both the secret and the account are nobody's
// business; [Enrolment.RevealURI] is the deliberate way.
type Enrolment struct {
	redacted

	// Kind is the kind of codes; zero means TOTP.
	Kind Kind

	// Issuer is the service, and Account the customer's name there, as the
	// app shows them. UTF-8 of at most 128 bytes each, without colons,
	// control characters, or spaces at either end. Apps use both to tell
	// their entries apart. Account is required; Issuer may be empty in what
	// is read, and should not be in what is written.
	Issuer, Account string

	// Secret is what the app and the service will share. Required.
	Secret Secret

	// Algorithm is the hash; zero means SHA1. Many apps know no other.
	Algorithm Algorithm

	// Digits is the length of a code, 6 to 8; zero means 6.
	Digits int

	// Period is the length of a step of TOTP, in whole seconds; zero means
	// 30 s. It must be zero for HOTP, which has no steps.
	Period time.Duration

	// Counter is the counter of the first code of HOTP. It must be zero for
	// TOTP, which has no counter.
	Counter uint64
}

// URIError says which part of an otpauth URI, or of an [Enrolment], was
// refused, and why. It never repeats what was there.
type URIError struct {
	// Parameter is the part: "uri", "type", "account", "issuer", "secret",
	// "algorithm", "digits", "period" or "counter".
	Parameter string

	// Problem is what is wrong with it.
	Problem string
}

var _ error = (*URIError)(nil)

// Error returns the parameter and the problem.
func (e *URIError) Error() string { return "otp: otpauth " + e.Parameter + ": " + e.Problem }

// TOTP returns the options that verify the enrolled codes, for KindTOTP.
func (e Enrolment) TOTP() TOTP {
	return TOTP{Digits: e.Digits, Algorithm: e.Algorithm, Period: e.Period}
}

// HOTP returns the options that verify the enrolled codes, for KindHOTP.
func (e Enrolment) HOTP() HOTP { return HOTP{Digits: e.Digits, Algorithm: e.Algorithm} }

// RevealURI returns the otpauth:// URI, for the QR code that the customer
// scans. It contains the secret: show it once, over TLS, to the person who is
// enrolling, and keep it out of logs and caches.
//
// It is written as Google Authenticator, Aegis, 1Password and FreeOTP read it:
// the issuer both in the label and as a parameter, spaces as %20, the secret
// without padding, and whatever is the default left out.
//
// The error is a [*URIError].
func (e Enrolment) RevealURI() (string, error) {
	if err := e.validate(); err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("otpauth://" + e.Kind.String() + "/")
	if e.Issuer != "" {
		b.WriteString(escape(e.Issuer) + ":")
	}
	b.WriteString(escape(e.Account) + "?secret=" + e.Secret.Base32())
	if e.Issuer != "" {
		b.WriteString("&issuer=" + escape(e.Issuer))
	}
	totp := e.TOTP().withDefaults()
	if e.Algorithm != SHA1 {
		b.WriteString("&algorithm=" + e.Algorithm.String())
	}
	if totp.Digits != minAuthenticatorDigits {
		fmt.Fprintf(&b, "&digits=%d", totp.Digits)
	}
	if e.Kind == KindHOTP {
		fmt.Fprintf(&b, "&counter=%d", e.Counter)
	} else if totp.Period != defaultPeriod {
		fmt.Fprintf(&b, "&period=%d", totp.Period/time.Second)
	}
	if b.Len() > maxURI {
		return "", &URIError{"uri", fmt.Sprintf("longer than %d bytes", maxURI)}
	}
	return b.String(), nil
}

// escape percent-encodes all but unreserved characters. A space becomes %20:
// many apps show the plus sign of form encoding as it is.
func escape(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

func (e Enrolment) validate() error {
	if e.Kind > KindHOTP {
		return &URIError{"type", "want totp or hotp"}
	}
	if e.Account == "" {
		return &URIError{"account", "missing"}
	}
	if err := validateName("account", e.Account); err != nil {
		return err
	}
	if err := validateName("issuer", e.Issuer); err != nil {
		return err
	}
	if e.Secret.IsZero() {
		return &URIError{"secret", "missing"}
	}
	if e.Algorithm.validate() != nil {
		return &URIError{"algorithm", "want SHA1, SHA256 or SHA512"}
	}
	totp := e.TOTP().withDefaults()
	if validateDigits(totp.Digits) != nil {
		return &URIError{"digits", "want 6 to 8"}
	}
	if totp.Validate() != nil || e.Kind == KindHOTP && e.Period != 0 {
		return &URIError{"period", "want whole seconds, for totp only"}
	}
	if e.Kind == KindTOTP && e.Counter != 0 {
		return &URIError{"counter", "want it for hotp only"}
	}
	return nil
}

func validateName(parameter, name string) error {
	switch {
	case len(name) > maxLabel:
		return &URIError{parameter, fmt.Sprintf("longer than %d bytes", maxLabel)}
	case !utf8.ValidString(name):
		return &URIError{parameter, "not UTF-8"}
	case strings.Contains(name, ":"):
		return &URIError{parameter, "contains a colon"}
	case strings.ContainsFunc(name, unicode.IsControl):
		return &URIError{parameter, "contains a control character"}
	case strings.TrimSpace(name) != name:
		return &URIError{parameter, "begins or ends with a space"}
	}
	return nil
}
