// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"strings"
	"time"

	"github.com/proportion-go/proportion/policy"
)

// Contacts is how the guard asks the host where a subject can be reached. It
// is asked only when a challenge is due, and of every action before a first
// factor. Implementations are safe for concurrent use, and may block.
type Contacts interface {
	// Contacts returns the subject's registered contacts, the preferred one
	// first. A subject without contacts, or an unknown one, has none; an error
	// means that it could not be found out, and no code is then sent.
	Contacts(ctx context.Context, subject string) ([]Contact, error)
}

// Contact is one registered address of a subject. It prints as "[redacted]";
// [Contact.Masked] is what may be shown.
type Contact struct {
	redacted

	// Kind says which Sender reaches it. A contact without a kind is not used.
	Kind policy.ContactKind

	// Address is a telephone number in international form, an e-mail address,
	// or the host's own identifier of an app.
	Address string

	// Since is when it was last changed. A contact changed within 72 h proves
	// nothing sensitive (L19). Zero: not said, and taken for older, unless the
	// guard knows better: it remembers what went through [Guard.ChangeContact],
	// and by what proof. So set it for what the guard did not see, such as a
	// change by an operator; set for one that was proven by a strong method, it
	// makes the customer wait in vain.
	Since time.Time
}

// Masked returns the address with most of it hidden, as "+33 6 •• •• •• 42" or
// "a•••@example.com": enough to recognise, not enough to use. Of no address it
// is empty.
func (c Contact) Masked() string {
	if c.Address == "" {
		return ""
	}
	switch c.Kind {
	case policy.Email:
		return maskEmail(c.Address)
	case policy.SMS:
		return maskNumber(c.Address)
	}
	return "•••"
}

func maskEmail(address string) string {
	name, domain, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return "•••"
	}
	first := []rune(name)[:1]
	return string(first) + "•••@" + domain
}

// maskNumber keeps the country code, the digit after it (in most plans that
// tells a mobile) and the last two digits.
func maskNumber(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, number)
	if len(digits) < 8 || !strings.HasPrefix(number, "+") {
		return "•••"
	}
	n := countryDigits(digits)
	return "+" + digits[:n] + " " + digits[n:n+1] + " •• •• •• " + digits[len(digits)-2:]
}

// countryDigits returns the length of the country code (ITU-T E.164 Annex to
// Operational Bulletin 930: zones 1 and 7, the two-digit codes, else three).
func countryDigits(digits string) int {
	if digits[0] == '1' || digits[0] == '7' {
		return 1
	}
	const two = " 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 " +
		"60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 "
	if strings.Contains(two, " "+digits[:2]+" ") {
		return 2
	}
	return 3
}

// Sender hands messages over for delivery, for example to an SMS gateway. It is
// safe for concurrent use and may block; where actions before a first factor
// are guarded it should hand over to a queue and return, since nothing is sent
// for a name that nobody has, and an observer could time that. An error means
// that the message was not handed over; it is told to the caller of
// [Guard.Begin].
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Message is what carries a code to a contact. It prints as "[redacted]".
type Message struct {
	redacted

	To       Contact
	Language string // of Text

	// Text is the whole message. It names the action and every fact that the
	// proof is bound to, made from the values that are hashed (L16), so that
	// the customer can notice a swap. A sender must not shorten it.
	Text string

	// Code is the code alone, for a sender that can fill it in. It is secret
	// until Expires. Empty for mobile4: the app asks the customer for it.
	Code string

	// ID names the challenge, for the app that answers it.
	ID      string
	Expires time.Time
}
