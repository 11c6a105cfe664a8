// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package otp

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ParseURI reads an otpauth:// URI of at most 2,048 bytes, as services in use
// write it: parameters in any order and names it does not know are accepted,
// repeated or contradictory ones are not. Digits, Period and Algorithm that
// are not given are set to their defaults, Period for TOTP only; period and
// counter are ignored for the kind that has none.
//
// The error is a [*URIError], which never repeats the URI.
func ParseURI(uri string) (Enrolment, error) {
	if len(uri) > maxURI {
		return Enrolment{}, &URIError{"uri", fmt.Sprintf("longer than %d bytes", maxURI)}
	}
	// The errors of net/url repeat their input, and with it the secret.
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "otpauth" || u.User != nil || u.Fragment != "" {
		return Enrolment{}, &URIError{"uri", "want otpauth://type/label?parameters"}
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Enrolment{}, &URIError{"uri", "parameters are not percent-encoded"}
	}
	p := parameters{values: query}
	e := p.enrolment(u.Host, strings.TrimPrefix(u.Path, "/"))
	if p.err != nil {
		return Enrolment{}, p.err
	}
	if err := e.validate(); err != nil {
		return Enrolment{}, err
	}
	return e, nil
}

// parameters reads the query of a URI, and keeps the first error.
type parameters struct {
	values url.Values
	err    error
}

func (p *parameters) enrolment(kind, label string) Enrolment {
	e := Enrolment{Digits: minAuthenticatorDigits}
	e.Issuer, e.Account = p.names(label)
	e.Secret = p.secret()
	e.Algorithm = p.algorithm()
	if n, ok := p.positive("digits", 8); ok {
		e.Digits = int(n)
	}
	switch strings.ToLower(kind) {
	case "totp":
		e.Period = defaultPeriod
		if n, ok := p.positive("period", 32); ok {
			e.Period = time.Duration(n) * time.Second
		}
	case "hotp":
		e.Kind = KindHOTP
		n, ok := p.number("counter", 64)
		if !ok {
			p.fail("counter", "missing")
		}
		e.Counter = n
	default:
		p.fail("type", "want totp or hotp")
	}
	return e
}

// names splits the label at its colon. The issuer stands there, or in its own
// parameter, or in both alike.
func (p *parameters) names(label string) (issuer, account string) {
	issuer, account, found := strings.Cut(label, ":")
	if !found {
		issuer, account = "", label
	}
	account = strings.TrimLeft(account, " ")
	value, _ := p.one("issuer")
	switch {
	case value == "":
	case found && value != issuer:
		p.fail("issuer", "is not that of the label")
	default:
		issuer = value
	}
	return issuer, account
}

func (p *parameters) secret() Secret {
	text, ok := p.one("secret")
	if !ok {
		p.fail("secret", "missing")
		return Secret{}
	}
	secret, err := ParseSecret(text)
	if err != nil {
		p.fail("secret", fmt.Sprintf("want base32 of %d to %d bytes", minSecret, maxSecret))
	}
	return secret
}

// asciiLower lowers the letters A to Z, and no other.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + ('a' - 'A')
		}
		return r
	}, s)
}

func (p *parameters) algorithm() Algorithm {
	name, ok := p.one("algorithm")
	if !ok {
		return SHA1
	}
	for _, a := range []Algorithm{SHA1, SHA256, SHA512} {
		if asciiLower(name) == asciiLower(a.String()) { // strings.EqualFold folds Unicode
			return a
		}
	}
	p.fail("algorithm", "want SHA1, SHA256 or SHA512")
	return SHA1
}

// number reads a decimal number of at most so many bits.
func (p *parameters) number(name string, bits int) (uint64, bool) {
	text, ok := p.one(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, bits)
	if err != nil {
		p.fail(name, "want a whole number")
	}
	return n, true
}

// positive is number where zero would pass for the default.
func (p *parameters) positive(name string, bits int) (uint64, bool) {
	n, ok := p.number(name, bits)
	if ok && n == 0 {
		p.fail(name, "want more than zero")
	}
	return n, ok
}

// one returns the value of a parameter that may be given once.
func (p *parameters) one(name string) (string, bool) {
	values := p.values[name]
	if len(values) > 1 {
		p.fail(name, "given more than once")
	}
	if len(values) == 0 {
		return "", false
	}
	return values[0], true
}

func (p *parameters) fail(parameter, problem string) {
	if p.err == nil {
		p.err = &URIError{parameter, problem}
	}
}
