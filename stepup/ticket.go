// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
	"github.com/proportion-go/proportion/risk"
)

// ticket is the sealed copy of a decision to challenge: all that Begin and
// Resend need, so that any process of the deployment can go on. Its ID becomes
// the challenge's, which makes it good for one challenge (L12).
type ticket struct {
	demand

	Issued   time.Time
	Formerly []Key // the binding under the other keys of the ring
	Language string
	Offers   []offer
	Network  string // the truncated address that asked
	Address  Key    // the pseudonym of the whole one
	Where    string // the place that asked, for the customer's mobile
	Client   string // the browser or app that asked, likewise
}

// demand is what has to be proven, and what then follows: the part of a ticket
// that a store keeps for the answer, sealed for its challenge. The answer comes
// with no more than the challenge's identifier, from a form, an app or another
// device: a sealed demand inside it would be a token in many a URL, and what
// became of an unanswered challenge could not be recorded.
type demand struct {
	ID ID // of the challenge

	Subject string
	Decoy   bool // nobody has that name, and no answer is right
	Session Key  // the zero Key is none
	Binding Key  // who answers presents it again; only mobile4 keeps it
	Renewal bool // the device was presented, and known
	Lane    Lane
	Channel Channel

	Audience    string
	Action      string
	Sensitivity policy.Sensitivity
	Facts       []policy.BoundFact
	Band        policy.Band
	Step        int
	ACR         string
	Via         policy.ContactKind // that the code goes to, once begun
	Reasons     []string           // for the customer, once proven
	Evidence    risk.Evidence      // what the proof teaches
}

// offer is one method on offer and the contact that its code goes to.
type offer struct {
	Method  policy.Method
	Kind    policy.ContactKind
	Address string
	Shown   string // the masked address, if it may be shown
	After   time.Time
}

// device is the one that the proof makes known, or knows already.
func (d *demand) device() Key { return Key(d.Evidence.Device()) }

// bound reports whether the proof is for exact facts.
func (d *demand) bound() bool { return len(d.Facts) > 0 }

// single reports whether a grant of this demand may be redeemed only once.
func (d *demand) single() bool {
	return d.bound() || d.Sensitivity.AtLeast(policy.Sensitive) || builtIn(d.Action)
}

// of returns the demand to answer by what was offered.
func (t *ticket) of(o offer) *demand {
	d := t.demand
	if d.Via = o.Kind; o.Method != Mobile4 {
		d.Binding = Key{}
	}
	return &d
}

// bindingRef returns the binding's pseudonyms.
func (t *ticket) bindingRef() Ref { return Ref{Key: t.Binding, Former: t.Formerly} }

// sealJSON returns the value sealed, as text fit for a form field or a cookie.
func sealJSON(s *otp.Sealer, value any) (string, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	return sealText(s, plain)
}

func sealText(s *otp.Sealer, plain []byte) (string, error) {
	sealed, err := s.Seal(plain, nil)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// longestToken bounds what is decoded at all: far above what is ever sealed.
const longestToken = 64 << 10

// openJSON reads what sealJSON wrote, and reports whether it was.
func openJSON(s *otp.Sealer, text string, value any) bool {
	plain, ok := openText(s, text)
	return ok && json.Unmarshal(plain, value) == nil
}

// openText reads what sealText wrote.
func openText(s *otp.Sealer, text string) (plain []byte, ok bool) {
	if len(text) > longestToken {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, false
	}
	plain, err = s.Open(sealed, nil)
	return plain, err == nil
}

// factParts returns what is hashed of a bound fact: name, type, presence and
// value, so that an absent fact is not an empty one (L16). The hash prefixes
// each part with its length.
func factParts(f policy.BoundFact) [][]byte {
	kind := []byte{byte(f.Type), 0}
	if f.Present {
		kind[1] = 1
	}
	return [][]byte{[]byte(f.Name), kind, []byte(f.Value)}
}

// codeParts returns what is hashed of a code: it is bound to its challenge,
// subject and facts (L15).
func (d *demand) codeParts(m Method, code string) [][]byte {
	parts := [][]byte{d.ID[:], []byte(d.Subject), {byte(m)}, []byte(code)}
	for _, f := range d.Facts {
		parts = append(parts, factParts(f)...)
	}
	return parts
}

// lives reports whether what was issued is still good. The clock of the process
// that issued it may be ahead, as far as clocks of a deployment may differ (L28).
func lives(issued time.Time, life time.Duration, now time.Time) bool {
	age := now.Sub(issued)
	return age >= -MostLeap && age < life
}
