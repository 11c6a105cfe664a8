// SPDX-FileCopyrightText: The Proportion Authors
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// Version is the `v` of every line that this package writes, and the only one
// that it reads. Within a version the name, type and meaning of a member never
// change; new members, kinds and outcomes may be added.
const Version = 1

// Event is one thing that happened. Kind, Time and ID are required; a field
// that is left zero is not written.
//
// The fields up to Policy stand in clear in every line. Detail and Decision
// are one JSON object, `detail`, which a deployment can seal under a key of
// the subject. None of them has room for a raw subject, session, device or
// address: only keyed pseudonyms fit.
//
// It prints as its kind, id, action and outcome.
type Event struct {
	// Time is when it happened. It is written in UTC, to the nanosecond.
	Time time.Time

	// Kind says what happened.
	Kind Kind

	// ID is the decision that the event belongs to: a challenge, its delivery,
	// attempts, proof, redemption and any later report or label have the ID of
	// the decision that they follow from. An event outside any decision has an
	// ID of its own. At most 64 bytes.
	ID string

	// Alias is the subject's keyed pseudonym. Its key has the purpose
	// "journal", so that a journal cannot be joined with a store. Zero: the
	// event is nobody's.
	Alias Pseudonym

	// Action is what was attempted, by the policy's name.
	Action string

	// Step is the step of the ladder that was asked for.
	Step string

	// Outcome is one word of those that [Kinds] lists for the kind.
	Outcome string

	// Policy is the hash of the policy that decided.
	Policy string

	// Detail is what the kind adds, and Decision what a decision adds to that.
	Detail   Detail
	Decision *Decision

	// Sealed is the detail of a line that was read and not opened; Detail and
	// Decision are then zero. Written, it takes their place.
	Sealed []byte

	// Extra are the members of the line that this version does not know, as
	// they stood: `"a":1,"b":[]`. They are written back.
	Extra string
}

// Detail are the small values that events of most kinds carry; [Members] says
// which kind carries which. The zero value carries none.
type Detail struct {
	// Sensitivity is the action's: "trivial", "normal", "sensitive" or
	// "critical". Left empty, the event is as durable as a critical one.
	Sensitivity string

	// Session and Device are keyed pseudonyms.
	Session Pseudonym
	Device  Pseudonym

	Channel string // web, app, phone, shop, api
	Lane    string // trusted, stranger, first-factor
	Method  string // code4, code6, mobile4, totp, recovery, passkey
	Via     string // the kind of contact: sms, email, app
	ACR     string // the assurance that a proof reached
	Band    string // the band a proof was asked for in

	Bound   bool  // the proof is for exact facts
	Attempt int64 // which attempt at the challenge, from 1
	Cost    int64 // of the attempt, in parts per million

	Expires time.Time

	// Reason is one word for the operator: why something was refused, failed
	// or given up. Never the text of an error: it may hold an address.
	Reason string

	// Field is in what a refused redemption differs: "Session",
	// "Facts.amount".
	Field string

	By       Pseudonym // the operator or service that acted
	Purpose  string    // of a consent
	Previous string    // the hash of the policy before

	Keys  int64 // keys destroyed by an erasure
	Lost  int64 // events that a gap stands for
	Since time.Time
	Until time.Time

	// Extra are the members of the detail that this version does not know, as
	// they stood. They are written back.
	Extra string
}

// Pseudonym is a keyed hash that stands for a subject, session, device or
// operator. The zero value is nobody, and is not written.
type Pseudonym [16]byte

// pseudonymSize is that of a pseudonym as text.
const pseudonymSize = 22

// sextets are the values of the characters of base64url; above 0x7f: it is none
// (RFC 4648 s5).
var sextets = func() (values [256]byte) {
	const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i := range values {
		values[i] = 0xff
	}
	for i := range len(characters) {
		values[characters[i]] = byte(i)
	}
	return values
}()

// IsZero reports whether the pseudonym is nobody's.
func (p Pseudonym) IsZero() bool { return p == Pseudonym{} }

// String returns the 22 characters of unpadded base64url that lines have.
func (p Pseudonym) String() string { return base64.RawURLEncoding.EncodeToString(p[:]) }

// ParsePseudonym reads what [Pseudonym.String] returned.
func ParsePseudonym(text string) (Pseudonym, error) {
	p, ok := pseudonymOf([]byte(text))
	if !ok {
		return Pseudonym{}, fmt.Errorf("journal: not a pseudonym: want %d characters of base64url",
			pseudonymSize)
	}
	return p, nil
}

func pseudonymOf(text []byte) (p Pseudonym, ok bool) {
	if len(text) != pseudonymSize {
		return Pseudonym{}, false
	}
	wrong, last := byte(0), len(p)-1
	for i := range last / 3 { // three bytes in four characters
		a, b, c, d := sextets[text[4*i]], sextets[text[4*i+1]], sextets[text[4*i+2]], sextets[text[4*i+3]]
		p[3*i], p[3*i+1], p[3*i+2] = a<<2|b>>4, b<<4|c>>2, c<<6|d
		wrong |= a | b | c | d
	}
	a, b := sextets[text[pseudonymSize-2]], sextets[text[pseudonymSize-1]]
	p[last] = a<<2 | b>>4
	return p, (wrong|a|b)&0x80 == 0 && b&0xf == 0 // no bit is left over
}

// Class is how much may be lost of an event. The zero value is Durable.
type Class uint8

// The classes, strictest first.
const (
	// Durable events are on disk before the answer that they tell of.
	Durable Class = iota
	// Ordinary events are handed to the system before the answer: they
	// outlive the process, not a loss of power.
	Ordinary
	// Droppable events may be dropped under load, and are then counted by an
	// event of KindGap.
	Droppable
)

// String returns "durable", "ordinary" or "droppable".
func (c Class) String() string {
	switch c {
	case Ordinary:
		return "ordinary"
	case Droppable:
		return "droppable"
	}
	return "durable"
}

// Class returns how much may be lost of the event. Only a trivial decision to
// allow is droppable. Proofs and redemptions are durable, and so is whatever
// has a sensitivity other than "trivial" and "normal", none included.
func (e *Event) Class() Class {
	switch e.Kind {
	case KindProof, KindRedeem:
		return Durable
	case KindGap:
		return Ordinary
	}
	switch s := e.Detail.Sensitivity; {
	case s != "trivial" && s != "normal":
		return Durable
	case e.Kind == KindDecision && s == "trivial" && e.Outcome == "allow":
		return Droppable
	}
	return Ordinary
}

// String returns the kind, id, action and outcome.
func (e *Event) String() string {
	return fmt.Sprintf("%s %s %s %s", e.Kind, e.ID, e.Action, e.Outcome)
}

// Format writes what [Event.String] returns, for every verb.
func (e Event) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.String()) }

// LogValue logs what [Event.String] returns.
func (e Event) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON returns the event's line, not sealed unless it was read so.
func (e Event) MarshalJSON() ([]byte, error) {
	line, err := AppendLine(nil, &e)
	if err != nil {
		return nil, err
	}
	return line[:len(line)-1], nil
}
