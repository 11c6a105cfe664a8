// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
	"github.com/proportion-go/proportion/stepup/journal"
)

// Config is what a [Guard] works with. Keys and Namespace are required. The
// guard keeps a copy.
type Config struct {
	// Keys seal tickets, grants and secrets and make pseudonyms. Every process
	// of a deployment has the same ring.
	Keys *otp.Ring

	// Namespace names the deployment or tenant. Nothing sealed in one opens in
	// another, even under the same Keys.
	Namespace string

	// Audience names the service that this guard serves, at most 128 bytes: it
	// redeems only grants that were proven for it. Where one service decides
	// for another, [Request.Audience] names the other. Empty: the deployment is
	// one audience.
	Audience string

	// Store remembers subjects and challenges. Nil: in the memory of this
	// process, as [NewMemory] makes it; a restart then forgets it.
	Store Store

	// Locator places addresses. Nil: no address is placed, and what depends on
	// places is unknown.
	Locator risk.Locator

	// Crowd counts what everybody shows: beside it, familiarity says how usual
	// a request is for its subject. Every proof is added to it, and nothing
	// else. Guards may share one. Save it and restore it, as by its
	// MarshalBinary: a new one finds everything unusual for everybody. Nil:
	// familiarity is unknown, unless the next field has a view of a crowd.
	Crowd *risk.Crowd

	// Familiarity has the weights and the calibration by which familiarity is
	// judged; its zero value stands for the default weights, and for a score
	// that is unknown until there is a calibration. Its view of a crowd is that
	// of Crowd, renewed every ten minutes, unless Crowd is nil.
	Familiarity risk.Familiarity

	// Contacts says how a subject can be reached. Nil: nobody can be, and no
	// code is ever offered.
	Contacts Contacts

	// Senders deliver codes, by the kind of contact. A kind without a sender
	// is not used.
	Senders map[policy.ContactKind]Sender

	// Passkeys makes and checks what clients sign with a passkey. Nil: the
	// method is not offered.
	Passkeys Verifier

	// Decoys are what names that nobody has seem to have to prove with, before a
	// first factor: what your customers have, as often as they do. A name always
	// seems to have the same, unless this field changes. Empty: contacts of every
	// kind, and nothing enrolled, so that whoever is offered more, or less, is
	// known to be a customer.
	Decoys []Likeness

	// Labels are the words for actions and facts in messages, by name and then
	// language: {"transfer": {"en": "a transfer", "fr": "un virement"}}. For
	// fr-BE the label is that of fr-BE, else of fr, else of en. A name without
	// a label is shown as it stands.
	Labels map[string]map[string]string

	// Route is the way to a human, by language, shown with every deny (GDPR
	// Art. 22): a telephone number or an address. Empty: the support reference
	// stands alone.
	Route map[string]string

	// Record adds groups of signals to those the policy needs, for the record.
	// Zero: every group.
	Record risk.Groups

	// Consent are signals that this deployment computes only for subjects who
	// agreed to them, beside those whose basis is [risk.Consent]: see
	// [Guard.ChangeConsent]. Without it they are unknown (L24). It governs what is
	// computed of a request, not what a proof teaches the profile: whoever
	// wants that forgotten is erased.
	Consent []risk.Signal

	// Journal takes an event for everything that happens. What cannot be
	// written to it did not happen, but for trivial requests that are allowed.
	// Nil: nothing is written.
	Journal journal.Sink

	// JournalKeys are the keys that the journal is sealed with, so that
	// [Guard.Erase] can destroy those of a subject (L23). Nil: the journal is
	// in clear, or its keys are the host's to destroy.
	JournalKeys journal.KeyStore

	// Sends caps how many codes are sent. The zero value has good defaults.
	Sends Sends

	// Notify tells a subject of something that was done or attempted in his
	// name: see [Notice]. It is called while a request is served, so it should
	// hand over and return. Nil: nobody is told.
	Notify func(context.Context, Notice)

	// Domain is the host name of the website, as "example.com": SMS for the
	// channel web then end in the line by which browsers fill codes in on that
	// site and no other (WebOTP, origin-bound one-time codes). Empty: they do
	// not.
	Domain string

	// CodeLife is how long a sent code is valid. Zero: 5 minutes. At most 10
	// minutes (NIST SP 800-63B-4 s3.1.3.2).
	CodeLife time.Duration

	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

const (
	defaultCodeLife = 5 * time.Minute
	longestCodeLife = 10 * time.Minute
	grantLife       = 5 * time.Minute
)

// withDefaults returns a checked copy of the configuration in which nothing
// optional is left out.
func (c Config) withDefaults() (Config, error) {
	switch {
	case c.Keys == nil:
		return Config{}, errors.New("stepup: config.Keys: no key ring")
	case c.Namespace == "":
		return Config{}, errors.New("stepup: config.Namespace: is empty")
	case len(c.Audience) > longestAudience || !utf8.ValidString(c.Audience):
		return Config{}, fmt.Errorf("stepup: config.Audience: want at most %d bytes of UTF-8", longestAudience)
	case !isDomain(c.Domain):
		return Config{}, errors.New("stepup: config.Domain: is not a host name")
	case c.CodeLife < 0 || c.CodeLife > longestCodeLife:
		return Config{}, fmt.Errorf("stepup: config.CodeLife: got %v, want 0 to %v", c.CodeLife, longestCodeLife)
	}
	if c.Contacts != nil && len(c.Senders) == 0 {
		return Config{}, errors.New("stepup: config.Senders: none, so that no contact could be reached")
	}
	if err := checkLikenesses(c.Decoys); err != nil {
		return Config{}, err
	}
	for kind, sender := range c.Senders {
		if sender == nil {
			return Config{}, fmt.Errorf("stepup: config.Senders: no sender for %v", kind)
		}
	}
	if c.CodeLife == 0 {
		c.CodeLife = defaultCodeLife
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Store == nil {
		c.Store = NewMemory(MemoryConfig{})
	}
	if c.Record == 0 {
		c.Record = risk.AllGroups
	}
	if c.Notify == nil {
		c.Notify = func(context.Context, Notice) {}
	}
	c.Sends = c.Sends.withDefaults()
	c.Consent = slices.Clone(c.Consent)
	c.Decoys = slices.Clone(c.Decoys)
	c.Senders = maps.Clone(c.Senders)
	c.Labels = maps.Clone(c.Labels)
	c.Route = maps.Clone(c.Route)
	return c, nil
}

// isDomain reports whether the text can be a host name, or is empty: nothing
// else may stand in the last line of a message.
func isDomain(text string) bool {
	return len(text) <= 253 && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '.' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}
