// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package stepup

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/proportion-go/proportion/otp"
	"github.com/proportion-go/proportion/policy"
)

// ticket is the sealed copy of a decision to challenge: all that Begin and
// Finish need, so that any process of the deployment can go on. Its ID becomes
// the challenge's, which makes it good for one challenge (L12).
type ticket struct {
	ID       ID
	Issued   time.Time
	Subject  string
	Decoy    string `json:",omitzero"` // the name that was asked for; Subject is then its stand-in
	Session  digest `json:",omitzero"` // pseudonyms, in full; the zero Session is none
	Binding  digest
	Audience string  `json:",omitzero"`
	Formerly []Key   `json:",omitzero"` // the binding under the other keys of the ring
	Device   Key     `json:",omitzero"`
	Renewal  bool    `json:",omitzero"` // the device was presented, and known
	Lane     Lane    `json:",omitzero"`
	Language string  `json:",omitzero"`
	Channel  Channel `json:",omitzero"`

	Action      string
	Sensitivity policy.Sensitivity   `json:",omitzero"`
	Facts       []policy.BoundFact   `json:",omitzero"`
	Touches     []policy.ContactKind `json:",omitzero"`
	Band        policy.Band          `json:",omitzero"`
	Step        int                  `json:",omitzero"`
	ACR         string               `json:",omitzero"`
	Offers      []offer
	Reasons     []string `json:",omitzero"` // for the customer, once proven
	Evidence    []byte   `json:",omitzero"` // what the proof teaches
	Network     string   `json:",omitzero"` // the truncated address that asked
	Address     Key      `json:",omitzero"` // the pseudonym of the whole one
	Where       string   `json:",omitzero"` // the place that asked, for the customer's mobile
	Client      string   `json:",omitzero"` // the browser or app that asked, likewise
}

// offer is one method on offer and the contact that its code goes to.
type offer struct {
	Method  policy.Method
	Kind    policy.ContactKind
	Address string
	Shown   string // the masked address, if it may be shown
	After   time.Time
}

// session returns the session's pseudonym, as a store knows it.
func (t *ticket) session() Key { return Key(t.Session[:len(Key{})]) }

// bindingRef returns the binding's pseudonyms.
func (t *ticket) bindingRef() Ref {
	return Ref{Key: Key(t.Binding[:len(Key{})]), Former: t.Formerly}
}

// bound reports whether the proof is for exact facts.
func (t *ticket) bound() bool { return len(t.Facts) > 0 }

// single reports whether a grant of this ticket may be redeemed only once.
func (t *ticket) single() bool { return t.bound() || t.Sensitivity.AtLeast(policy.Sensitive) }

// sealJSON returns the value sealed, as text fit for a form field or a cookie.
func sealJSON(s *otp.Sealer, value any) (string, error) {
	plain, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	return sealText(s, plain)
}

// hidden is how much longer, at least, a ticket from before a first factor is
// than what its request alone makes of it: room for all that would tell whose it
// is. All are a multiple of it.
const hidden = 1024

// asked is the ticket as anybody's would be.
func (t *ticket) asked() *ticket {
	a := *t
	a.Subject, a.Decoy = cmp.Or(t.Decoy, t.Subject), ""
	a.Band, a.Step, a.ACR, a.Offers, a.Reasons = 0, 0, "", nil, nil
	return &a
}

// sealTicket returns the ticket sealed.
func (g *Guard) sealTicket(t *ticket) (string, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return "", err
	}
	if t.Lane == FirstFactorLane {
		asked, err := json.Marshal(t.asked())
		if err != nil {
			return "", err
		}
		for len(plain) < len(asked)+hidden || len(plain)%hidden != 0 {
			plain = append(plain, ' ') // which JSON ignores
		}
	}
	return sealText(g.keys.ticket, plain)
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
	if len(text) > longestToken {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && openSealed(s, sealed, value)
}

// openSealed reads what is sealed, without its armour.
func openSealed(s *otp.Sealer, sealed []byte, value any) bool {
	plain, err := s.Open(sealed, nil)
	return err == nil && json.Unmarshal(plain, value) == nil
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
func (t *ticket) codeParts(m Method, code string) [][]byte {
	parts := [][]byte{t.ID[:], []byte(t.Subject), {byte(m)}, []byte(code)}
	for _, f := range t.Facts {
		parts = append(parts, factParts(f)...)
	}
	return parts
}
